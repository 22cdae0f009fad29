// SPDX-License-Identifier: Apache-2.0
// How much compressed content may expand, in all: to a multiple of the file, or to what is small in any case. Weights do
// not compress well, and Keras does not compress.

const MAX_RATIO = 100;
const MAX_SMALL = 64 * 2 ** 20;

/** The bytes that a file of `size` bytes may expand to. */
export function maxExpanded(size: number): number {
  return Math.max(MAX_RATIO * size, MAX_SMALL);
}
