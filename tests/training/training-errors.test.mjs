// SPDX-License-Identifier: Apache-2.0
// Calls of fit() and compile() that fail, and leave the model as it was.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { sequentialOf, skip, tf } from './fit-models.mjs';
import { compiled, datasetOf, LAYERS, valuesOf, x, y } from './small-model.mjs';

describe('errors of training', { skip }, () => {
  before(() => tf.ready());

  const refused = {
    'inputs of a wrong shape': [(model) => model.fit(tf.ones([20, 3]), y()), /expected dense.* to have shape/],
    'another number of targets': [(model) => model.fit(x(), tf.ones([19, 2])), /same number of samples/],
    'targets of a wrong shape': [(model) => model.fit(x(), tf.ones([20, 3])), { code: 'E_SHAPE' }],
    'no tensors': [(model) => model.fit([[1, 2, 3, 4]], y()), { code: 'E_INPUT' }],
    'a wrong batch size': [(model) => model.fit(x(), y(), { batchSize: 0 }), /batchSize/],
    'a wrong number of epochs': [(model) => model.fit(x(), y(), { epochs: 1.5 }), /epochs/],
    'a split without examples': [(model) => model.fit(x(), y(), { validationSplit: 0.99 }), /validationSplit/],
    'weights that do not fit': [(model) => model.fit(x(), y(), { sampleWeight: tf.ones([3]) }), /sampleWeight/],
    'a dataset without targets': [
      (model) =>
        model.fitDataset(
          datasetOf(() => x()),
          { epochs: 1 },
        ),
      /\{xs, ys\}/,
    ],
    'an empty dataset': [(model) => model.fitDataset(datasetOf(), { epochs: 1 }), /no batches/],
    'a dataset that throws': [
      (model) =>
        model.fitDataset(
          datasetOf(() => {
            throw new Error('the camera is off');
          }),
          { epochs: 1 },
        ),
      /the camera is off/,
    ],
    'a callback that throws': [
      (model) =>
        model.fit(x(), y(), {
          callbacks: {
            onBatchBegin: () => {
              throw new Error('not today');
            },
          },
        }),
      /not today/,
    ],
  };
  for (const [name, [call, expected]] of Object.entries(refused)) {
    test(name, async () => {
      const model = compiled();
      await model.fit(x(), y());
      const before = valuesOf(model.getWeights());
      const { iterations } = model.optimizer;
      const { numTensors } = tf.memory();
      await tf.ready();
      await assert.rejects(async () => call(model), expected);
      assert.deepEqual(valuesOf(model.getWeights()), before);
      assert.equal(model.optimizer.iterations, iterations);
      // What the call itself was given: up to three tensors.
      assert.ok(tf.memory().numTensors - numTensors <= 7);
      await model.fit(x(), y());
    });
  }

  test('losses that are wrong', async () => {
    const wrong = {
      'reads values': [(_, prediction) => tf.scalar(prediction.dataSync()[0]), /runEagerly/],
      'no tensor': [() => 3, /must return a tensor/],
      'no gradient': [() => tf.scalar(1), /./],
    };
    for (const [name, [loss, message]] of Object.entries(wrong)) {
      const model = compiled({ loss });
      const before = valuesOf(model.getWeights());
      await (name === 'no gradient' ? model.fit(x(), y()) : assert.rejects(model.fit(x(), y()), message));
      assert.deepEqual(valuesOf(model.getWeights()), before, name);
    }
    assert.throws(() => compiled({ loss: 'nothing' }), /nothing/);
    assert.throws(() => compiled({ loss: undefined }), /loss/);
    assert.throws(() => compiled({ optimizer: 'sgdd' }), /sgdd/);
    assert.throws(() => compiled({ metrics: ['accurracy'] }), /accurracy/);
  });

  test('before compile(), after dispose(), and two calls at once', async () => {
    const model = sequentialOf(tf, ...LAYERS);
    await assert.rejects(model.fit(x(), y()), /compile/);
    assert.throws(() => model.evaluate(x(), y()), /compile/);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const first = model.fit(x(), y(), { epochs: 3, yieldEvery: 'batch' });
    await assert.rejects(model.fit(x(), y()), /another fit\(\) call is ongoing/);
    await first;
    model.dispose();
    await assert.rejects(model.fit(x(), y()), { code: 'E_DISPOSED' });
  });
});
