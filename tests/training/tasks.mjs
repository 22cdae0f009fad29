// SPDX-License-Identifier: Apache-2.0
// Small tasks to learn, made of random numbers that are always the same.
import { randomValues } from '../../web/common/random.js';

/** Digits of 3 x 5 pixels. */
const DIGITS = [
  '### #.# #.# #.# ###',
  '.#. ##. .#. .#. ###',
  '##. ..# .#. #.. ###',
  '##. ..# .#. ..# ##.',
  '#.# #.# ### ..# ..#',
  '### #.. ##. ..# ##.',
  '.## #.. ### #.# ###',
  '### ..# .#. .#. .#.',
  '### #.# ### #.# ###',
  '### #.# ### ..# ##.',
].map((rows) => rows.split(' ').map((row) => Array.from(row, (pixel) => Number(pixel === '#'))));

const SIZE = 8;

/** Images [count, 8, 8, 1] of digits that are moved, stronger or weaker, and noisy; and their numbers [count, 1]. */
export function digits(tf, count, seed) {
  const labels = randomValues('int32', count, [0, 9], seed);
  const places = randomValues('int32', 2 * count, [0, 3], seed + 1);
  const strengths = randomValues('float32', count, [0.5, 1], seed + 2);
  const pixels = randomValues('float32', count * SIZE * SIZE, [-0.25, 0.25], seed + 3);
  for (const [i, label] of labels.entries()) {
    const [top, left] = [places[2 * i], Math.min(places[2 * i + 1] + 1, SIZE - 3)];
    for (const [y, row] of DIGITS[label].entries()) {
      for (const [x, pixel] of row.entries()) {
        pixels[(i * SIZE + top + y) * SIZE + left + x] += pixel * strengths[i];
      }
    }
  }
  return [tf.tensor4d(pixels, [count, SIZE, SIZE, 1]), tf.tensor2d(Array.from(labels), [count, 1])];
}

/**
 * The adding problem of Hochreiter and Schmidhuber: of a sequence of numbers, two are marked; their sum is to be found.
 * Inputs [count, steps, 2], one mark in each half; sums [count, 1].
 */
export function additions(tf, count, steps, seed) {
  const numbers = randomValues('float32', count * steps, [0, 1], seed);
  const marks = randomValues('int32', 2 * count, [0, steps / 2 - 1], seed + 1);
  const inputs = new Float32Array(2 * count * steps);
  const sums = new Float32Array(count);
  for (let i = 0; i < count * steps; ++i) inputs[2 * i] = numbers[i];
  for (let i = 0; i < count; ++i) {
    for (const step of [marks[2 * i], marks[2 * i + 1] + steps / 2]) {
      inputs[2 * (i * steps + step) + 1] = 1;
      sums[i] += numbers[i * steps + step];
    }
  }
  return [tf.tensor3d(inputs, [count, steps, 2]), tf.tensor2d(sums, [count, 1])];
}

/**
 * Look-ups: a row has keys, each with a value, in an order that changes, and a key whose value is to be found.
 * Inputs: pairs [count, keys, keys + values] (one-hot each), queries [count, 1, keys]; answers [count, 1, 1].
 */
export function lookups(tf, count, keys, values, seed) {
  const orders = randomValues('float32', count * keys, [0, 1], seed);
  const given = randomValues('int32', count * keys, [0, values - 1], seed + 1);
  const asked = randomValues('int32', count, [0, keys - 1], seed + 2);
  const pairs = new Float32Array(count * keys * (keys + values));
  const queries = new Float32Array(count * keys);
  const answers = new Float32Array(count);
  for (let i = 0; i < count; ++i) {
    const order = Array.from({ length: keys }, (_, key) => key);
    order.sort((a, b) => orders[i * keys + a] - orders[i * keys + b]);
    for (const [place, key] of order.entries()) {
      const row = (i * keys + place) * (keys + values);
      pairs[row + key] = 1;
      pairs[row + keys + given[i * keys + place]] = 1;
      if (key === asked[i]) answers[i] = given[i * keys + place];
    }
    queries[i * keys + asked[i]] = 1;
  }
  return [
    [tf.tensor3d(pairs, [count, keys, keys + values]), tf.tensor3d(queries, [count, 1, keys])],
    tf.tensor3d(answers, [count, 1, 1]),
  ];
}

/**
 * Texts of two kinds: tokens 1 to 29, of which each kind has some of its own, padded with 0. A text is of the kind of
 * which it has more. Tokens [count, length], kinds [count, 1].
 */
export function texts(tf, count, length, seed) {
  const tokens = randomValues('int32', count * length, [1, 29], seed);
  const lengths = randomValues('int32', count, [5, length], seed + 1);
  const kinds = new Float32Array(count);
  for (let i = 0; i < count; ++i) {
    let balance = 0;
    for (let k = 0; k < length; ++k) {
      const at = i * length + k;
      if (k >= lengths[i]) tokens[at] = 0;
      else if (tokens[at] <= 5) ++balance;
      else if (tokens[at] <= 10) --balance;
    }
    kinds[i] = Number(balance > 0);
  }
  return [tf.tensor2d(Array.from(tokens), [count, length]), tf.tensor2d(kinds, [count, 1])];
}

/** Curves [count, size]: each the sum of two of a few waves. */
export function curves(tf, count, size, seed) {
  const factors = randomValues('float32', 2 * count, [-1, 1], seed);
  const values = new Float32Array(count * size);
  for (let i = 0; i < count; ++i) {
    for (let k = 0; k < size; ++k) {
      const at = (2 * Math.PI * k) / size;
      values[i * size + k] = factors[2 * i] * Math.sin(at) + factors[2 * i + 1] * Math.cos(2 * at);
    }
  }
  return tf.tensor2d(values, [count, size]);
}
