// SPDX-License-Identifier: Apache-2.0
// Measures a model made of layers against the graph model of the same network, and prints the result.
import path from 'node:path';

import { ToolError } from '../lib/run.mjs';
import { GENERATED_MODELS } from './browser.mjs';
import { makeMobileNet } from './mobilenet.mjs';
import { milliseconds, times } from './report.mjs';

const KINDS = { graph: 'graph model', layers: 'layers model' };
/** The most that the outputs of the two may differ by. */
const TOLERANCE = 1e-5;

/** Writes both models, as a converter and as tfwasm do. */
async function makeModels() {
  const folder = (kind) => path.join(GENERATED_MODELS, `mobilenet-${kind}`);
  const tf = await import('../../dist/index.js');
  const { convert } = await import('../../dist/convert.js');
  await tf.ready();
  const layers = makeMobileNet(tf);
  await layers.save(`file://${folder('layers')}`);
  const converted = await convert(`file://${folder('layers')}/model.json`, { outputFormat: 'tfjs_graph_model' });
  await converted.save(`file://${folder('graph')}`);
  const graph = await tf.loadGraphModel(`file://${folder('graph')}/model.json`);
  const x = tf.randomUniform([1, 224, 224, 3]);
  const [a, b] = [layers, graph].map((model) => model.predict(x).dataSync());
  if (a.some((value, i) => !(Math.abs(value - b[i]) <= TOLERANCE))) {
    throw new ToolError('The graph computes something else than the layers.');
  }
}

/** Loads each kind in new tabs, in turns, and predicts there. Prints the least times, which other work disturbs least. */
export async function compareLayers(browser, { loads, runs, seconds, variants }) {
  await makeModels();
  const results = [];
  for (const variant of variants) {
    const samples = { graph: [], layers: [] };
    const info = await browser.describeModel('/generated/mobilenet-graph/model.json');
    for (let i = 0; i < loads; ++i) {
      for (const kind of Object.keys(KINDS)) {
        const model = `/generated/mobilenet-${kind}/model.json`;
        const settings = { model, runs, seconds, threads: 1, peers: [], check: false, profiles: 0 };
        const options = { info: { ...info, isLayersModel: kind === 'layers' }, engine: `tfwasm-${variant}` };
        const { engines } = await browser.measure(settings, options);
        samples[kind].push(engines[0]);
      }
    }
    const rows = Object.entries(samples).map(([kind, engines]) => ({ kind, ...summarize(engines) }));
    print(variant, rows);
    results.push({ variant, rows });
  }
  return results;
}

function summarize(engines) {
  const least = (read) => Math.min(...engines.map(read));
  return {
    load: least(({ load }) => load),
    first: least(({ first }) => first),
    firstResult: least(({ load, first }) => load + first),
    prediction: least(({ samples }) => Math.min(...samples)),
  };
}

const COLUMNS = ['load', 'first', 'firstResult', 'prediction'];

function print(variant, rows) {
  const cell = (text) => text.padStart(12);
  const titles = ['load', 'first', 'to result', 'prediction'];
  console.log(`\nMobileNetV2, tfwasm ${variant}, one thread; least milliseconds\n`);
  console.log(''.padEnd(14) + titles.map(cell).join(''));
  for (const row of rows) {
    console.log(KINDS[row.kind].padEnd(14) + COLUMNS.map((name) => cell(milliseconds(row[name]))).join(''));
  }
  const [graph, layers] = rows;
  const ratios = COLUMNS.map((name) => cell(times(layers[name] / graph[name])));
  console.log('time'.padEnd(14) + ratios.join(''));
}
