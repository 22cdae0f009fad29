// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';

const listOf = (value) => (value.dataSync ? [...value.dataSync()] : [value].flat(Number.POSITIVE_INFINITY));

/** Asserts that tensors, or nested lists, differ by at most `tolerance`, and `relative` times the expected value. */
export function assertClose(actual, expected, tolerance = 1e-5, relative = 0) {
  const [a, b] = [actual, expected].map(listOf);
  assert.equal(a.length, b.length);
  for (const [i, value] of a.entries()) {
    assert.ok(Math.abs(value - b[i]) <= tolerance + relative * Math.abs(b[i]), `${i}: ${value}, expected ${b[i]}`);
  }
}
