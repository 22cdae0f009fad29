// SPDX-License-Identifier: Apache-2.0
// Training of parts of models: frozen bases with new heads, features, shared layers, nested models, states, masks.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { assertClose } from '../layers/close.mjs';
import { MemoryHandler } from '../layers/tfjs.mjs';
import { tinyAnswer, writeTinyModel } from '../tiny-model.mjs';
import { oneHotOf, sequentialOf, setWeights, skip, tensorOf, tf } from './fit-models.mjs';

const valuesOf = (tensors) => [tensors].flat().flatMap((tensor) => Array.from(tensor.dataSync()));
const weightsOf = (layer) => valuesOf(layer.getWeights());

const images = () => tensorOf(tf, [24, 8, 8, 2], 1);
const labels = () => oneHotOf(tf, 24, 3);

/** A classifier of images with five classes, saved and loaded. */
async function loadClassifier() {
  const model = sequentialOf(
    tf,
    ['conv2d', { filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 2] }],
    ['batchNormalization', {}],
    ['globalAveragePooling2d', { name: 'features' }],
    ['dense', { units: 5, activation: 'softmax' }],
  );
  const handler = new MemoryHandler();
  await model.save(handler);
  return tf.loadLayersModel(handler);
}

/** A head with weights that are always the same. */
function makeHead() {
  return sequentialOf(tf, ['dense', { units: 3, activation: 'softmax', inputShape: [4] }]);
}

const compileArgs = () => ({
  optimizer: tf.train.adam(0.05),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});
const fitArgs = { epochs: 5, batchSize: 10, shuffle: false };

describe('a loaded model with a new head', { skip }, () => {
  before(() => tf.ready());

  /** The loaded model up to its features, with a head. */
  async function withHead(isTrainable) {
    const loaded = await loadClassifier();
    const base = tf.model({ inputs: loaded.inputs, outputs: loaded.getLayer('features').output });
    base.trainable = isTrainable;
    const head = makeHead();
    const model = tf.model({ inputs: base.inputs, outputs: head.apply(base.outputs[0]) });
    model.compile(compileArgs());
    return { base, head, model };
  }

  test('the frozen base stays as it is, statistics included; the head learns', async () => {
    const { base, head, model } = await withHead(false);
    const [baseBefore, headBefore] = [base, head].map(weightsOf);
    const { history } = await model.fit(images(), labels(), fitArgs);
    assert.deepEqual(weightsOf(base), baseBefore);
    assert.notDeepEqual(weightsOf(head), headBefore);
    assert.ok(history.loss.at(-1) < history.loss[0], String(history.loss));
  });

  test('features that are computed once give the same head', async () => {
    const { base, head: expected, model } = await withHead(false);
    const { history: expectedHistory } = await model.fit(images(), labels(), fitArgs);
    const head = makeHead();
    head.compile(compileArgs());
    const features = base.predict(images());
    const { history } = await head.fit(features, labels(), fitArgs);
    assertClose(history.loss, expectedHistory.loss, 1e-5);
    assert.deepEqual(history.acc, expectedHistory.acc);
    assertClose(weightsOf(head), weightsOf(expected), 1e-4);
  });

  test('unfrozen and compiled again, all is trained', async () => {
    const { base, model } = await withHead(false);
    await model.fit(images(), labels(), fitArgs);
    const before = base.layers.map(weightsOf);
    base.trainable = true;
    model.compile(compileArgs());
    await model.fit(images(), labels(), { epochs: 1 });
    for (const [i, layer] of base.layers.entries()) {
      const now = weightsOf(layer);
      // Moving averages are among the weights of the normalization.
      for (const [k, value] of now.entries()) assert.notEqual(value, before[i][k], `${layer.name}, ${k}`);
    }
  });

  test('a frozen BatchNormalization uses its statistics, one that is not those of the batch', async () => {
    const evaluated = [];
    for (const isTrainable of [false, true]) {
      const { model } = await withHead(isTrainable);
      const [expected] = valuesOf(model.evaluate(images(), labels()));
      const [trained] = await model.trainOnBatch(images(), labels());
      evaluated.push(Math.abs(trained - expected));
    }
    assert.ok(evaluated[0] < 1e-6, String(evaluated));
    assert.ok(evaluated[1] > 1e-4, String(evaluated));
  });

  test('a graph model gives the features', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-transfer-'));
    try {
      await writeTinyModel(folder);
      const base = await tf.loadGraphModel(`${pathToFileURL(folder)}/model.json`);
      const x = tensorOf(tf, [32, 2], 1);
      const features = base.predict(x);
      assertClose(features, x.arraySync().map(tinyAnswer), 1e-4);
      // The class is in the third feature: 100 - 3 a - 6 b.
      const y = tf.cast(tf.greater(features.slice([0, 2], [32, 1]), 100), 'float32');
      const scaled = tf.div(tf.sub(features, [0, 0, 100]), [1, 1, 10]);
      const head = sequentialOf(tf, ['dense', { units: 1, activation: 'sigmoid', inputShape: [3] }]);
      head.compile({ optimizer: tf.train.adam(0.3), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
      const { history } = await head.fit(scaled, y, { epochs: 200, batchSize: 32 });
      assert.ok(history.acc.at(-1) > 0.95, String(history.acc.at(-1)));
      base.dispose();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('weights used more than once', { skip }, () => {
  before(() => tf.ready());

  test('a layer that two inputs share gets the gradients of both', async () => {
    const make = () => {
      const [a, b] = ['a', 'b'].map((name) => tf.input({ shape: [4], name }));
      const shared = tf.layers.dense({ units: 3, activation: 'tanh', name: 'shared' });
      const both = tf.layers.concatenate().apply([shared.apply(a), shared.apply(b)]);
      const model = tf.model({ inputs: [a, b], outputs: tf.layers.dense({ units: 1 }).apply(both) });
      setWeights(tf, model);
      return model;
    };
    const x = [tensorOf(tf, [12, 4], 1), tensorOf(tf, [12, 4], 2)];
    const y = tensorOf(tf, [12, 1], 3);
    const model = make();
    assert.equal(model.trainableWeights.length, 4);
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'mse' });
    const expected = make();
    const optimizer = tf.train.sgd(0.1);
    const variables = expected.trainableWeights.map((weight) => weight.read());
    for (let step = 0; step < 3; ++step) {
      const loss = await model.trainOnBatch({ a: x[0], b: x[1] }, y);
      const other = optimizer.minimize(() => tf.mean(tf.square(tf.sub(expected.apply(x), y))), true, variables);
      assertClose([loss], valuesOf(other), 1e-6);
    }
    assertClose(weightsOf(model), weightsOf(expected), 1e-6);
  });

  test('an embedding that is the output, too', async () => {
    class Tied extends tf.layers.Layer {
      static className = 'TiedForTest';
      constructor(embedding) {
        super({});
        this.embedding = embedding;
      }
      call(inputs) {
        return tf.matMul([inputs].flat()[0], this.embedding.weights[0].read(), false, true);
      }
      computeOutputShape(shape) {
        return [shape[0], 6];
      }
    }
    const results = [];
    for (const runEagerly of [false, true]) {
      const x = tf.input({ shape: [1] });
      const embedding = tf.layers.embedding({ inputDim: 6, outputDim: 3 });
      const flat = tf.layers.flatten().apply(embedding.apply(x));
      const model = tf.model({ inputs: x, outputs: new Tied(embedding).apply(flat) });
      setWeights(tf, model);
      model.compile({
        optimizer: tf.train.sgd(0.5),
        loss: tf.losses.get('sparseCategoricalCrossentropy', { fromLogits: true }),
        runEagerly,
      });
      const tokens = tf.tensor2d([0, 1, 2, 3, 4, 5], [6, 1]);
      const { history } = await model.fit(tokens, tokens, { epochs: 20, shuffle: false });
      assert.ok(history.loss.at(-1) < 0.6 * history.loss[0], String(history.loss));
      results.push([...history.loss, ...weightsOf(model)]);
    }
    assertClose(results[0], results[1], 1e-4);
  });
});

describe('models in models', { skip }, () => {
  before(() => tf.ready());

  const LAYERS = [
    ['dense', { units: 6, activation: 'tanh', inputShape: [4], kernelRegularizer: 'l2' }],
    ['batchNormalization', {}],
    ['dense', { units: 2 }],
  ];
  const x = () => tensorOf(tf, [20, 4], 1);
  const y = () => tensorOf(tf, [20, 2], 2);
  const compileFor = (model) => model.compile({ optimizer: tf.train.adam(0.01), loss: 'mse', metrics: ['mae'] });

  test('are trained as their layers are, penalties and moving averages included', async () => {
    const flat = sequentialOf(tf, ...LAYERS);
    const inner = tf.sequential();
    for (const [name, options] of LAYERS.slice(0, 2)) inner.add(tf.layers[name](options));
    const nested = tf.sequential();
    nested.add(inner);
    nested.add(tf.layers.dense({ units: 2 }));
    nested.setWeights(flat.getWeights());
    const histories = [];
    for (const model of [flat, nested]) {
      compileFor(model);
      histories.push((await model.fit(x(), y(), fitArgs)).history);
    }
    assertClose(histories[1].loss, histories[0].loss, 1e-6);
    assertClose(histories[1].mae, histories[0].mae, 1e-6);
    assertClose(weightsOf(nested), weightsOf(flat), 1e-6);
  });

  test('that are frozen stay as they are', async () => {
    const inner = sequentialOf(tf, ...LAYERS);
    const input = tf.input({ shape: [4] });
    const model = tf.model({ inputs: input, outputs: tf.layers.dense({ units: 2 }).apply(inner.apply(input)) });
    inner.trainable = false;
    compileFor(model);
    const before = weightsOf(inner);
    const { history } = await model.fit(x(), y(), fitArgs);
    assert.deepEqual(weightsOf(inner), before);
    assert.ok(history.loss.at(-1) < history.loss[0]);
    // One layer of it alone.
    inner.trainable = true;
    inner.layers[0].trainable = false;
    compileFor(model);
    assert.equal(model.trainableWeights.length, 2 + 2 + 2);
    await model.fit(x(), y(), fitArgs);
    const [first, , last] = inner.layers.map(weightsOf);
    assert.deepEqual(first, before.slice(0, first.length));
    assert.notDeepEqual(last, before.slice(-last.length));
  });

  test('two models of the same layers train each other', async () => {
    const input = tf.input({ shape: [4] });
    const body = tf.layers.dense({ units: 5, activation: 'tanh', name: 'body' }).apply(input);
    const [first, second] = ['first', 'second'].map((name) =>
      tf.model({ inputs: input, outputs: tf.layers.dense({ units: 2, name }).apply(body) }),
    );
    for (const model of [first, second]) {
      setWeights(tf, model);
      compileFor(model);
    }
    for (let round = 0; round < 3; ++round) {
      const before = valuesOf(second.predict(x()));
      await first.fit(x(), y());
      assert.notDeepEqual(valuesOf(second.predict(x())), before);
      const [loss] = valuesOf(second.evaluate(x(), y()));
      const errors = valuesOf(tf.losses.meanSquaredError(y(), second.predict(x())));
      assertClose([loss], errors, 1e-6);
      await second.fit(x(), y());
    }
  });
});

describe('sequences', { skip }, () => {
  before(() => tf.ready());

  /** [4, 12, 3] in three parts of four steps, which are batches one after the other. */
  const parts = (t) => tf.concat(tf.split(t, 3, 1));

  test('a stateful layer goes on with its state from batch to batch', async () => {
    const [x, y] = [tensorOf(tf, [4, 12, 3], 1), tensorOf(tf, [4, 12, 2], 2)];
    const make = (steps, stateful, runEagerly) => {
      const layers = [
        ['lstm', { units: 5, returnSequences: true, stateful, batchInputShape: [4, steps, 3] }],
        ['dense', { units: 2 }],
      ];
      const model = sequentialOf(tf, ...layers);
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'mse', runEagerly });
      return model;
    };
    const whole = make(12, false);
    const stateful = make(4, true);
    const args = { batchSize: 4 };
    // In three batches, with the state between them, it is the same as in one.
    const [expected] = valuesOf(whole.evaluate(x, y, args));
    const [loss] = valuesOf(stateful.evaluate(parts(x), parts(y), args));
    assertClose([loss], [expected], 1e-6);
    // It goes on from the end, unless told otherwise.
    const [other] = valuesOf(stateful.evaluate(parts(x), parts(y), args));
    assert.ok(Math.abs(other - loss) > 1e-5, `${other}, ${loss}`);
    stateful.resetStates();
    assertClose(valuesOf(stateful.evaluate(parts(x), parts(y), args)), [loss], 1e-6);

    const results = [];
    for (const runEagerly of [false, true]) {
      const model = make(4, true, runEagerly);
      const { history } = await model.fit(parts(x), parts(y), {
        ...{ batchSize: 4, epochs: 4, shuffle: false },
        callbacks: { onEpochBegin: () => model.resetStates() },
      });
      assert.ok(history.loss.at(-1) < history.loss[0]);
      results.push([...history.loss, ...weightsOf(model)]);
    }
    assertClose(results[0], results[1], 1e-5);
  });

  test('masked steps count neither in losses nor in metrics nor in gradients', async () => {
    const tokens = tf.tensor2d([
      [3, 1, 4, 0, 0],
      [2, 5, 0, 0, 0],
      [1, 2, 3, 4, 5],
    ]);
    const mask = tf.cast(tf.notEqual(tokens, 0), 'float32');
    const make = () => {
      const model = sequentialOf(
        tf,
        ['embedding', { inputDim: 6, outputDim: 4, inputLength: 5, maskZero: true }],
        ['lstm', { units: 3, returnSequences: true }],
        ['dense', { units: 2 }],
      );
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'mse', metrics: ['mae'], weightedMetrics: ['mse'] });
      return model;
    };
    const y = tensorOf(tf, [3, 5, 2], 4);
    // Other targets where tokens are 0.
    const others = tf.add(y, tf.mul(tf.sub(1, mask.expandDims(-1)), 7));
    const model = make();
    const errors = tf.mean(tf.square(tf.sub(y, model.predict(tokens))), -1);
    const expected = tf.div(tf.sum(tf.mul(errors, mask)), tf.sum(mask));
    const absolute = tf.mean(tf.abs(tf.sub(y, model.predict(tokens))), -1);
    const expectedMae = tf.div(tf.sum(tf.mul(absolute, mask)), tf.sum(mask));
    const values = valuesOf(model.evaluate(tokens, others));
    assertClose(values, valuesOf([expected, expectedMae, expected]), 1e-6);

    const same = make();
    const histories = [];
    for (const [each, targets] of [
      [model, y],
      [same, others],
    ]) {
      histories.push((await each.fit(tokens, targets, { epochs: 3, shuffle: false })).history);
    }
    assert.deepEqual(histories[0], histories[1]);
    assert.deepEqual(weightsOf(model), weightsOf(same));
  });

  test('sample weights of steps', async () => {
    const [x, y] = [tensorOf(tf, [6, 4, 3], 1), tensorOf(tf, [6, 4, 2], 2)];
    const model = sequentialOf(
      tf,
      ['simpleRNN', { units: 3, returnSequences: true, inputShape: [4, 3] }],
      ['dense', { units: 2 }],
    );
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const sampleWeight = tf.abs(tensorOf(tf, [6, 4], 3));
    const errors = tf.mean(tf.square(tf.sub(y, model.predict(x))), -1);
    const expected = tf.mean(tf.mul(errors, sampleWeight));
    assertClose(model.evaluate(x, y, { sampleWeight }), expected, 1e-6);
    const { history } = await model.fit(x, y, { sampleWeight, batchSize: 6 });
    assertClose(history.loss, expected, 1e-6);
  });
});
