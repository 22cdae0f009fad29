// SPDX-License-Identifier: Apache-2.0
// What the tests of single functions share: the library, inputs with what to expect of them, and calls.
import { test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { checkModel, input, keras2, keras3, kerasTensor } from './operation-models.mjs';

export const skip = missing('dist');
export const tf = skip ? {} : await import('../../dist/index.js');

/** The input of most tests. */
export const VALUES = [
  [-2, -0.5, 0.25, 1],
  [0.5, 2, -1, 3],
];
export const x = input('x', VALUES, [2, 4]);
export const rows = (f) => VALUES.map(f);
export const mapped = (f) => VALUES.map((row) => row.map(f));

/** A second input. */
export const OTHER = [
  [1.5, -0.5, 2, 1],
  [0.5, 3, -2, -1],
];

export const counted = (count) => Array.from({ length: count }, (_, i) => i);

/** The matrices [[0, 2, 4], [1, 3, 5]] and so on: counted(12) of shape [2, 3, 2] with its last two axes swapped. */
export const SWAPPED = [0, 6].map((first) => [0, 1].map((i) => [0, 2, 4].map((j) => first + j + i)));

/** A matrix to multiply VALUES by, and the product. */
export const WEIGHTS = [
  [1, 0],
  [0, 2],
  [-1, 1],
  [0.5, 0],
];
export const PRODUCT = rows((row) => [0, 1].map((j) => total(row.map((v, k) => v * WEIGHTS[k][j]))));

/** An image of 4 by 4, and a filter of 2 by 2 that gives its first value less its last. */
export const plane = input('x', counted(16), [1, 4, 4, 1]);
export const FILTER = [
  [[[1]], [[0]]],
  [[[0]], [[-1]]],
];
/** An image with one channel, by its rows. */
export const image = (...list) => [list.map((row) => row.map((v) => [v]))];

export function total(row) {
  return row.reduce((a, b) => a + b, 0);
}
export const mean = (row) => total(row) / row.length;
export const variance = (row) => mean(row.map((v) => (v - mean(row)) ** 2));
export const sigmoid = (v) => 1 / (1 + Math.exp(-v));
export const geluByTanh = (v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));

/** A reference to a tensor in a call of Keras 2. */
export const ref = (name, kwargs = {}) => [name, 0, 0, kwargs];

/** A test of one call on one tensor in a model of Keras 2. */
export const call2 = (name, expected, kwargs = {}, given = x, outputs = [expected]) =>
  test(name + (Object.keys(kwargs).length > 0 ? ` ${JSON.stringify(kwargs).slice(0, 70)}` : ''), () =>
    checkModel(tf, keras2(name, ref(given.name, kwargs), [given], outputs.length), [given], outputs, name),
  );

/** The tensor x in a call of Keras 3. */
export const kt = kerasTensor('x');

/** A test of one call in a model of Keras 3. `given` replaces x. */
export const call3 = (
  className,
  config,
  expected,
  { args = [kt], given = [x], kwargs, module, outputs = [expected] } = {},
) =>
  test(`${className} ${JSON.stringify(config).slice(0, 60)}`, () => {
    const json = keras3(className, config, args, given, { kwargs, outputs: outputs.length, module });
    return checkModel(tf, json, given, outputs, className);
  });

/** The option `given` of call3: other values of x. */
export const on = (values, shape, dtype) => ({ given: [input('x', values, shape, dtype)] });
