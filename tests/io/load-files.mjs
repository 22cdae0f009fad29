// SPDX-License-Identifier: Apache-2.0
// Saves or loads a model again and again.
//
//   node load-files.mjs save <folder> <value> <count>   saves models whose bias is `value`
//   node load-files.mjs load <folder> <count>           loads, and prints how often each bias came
import * as tf from '../../dist/index.js';
import { tinyArtifacts } from './artifacts.mjs';

const [what, folder, ...numbers] = process.argv.slice(2);
const url = `file://${folder}`;

if (what === 'save') {
  const [value, count] = numbers.map(Number);
  const [handler] = tf.io.getSaveHandlers(url);
  for (let i = 0; i < count; ++i) await handler.save(tinyArtifacts([value, value, value]));
} else {
  const seen = {};
  for (let i = 0; i < Number(numbers[0]); ++i) {
    const model = await tf.loadGraphModel(url);
    const bias = model.weights.bias[0].dataSync().join();
    model.dispose();
    seen[bias] = (seen[bias] ?? 0) + 1;
  }
  console.log(JSON.stringify(seen));
}
