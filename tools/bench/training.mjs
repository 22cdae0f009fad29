// SPDX-License-Identifier: Apache-2.0
// Measures steps of training, and prints them.
import path from 'node:path';

import { isAccepted } from '../../benchmark-page/correctness.js';
import { ENGINES } from '../../benchmark-page/engines.js';
import { ROOT } from '../lib/paths.mjs';
import { GENERATED_MODELS } from './browser.mjs';
import { engineIds } from './options.mjs';
import { engineName, milliseconds, times } from './report.mjs';

/** Registers TensorFlow.js's gradients in the core that is loaded: only a bundle of all of TensorFlow.js has them. */
const GRADIENTS = 'tfjs-gradients.js';

async function bundleGradients() {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [path.join(ROOT, 'node_modules/@tensorflow/tfjs-core/dist/register_all_gradients.js')],
    outfile: path.join(GENERATED_MODELS, GRADIENTS),
    bundle: true,
    format: 'esm',
    logLevel: 'error',
  });
}

/** Each engine with each thread count. Only tfwasm and tfjs wasm have threads. */
function listEngines(options) {
  const { threads: counts } = options;
  return engineIds(options).flatMap((id) => {
    const hasThreads = id === 'tfjs-wasm' || !id.startsWith('tfjs-');
    return (hasThreads ? counts : [1]).map((threads) => ({
      ...{ id, threads, tfjs: 'local' },
      gradients: `/generated/${GRADIENTS}`,
    }));
  });
}

/** The engines with which all are compared: the peers, or else the first one. */
const referencesOf = (options) => (options.peers.length > 0 ? options.peers : engineIds(options).slice(0, 1));

const COLUMNS = [
  ['net', 11],
  ['engine', 24],
  ['loss', 9],
  ['1 step', 9],
  ['5 steps', 9],
  ['ms a step', 11],
  ['least', 9],
  ['GFLOP/s', 9],
  ['forward', 9],
  ['GFLOP/s', 9],
];
const RATIO_WIDTH = 18;

function printRow(cells) {
  const text = cells.map((cell, index) => {
    const width = COLUMNS[index]?.[1] ?? RATIO_WIDTH;
    return index < 2 ? cell.padEnd(width) : cell.padStart(width);
  });
  console.log(text.join('').trimEnd());
}

function printTitle(references) {
  console.log(
    '\nTraining with optimizer.minimize(). The loss before, after 1 step and after 5; milliseconds a step, the',
  );
  console.log(
    'median and the least; median milliseconds of the loss alone ("forward"); GFLOP/s of matrix products and',
  );
  console.log('convolutions; 2.00x is twice as fast a step.\n');
  printRow([...COLUMNS.map(([name]) => name), ...references.map((id) => `to ${ENGINES[id]}`)]);
}

/** The speedup of a step over an engine with the same number of threads, or with one. Undefined if there is none. */
function ratioTo(id, engine, engines) {
  const able = engines.filter((other) => other.id === id && other.median !== undefined);
  const reference = able.find(({ threads }) => threads === engine.threads) ?? able[0];
  if (!reference || reference === engine || !isAccepted(engine.difference)) return undefined;
  return reference.median / engine.median;
}

const loss = (value) => (value === undefined ? '-' : value.toFixed(4));
const speed = (value) => value.toFixed(value < 10 ? 2 : 1);

function printNet({ net, engines }, references) {
  for (const [index, engine] of engines.entries()) {
    const name = index === 0 ? net : '';
    if (engine.error !== undefined) {
      printRow([name, `${ENGINES[engine.id]}${engine.threads > 1 ? ` (${engine.threads})` : ''}`]);
      console.log(`  takes no part: ${engine.error.split('\n')[0]}`);
      continue;
    }
    const { losses, samples, gigaflops, forwardMedian, forwardGigaflops } = engine;
    printRow([
      name,
      engineName(engine),
      ...[losses[0], losses[1], losses[5]].map(loss),
      ...[engine.median, Math.min(...samples)].map(milliseconds),
      ...[speed(gigaflops), milliseconds(forwardMedian), speed(forwardGigaflops)],
      ...references.map((id) => times(ratioTo(id, engine, engines))),
    ]);
    if (engine.isSlow) console.log('  is so slow that it took one step only');
    if (!isAccepted(engine.difference)) {
      console.log(`  losses DIFFER by ${engine.difference.toExponential(1)} of the largest: not comparable`);
    }
    if (engine.tensorsLeft > 0) console.log(`  LEFT ${engine.tensorsLeft} tensors behind`);
  }
}

/** Measures nets. Prints results as they arrive. */
export async function compareTraining(browser, options) {
  const { nets, runs, seconds } = options;
  await bundleGradients();
  const references = referencesOf(options);
  const results = [];
  printTitle(references);
  await browser.measureTraining({ engines: listEngines(options), nets, runs, seconds }, (result) => {
    printNet(result, references);
    results.push(result);
  });
  return results;
}
