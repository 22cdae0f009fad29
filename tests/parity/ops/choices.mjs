// SPDX-License-Identifier: Apache-2.0
// Seeded random choices.
import { seededRandom } from '../../../web/common/random.js';
import { bool, constant, f32, i32 } from './case.mjs';

/** Choices for one case. */
export class Choices {
  #random;

  constructor(seed) {
    this.#random = seededRandom(seed);
  }

  /** An integer from `low` to `high`, both included. */
  int(low, high) {
    return low + Math.floor(this.#random() * (high - low + 1));
  }

  flip() {
    return this.int(0, 1) === 1;
  }

  of(values) {
    return values[this.int(0, values.length - 1)];
  }

  /** A shape with a rank from `low` to `high`, and at most about 2,000 elements. */
  shape(low, high, largest = 6) {
    const rank = this.int(low, high);
    return Array.from({ length: rank }, () => this.int(1, rank > 4 ? 3 : largest));
  }

  shuffled(values) {
    const list = [...values];
    for (let i = list.length - 1; i > 0; --i) {
      const j = this.int(0, i);
      [list[i], list[j]] = [list[j], list[i]];
    }
    return list;
  }

  /** Some of the axes of a tensor, at least one, as positive or negative numbers. */
  axes(rank) {
    const all = this.shuffled([...Array(rank).keys()]);
    return all.slice(0, this.int(1, rank)).map((axis) => this.fromEitherEnd(axis, rank));
  }

  fromEitherEnd(axis, rank) {
    return this.flip() ? axis : axis - rank;
  }

  seed() {
    return this.int(1, 1e6);
  }

  /** A tensor of any of the dtypes. */
  tensor(shape, dtypes = [f32, i32, bool]) {
    return this.of(dtypes)(shape, this.seed());
  }

  /** The tensor, wrapped as a constant half of the time. */
  maybeConstant(tensor) {
    return this.flip() ? constant(tensor) : tensor;
  }
}

/** The shape with some sizes set to 1 and some leading ones dropped: it broadcasts to the original. */
export function shrunk(choices, shape) {
  const sizes = shape.map((size) => (choices.int(0, 2) === 0 ? 1 : size));
  return sizes.slice(choices.int(0, 3) === 0 ? choices.int(0, shape.length) : 0);
}
