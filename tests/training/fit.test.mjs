// SPDX-License-Identifier: Apache-2.0
// compile(), fit() and evaluate(), with the built core in Node.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from '../layers/close.mjs';
import { noise, oneHotOf, sequentialOf, setWeights, skipTheirs, tensorOf, tf, theirs } from './fit-models.mjs';

const REGRESSION = [
  ['dense', { units: 6, activation: 'tanh', inputShape: [4] }],
  ['dense', { units: 2 }],
];
const CLASSES = [
  ['dense', { units: 6, activation: 'relu', inputShape: [4] }],
  ['dense', { units: 3, activation: 'softmax' }],
];

/** Trains the same model with both libraries, and compares what they log and the weights. */
async function compareFit(layers, compile, { data, args = {}, tolerance = 1e-4 } = {}) {
  const results = [];
  for (const t of [tf, theirs]) {
    const model = sequentialOf(t, ...layers);
    model.compile(compile(t));
    const [x, y] = data ? data(t) : [tensorOf(t, [22, 4], 1), tensorOf(t, [22, 2], 2)];
    const { history, epoch } = await model.fit(x, y, {
      batchSize: 8,
      epochs: 4,
      shuffle: false,
      verbose: 0,
      validationData: [x, y],
      ...args,
    });
    const weights = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    results.push({ history, epoch, weights });
  }
  const [ours, expected] = results;
  assert.deepEqual(ours.epoch, expected.epoch);
  assert.deepEqual(Object.keys(ours.history).sort(), Object.keys(expected.history).sort());
  for (const [name, values] of Object.entries(expected.history)) {
    assertClose(ours.history[name], values, tolerance, tolerance);
  }
  assertClose(ours.weights.flat(), expected.weights.flat(), tolerance, tolerance);
}

describe('training like TensorFlow.js', { skip: skipTheirs }, () => {
  before(() => tf.ready());

  const optimizers = {
    sgd: (t) => t.train.sgd(0.1),
    momentum: (t) => t.train.momentum(0.05, 0.9),
    nesterov: (t) => t.train.momentum(0.05, 0.9, true),
    adagrad: (t) => t.train.adagrad(0.1),
    adam: (t) => t.train.adam(0.01),
    adamax: (t) => t.train.adamax(0.01),
    rmsprop: (t) => t.train.rmsprop(0.01),
    'rmsprop with momentum': (t) => t.train.rmsprop(0.01, 0.9, 0.5),
    'adam by name': () => 'adam',
    'sgd by name': () => 'sgd',
    'rmsprop by name': () => 'rmsprop',
    'adagrad by name': () => 'adagrad',
    'adamax by name': () => 'adamax',
  };
  for (const [name, make] of Object.entries(optimizers)) {
    test(`optimizer ${name}`, () =>
      compareFit(REGRESSION, (t) => ({ optimizer: make(t), loss: 'meanSquaredError', metrics: ['mae', 'mape'] })));
  }

  const losses = ['meanSquaredError', 'meanAbsoluteError', 'hinge', 'squaredHinge', 'logcosh', 'cosineProximity'];
  for (const loss of losses) {
    test(`loss ${loss}`, () => compareFit(REGRESSION, (t) => ({ optimizer: t.train.sgd(0.05), loss })));
  }
  const classLosses = ['categoricalCrossentropy', 'kullbackLeiblerDivergence', 'categoricalHinge', 'poisson'];
  for (const loss of classLosses) {
    test(`loss ${loss}, accuracy`, () =>
      compareFit(
        CLASSES,
        (t) => ({ optimizer: t.train.sgd(0.1), loss, metrics: ['accuracy', 'categoricalCrossentropy'] }),
        {
          data: (t) => [tensorOf(t, [22, 4], 1), oneHotOf(t, 22, 3)],
        },
      ));
  }

  test('sparse labels', () =>
    compareFit(
      CLASSES,
      (t) => ({ optimizer: t.train.adam(0.01), loss: 'sparseCategoricalCrossentropy', metrics: ['acc'] }),
      {
        data: (t) => [tensorOf(t, [22, 4], 1), t.tensor2d(Array.from({ length: 22 }, (_, i) => [(i * 7 + 3) % 3]))],
      },
    ));

  test('two classes, class weights', () =>
    compareFit(
      [REGRESSION[0], ['dense', { units: 1, activation: 'sigmoid' }]],
      (t) => ({ optimizer: t.train.adam(0.01), loss: 'binaryCrossentropy', metrics: ['accuracy'] }),
      {
        data: (t) => [tensorOf(t, [22, 4], 1), t.tensor2d(noise(22, 5).map((value) => [Number(value > 0)]))],
        args: { classWeight: { 0: 0.3, 1: 2 } },
      },
    ));

  test('regularizers', () =>
    compareFit(
      [
        ['dense', { units: 6, inputShape: [4], kernelRegularizer: 'l1l2' }],
        ['dense', { units: 2 }],
      ],
      (t) => ({ optimizer: t.train.sgd(0.1), loss: 'meanSquaredError' }),
      // TensorFlow.js leaves penalties out of val_loss.
      { args: { validationData: undefined } },
    ));

  test('a validation split', () =>
    compareFit(REGRESSION, (t) => ({ optimizer: t.train.sgd(0.1), loss: 'meanSquaredError' }), {
      args: { validationData: undefined, validationSplit: 0.3 },
    }));

  test('a convolutional net', () =>
    compareFit(
      [
        ['conv2d', { filters: 3, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 2] }],
        ['batchNormalization', {}],
        ['maxPooling2d', { poolSize: 2 }],
        ['depthwiseConv2d', { kernelSize: 2, padding: 'same' }],
        ['flatten', {}],
        ['dense', { units: 3, activation: 'softmax' }],
      ],
      (t) => ({ optimizer: t.train.adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] }),
      { data: (t) => [tensorOf(t, [10, 8, 8, 2], 1), oneHotOf(t, 10, 3)], args: { epochs: 2 }, tolerance: 1e-3 },
    ));

  test('a recurrent net on tokens', () =>
    compareFit(
      [
        ['embedding', { inputDim: 12, outputDim: 5, inputLength: 6 }],
        ['gru', { units: 4, recurrentActivation: 'sigmoid', recurrentInitializer: 'zeros' }],
        ['dense', { units: 3, activation: 'softmax' }],
      ],
      (t) => ({ optimizer: t.train.adam(0.01), loss: 'categoricalCrossentropy' }),
      {
        data: (t) => [
          t.tensor2d(Array.from({ length: 10 }, (_, i) => [0, 1, 2, 3, 4, 5].map((k) => (i * 5 + k * 3) % 12))),
          oneHotOf(t, 10, 3),
        ],
      },
    ));

  test('calls of callbacks', async () => {
    const calls = [];
    for (const t of [tf, theirs]) {
      const model = sequentialOf(t, ...REGRESSION);
      model.compile({ optimizer: t.train.sgd(0.1), loss: 'meanSquaredError', metrics: ['mae'] });
      const seen = [];
      const note = (name) => (index, logs) => seen.push([name, index ?? null, logs ?? null]);
      await model.fit(tensorOf(t, [20, 4], 1), tensorOf(t, [20, 2], 2), {
        batchSize: 8,
        epochs: 2,
        verbose: 0,
        shuffle: false,
        callbacks: {
          onTrainBegin: () => seen.push(['train']),
          onTrainEnd: () => seen.push(['end']),
          onEpochBegin: (epoch) => seen.push(['epoch', epoch]),
          onEpochEnd: note('epoch end'),
          onBatchBegin: (batch) => seen.push(['batch', batch]),
          onBatchEnd: note('batch end'),
        },
      });
      calls.push(seen);
    }
    const [ours, expected] = calls;
    assert.deepEqual(
      ours.map(([name, index]) => [name, index]),
      expected.map(([name, index]) => [name, index]),
    );
    for (const [i, [, , logs]] of expected.entries()) {
      if (!logs) continue;
      for (const [key, value] of Object.entries(logs)) {
        const number = typeof value === 'number' ? value : value.dataSync()[0];
        assertClose([ours[i][2][key]], [number], 1e-4, 1e-4);
      }
    }
  });

  test('evaluate, trainOnBatch and several outputs', async () => {
    const results = [];
    for (const t of [tf, theirs]) {
      const x = t.input({ shape: [4] });
      const hidden = t.layers.dense({ units: 5, activation: 'tanh' }).apply(x);
      const a = t.layers.dense({ units: 2, name: 'a' }).apply(hidden);
      const b = t.layers.dense({ units: 3, name: 'b', activation: 'softmax' }).apply(hidden);
      const model = t.model({ inputs: x, outputs: [a, b] });
      setWeights(t, model);
      model.compile({
        optimizer: t.train.sgd(0.1),
        loss: { a: 'meanSquaredError', b: 'categoricalCrossentropy' },
        metrics: { b: ['accuracy'] },
      });
      const data = [tensorOf(t, [20, 4], 1), [tensorOf(t, [20, 2], 2), oneHotOf(t, 20, 3)]];
      const trained = await model.trainOnBatch(...data);
      const values = model.evaluate(...data, { batchSize: 8 }).map((value) => value.dataSync()[0]);
      results.push({ trained, values, names: model.metricsNames });
    }
    const [ours, expected] = results;
    assert.deepEqual(ours.names, expected.names);
    assertClose(ours.trained, expected.trained, 1e-4);
    // TensorFlow.js puts the loss of the first output before the sum.
    assertClose(ours.values, expected.values.slice(1), 1e-4);
  });

  test('training goes on from files of the other library', async () => {
    for (const [first, second] of [
      [tf, theirs],
      [theirs, tf],
    ]) {
      const start = sequentialOf(first, ...REGRESSION);
      start.compile({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['mae'] });
      const fit = (t, model) =>
        model.fit(tensorOf(t, [16, 4], 1), tensorOf(t, [16, 2], 2), { epochs: 3, shuffle: false, verbose: 0 });
      await fit(first, start);
      let saved;
      const save = async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date() } };
      };
      await start.save({ save }, { includeOptimizer: true });
      const other = await second.loadLayersModel({ load: async () => saved });
      const { history } = await fit(second, other);
      const expected = await fit(first, start);
      assertClose(history.loss, expected.history.loss, 1e-5);
      assertClose(history.mae, expected.history.mae, 1e-5);
    }
  });
});
