// SPDX-License-Identifier: Apache-2.0
// Models made of layers: building and running, with the built core in Node. The layers of the core are tested in
// tests/cpp/layers.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from './close.mjs';
import { listOf, makeChain, makeFunctional, numbers, skip, tf } from './small-models.mjs';

describe('models made of layers', { skip }, () => {
  before(() => tf.ready());

  test('a chain computes what its formula says', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], activation: 'relu' })] });
    model.setWeights([tf.tensor2d([1, -1, 2, 0, 3, 1], [3, 2]), tf.tensor1d([0.5, 0])]);
    assert.deepEqual(model.predict(tf.tensor2d([1, 2, 3], [1, 3])).arraySync(), [[14.5, 2]]);
    assert.equal(model.countParams(), 8);
    model.dispose();
  });

  test('predict() splits examples into batches, and calls on tensors give the same', () => {
    const model = makeChain();
    const x = tf.tensor2d(numbers(3 * 70), [70, 3]);
    const whole = model.predict(x, { batchSize: 70 }).arraySync();
    assertClose(model.predict(x).arraySync(), whole, 1e-6);
    assertClose(model.predictOnBatch(x).arraySync(), whole, 1e-6);
    assertClose(model.apply(x).arraySync(), whole, 1e-6);
    model.dispose();
  });

  test('changed weights are used at once', () => {
    const model = makeChain();
    const x = tf.ones([1, 3]);
    model.predict(x);
    const old = model.getWeights();
    model.setWeights(old.map((weight) => tf.zerosLike(weight)));
    assert.deepEqual(model.predict(x).arraySync(), [[0.5, 0.5]]);
    model.setWeights(old);
    const first = model.predict(x).arraySync();
    // The second run packs the weights: its sums have another order.
    for (let i = 0; i < 3; ++i) assertClose(model.predict(x).arraySync(), first, 1e-6);
    model.dispose();
  });

  test('inputs that do not fit are refused', () => {
    const model = makeFunctional();
    assert.throws(() => model.predict(tf.ones([2, 5])), /expected .* to have shape \[null,4\] but got .* \[2,5\]/);
    assert.throws(() => model.predict([tf.ones([2, 4]), tf.ones([2, 4])]), { code: 'E_INPUT' });
    assert.throws(() => model.predict([[1, 2, 3, 4]]), { code: 'E_INPUT' });
    assert.throws(() => model.predict(tf.ones([2, 4]), { batchSize: 0 }), { code: 'E_INPUT' });
    model.dispose();
  });

  test('getLayer, execute and names', () => {
    const model = makeFunctional();
    const x = tf.tensor2d(numbers(8), [2, 4]);
    assert.equal(model.getLayer('hidden').name, 'hidden');
    assert.equal(model.getLayer(null, 0), model.layers[0]);
    assert.throws(() => model.getLayer('nobody'), /No such layer: nobody/);
    const hidden = model.execute(x, 'hidden');
    assert.deepEqual(hidden.shape, [2, 8]);
    assert.deepEqual(listOf(model.execute({ [model.inputNames[0]]: x }, ['hidden'])), listOf(hidden));
    model.dispose();
  });

  test('a model is a layer', () => {
    const inner = makeChain();
    const x = tf.input({ shape: [6, 3] });
    const outer = tf.sequential();
    outer.add(tf.layers.dense({ units: 3, inputShape: [7] }));
    outer.add(inner);
    assert.deepEqual(outer.outputs[0].shape, [null, 2]);
    assert.equal(outer.weights.length, 6);
    outer.layers[1].trainable = false;
    assert.equal(outer.trainableWeights.length, 2);
    assert.equal(x.shape.length, 3);
    const values = tf.tensor2d(numbers(14), [2, 7]);
    assertClose(outer.predict(values).arraySync(), inner.predict(outer.layers[0].apply(values)).arraySync(), 1e-6);
    outer.dispose();
  });

  test('layers are removed', () => {
    const model = makeChain();
    model.pop();
    assert.deepEqual(model.predict(tf.ones([1, 3])).shape, [1, 5]);
    model.add(tf.layers.dense({ units: 7 }));
    assert.deepEqual(model.predict(tf.ones([1, 3])).shape, [1, 7]);
    model.dispose();
  });

  test('faults of building are named', () => {
    assert.throws(() => tf.sequential({ layers: [tf.layers.dense({ units: 1 })] }), /inputShape/);
    assert.throws(() => tf.layers.dense({}), /dense_Dense\d+ \(Dense\).*'units': expected an integer/);
    assert.throws(() => tf.layers.dense({ units: 'many' }), { code: 'E_LAYER' });
    assert.throws(() => tf.layers.dense({ units: 2, activation: 'rectify' }), /unknown activation/);
    const x = tf.input({ shape: [2] });
    const y = tf.layers.dense({ units: 2, name: 'twin' }).apply(x);
    const z = tf.layers.dense({ units: 2, name: 'twin' }).apply(y);
    assert.throws(() => tf.model({ inputs: x, outputs: z }), /"twin" is used by two layers/);
    const other = tf.input({ shape: [2] });
    assert.throws(() => tf.model({ inputs: other, outputs: y }), /Graph disconnected/);
    assert.throws(() => tf.input({}), { code: 'E_LAYER' });
  });

  test('memory: dispose() frees what the model has', () => {
    const before = tf.memory().numTensors;
    const model = makeFunctional();
    const x = tf.ones([2, 4]);
    for (let i = 0; i < 5; ++i) tf.dispose(model.predict(x));
    x.dispose();
    assert.equal(tf.memory().numTensors, before + 3);
    assert.deepEqual(model.dispose(), { refCountAfterDispose: 0, numDisposedVariables: 3 });
    assert.equal(tf.memory().numTensors, before);
    assert.throws(() => model.dispose(), { code: 'E_DISPOSED' });
  });

  test('summary() prints the table', () => {
    const lines = [];
    const model = makeChain();
    model.summary(undefined, undefined, (line) => lines.push(line));
    assert.match(lines[1], /^Layer \(type\) +Input Shape +Output shape +Param #/);
    assert.match(lines[3], /\(Dense\) +\[\[null,3\]\] +\[null,5\] +20 *$/);
    assert.ok(lines.includes('Total params: 32'));
    model.dispose();
  });
});
