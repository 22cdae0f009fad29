// SPDX-License-Identifier: Apache-2.0
// Recurrent layers and cells whose activations are written in JavaScript.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import * as tf from '../../dist/index.js';

/** The built-in functions, written again: layers must not tell them from the originals. */
const FUNCTIONS = { tanh: (x) => tf.tanh(x), sigmoid: (x) => tf.sigmoid(x) };

class SlowTanh extends tf.serialization.Serializable {
  static className = 'SlowTanhOfTests';
  apply(x) {
    return tf.sub(1, tf.div(2, tf.add(tf.exp(tf.mul(2, x)), 1)));
  }
  getConfig() {
    return {};
  }
}

const numbers = (shape, seed = 1) => tf.randomNormal(shape, 0, 1, 'float32', seed);

function assertClose(a, b) {
  const [got, wanted] = [a, b].map((x) => [...x.dataSync()]);
  assert.deepEqual(a.shape, b.shape);
  for (const [i, value] of got.entries()) assert.ok(Math.abs(value - wanted[i]) < 1e-5, `${value} is not ${wanted[i]}`);
}

/** A layer with the weights of another. */
function withWeightsOf(layer, other, ...args) {
  layer.apply(...args);
  layer.setWeights(other.getWeights());
  return layer;
}

const VARIANTS = [
  ['lstm', {}],
  ['lstm', { useBias: false, goBackwards: true }],
  ['gru', { resetAfter: false }],
  ['gru', { resetAfter: true }],
  ['gru', { resetAfter: true, useBias: false }],
  ['simpleRNN', {}],
];
const hasGates = (name) => name !== 'simpleRNN';
const gates = (name, recurrentActivation) => (hasGates(name) ? { recurrentActivation } : {});

describe('activations in JavaScript of recurrent layers', () => {
  before(async () => {
    await tf.ready();
    tf.serialization.registerClass(SlowTanh);
  });

  for (const [name, options] of VARIANTS) {
    test(`${name} ${JSON.stringify(options)}: as with built-in activations`, () => {
      const x = numbers([2, 5, 3]);
      const all = { units: 4, returnSequences: true, returnState: true, ...options };
      const plain = tf.layers[name]({ ...all, activation: 'tanh', ...gates(name, 'sigmoid') });
      plain.apply(x);
      plain.setWeights(plain.getWeights().map(({ shape }, i) => numbers(shape, i + 2)));
      const own = tf.layers[name]({ ...all, activation: FUNCTIONS.tanh, ...gates(name, FUNCTIONS.sigmoid) });
      withWeightsOf(own, plain, x);
      for (const mask of [
        undefined,
        tf.tensor2d(
          [
            [1, 1, 0, 1, 0],
            [0, 1, 1, 1, 1],
          ],
          [2, 5],
          'bool',
        ),
      ]) {
        const [a, b] = [plain, own].map((layer) => layer.apply(x, { mask }));
        for (const [i, wanted] of a.entries()) assertClose(b[i], wanted);
      }
      // One key in JavaScript, the other built in.
      const half = tf.layers[name]({ ...all, activation: 'tanh', ...gates(name, FUNCTIONS.sigmoid) });
      assertClose(withWeightsOf(half, plain, x).apply(x)[0], plain.apply(x)[0]);
    });

    test(`${name}Cell ${JSON.stringify(options)}`, () => {
      const { goBackwards, ...rest } = options;
      const x = numbers([2, 3]);
      const states = Array.from({ length: name === 'lstm' ? 2 : 1 }, (_, i) => numbers([2, 4], i + 7));
      const plain = tf.layers[`${name}Cell`]({ units: 4, ...rest, activation: 'tanh', ...gates(name, 'sigmoid') });
      const [wanted] = plain.apply([x, ...states]);
      const own = tf.layers[`${name}Cell`]({
        units: 4,
        ...rest,
        activation: new SlowTanh(),
        ...gates(name, 'sigmoid'),
      });
      withWeightsOf(own, plain, [x, ...states]);
      assertClose(own.apply([x, ...states])[0], plain.apply([x, ...states])[0]);
      assert.deepEqual(wanted.shape, [2, 4]);
      assert.throws(() => own.apply([x]), { code: 'E_LAYER' });
    });
  }

  test('states: given, kept between batches, in both directions', () => {
    const x = numbers([2, 5, 3]);
    const make = (activation, options) =>
      tf.layers.gru({ units: 4, recurrentActivation: 'sigmoid', activation, ...options });
    const plain = make('tanh', {});
    plain.apply(x);
    const state = numbers([2, 4], 9);
    const own = withWeightsOf(make(FUNCTIONS.tanh, {}), plain, x);
    assertClose(own.apply(x, { initialState: [state] }), plain.apply(x, { initialState: [state] }));
    assertClose(own.apply([x, state]), plain.apply([x, state]));
    const stateful = (activation) => {
      const layer = make(activation, { stateful: true, batchInputShape: [2, 5, 3] });
      withWeightsOf(layer, plain, x).resetStates();
      return layer;
    };
    const [a, b] = [stateful('tanh'), stateful(FUNCTIONS.tanh)];
    for (let i = 0; i < 2; ++i) assertClose(b.apply(x), a.apply(x));
    const both = (activation) => tf.layers.bidirectional({ layer: make(activation, { returnSequences: true }) });
    const plainBoth = both('tanh');
    plainBoth.apply(x);
    assertClose(withWeightsOf(both(FUNCTIONS.tanh), plainBoth, x).apply(x), plainBoth.apply(x));
  });

  test('a model with them: learns as with built-in ones, is saved by class, not by function', async () => {
    const x = numbers([8, 4, 3]);
    const y = numbers([8, 1], 2);
    const make = (activation) => {
      const model = tf.sequential();
      model.add(tf.layers.lstm({ units: 3, inputShape: [4, 3], recurrentActivation: 'sigmoid', activation }));
      model.add(tf.layers.dense({ units: 1 }));
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
      return model;
    };
    const models = ['tanh', FUNCTIONS.tanh, new SlowTanh()].map(make);
    for (const model of models.slice(1)) model.setWeights(models[0].getWeights());
    const losses = [];
    for (const model of models) {
      const { history } = await model.fit(x, y, { epochs: 3, shuffle: false });
      losses.push(history.loss);
    }
    assert.ok(losses[0][2] < losses[0][0]);
    for (const own of losses.slice(1)) {
      for (const [i, loss] of own.entries()) assert.ok(Math.abs(loss - losses[0][i]) < 1e-5);
    }
    const [, byFunction, byClass] = models;
    let artifacts;
    const keep = tf.io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    });
    await byClass.save(keep);
    assert.match(JSON.stringify(artifacts.modelTopology), /"class_name":"SlowTanhOfTests"/);
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    assertClose(loaded.predict(x), byClass.predict(x));
    assert.throws(() => byFunction.toJSON(), { code: 'E_LAYER', message: /register a class/ });
  });

  test('dropout: the same mask at all steps, none outside of training', () => {
    const layer = tf.layers.simpleRNN({
      units: 8,
      dropout: 0.5,
      returnSequences: true,
      activation: (x) => x,
      kernelInitializer: 'identity',
      recurrentInitializer: 'zeros',
    });
    const x = tf.ones([1, 5, 8]);
    assertClose(layer.apply(x), x);
    const steps = layer.apply(x, { training: true }).arraySync()[0];
    for (const step of steps) assert.deepEqual(step, steps[0]);
    assert.ok(steps[0].includes(0) || steps[0].includes(2));
  });

  test('errors', () => {
    const x = numbers([2, 5, 3]);
    assert.throws(() => tf.layers.lstm({ units: 2, activation: () => 1 }).apply(x), {
      code: 'E_LAYER',
      message: /tensor/,
    });
    assert.throws(() => tf.layers.convLstm2d({ filters: 2, kernelSize: 2, activation: (y) => y }), { code: 'E_LAYER' });
    const layer = tf.layers.dense({ units: 2, activation: (y) => tf.mul(y, 2), kernelInitializer: 'ones' });
    assert.deepEqual([...layer.apply(tf.ones([1, 2])).dataSync()], [4, 4]);
  });
});
