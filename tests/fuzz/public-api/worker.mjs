// SPDX-License-Identifier: Apache-2.0
// Tries mutants, one after the other, until the first finding. Asks before each.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';

import * as tf from '../../../dist/index.js';
import { tinyAnswer, tinyModel } from '../../tiny-model.mjs';
import { toCorpus } from './corpus.mjs';
import { baseModels } from './models.mjs';
import { mutate } from './mutate.mjs';
import { Random } from './random.mjs';
import { Finding, limitHeap, runHostile } from './run-model.mjs';

const MOST_HEAP_BYTES = 256 * 2 ** 20;
/** How often a good model is run. */
const PERIOD = 64;

/** Checks that the heap is sound. */
function runGoodModel() {
  const { modelTopology, weightsManifest } = tinyModel();
  const weightData = Float32Array.from([1, 2, -3, 4, 5, -6, 0.5, -20, 100]).buffer;
  const model = tf.loadGraphModelSync({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData });
  const answer = tf.tidy(() => model.execute(tf.tensor([[3, 4]]), 'y').dataSync());
  model.dispose();
  assert.deepEqual([...answer], tinyAnswer([3, 4]));
}

const { seed, first, variant } = workerData;
limitHeap(MOST_HEAP_BYTES);
tf.setWasmVariant(variant);
await tf.ready();
// Ops that print would fill the output.
console.log = () => {};
const models = await baseModels();
runGoodModel();
for (let number = first; ; ++number) {
  parentPort.postMessage({ number });
  await once(parentPort, 'message');
  const { name, artifacts } = mutate(models, new Random(seed, number));
  try {
    const outcome = await runHostile(tf, artifacts, number);
    if (number % PERIOD === 0) runGoodModel();
    parentPort.postMessage({ number, outcome });
  } catch (error) {
    const problem = error instanceof Finding ? error.message : error.stack;
    parentPort.postMessage({ number, finding: { name, problem, artifacts: toCorpus(artifacts) } });
    break;
  }
}
