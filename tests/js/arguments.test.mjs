// SPDX-License-Identifier: Apache-2.0
// Arguments of public functions: null, messages, errors of the user's functions, text as numbers.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');

const messageOf = (call) => {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof tf.TfwasmError, error.stack);
    return error.message;
  }
  return assert.fail('there is no error');
};

describe('arguments', { skip }, () => {
  before(() => tf.ready());
  beforeEach((t) => {
    tf.engine().startScope();
    t.after(() => tf.engine().endScope());
  });

  test('null in options is left out', () => {
    const options = { x: tf.ones([1, 2, 2, 1]), filter: tf.ones([1, 1, 1, 1]), strides: 1, pad: 'valid' };
    const nulls = { bias: null, activation: null, dilations: null, dataFormat: null, leakyreluAlpha: null };
    assert.deepEqual([...tf.fused.conv2d({ ...options, ...nulls }).dataSync()], [1, 1, 1, 1]);
    assert.equal(options.bias, undefined);
    assert.equal(tf.meshgrid([1], [2], { indexing: null }).length, 2);
  });

  test('null for dtypes, shapes and flags of factories', () => {
    assert.equal(tf.zeros([1], null).dtype, 'float32');
    assert.equal(tf.ones([1], null).dtype, 'float32');
    assert.equal(tf.tensor2d([[1]], null, null).dtype, 'float32');
    assert.equal(tf.buffer([1], null, null).dtype, 'float32');
    const variable = tf.variable(tf.scalar(1), null, null, null);
    assert.equal(variable.trainable, true);
    variable.dispose();
  });

  test('text becomes numbers, if it is one', () => {
    assert.deepEqual([...tf.tensor2d([['1', '2.5']], [1, 2], 'float32').dataSync()], [1, 2.5]);
    assert.deepEqual([...tf.tensor(['7', 'NaN'], [2], 'int32').dataSync()], [7, 0]);
    assert.match(
      messageOf(() => tf.tensor(['x'], [1], 'float32')),
      /got "x"/,
    );
  });

  test('messages name the function and the kind of the argument, once', () => {
    for (const [call, message] of [
      [() => tf.sign({}), "Argument 'x' passed to 'sign' must be a Tensor or TensorLike, but got 'Object'"],
      [() => tf.sign('a'), "Argument 'x' passed to 'sign' must be numeric tensor, but got string tensor"],
      [
        () => tf.add(tf.buffer([1]), 1),
        "Argument 'a' passed to 'add' must be a Tensor or TensorLike, but got 'TensorBuffer'",
      ],
      [() => tf.sum([1], tf.scalar(0)), 'sum() cannot work with (Array, Tensor)'],
      [() => tf.scalar(1).sum(tf.scalar(0)), 'sum() cannot work with (Tensor, Tensor)'],
      [() => tf.range(0, 1n), "range(): expected a number, got 'BigInt'"],
      [() => tf.broadcastTo([1], 5), 'broadcastTo(): expected a list of numbers, got 5'],
      [() => tf.slice3d([1], [0], [1]), 'Error in slice3d: x must be rank 3, but got rank 1: shape [1]'],
    ]) {
      assert.equal(messageOf(call), message);
    }
  });

  test('thousands of calls may fail', () => {
    for (let i = 0; i < 5000; ++i) {
      for (const call of [() => tf.add([1, 2], [1, 2, 3]), () => tf.gather([1, 2], [5])]) messageOf(call);
    }
    assert.deepEqual([...tf.add([1, 2], [3, 4]).dataSync()], [4, 6]);
  });

  test('errors of functions of the user pass as they are', async () => {
    const own = new RangeError('mine');
    const fail = () => {
      throw own;
    };
    const signal = tf.tensor1d([1, 2]);
    assert.throws(() => tf.rand([1], fail), own);
    assert.throws(() => tf.signal.stft(signal, 2, 1, 2, fail), own);
    assert.throws(() => tf.multiRNNCell([fail], [[1]], [[[1]]], [[[1]]]), own);
    await assert.rejects(tf.util.repeatedTry(fail), own);
    assert.equal(
      messageOf(() => tf.rand([1], 5)),
      "rand(): expected a function, but got 'Number'",
    );
  });

  test('profiles know the peak, and what is in memory after each op', async () => {
    const { peakBytes, kernels, newBytes } = await tf.profile(() => {
      const x = tf.ones([100]);
      x.square().dispose();
      return x;
    });
    assert.equal(newBytes, 400);
    const [{ totalBytesSnapshot, tensorsAdded, extraInfo }] = kernels;
    assert.deepEqual([totalBytesSnapshot, tensorsAdded, extraInfo], [peakBytes, 1, '']);
    assert.ok(peakBytes >= 800, `${peakBytes}`);
  });

  test('integers of normal distributions are rounded', () => {
    for (const draw of [tf.randomNormal, tf.truncatedNormal]) {
      const mean = tf.mean(draw([20_000], 5, 2, 'int32', 1)).dataSync()[0];
      assert.ok(Math.abs(mean - 5) < 0.1, `${mean}`);
    }
  });

  test('pictures of impossible sizes are refused', () => {
    const data = new Uint8Array(4);
    for (const [width, height] of [
      [-1, 1],
      [1.5, 1],
      [undefined, 1],
      [2, 2],
    ]) {
      assert.match(
        messageOf(() => tf.browser.fromPixels({ data, width, height })),
        /fromPixels\(\)/,
      );
    }
  });
});
