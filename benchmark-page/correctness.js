// SPDX-License-Identifier: Apache-2.0
// Correctness of outputs: their difference from a reference.

/** The largest error that is always accepted, relative to an output's largest value. */
const ACCEPTED_DIFFERENCE = 1e-3;

/**
 * Some models amplify rounding, so that correct libraries differ by more. Then the error may be this many times the
 * difference between two backends of the reference.
 */
const ACCEPTED_SPREADS = 5;

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

/** Whether a relative difference is small for a single op. False for NaN. */
export const isAccepted = (relative) => relative <= ACCEPTED_DIFFERENCE;

/** The largest accepted error of an output. @param {number} [spread] NaN if unknown. */
const toleranceOf = (spread) => Math.max(ACCEPTED_DIFFERENCE, ACCEPTED_SPREADS * (spread || 0));

/**
 * @typedef {object} Correctness
 * @property {string} reference The library that computed the reference.
 * @property {({name: string, shape: number[], dtype: string, tolerance: number} & Difference)[]} outputs tolerance: the
 *     largest accepted relative difference.
 * @property {boolean} passed
 *
 * @param {{name: string, shape: number[], dtype: string, values: ArrayLike<number | string>}[]} outputs
 * @param {{values: ArrayLike<number | string>}[]} expected
 * @param {string} reference
 * @param {{values: ArrayLike<number | string>}[]} [second] The outputs of a second backend of the reference.
 * @returns {Correctness}
 */
export function checkOutputs(outputs, expected, reference, second = []) {
  const list = outputs.map(({ name, shape, dtype, values }, index) => {
    const wanted = expected[index]?.values ?? [];
    const tolerance = toleranceOf(second[index] && differenceOf(second[index].values, wanted).relative);
    return { name, shape, dtype, ...differenceOf(values, wanted), tolerance };
  });
  // Never true for NaN.
  const passed = outputs.length === expected.length && list.every(({ relative, tolerance }) => relative <= tolerance);
  return { reference, outputs: list, passed };
}
