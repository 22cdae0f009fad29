// SPDX-License-Identifier: Apache-2.0
// The comparison functions must detect differences.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { assertSameRanking, assertSameTensor } from './compare.mjs';

const tensor = (data, more) => ({ name: 'x', shape: [data.length], dtype: 'float32', data, ...more });

describe('assertSameTensor', () => {
  for (const [what, actual, expected] of [
    ['equal values', [1, -2, 0], [1, -2, 0]],
    ['a relative difference below the limit', [100.0099], [100]],
    ['an absolute difference below the limit', [0.9e-5], [0]],
    ['infinities and NaN in the same places', [Infinity, -Infinity, NaN], [Infinity, -Infinity, NaN]],
    ['zeros of either sign', [0], [-0]],
  ]) {
    test(`accepts ${what}`, () => assertSameTensor(tensor(actual), tensor(expected)));
  }

  for (const [what, actual, expected] of [
    ['a relative difference above the limit', [100.011], [100]],
    ['an absolute difference above the limit', [1.1e-5], [0]],
    ['NaN instead of a number', [NaN], [1]],
    ['a number instead of NaN', [1], [NaN]],
    ['a number instead of infinity', [3e38], [Infinity]],
    ['the other infinity', [-Infinity], [Infinity]],
    ['one wrong value among many', [1, 2, 3, 4.1, 5], [1, 2, 3, 4, 5]],
    ['a missing value', [1], [1, 2]],
  ]) {
    test(`rejects ${what}`, () => {
      assert.throws(() => assertSameTensor(tensor(actual), tensor(expected)), /x: /);
    });
  }

  test('rejects another name, dtype or shape', () => {
    const expected = tensor([1, 2]);
    for (const more of [{ name: 'y' }, { dtype: 'int32' }, { shape: [1, 2] }]) {
      assert.throws(() => assertSameTensor(tensor([1, 2], more), expected), /expected/);
    }
  });

  test('compares integers exactly', () => {
    const of = (value) => tensor([value], { dtype: 'int32' });
    assertSameTensor(of(1000000), of(1000000));
    assert.throws(() => assertSameTensor(of(1000000), of(1000001)), /values differ/);
  });
});

describe('assertSameRanking', () => {
  test('lets equal values change places, also with what the cut left out', () => {
    assertSameRanking([7, 3, 5], [7, 5, 3], [0.9, 0.5, 0.5]);
    assertSameRanking([7, 5, 4], [7, 5, 3], [0.9, 0.5, 0.5]);
  });

  test('rejects other indices', () => {
    assert.throws(() => assertSameRanking([5, 7], [7, 5], [0.9, 0.5]), /ranks 0 to 0/);
    assert.throws(() => assertSameRanking([7, 4], [7, 5], [0.9, 0.5]), /ranks 1 to 1/);
    assert.throws(() => assertSameRanking([7], [7, 5], [0.9, 0.5]), /expected 2 indices/);
  });
});
