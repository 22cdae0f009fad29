// SPDX-License-Identifier: Apache-2.0
// `npm run bench`: times tfwasm and @tensorflow/tfjs-backend-wasm side by side in Chromium.
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import { parseArgs } from 'node:util';

import { PUBLIC_MODELS } from '../benchmark-page/models.js';
import { OPS } from '../benchmark-page/ops.js';
import { BenchmarkBrowser } from './bench/browser.mjs';
import { measureOverhead } from './bench/overhead.mjs';
import {
  printModel,
  printOp,
  printOpSummary,
  printOpTitle,
  printOverhead,
  printSummary,
  printTitle,
} from './bench/report.mjs';
import { runMain, ToolError } from './lib/run.mjs';

const USAGE = `Usage: npm run bench -- [options]
  --models NAMES    e.g. faceres,emotion; all ${Object.keys(PUBLIC_MODELS).length} when left out
  --variants NAMES  builds of tfwasm: simd,relaxed when left out
  --threads COUNTS  e.g. 1,4; one thread and then as many as this machine has cores when left out
  --rounds N        how many predictions of each engine are timed (default 30)
  --seconds N       at most so many seconds of predictions for a model (default 20)
  --loads N         how many times a model is loaded in a new tab (default 3)
  --overhead        measures the cost of a node instead: a chain of 1000 additions of scalars
  --ops [NAMES]     times single ops instead, all whose names contain one of these words
  --json FILE       also writes everything that was measured
  --help            prints this`;

const OPTIONS = {
  models: { type: 'string', default: Object.keys(PUBLIC_MODELS).join(',') },
  variants: { type: 'string', default: 'simd,relaxed' },
  threads: { type: 'string', default: [...new Set([1, Math.min(os.availableParallelism(), 4)])].join(',') },
  rounds: { type: 'string', default: '30' },
  seconds: { type: 'string', default: '20' },
  loads: { type: 'string', default: '3' },
  overhead: { type: 'boolean', default: false },
  ops: { type: 'boolean', default: false },
  json: { type: 'string' },
  help: { type: 'boolean', default: false },
};

function parseCommandLine() {
  let values;
  let positionals;
  try {
    ({ values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true }));
  } catch (error) {
    throw new ToolError(`${error.message}\n\n${USAGE}`);
  }
  if (positionals.length > 0 && !values.ops) throw new ToolError(`"${positionals[0]}" is no option.\n\n${USAGE}`);
  return {
    ...values,
    opWords: positionals.flatMap((text) => text.split(',')),
    models: parseNames('models', values.models, Object.keys(PUBLIC_MODELS)),
    variants: parseNames('variants', values.variants, ['simd', 'relaxed']),
    threads: values.threads.split(',').map((text) => parseCount('threads', text)),
    rounds: parseCount('rounds', values.rounds),
    seconds: parseCount('seconds', values.seconds),
    loads: parseCount('loads', values.loads),
  };
}

function parseNames(option, text, known) {
  const names = text.split(',');
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new ToolError(`--${option}: there is no ${unknown.join(', ')}, only ${known.join(', ')}.`);
  return names;
}

function parseCount(option, text) {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new ToolError(`--${option} takes positive integers, not "${text}".`);
  return count;
}

/** The engines that are compared; the first is what the others are measured against. */
function listEngines(variants, threads) {
  return [{ engine: 'tfjs', threads }, ...variants.map((variant) => ({ engine: 'tfwasm', variant, threads }))];
}

/** Measures each model with each thread count, and prints while it goes. */
async function compareModels(browser, { models, variants, threads, rounds, seconds, loads }) {
  const results = [];
  for (const count of threads) {
    const engines = listEngines(variants, count);
    const rows = [];
    printTitle(count);
    for (const name of models) {
      const model = { url: `/models/${name}.json`, range: PUBLIC_MODELS[name].range, seed: 1 };
      const row = { model: name, engines: await browser.measureModel({ engines, model, rounds, seconds, loads }) };
      printModel(row);
      rows.push(row);
    }
    printSummary(rows);
    results.push({ threads: count, models: rows });
  }
  return results;
}

/** Measures single ops, and prints while it goes. */
async function compareOps(browser, { variants, opWords, rounds }) {
  const ops = Object.keys(OPS).filter((name) => opWords.length === 0 || opWords.some((word) => name.includes(word)));
  if (ops.length === 0) throw new ToolError(`No op is called so; there are ${Object.keys(OPS).join(', ')}.`);
  const engines = listEngines(variants, 1);
  const results = [];
  printOpTitle(engines);
  await browser.measureOps({ engines, ops, rounds }, (result) => {
    printOp(result);
    results.push(result);
  });
  printOpSummary(engines, results);
  return results;
}

async function main() {
  const options = parseCommandLine();
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const browser = await BenchmarkBrowser.start();
  try {
    const environment = await browser.describe();
    console.log(`${environment.browser} on ${environment.processor}, ${environment.cores} cores`);
    const report = { date: new Date().toISOString(), environment };
    if (options.overhead) {
      report.overhead = await measureOverhead(browser, listEngines(options.variants, 1), options);
      printOverhead(report.overhead);
    } else if (options.ops) {
      report.ops = await compareOps(browser, options);
    } else {
      report.results = await compareModels(browser, options);
    }
    if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await browser.close();
  }
}

await runMain(main);
