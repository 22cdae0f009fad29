// SPDX-License-Identifier: Apache-2.0
// Metrics that are given as objects: they belong to the program.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { sequentialOf, skip, tensorOf, tf } from './fit-models.mjs';

describe('metrics given as objects', { skip }, () => {
  before(() => tf.ready());

  const x = () => tensorOf(tf, [20, 4], 1);
  const y = () => tf.cast(tf.greater(tensorOf(tf, [20, 1], 2), 0), 'float32');
  const makeModel = () => sequentialOf(tf, ['dense', { units: 1, activation: 'sigmoid', inputShape: [4] }]);

  test('get their state from compile(), and give the same as by name', async () => {
    const results = [];
    for (const metric of ['AUC', tf.metrics.get('AUC')]) {
      const model = makeModel();
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'binaryCrossentropy', metrics: [metric] });
      const { history } = await model.fit(x(), y(), { epochs: 3, batchSize: 8, shuffle: false });
      results.push(Object.values(history));
    }
    assert.deepEqual(results[1], results[0]);
  });

  test('live through another compile() and the end of the model', async () => {
    const metric = tf.metrics.get('AUC');
    let last;
    for (let round = 0; round < 2; ++round) {
      const model = makeModel();
      for (let i = 0; i < 2; ++i) {
        model.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy', metrics: [metric] });
        await model.fit(x(), y());
        last = model.evaluate(x(), y())[1].dataSync()[0];
      }
      model.dispose();
    }
    assert.equal(metric.result().dataSync()[0], last);
    metric.dispose();
  });
});
