// SPDX-License-Identifier: Apache-2.0
// Random choices that are the same for the same seed.
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

  /** A shape of a rank from `low` to `high`, of no more than 2,000 elements or so. */
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

  /** Some of the axes of a tensor, at least one, counted from either end. */
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

  /** The tensor, half of the time as a constant. */
  maybeConstant(tensor) {
    return this.flip() ? constant(tensor) : tensor;
  }
}

/** The shape with some sizes 1 and some leading ones left out: it broadcasts to what it was. */
export function shrunk(choices, shape) {
  const sizes = shape.map((size) => (choices.int(0, 2) === 0 ? 1 : size));
  return sizes.slice(choices.int(0, 3) === 0 ? choices.int(0, shape.length) : 0);
}
