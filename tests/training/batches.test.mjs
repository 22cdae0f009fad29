// SPDX-License-Identifier: Apache-2.0
// How examples are cut into batches, and what becomes of them after errors.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from '../layers/close.mjs';
import { sequentialOf, skip, tensorOf, tf } from './fit-models.mjs';

describe('models for batches of one size', { skip }, () => {
  before(() => tf.ready());

  const make = (batchInputShape = [4, 3]) => {
    const model = sequentialOf(tf, ['dense', { units: 2, batchInputShape }]);
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'mse' });
    return model;
  };
  const [x, y] = [(count) => tensorOf(tf, [count, 3], 1), (count) => tensorOf(tf, [count, 2], 2)];

  test('take any number of them', async () => {
    const [model, other] = [make(), make([null, 3])];
    const { history } = await model.fit(x(12), y(12), { epochs: 2, shuffle: false, validationSplit: 1 / 3 });
    const { history: expected } = await other.fit(x(8), y(8), {
      ...{ batchSize: 4, epochs: 2, shuffle: false },
      validationData: [x(12).slice(8), y(12).slice(8)],
    });
    assertClose(history.loss, expected.loss, 1e-6);
    assertClose(model.predict(x(12)), other.predict(x(12)), 1e-6);
    assertClose(model.evaluate(x(12), y(12)), other.evaluate(x(12), y(12)), 1e-6);
  });

  const refused = {
    'fit, a remainder': (model) => model.fit(x(10), y(10)),
    'fit, another size': (model) => model.fit(x(12), y(12), { batchSize: 6 }),
    'fit, a remainder in the validation': (model) => model.fit(x(8), y(8), { validationData: [x(5), y(5)] }),
    'fit, a split between batches': (model) => model.fit(x(12), y(12), { validationSplit: 0.5 }),
    evaluate: async (model) => model.evaluate(x(6), y(6)),
    trainOnBatch: (model) => model.trainOnBatch(x(8), y(8)),
    predict: async (model) => model.predict(x(6)),
    predictOnBatch: async (model) => model.predictOnBatch(x(8)),
  };
  for (const [name, call] of Object.entries(refused)) {
    test(`refuse others: ${name}`, async () => {
      const model = make();
      const before = model.getWeights().map((weight) => [...weight.dataSync()]);
      await assert.rejects(() => call(model), { code: 'E_SHAPE' });
      assert.deepEqual(
        model.getWeights().map((weight) => [...weight.dataSync()]),
        before,
      );
    });
  }
});

describe('batches', { skip }, () => {
  before(() => tf.ready());

  test("shuffle: 'batch' keeps batches together, and a smaller one last", async () => {
    const model = sequentialOf(tf, ['dense', { units: 1, inputShape: [1] }]);
    model.compile({ optimizer: tf.train.sgd(0), loss: (truth) => tf.mean(truth, -1) });
    const numbers = tf.tensor2d(
      Array.from({ length: 11 }, (_, i) => 2 ** i),
      [11, 1],
    );
    for (let round = 0; round < 5; ++round) {
      const sums = [];
      await model.fit(numbers, numbers, {
        batchSize: 2,
        shuffle: 'batch',
        callbacks: { onBatchEnd: (_, { loss, size }) => sums.push(loss * size) },
      });
      assert.equal(sums.pop(), 2 ** 10);
      assert.deepEqual(
        sums.sort((a, b) => a - b),
        [0, 2, 4, 6, 8].map((i) => 3 * 2 ** i),
      );
    }
  });

  test('nothing is left of what does not fit', async () => {
    const model = sequentialOf(tf, ['dense', { units: 2, inputShape: [3] }]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const [x, y, wrong] = [tensorOf(tf, [6, 3], 1), tensorOf(tf, [6, 2], 2), tensorOf(tf, [6, 4], 3)];
    const broken = {
      iterator: async () => {
        throw new Error('no iterator today');
      },
    };
    await model.fit(x, y);
    const { numTensors } = tf.memory();
    for (const call of [
      () => model.fit(x, y, { validationData: [wrong, y] }),
      () => model.fit(x, y, { validationData: [x] }),
      () => model.fit(x, y, { batchSize: 0, validationData: [x, y] }),
      () => model.fit(x, y, { sampleWeight: wrong.slice([0, 0], [5, 1]) }),
      () => model.fitDataset(broken, { epochs: 1, batchesPerEpoch: 2, validationData: [x, y] }),
      () => model.fitDataset(broken, { epochs: 1, validationData: [x, y], validationBatchSize: 0.5 }),
    ]) {
      await assert.rejects(call);
    }
    // The slice is the test's.
    assert.equal(tf.memory().numTensors, numTensors + 1);
    await model.fit(x, y);
  });
});
