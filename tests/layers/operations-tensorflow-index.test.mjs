// SPDX-License-Identifier: Apache-2.0
// Functions of TensorFlow in models of Keras 2, against their definitions: to select by indices or flags, and to make these.
import { before, describe, test } from 'node:test';

import { call2, ref, rows, skip, tf, x } from './operation-calls.mjs';
import { checkModel, input, keras2 } from './operation-models.mjs';

describe('functions of TensorFlow', { skip }, () => {
  before(() => tf.ready());

  describe('indices', () => {
    call2(
      'slice',
      rows((row) => row.slice(1, 3)),
      { begin: [0, 1], size: [-1, 2] },
    );
    call2(
      'strided_slice',
      rows(([a, , c]) => [a, c]),
      { begin: [0, 0], end: [2, 4], strides: [1, 2] },
    );
    call2(
      'gather',
      rows(([a, , , d]) => [d, a]),
      { indices: [3, 0], axis: 1 },
    );
    call2(
      'one_hot',
      [
        [
          [0, 1, 0],
          [1, 0, 0],
        ],
      ],
      { depth: 3 },
      input('x', [[1, 0]], [1, 2], 'int32'),
    );
    call2(
      'one_hot',
      [
        [
          [0, 5],
          [5, 0],
          [0, 0],
        ],
      ],
      { depth: 3, on_value: 5, axis: 1 },
      input('x', [[1, 0]], [1, 2], 'int32'),
    );
    call2(
      'sequence_mask',
      [
        [1, 0, 0],
        [1, 1, 0],
      ],
      { maxlen: 3, dtype: 'float32' },
      input('x', [1, 2], [2], 'int32'),
    );
    test('where', () => {
      const flags = input(
        'c',
        [
          [1, 0, 0, 1],
          [0, 0, 1, 1],
        ],
        [2, 4],
        'bool',
      );
      const json = keras2('where', ref('c', { x: ['x', 0, 0], y: 0 }), [flags, x]);
      const expected = rows((row, i) => row.map((v, j) => (flags.values[i][j] ? v : 0)));
      return checkModel(tf, json, [flags, x], [expected], 'where');
    });
    test('gather_nd', () => {
      const ids = input(
        'i',
        [
          [0, 1],
          [1, 3],
        ],
        [2, 2],
        'int32',
      );
      const json = keras2('gather_nd', ref('x', { indices: ['i', 0, 0] }), [x, ids]);
      return checkModel(tf, json, [x, ids], [[-0.5, 3]], 'gather_nd');
    });
    test('gather with batch_dims', () => {
      const ids = input('i', [[3], [0]], [2, 1], 'int32');
      const json = keras2('gather', ref('x', { indices: ['i', 0, 0], batch_dims: 1, axis: 1 }), [x, ids]);
      return checkModel(tf, json, [x, ids], [[[1], [0.5]]], 'gather');
    });
  });
});
