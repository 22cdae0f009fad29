// SPDX-License-Identifier: Apache-2.0
// Statistics of the benchmark page.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  compare,
  drift,
  geometricMean,
  mannWhitney,
  mean,
  medianRatio,
  standardDeviation,
  summarize,
} from '../../benchmark-page/statistics.js';
import { median, quantile } from '../../web/common/quantiles.js';
import { seededRandom } from '../../web/common/random.js';

const close = (actual, expected, tolerance = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

/** Times around a center, with a long tail like real ones. */
function times(count, center, seed) {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => center * (1 - 0.05 * Math.log(1 - random())));
}

describe('quantile', () => {
  for (const [samples, fraction, expected] of [
    [[7], 0.9, 7],
    [[3, 1, 2], 0.5, 2],
    [[4, 1, 3, 2], 0.5, 2.5],
    [[10, 9, 100], 0, 9],
    [[10, 9, 100], 1, 100],
    [[0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100], 0.9, 90],
    [[0, 10], 0.9, 9],
  ]) {
    test(`${fraction} of ${samples}`, () => assert.equal(quantile(samples, fraction), expected));
  }

  test('sorts as numbers and leaves the samples as they were', () => {
    const samples = [10, 9, 1];
    assert.equal(median(samples), 9);
    assert.deepEqual(samples, [10, 9, 1]);
  });
});

test('nothing cannot be summarized', () => {
  assert.throws(() => median([]), /at least one/);
  assert.throws(() => mean([]), /at least one/);
  assert.throws(() => geometricMean([]), /at least one/);
  assert.throws(() => summarize([]), /at least one/);
});

test('the geometric mean cancels out a half and a double', () => close(geometricMean([0.5, 2, 3, 1 / 3]), 1));

describe('summarize', () => {
  test('gives what was measured', () => {
    const summary = summarize([5, 1, 4, 2, 3]);
    assert.deepEqual([summary.count, summary.median, summary.mean, summary.min, summary.max], [5, 3, 3, 1, 5]);
    close(summary.p90, 4.6);
    close(summary.p99, 4.96);
    close(summary.standardDeviation, Math.sqrt(2.5));
    close(summary.ci95, 2.776 * Math.sqrt(2.5 / 5));
  });

  test('of one sample has no spread', () => {
    const { ci95, standardDeviation: deviation, median: middle } = summarize([4]);
    assert.deepEqual([ci95, deviation, middle], [0, 0, 4]);
  });

  for (const [degrees, t] of [
    [1, 12.706],
    [30, 2.042],
    [31, 2.0395],
    [40, 2.0211],
    [100, 1.984],
    [1000, 1.9623],
  ]) {
    test(`takes Student's t of ${degrees} degrees of freedom`, () => {
      const samples = Array.from({ length: degrees + 1 }, (_, i) => i % 2);
      const { ci95 } = summarize(samples);
      close((ci95 * Math.sqrt(samples.length)) / standardDeviation(samples), t, 6e-4);
    });
  }

  test('its interval holds the true mean about 95 times of 100', () => {
    const random = seededRandom(3);
    let hits = 0;
    for (let trial = 0; trial < 1000; ++trial) {
      // Sums of twelve uniform numbers: nearly normal, with mean 6.
      const samples = Array.from({ length: 8 }, () => Array.from({ length: 12 }, random).reduce((a, b) => a + b));
      const { mean: center, ci95 } = summarize(samples);
      if (Math.abs(center - 6) <= ci95) ++hits;
    }
    assert.ok(hits > 930 && hits < 970, `${hits}`);
  });
});

describe('drift', () => {
  test('of steady times is small', () => assert.ok(Math.abs(drift(times(60, 10, 1))) < 0.05));
  test('is that of the last third', () => close(drift([1, 1, 1, 5, 5, 5, 1.5, 1.5, 1.5]), 0.5));
  test('cannot be told of few samples', () => assert.equal(drift([1, 1, 1, 9, 9, 9, 9, 9]), 0));
});

describe('medianRatio', () => {
  test('has an interval around the ratio', () => {
    const { ratio, low, high } = medianRatio(times(50, 20, 1), times(50, 10, 2));
    assert.ok(low < ratio && ratio < high);
    assert.ok(low < 2 && 2 < high, `${low} to ${high}`);
    assert.ok(high - low < 0.3);
  });

  test('of many samples reads them a few times only, and has the interval that fewer would lead to', () => {
    let reads = 0;
    const get = (samples, key) => {
      ++reads;
      return Reflect.get(samples, key);
    };
    const counted = (samples) => new Proxy(samples, { get });
    const width = (count) => {
      const { low, high } = medianRatio(counted(times(count, 20, 1)), counted(times(count, 10, 2)));
      assert.ok(low < 2.02 && high > 1.98, `${low} to ${high}`);
      return high - low;
    };
    width(20_000);
    // Resampling would read each value a thousand times.
    assert.ok(reads < 10 * 20_000, `${reads} reads`);
    const ratio = width(499) / width(500);
    assert.ok(ratio > 0.8 && ratio < 1.25, `${ratio}`);
  });

  test('is the same every time', () => {
    const [a, b] = [times(30, 10, 1), times(30, 10, 2)];
    assert.deepEqual(medianRatio(a, b), medianRatio(a, b));
  });
});

describe('mannWhitney', () => {
  test('is what tables have', () => close(mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]), 0.01219, 1e-4));
  test('does not care for the order', () => {
    const [a, b] = [times(20, 10, 1), times(25, 11, 2)];
    close(mannWhitney(a, b), mannWhitney(b, a), 1e-12);
  });
  test('of equal samples is 1', () => {
    assert.equal(mannWhitney([3, 3, 3], [3, 3]), 1);
    assert.equal(mannWhitney([1, 2, 3, 4], [1, 2, 3, 4]), 1);
  });
});

describe('compare', () => {
  test('finds a faster and a slower one', () => {
    const [slow, fast] = [times(50, 12, 1), times(50, 10, 2)];
    assert.equal(compare(slow, fast).verdict, 'faster');
    assert.equal(compare(fast, slow).verdict, 'slower');
    assert.ok(compare(slow, fast).ratio > 1);
  });

  test('finds no difference where there is none', () => {
    let wrong = 0;
    for (let trial = 0; trial < 60; ++trial) {
      if (compare(times(40, 10, 100 + trial), times(40, 10, 900 + trial)).verdict !== 'no difference') ++wrong;
    }
    assert.ok(wrong <= 6, `${wrong} of 60`);
  });
});
