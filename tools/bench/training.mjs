// SPDX-License-Identifier: Apache-2.0
// Measures steps of training, and prints them.
import path from 'node:path';

import { isAccepted } from '../../benchmark-page/correctness.js';
import { ENGINES } from '../../benchmark-page/engines.js';
import { ROOT } from '../lib/paths.mjs';
import { GENERATED_MODELS } from './browser.mjs';
import { engineIds } from './options.mjs';
import { engineName, milliseconds, times } from './report.mjs';

/**
 * Registers TensorFlow.js's gradients, and the methods of tensors that its layers call, in the core that is loaded: only a
 * bundle of all of TensorFlow.js has them.
 */
const GRADIENTS = 'tfjs-gradients.js';

async function bundleGradients() {
  const { build } = await import('esbuild');
  await build({
    stdin: {
      contents: "import './register_all_gradients.js'; import './public/chained_ops/register_all_chained_ops.js';",
      resolveDir: path.join(ROOT, 'node_modules/@tensorflow/tfjs-core/dist'),
    },
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
      ...{ id, threads, tfjs: 'local', layers: options.fit },
      gradients: `/generated/${GRADIENTS}`,
    }));
  });
}

/** The engines with which all are compared: the peers, or else the first one. */
const referencesOf = (options) => (options.peers.length > 0 ? options.peers : engineIds(options).slice(0, 1));

const loss = (value) => (value === undefined ? '-' : value.toFixed(4));
const speed = (value) => value.toFixed(value < 10 ? 2 : 1);
const percent = (part, whole) => (part === undefined ? '-' : `${((100 * part) / whole).toFixed(1)} %`);

const COMMON_COLUMNS = [
  ['loss', 9, ({ losses }) => loss(losses[0])],
  ['1 step', 9, ({ losses }) => loss(losses[1])],
  ['ms a step', 11, ({ median }) => milliseconds(median)],
  ['least', 9, ({ samples }) => milliseconds(Math.min(...samples))],
];

/** [title, width, text of a result] */
const STEP_COLUMNS = [
  ...COMMON_COLUMNS.slice(0, 2),
  ['5 steps', 9, ({ losses }) => loss(losses[5])],
  ...COMMON_COLUMNS.slice(2),
  ['GFLOP/s', 9, ({ gigaflops }) => speed(gigaflops)],
  ['forward', 9, ({ forwardMedian }) => milliseconds(forwardMedian)],
  ['GFLOP/s', 9, ({ forwardGigaflops }) => speed(forwardGigaflops)],
];
const FIT_COLUMNS = [
  ...COMMON_COLUMNS.slice(0, 2),
  ['4 steps', 9, ({ losses }) => loss(losses[4])],
  ...COMMON_COLUMNS.slice(2),
  ['own', 9, ({ ownMedian }) => milliseconds(ownMedian)],
  ['', 8, ({ ownMedian, median }) => percent(ownMedian, median)],
];
const NET_WIDTH = 11;
const ENGINE_WIDTH = 24;
const RATIO_WIDTH = 18;

const STEP_TITLE = `
Training with optimizer.minimize(). The loss before, after 1 step and after 5; milliseconds a step, the
median and the least; median milliseconds of the loss alone ("forward"); GFLOP/s of matrix products and
convolutions; 2.00x is twice as fast a step.
`;
const FIT_TITLE = `
Training with model.fit(). The loss before, after 1 step and after 4; milliseconds a step, the median and the
least; "own": those of fit() itself, without the runs of its steps; 2.00x is twice as fast a step.
`;

function printRow(net, engine, columns, texts, ratios) {
  const cells = texts.map((text, i) => text.padStart(columns[i][1]));
  const line = [net.padEnd(NET_WIDTH), engine.padEnd(ENGINE_WIDTH), ...cells];
  console.log([...line, ...ratios.map((text) => text.padStart(RATIO_WIDTH))].join('').trimEnd());
}

/** The speedup of a step over an engine with the same number of threads, or with one. Undefined if there is none. */
function ratioTo(id, engine, engines) {
  const able = engines.filter((other) => other.id === id && other.median !== undefined);
  const reference = able.find(({ threads }) => threads === engine.threads) ?? able[0];
  if (!reference || reference === engine || !isAccepted(engine.difference)) return undefined;
  return reference.median / engine.median;
}

function printNet({ net, engines }, columns, references) {
  for (const [index, engine] of engines.entries()) {
    const name = index === 0 ? net : '';
    if (engine.error !== undefined) {
      printRow(name, `${ENGINES[engine.id]}${engine.threads > 1 ? ` (${engine.threads})` : ''}`, columns, [], []);
      console.log(`  takes no part: ${engine.error.split('\n')[0]}`);
      continue;
    }
    const texts = columns.map(([, , textOf]) => textOf(engine));
    const ratios = references.map((id) => times(ratioTo(id, engine, engines)));
    printRow(name, engineName(engine), columns, texts, ratios);
    if (engine.isSlow) console.log('  is so slow that it took one step only');
    if (!isAccepted(engine.difference)) {
      console.log(`  losses DIFFER by ${engine.difference.toExponential(1)} of the largest: not comparable`);
    }
    if (engine.tensorsLeft > 0) console.log(`  LEFT ${engine.tensorsLeft} tensors behind`);
  }
}

/** Measures nets. Prints results as they arrive. */
export async function compareTraining(browser, options) {
  const { nets, runs, seconds, fit } = options;
  const columns = fit ? FIT_COLUMNS : STEP_COLUMNS;
  await bundleGradients();
  const references = referencesOf(options);
  const results = [];
  console.log(fit ? FIT_TITLE : STEP_TITLE);
  const titles = references.map((id) => `to ${ENGINES[id]}`);
  printRow(
    'net',
    'engine',
    columns,
    columns.map(([title]) => title),
    titles,
  );
  await browser.measureTraining({ engines: listEngines(options), nets, runs, seconds, byFit: fit }, (result) => {
    printNet(result, columns, references);
    results.push(result);
  });
  return results;
}
