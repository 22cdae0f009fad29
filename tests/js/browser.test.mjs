// SPDX-License-Identifier: Apache-2.0
// Conversion between images and tensors, without a browser.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { importSource } from './source.mjs';

const tf = await importSource();
const { fromPixels, toPixels } = tf.browser;

/** Two adjacent pixels. */
const pixels = { width: 2, height: 1, data: new Uint8Array([1, 2, 3, 4, 250, 251, 252, 253]) };

describe('fromPixels', () => {
  for (const [numChannels, values] of [
    [1, [1, 250]],
    [3, [1, 2, 3, 250, 251, 252]],
    [4, [1, 2, 3, 4, 250, 251, 252, 253]],
  ]) {
    test(`takes ${numChannels} channels`, () => {
      const tensor = fromPixels(pixels, numChannels);
      assert.deepEqual(tensor.shape, [1, 2, numChannels]);
      assert.equal(tensor.dtype, 'int32');
      assert.deepEqual([...tensor.dataSync()], values);
      tensor.dispose();
    });
  }

  test('takes three channels when nothing is said', () => {
    const tensor = fromPixels({ ...pixels, data: new Uint8ClampedArray(pixels.data) });
    assert.deepEqual(tensor.shape, [1, 2, 3]);
    tensor.dispose();
  });

  test('reads a canvas', () => {
    const canvas = { width: 2, height: 1, getContext: (kind) => kind === '2d' && { getImageData: () => pixels } };
    const tensor = fromPixels(canvas, 1);
    assert.deepEqual(tensor.arraySync(), [[[1], [250]]]);
    tensor.dispose();
  });

  for (const [what, call, message] of [
    ['nothing', () => fromPixels(null), /got 'null'/],
    ['an unknown object', () => fromPixels(new Map()), /got 'Map'/],
    ['five channels', () => fromPixels(pixels, 5), /1 to 4 channels, got 5/],
    ['no channels', () => fromPixels(pixels, 0), /1 to 4 channels, got 0/],
    ['too few bytes', () => fromPixels({ ...pixels, height: 2 }), /16 bytes, got 8/],
    [
      'a canvas that may not be read',
      () =>
        fromPixels({
          getContext: () => {
            throw new Error('tainted');
          },
        }),
      /tainted/,
    ],
  ]) {
    test(`refuses ${what}`, () => {
      assert.throws(
        call,
        (error) => error instanceof tf.TfwasmError && error.code === 'E_INPUT' && message.test(error.message),
      );
    });
  }
});

describe('toPixels', () => {
  for (const [what, values, shape, dtype, bytes] of [
    ['gray', [0, 1], [1, 2], 'float32', [0, 0, 0, 255, 255, 255, 255, 255]],
    ['gray with a channel', [0, 128], [2, 1, 1], 'int32', [0, 0, 0, 255, 128, 128, 128, 255]],
    ['colours', [1, 2, 3], [1, 1, 3], 'int32', [1, 2, 3, 255]],
    ['colours with alpha', [0.5, 0, 1, 0.25], [1, 1, 4], 'float32', [128, 0, 255, 64]],
  ]) {
    test(what, async () => {
      const image = tf.tensor(values, shape, dtype);
      assert.deepEqual([...(await toPixels(image))], bytes);
      assert.equal(image.isDisposed, false);
      image.dispose();
    });
  }

  test('plain arrays count as integers and leave nothing behind', async () => {
    const before = tf.memory();
    assert.deepEqual([...(await toPixels([[[7, 8, 9]]]))], [7, 8, 9, 255]);
    assert.deepEqual(tf.memory(), before);
  });

  for (const [what, make, code, message] of [
    ['two channels', () => tf.zeros([1, 1, 2]), 'E_SHAPE', /\[1,1,2\]/],
    ['one dimension', () => tf.zeros([3]), 'E_SHAPE', /\[3\]/],
    ['truth values', () => tf.zeros([1, 1], 'bool'), 'E_DTYPE', /bool/],
    ['floats above 1', () => tf.tensor([[1.5]]), 'E_INPUT', /0 to 1, got 1\.5/],
    ['negative integers', () => tf.tensor([[-1]], [1, 1], 'int32'), 'E_INPUT', /0 to 255, got -1/],
  ]) {
    test(`refuses ${what}`, async () => {
      const image = make();
      await assert.rejects(toPixels(image), (error) => error.code === code && message.test(error.message));
      image.dispose();
    });
  }
});
