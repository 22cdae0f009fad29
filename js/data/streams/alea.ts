// SPDX-License-Identifier: Apache-2.0
// The random number generator Alea of Johannes Baagøe, a multiply-with-carry generator of three 32-bit fractions. The
// library seedrandom has it, too, which TensorFlow.js uses, so the same seed gives the same numbers.

const TWO_32 = 2 ** 32;

/** Hashes texts to fractions. Every call depends on those before. */
function makeHash(): (text: string) => number {
  let state = 0xefc8249d;
  return (text) => {
    for (let i = 0; i < text.length; ++i) {
      state += text.charCodeAt(i);
      const product = state * 0.02519603282416938;
      const high = product >>> 0;
      const mixed = (product - high) * high;
      state = (mixed >>> 0) + (mixed - (mixed >>> 0)) * TWO_32;
    }
    return (state >>> 0) / TWO_32;
  };
}

export class Alea {
  readonly #fractions: [number, number, number];
  #carry = 1;

  constructor(seed: string) {
    const hash = makeHash();
    const start = [hash(' '), hash(' '), hash(' ')];
    this.#fractions = start.map((fraction) => {
      const rest = fraction - hash(seed);
      return rest < 0 ? rest + 1 : rest;
    }) as [number, number, number];
  }

  /** A number in [0, 1). */
  next(): number {
    const fractions = this.#fractions;
    const sum = 2091639 * fractions[0] + this.#carry / TWO_32;
    this.#carry = Math.trunc(sum);
    fractions[0] = fractions[1];
    fractions[1] = fractions[2];
    fractions[2] = sum - this.#carry;
    return fractions[2];
  }

  /** An integer of 32 bits, with sign. */
  int32(): number {
    return (this.next() * TWO_32) | 0;
  }
}
