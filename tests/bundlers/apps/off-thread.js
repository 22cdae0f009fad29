// SPDX-License-Identifier: Apache-2.0
// In place of main.js: predicts in the worker of the library.
import { tf } from 'tfwasm/worker';

import { report, settings } from '../predict.js';

async function predict({ modelUrl }) {
  const model = await tf.loadGraphModel(modelUrl);
  const output = await model.predict(tf.tensor2d([[1, 2]]));
  const values = Array.from(await output.data());
  return { values, shape: output.shape, variant: await tf.getWasmVariant(), threads: await tf.getThreadsCount() };
}

report(predict(settings()));
