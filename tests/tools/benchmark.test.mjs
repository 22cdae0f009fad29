// SPDX-License-Identifier: Apache-2.0
// The arithmetic of the benchmark. What it measures is never tested.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { maximumDifference } from '../../benchmark-page/measure.js';
import { PUBLIC_MODELS } from '../../benchmark-page/models.js';
import { randomValues } from '../../benchmark-page/random.js';
import { geometricMean, median, quantile } from '../../benchmark-page/statistics.js';
import { MODELS } from '../parity/models.mjs';

describe('statistics', () => {
  for (const [samples, fraction, expected] of [
    [[7], 0.9, 7],
    [[3, 1, 2], 0.5, 2],
    [[4, 1, 3, 2], 0.5, 2.5],
    [[10, 9, 100], 0, 9],
    [[10, 9, 100], 1, 100],
    [[0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100], 0.9, 90],
    [[0, 10], 0.9, 9],
  ]) {
    test(`quantile ${fraction} of ${samples}`, () => assert.equal(quantile(samples, fraction), expected));
  }

  test('sorts as numbers and leaves the samples as they were', () => {
    const samples = [10, 9, 1];
    assert.equal(median(samples), 9);
    assert.deepEqual(samples, [10, 9, 1]);
  });

  test('refuses to summarize nothing', () => {
    assert.throws(() => median([]), /at least one/);
    assert.throws(() => geometricMean([]), /at least one/);
  });

  test('the geometric mean cancels out a half and a double', () => {
    assert.ok(Math.abs(geometricMean([0.5, 2, 3, 1 / 3]) - 1) < 1e-12);
  });
});

describe('maximumDifference', () => {
  for (const [what, outputs, expected, difference] of [
    ['equal outputs', [[1, 2], [3]], [[1, 2], [3]], 0],
    ['outputs of zeros', [[0, 0]], [[0, 0]], 0],
    [
      'is relative to the largest value of the output',
      [
        [1, 2],
        [100, 99],
      ],
      [
        [1, 2],
        [100, 100],
      ],
      0.01,
    ],
    ['NaN in one', [[Number.NaN]], [[1]], Number.NaN],
    ['another number of values', [[1, 2]], [[1]], Number.NaN],
    ['another number of outputs', [[1], [2]], [[1]], Number.NaN],
  ]) {
    test(what, () => assert.equal(maximumDifference(outputs, expected), difference));
  }
});

describe('randomValues', () => {
  test('are repeatable, in range and spread out', () => {
    const floats = randomValues('float32', 1000, [-1, 1], 5);
    assert.deepEqual(floats, randomValues('float32', 1000, [-1, 1], 5));
    assert.notDeepEqual(floats, randomValues('float32', 1000, [-1, 1], 6));
    assert.ok(floats.every((value) => value >= -1 && value <= 1));
    const mean = floats.reduce((sum, value) => sum + value, 0) / floats.length;
    assert.ok(Math.abs(mean) < 0.1, `mean ${mean}`);
  });

  test('of integers reach both ends', () => {
    const integers = randomValues('int32', 1000, [0, 15]);
    assert.ok(integers instanceof Int32Array);
    assert.equal(Math.min(...integers), 0);
    assert.equal(Math.max(...integers), 15);
  });
});

test('every model that is measured is also tested', () => {
  assert.deepEqual(Object.keys(MODELS).sort(), Object.keys(PUBLIC_MODELS).sort());
});
