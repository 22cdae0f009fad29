// SPDX-License-Identifier: Apache-2.0
// print() and toString() have exactly the output of TensorFlow.js.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { importSource } from './source.mjs';

const range = (length, scale = 1) => Array.from({ length }, (_, index) => index * scale);

const CASES = [
  ['a number', 2.123456789, []],
  ['a truth value', true, [], 'bool'],
  ['a string', 'a', [], 'string'],
  ['a row', [1, 2.5, -3.123456789, 1e-9, 1e10], [5]],
  ['no values', [], [0]],
  ['a long row', range(21, 0.5), [21]],
  ['twenty values', range(20), [20], 'int32'],
  ['strings', ['a', 'bcd'], [2], 'string'],
  ['truth values', [true, false, true, true], [2, 2], 'bool'],
  ['one row of a matrix', [1, 2], [1, 2]],
  ['a matrix', [1, 20, 3, 400, 5.5, 6], [3, 2]],
  ['an empty matrix', [], [0, 3]],
  ['rows of no values', [], [2, 0]],
  ['a matrix of strings', ['a', 'bb', 'ccc', ''], [2, 2], 'string'],
  ['a large matrix', range(22 * 23, 0.25), [22, 23]],
  ['three dimensions', range(12), [2, 3, 2]],
  ['four dimensions', range(24), [2, 2, 3, 2]],
  ['many of three dimensions', range(42), [21, 1, 2]],
  ['not a number', [Number.NaN, Number.POSITIVE_INFINITY, 0, -0], [2, 2]],
];

describe('text', { skip: missing('tfjs') }, async () => {
  const tf = await importSource();
  const reference = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-cpu');
  for (const [what, values, shape, dtype] of CASES) {
    test(what, () => {
      const ours = tf.tensor(values, shape, dtype);
      const theirs = reference.tensor(values, shape, dtype);
      assert.equal(ours.toString(), theirs.toString());
      assert.equal(ours.toString(true), theirs.toString(true));
      ours.dispose();
    });
  }

  test('complex numbers', () => {
    const theirs = reference.reshape(reference.complex([1, 1, 1, 1], [0, 0, 0, 0]), [2, 2]);
    const ours = tf.ones([2, 2], 'complex64');
    assert.equal(ours.toString(true), theirs.toString(true));
    ours.dispose();
  });

  test('goes to the console', (context) => {
    const log = context.mock.method(console, 'log', () => {});
    const tensor = tf.tensor([1, 2]);
    tensor.print();
    tensor.print(true);
    const printed = log.mock.calls.map(({ arguments: [text] }) => text);
    assert.deepEqual(printed, [tensor.toString(), tensor.toString(true)]);
    tensor.dispose();
  });
});
