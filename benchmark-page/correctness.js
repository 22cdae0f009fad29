// SPDX-License-Identifier: Apache-2.0
// Correctness of outputs: their difference from a reference.

/** The largest accepted error, relative to an output's largest value. */
export const ACCEPTED_DIFFERENCE = 1e-3;

/**
 * @typedef {object} Difference
 * @property {number} absolute The largest absolute difference.
 * @property {number} relative The same, divided by the largest expected value. NaN if the outputs cannot be compared:
 *     different shapes, or unexpected NaN.
 */

/** @returns {Difference} */
export function differenceOf(values, expected) {
  const incomparable = { absolute: Number.NaN, relative: Number.NaN };
  if (values.length !== expected.length) return incomparable;
  let absolute = 0;
  let largest = 0;
  for (let i = 0; i < values.length; ++i) {
    const [value, wanted] = [values[i], expected[i]];
    // Also handles strings, infinities, and expected NaN.
    if (Object.is(value, wanted)) {
      if (Number.isFinite(wanted)) largest = Math.max(largest, Math.abs(wanted));
      continue;
    }
    const difference = Math.abs(value - wanted);
    if (!Number.isFinite(difference)) return incomparable;
    absolute = Math.max(absolute, difference);
    largest = Math.max(largest, Math.abs(wanted));
  }
  return { absolute, relative: absolute === 0 ? 0 : absolute / largest };
}

/**
 * The largest relative difference of any output. NaN if the outputs cannot be compared.
 *
 * @param {readonly ArrayLike<number | string>[]} outputs
 * @param {readonly ArrayLike<number | string>[]} expected
 */
export function maximumDifference(outputs, expected) {
  if (outputs.length !== expected.length) return Number.NaN;
  return outputs.reduce((worst, values, index) => {
    const { relative } = differenceOf(values, expected[index]);
    return Number.isNaN(worst) || Number.isNaN(relative) ? Number.NaN : Math.max(worst, relative);
  }, 0);
}

/** Whether a relative difference is small enough. False for NaN. */
export const isAccepted = (relative) => relative <= ACCEPTED_DIFFERENCE;

/**
 * @typedef {object} Correctness
 * @property {string} reference The library that computed the reference.
 * @property {({name: string, shape: number[], dtype: string} & Difference)[]} outputs
 * @property {boolean} passed
 *
 * @returns {Correctness}
 */
export function checkOutputs(outputs, expected, reference) {
  const list = outputs.map(({ name, shape, dtype, values }, index) => ({
    name,
    shape,
    dtype,
    ...differenceOf(values, expected[index]?.values ?? []),
  }));
  const passed = outputs.length === expected.length && list.every(({ relative }) => isAccepted(relative));
  return { reference, outputs: list, passed };
}
