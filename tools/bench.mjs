// SPDX-License-Identifier: Apache-2.0
// `npm run bench`: runs the benchmark page in headless Chromium, and compares tfwasm with TensorFlow.js.
import { writeFile } from 'node:fs/promises';

import { OPS } from '../benchmark-page/ops.js';
import { BenchmarkBrowser } from './bench/browser.mjs';
import { compareLayers } from './bench/layers.mjs';
import { measureModel } from './bench/models.mjs';
import { engineIds, parseOptions, USAGE } from './bench/options.mjs';
import { measureOverhead } from './bench/overhead.mjs';
import { prepareModel, preparePeers } from './bench/peers.mjs';
import {
  printModel,
  printOp,
  printOpSummary,
  printOpTitle,
  printOverhead,
  printSummary,
  printThreadRatios,
  printTitle,
} from './bench/report.mjs';
import { compareTraining } from './bench/training.mjs';
import { runMain, ToolError } from './lib/run.mjs';

/** Measures each model with each thread count. Prints results as they arrive. */
async function compareModels(browser, options) {
  const { models, runs, seconds, warmup, loads, profiles, check } = options;
  const engines = engineIds(options);
  await preparePeers(options.peers);
  const prepared = new Map();
  for (const model of models) prepared.set(model, await prepareModel(model));
  const results = [];
  for (const threads of options.threads) {
    const rows = [];
    printTitle(threads, engines[0]);
    for (const model of models) {
      const { settings: chosen, reference } = prepared.get(model);
      const settings = { ...chosen, threads, runs, seconds, warmup, profiles, check };
      const row = { model, ...(await measureModel(browser, { engines, loads, settings, reference })) };
      printModel(row);
      rows.push(row);
    }
    printSummary(rows);
    results.push({ threads, models: rows });
  }
  printThreadRatios(results);
  return results;
}

/** Measures single ops. Prints results as they arrive. */
async function compareOps(browser, options) {
  const { opWords, runs } = options;
  const ops = Object.keys(OPS).filter((name) => opWords.length === 0 || opWords.some((word) => name.includes(word)));
  if (ops.length === 0) throw new ToolError(`No op is called so; there are ${Object.keys(OPS).join(', ')}.`);
  const engines = engineIds(options).map((id) => ({ id, threads: 1, tfjs: 'local' }));
  const results = [];
  printOpTitle(engines);
  await browser.measureOps({ engines, ops, rounds: runs }, (result) => {
    printOp(result);
    results.push(result);
  });
  printOpSummary(engines, results);
  return results;
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const browser = await BenchmarkBrowser.start(options.against);
  try {
    const environment = await browser.describe();
    console.log(`${environment.browser} on ${environment.processor}, ${environment.cores} cores`);
    if (!options.ops && !options.overhead && !options.training) process.stdout.write(BenchmarkBrowser.warning());
    const report = { format: 'tfwasm-benchmark-report', formatVersion: 1, date: new Date().toISOString(), environment };
    if (options.overhead) {
      report.overhead = await measureOverhead(browser, engineIds(options), options);
      printOverhead(report.overhead);
    } else if (options.layers) {
      report.layers = await compareLayers(browser, options);
    } else if (options.training) {
      report.training = await compareTraining(browser, options);
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
