// SPDX-License-Identifier: Apache-2.0
// Summaries of measured times.

/**
 * The value below which `fraction` of the samples lie, interpolated between neighbours.
 *
 * @param {readonly number[]} samples At least one; in any order.
 * @param {number} fraction 0 to 1.
 */
export function quantile(samples, fraction) {
  if (samples.length === 0) throw new Error('A quantile needs at least one sample.');
  const sorted = Float64Array.from(samples).sort();
  const position = fraction * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low] + (sorted[high] - sorted[low]) * (position - low);
}

/** @param {readonly number[]} samples */
export function median(samples) {
  return quantile(samples, 0.5);
}

/** The mean that suits ratios: doubling and halving cancel out. */
export function geometricMean(values) {
  if (values.length === 0) throw new Error('A mean needs at least one value.');
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
