// SPDX-License-Identifier: Apache-2.0
// Comparison of tensors.

/** float32 tolerances: accepts a difference up to absolute + relative * |expected|. */
export const TOLERANCE = { relative: 1e-4, absolute: 1e-5 };

/**
 * Throws, with the worst element, if the tensors differ in name, shape, dtype or values. Integers and booleans must be
 * equal. NaN equals NaN, an infinity equals only itself.
 *
 * @param {{name?: string, shape: number[], dtype: string, data: ArrayLike<number>}} actual
 * @param {{name?: string, shape: number[], dtype: string, data: ArrayLike<number>}} expected
 */
export function assertSameTensor(actual, expected, tolerance = TOLERANCE) {
  const what = expected.name ?? 'tensor';
  for (const property of ['name', 'dtype']) {
    if (expected[property] !== undefined && actual[property] !== expected[property]) {
      throw new Error(`${what}: expected ${property} ${expected[property]}, got ${actual[property]}`);
    }
  }
  if (String(actual.shape) !== String(expected.shape)) {
    throw new Error(`${what}: expected shape [${expected.shape}], got [${actual.shape}]`);
  }
  if (actual.data.length !== expected.data.length) {
    throw new Error(`${what}: expected ${expected.data.length} values, got ${actual.data.length}`);
  }
  const { worst, index, count } = compareValues(actual.data, expected.data, limits(expected.dtype, tolerance));
  if (count > 0) {
    throw new Error(
      `${what}: ${count} of ${expected.data.length} values differ; the worst is [${index}]: ` +
        `expected ${expected.data[index]}, got ${actual.data[index]} (${worst.toPrecision(3)} times the tolerance)`,
    );
  }
}

function limits(dtype, tolerance) {
  return dtype === 'float32' || dtype === 'complex64' ? tolerance : { relative: 0, absolute: 0 };
}

/** How many elements exceed the tolerance, and which one most. */
function compareValues(actual, expected, { relative, absolute }) {
  let worst = 0;
  let index = -1;
  let count = 0;
  for (let i = 0; i < expected.length; ++i) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const allowed = absolute + relative * Math.abs(expected[i]);
    const difference = Math.abs(actual[i] - expected[i]);
    // Not "difference <= allowed": NaN must fail, and so must any finite value if an infinity is expected.
    const ratio = Number.isFinite(difference) && allowed > 0 ? difference / allowed : Infinity;
    if (ratio <= 1) continue;
    ++count;
    if (ratio > worst) {
      worst = ratio;
      index = i;
    }
  }
  return { worst, index, count };
}

/**
 * Compares indices of values in descending order (top-k). They must be equal, except that values that are equal within
 * the tolerance may be in any order, also across the cut at k.
 *
 * @param {ArrayLike<number>} actual indices
 * @param {ArrayLike<number>} expected indices
 * @param {ArrayLike<number>} values the expected sorted values, one per index
 */
export function assertSameRanking(actual, expected, values, { relative, absolute } = TOLERANCE) {
  if (actual.length !== expected.length) throw new Error(`expected ${expected.length} indices, got ${actual.length}`);
  const isTie = (a, b) => Math.abs(values[a] - values[b]) <= absolute + relative * Math.abs(values[a]);
  let start = 0;
  while (start < expected.length) {
    let end = start + 1;
    while (end < expected.length && isTie(end - 1, end)) ++end;
    const group = new Set(Array.from(expected).slice(start, end));
    const strangers = Array.from(actual)
      .slice(start, end)
      .filter((index) => !group.has(index));
    const touchesCut = end === expected.length && end - start > 1;
    if (strangers.length > 0 && !touchesCut) {
      throw new Error(`ranks ${start} to ${end - 1}: expected indices ${[...group]}, got ${strangers}`);
    }
    start = end;
  }
}
