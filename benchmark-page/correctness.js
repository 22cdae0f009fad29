// SPDX-License-Identifier: Apache-2.0
// Whether outputs are right: how far they are from those of a reference.

/** Beyond this, relative to an output's largest value, engines do not do the same work. */
export const ACCEPTED_DIFFERENCE = 1e-3;

/**
 * @typedef {object} Difference
 * @property {number} absolute The largest difference of two values.
 * @property {number} relative The same, divided by the largest expected value. NaN when the outputs
 *     cannot be compared: other shapes, NaN in one of them.
 */

/** @returns {Difference} */
export function differenceOf(values, expected) {
  const incomparable = { absolute: Number.NaN, relative: Number.NaN };
  if (values.length !== expected.length) return incomparable;
  let absolute = 0;
  let largest = 0;
  for (let i = 0; i < values.length; ++i) {
    const [value, wanted] = [values[i], expected[i]];
    // Also strings, infinities, and NaN where NaN is expected.
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
 * How far apart two results are: for each output the relative difference, and of these the largest.
 * NaN when they cannot be compared.
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

/** Whether a relative difference is small enough. NaN is not. */
export const isAccepted = (relative) => relative <= ACCEPTED_DIFFERENCE;

/**
 * @typedef {object} Correctness
 * @property {string} reference Library that made the reference.
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
