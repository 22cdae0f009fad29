// SPDX-License-Identifier: Apache-2.0
// tf.train, with the built core in Node. The formulas are tested in tests/cpp/training.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');

const OPTIMIZERS = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.05, 0.9),
  nesterov: () => tf.train.momentum(0.05, 0.9, true),
  adagrad: () => tf.train.adagrad(0.5),
  adadelta: () => tf.train.adadelta(50),
  rmsprop: () => tf.train.rmsprop(0.02),
  'clipped momentum': () => tf.train.momentum(0.05, 0.9, false, { clipNorm: 5 }),
  'centered rmsprop': () => tf.train.rmsprop(0.02, 0.9, 0.1, null, true),
  adam: () => tf.train.adam(0.1),
  amsgrad: () => tf.train.adam(0.1, 0.9, 0.999, null, { amsgrad: true }),
  adamW: () => tf.train.adamW(0.1),
  adamax: () => tf.train.adamax(0.1),
  nadam: () => tf.train.nadam(0.1),
  lion: () => tf.train.lion(0.02),
  ftrl: () => tf.train.ftrl(0.5),
  lamb: () => tf.train.lamb(0.05),
  adafactor: () => tf.train.adafactor(0.5),
  muon: () => tf.train.muon(0.05, { adamWeightDecay: 0 }),
  'averages of weights': () =>
    tf.train.adam(0.1, 0.9, 0.999, null, { useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 10 }),
  'accumulated gradients': () => tf.train.sgd(0.1, { gradientAccumulationSteps: 4 }),
};

const valuesOf = (tensor) => Array.from(tensor.dataSync());

/** A loss with its minimum at [1, -2]. */
const makeProblem = () => {
  const w = tf.variable(tf.tensor1d([0, 0]));
  const target = tf.tensor1d([1, -2]);
  return { w, loss: () => tf.sub(w, target).square().sum(), free: () => tf.dispose([w, target]) };
};

const steps = (optimizer, { loss, w }, count) => {
  for (let i = 0; i < count; ++i) optimizer.minimize(loss, false, [w]);
};

describe('optimizers', { skip }, () => {
  before(() => tf.ready());

  for (const [name, make] of Object.entries(OPTIMIZERS)) {
    test(`${name} finds a minimum`, () => {
      const problem = makeProblem();
      const optimizer = make();
      const before = problem.loss().dataSync()[0];
      steps(optimizer, problem, 200);
      assert.equal(optimizer.iterations, 200);
      assert.ok(problem.loss().dataSync()[0] < before / 20, `${valuesOf(problem.w)}`);
      optimizer.dispose();
      problem.free();
    });

    test(`${name} continues from saved state as if it had not stopped`, async () => {
      const whole = makeProblem();
      const parts = makeProblem();
      const [one, first, second] = [make(), make(), make()];
      steps(one, whole, 9);
      steps(first, parts, 4);
      const state = await first.getWeights();
      assert.equal(state[0].name, 'iter');
      const kept = state.map(({ name, tensor }) => ({ name, tensor: tensor.clone() }));
      await second.setWeights(kept);
      assert.deepEqual(
        (await second.getWeights()).map(({ name }) => name),
        state.map(({ name }) => name),
      );
      steps(second, parts, 5);
      assert.deepEqual(valuesOf(parts.w), valuesOf(whole.w));
      for (const optimizer of [one, first, second]) optimizer.dispose();
    });

    test(`${name} is made again from its config`, () => {
      const optimizer = make();
      const Class = optimizer.constructor;
      const again = Class.fromConfig(Class, optimizer.getConfig());
      assert.deepEqual(again.getConfig(), optimizer.getConfig());
      assert.equal(again.getClassName(), optimizer.getClassName());
      // As a file may have it: in another order, with the values of JSON.
      const reversed = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(optimizer.getConfig()).reverse())));
      assert.deepEqual(Class.fromConfig(Class, reversed).getConfig(), optimizer.getConfig());
    });
  }

  test('parameters of Muon are checked', () => {
    for (const config of [
      { nsSteps: 101 },
      { nsSteps: 'many' },
      { excludeLayers: ['(a+)+$'] },
      { excludeLayers: 'a' },
    ]) {
      assert.throws(() => tf.train.muon(0.1, config), { code: 'E_INPUT' });
    }
    const wide = tf.variable(tf.ones([2, 3]), true, 'head/kernel');
    const isMatrix = (config) => tf.train.muon(0.1, config).slotShape('velocity', wide)[0] === 0;
    assert.deepEqual([isMatrix({}), isMatrix({ excludeLayers: ['head'] })], [true, false]);
    wide.dispose();
  });

  test('clones and values that were read keep what they had', () => {
    const { w, loss } = makeProblem();
    const clone = w.clone();
    const view = w.reshape([2, 1]);
    const saved = tf.variable(w);
    const optimizer = tf.train.sgd(0.1);
    optimizer.minimize(loss, false, [w]);
    for (const other of [clone, view, saved]) assert.deepEqual(valuesOf(other), [0, 0]);
    assert.notDeepEqual(valuesOf(w), [0, 0]);
  });

  test('an op that has packed a variable sees its new values', () => {
    const w = tf.variable(tf.ones([64, 64]));
    const x = tf.ones([8, 64]);
    const optimizer = tf.train.sgd(1);
    // Products with a matrix that comes again are packed.
    for (let i = 0; i < 4; ++i) x.matMul(w).dispose();
    optimizer.applyGradients({ [w.name]: tf.ones([64, 64]) });
    for (let i = 0; i < 4; ++i) assert.equal(x.matMul(w).dataSync()[0], 0);
    optimizer.applyGradients({ [w.name]: tf.ones([64, 64]) });
    for (let i = 0; i < 4; ++i) assert.equal(x.matMul(w).dataSync()[0], -64);
  });

  test('learning rates may change, and may be schedules', () => {
    const w = tf.variable(tf.scalar(0), true, 'rate/w');
    const one = { 'rate/w': tf.scalar(1) };
    const optimizer = tf.train.sgd(1);
    optimizer.applyGradients(one);
    optimizer.learningRate = 10;
    optimizer.applyGradients(one);
    assert.deepEqual(valuesOf(w), [-11]);
    const scheduled = tf.train.sgd(tf.train.piecewiseConstantDecay([0], [100, 1000]));
    scheduled.applyGradients(one);
    scheduled.applyGradients(one);
    assert.deepEqual(valuesOf(w), [-1111]);
    w.dispose();
  });

  test('schedules', () => {
    const rates = (schedule, at) => at.map((step) => Number(schedule(step).toFixed(6)));
    assert.deepEqual(rates(tf.train.exponentialDecay(0.1, 10, 0.5), [0, 5, 10, 20]), [0.1, 0.070711, 0.05, 0.025]);
    assert.deepEqual(rates(tf.train.exponentialDecay(0.1, 10, 0.5, true), [5, 15]), [0.1, 0.05]);
    assert.deepEqual(rates(tf.train.inverseTimeDecay(1, 10, 1), [0, 10, 30]), [1, 0.5, 0.25]);
    assert.deepEqual(rates(tf.train.polynomialDecay(1, 10, 0, 2), [0, 5, 10, 20]), [1, 0.25, 0, 0]);
    assert.deepEqual(rates(tf.train.polynomialDecay(1, 10, 0, 1, true), [5, 15]), [0.5, 0.25]);
    assert.deepEqual(rates(tf.train.cosineDecay(1, 10), [0, 5, 10, 20]), [1, 0.5, 0, 0]);
    const warm = tf.train.cosineDecay(0, 10, 0, { target: 1, steps: 4 });
    assert.deepEqual(rates(warm, [0, 2, 4, 9, 14]), [0, 0.5, 1, 0.5, 0]);
    assert.deepEqual(rates(tf.train.cosineDecayRestarts(1, 10, 2, 0.5), [0, 5, 10, 20]), [1, 0.5, 0.5, 0.25]);
  });

  test('errors', async () => {
    const { w, loss } = makeProblem();
    const optimizer = tf.train.sgd(0.1);
    const code = (expected) => (error) => error instanceof tf.TfwasmError && error.code === expected;
    assert.throws(() => optimizer.applyGradients({ nothing: tf.scalar(1) }), code('E_INPUT'));
    assert.throws(() => optimizer.applyGradients({ [w.name]: tf.scalar(1) }), code('E_SHAPE'));
    assert.throws(() => tf.train.sgd(0.1, { clipNorm: 1, clipValue: 1 }), code('E_INPUT'));
    assert.throws(() => tf.train.sgd(0.1, { clipNorm: -1 }), code('E_INPUT'));
    assert.throws(() => tf.train.sgd(0.1, { clipnorm: 1 }), code('E_INPUT'));
    const value = valuesOf(w);
    for (const bad of [new tf.AdamOptimizer(0.1), tf.train.sgd('0.1'), tf.train.sgd(undefined)]) {
      assert.throws(() => bad.minimize(loss, false, [w]), code('E_INPUT'));
      assert.deepEqual(valuesOf(w), value);
    }
    // Old state stays if the new one does not fit.
    const momentum = tf.train.momentum(0.1, 0.9);
    momentum.minimize(loss, false, [w]);
    await assert.rejects(
      momentum.setWeights([
        { name: 'iter', tensor: tf.scalar(1) },
        { name: 'a', tensor: null },
      ]),
    );
    assert.equal((await momentum.getWeights()).length, 2);
    await assert.rejects(tf.train.adam().setWeights([]), code('E_INPUT'));
    assert.equal(optimizer.minimize(loss, false, [w]), null);
  });

  test('10,000 steps in flat memory', () => {
    const problem = makeProblem();
    const optimizer = tf.train.adam(0.01);
    steps(optimizer, problem, 10);
    const { numTensors, numBytes, heapBytes } = tf.memory();
    steps(optimizer, problem, 10_000);
    const after = tf.memory();
    assert.deepEqual([after.numTensors, after.numBytes, after.heapBytes], [numTensors, numBytes, heapBytes]);
  });
});
