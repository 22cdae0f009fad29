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

  test('have a state of their own for each output', async () => {
    class Largest extends tf.metrics.Metric {
      static className = 'Largest';
      constructor(args = {}) {
        super({ name: 'largest', ...args });
        this.value = this.addWeight('value', []);
      }
      updateState(_, yPred) {
        this.assign(this.value, tf.maximum(this.value.read(), tf.max(yPred)));
      }
      result() {
        return this.value.read().clone();
      }
    }
    const input = tf.input({ shape: [4] });
    const constants = [1, 2].map((value) =>
      tf.layers.dense({ units: 1, kernelInitializer: 'zeros', biasInitializer: tf.initializers.constant({ value }) }),
    );
    const model = tf.model({ inputs: input, outputs: constants.map((layer) => layer.apply(input)) });
    const given = [new Largest(), tf.metrics.get('MeanAbsoluteError', { name: 'off' }), tf.metrics.get('Sum')];
    model.compile({ optimizer: 'sgd', loss: 'mse', metrics: given });
    const zeros = tf.zeros([20, 1]);
    const values = model.evaluate(x(), [zeros, zeros]).map((value) => value.dataSync()[0]);
    assert.equal(model.metricsNames.length, 9);
    const named = (name) => values.filter((_, i) => model.metricsNames[i].endsWith(name));
    assert.deepEqual(
      [named('largest'), named('off')],
      [
        [1, 2],
        [1, 2],
      ],
    );
    model.dispose();
    assert.equal(given[0].value.isDisposed, false);
  });

  test('MeanTensor is the mean of each element', () => {
    const metric = tf.metrics.get('MeanTensor');
    metric.updateState([
      [1, 2],
      [3, 4],
    ]);
    metric.updateState(
      [
        [5, 4],
        [1, 0],
      ],
      undefined,
      [3, 1],
    );
    assert.deepEqual(metric.result().arraySync(), [
      [4, 3.5],
      [2, 2],
    ]);
    assert.throws(() => metric.updateState([1, 2, 3]), { code: 'E_SHAPE' });
    metric.resetStates();
    assert.deepEqual(metric.result().arraySync(), [
      [0, 0],
      [0, 0],
    ]);
    const before = tf.memory().numTensors;
    metric.updateState([
      [1, 2],
      [3, 4],
    ]);
    assert.equal(tf.memory().numTensors, before);
    metric.dispose();
    assert.deepEqual(
      tf.metrics
        .get('mean_tensor', { shape: [2] })
        .result()
        .arraySync(),
      [0, 0],
    );
  });
});
