// SPDX-License-Identifier: Apache-2.0
// Quantiles of samples. No DOM.

/**
 * The quantile of samples at `fraction`, linearly interpolated.
 *
 * @param {readonly number[]} samples At least one; in any order.
 * @param {number} fraction 0 to 1.
 */
export function quantile(samples, fraction) {
  if (samples.length === 0) throw new Error('A quantile needs at least one sample.');
  return quantileOfSorted(Float64Array.from(samples).sort(), fraction);
}

/** The same for sorted samples. @param {ArrayLike<number>} sorted */
export function quantileOfSorted(sorted, fraction) {
  const position = fraction * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low] + (sorted[high] - sorted[low]) * (position - low);
}

/** @param {readonly number[]} samples */
export function median(samples) {
  return quantile(samples, 0.5);
}
