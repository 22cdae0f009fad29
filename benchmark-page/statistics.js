// SPDX-License-Identifier: Apache-2.0
// Summaries and comparisons of measured times.
import { median, quantileOfSorted } from '../web/common/quantiles.js';
import { seededRandom } from '../web/common/random.js';

/** @param {readonly number[]} values */
export function mean(values) {
  if (values.length === 0) throw new Error('A mean needs at least one value.');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The appropriate mean of ratios: doubling and halving cancel out. */
export function geometricMean(values) {
  return Math.exp(mean(values.map(Math.log)));
}

/** The sample standard deviation (divides by n - 1); 0 for a single value. */
export function standardDeviation(values) {
  if (values.length < 2) return 0;
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

/** The 97.5 % quantiles of Student's t distribution for 1 to 30 degrees of freedom. */
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

function t975(degrees) {
  // Beyond the table: the first terms of the expansion around the normal quantile.
  return T_975[degrees - 1] ?? 1.959964 + 2.372 / degrees + 2.82 / degrees ** 2;
}

/**
 * @typedef {object} Summary
 * @property {number} count
 * @property {number} median
 * @property {number} mean
 * @property {number} ci95 Half the width of the 95 % confidence interval of the mean; 0 for one sample.
 * @property {number} p90
 * @property {number} p99
 * @property {number} min
 * @property {number} max
 * @property {number} standardDeviation
 */

/**
 * @param {readonly number[]} samples At least one.
 * @returns {Summary}
 */
export function summarize(samples) {
  const sorted = Float64Array.from(samples).sort();
  const deviation = standardDeviation(samples);
  const count = samples.length;
  return {
    count,
    median: median(samples),
    mean: mean(samples),
    ci95: count > 1 ? (t975(count - 1) * deviation) / Math.sqrt(count) : 0,
    p90: quantileOfSorted(sorted, 0.9),
    p99: quantileOfSorted(sorted, 0.99),
    min: sorted[0],
    max: sorted[count - 1],
    standardDeviation: deviation,
  };
}

/**
 * The relative change from the median of the first third of the samples to that of the last: positive if the machine
 * slows down. 0 for fewer than 9 samples.
 */
export function drift(samples) {
  const third = Math.floor(samples.length / 3);
  if (third < 3) return 0;
  const first = median(samples.slice(0, third));
  return first > 0 ? median(samples.slice(-third)) / first - 1 : 0;
}

const RESAMPLES = 1000;

/** From this size on, the rank of a resample's median is nearly normal. */
const MANY = 500;

/** A generator of medians of resamples. */
function resampledMedians(samples, random) {
  const { length } = samples;
  if (length < MANY) {
    const resample = new Float64Array(length);
    return () => {
      for (let i = 0; i < length; ++i) resample[i] = samples[Math.floor(random() * length)];
      return quantileOfSorted(resample.sort(), 0.5);
    };
  }
  const sorted = Float64Array.from(samples).sort();
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return quantileOfSorted(sorted, Math.min(1, Math.max(0, 0.5 + (0.5 * normal) / Math.sqrt(length))));
  };
}

/**
 * The ratio of two medians with a 95 % confidence interval, by percentile bootstrap. Deterministic.
 *
 * @param {readonly number[]} numerator
 * @param {readonly number[]} denominator
 * @returns {{ratio: number, low: number, high: number}}
 */
export function medianRatio(numerator, denominator) {
  const random = seededRandom(1);
  const [top, bottom] = [numerator, denominator].map((samples) => resampledMedians(samples, random));
  const ratios = Float64Array.from({ length: RESAMPLES }, () => top() / bottom()).sort();
  return {
    ratio: median(numerator) / median(denominator),
    low: quantileOfSorted(ratios, 0.025),
    high: quantileOfSorted(ratios, 0.975),
  };
}

/** The upper tail of the standard normal distribution: Abramowitz and Stegun, 26.2.17. */
function normalTail(z) {
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

/**
 * The Mann-Whitney U test: normal approximation, corrected for ties and continuity.
 *
 * @returns {number} The two-sided p-value.
 */
export function mannWhitney(a, b) {
  const all = [...a.map((value) => ({ value, of: 0 })), ...b.map((value) => ({ value, of: 1 }))];
  all.sort((x, y) => x.value - y.value);
  let rankSum = 0;
  let ties = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end].value === all[start].value) ++end;
    const size = end - start;
    ties += size ** 3 - size;
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; ++i) if (all[i].of === 0) rankSum += rank;
    start = end;
  }
  const [n, m] = [a.length, b.length];
  const total = n + m;
  const u = rankSum - (n * (n + 1)) / 2;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  if (!(variance > 0)) return 1;
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(variance);
  return z === 0 ? 1 : 2 * normalTail(z);
}

/**
 * Compares two series of times.
 *
 * @param {readonly number[]} before
 * @param {readonly number[]} after
 * @returns {{verdict: 'faster' | 'slower' | 'no difference', ratio: number, low: number, high: number, p: number}} The
 *     verdict is on `after`; a ratio of 2 means half the time. Both tests must agree: the interval excludes 1, and p is
 *     below 5 %.
 */
export function compare(before, after) {
  const { ratio, low, high } = medianRatio(before, after);
  const p = mannWhitney(before, after);
  let verdict = 'no difference';
  if (p < 0.05 && low > 1) verdict = 'faster';
  else if (p < 0.05 && high < 1) verdict = 'slower';
  return { verdict, ratio, low, high, p };
}
