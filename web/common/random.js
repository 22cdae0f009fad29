// SPDX-License-Identifier: Apache-2.0
// Seeded random numbers, the same in Node.js and in browsers.

/** A generator of numbers in [0, 1): a 32-bit counter and MurmurHash3's finalizer. */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let bits = state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  };
}

/**
 * Values for a tensor.
 *
 * @param {'float32' | 'int32'} dtype
 * @param {readonly [number, number]} range lowest and highest value
 */
export function randomValues(dtype, length, range, seed = 1) {
  const random = seededRandom(seed);
  const [low, high] = range;
  if (dtype === 'int32') {
    return Int32Array.from({ length }, () => Math.floor(low + random() * (high - low + 1)));
  }
  return Float32Array.from({ length }, () => low + random() * (high - low));
}
