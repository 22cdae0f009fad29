// SPDX-License-Identifier: Apache-2.0
// Functions of TensorFlow in models of Keras 2, against their definitions: matrices.
import { before, describe, test } from 'node:test';

import { call2, counted, PRODUCT, ref, rows, skip, tf, WEIGHTS, x } from './operation-calls.mjs';
import { checkModel, input, keras2 } from './operation-models.mjs';

describe('functions of TensorFlow', { skip }, () => {
  before(() => tf.ready());

  describe('matrices', () => {
    call2('linalg.matmul', PRODUCT, { b: WEIGHTS });
    call2('linalg.matmul', PRODUCT, { b: [0, 1].map((j) => WEIGHTS.map((row) => row[j])), transpose_b: true });
    call2('tensordot', PRODUCT, { b: WEIGHTS, axes: 1 });
    call2('tensordot', PRODUCT, { b: WEIGHTS, axes: [[1], [0]] });
    call2('keras.backend.dot', PRODUCT, { y: WEIGHTS });
    call2('linalg.cross', [[-3, 6, -3]], { b: [[4, 5, 6]] }, input('x', [[1, 2, 3]], [1, 3]));
    test('keras.backend.batch_dot', () => {
      const json = keras2('keras.backend.batch_dot', ref('x', { y: ['x', 0, 0], axes: 1 }), [x]);
      return checkModel(tf, json, [x], [rows((row) => [row.reduce((sum, v) => sum + v * v, 0)])], 'batch_dot');
    });
    test('einsum of batches', () => {
      const cube = input('x', counted(8), [2, 2, 2]);
      const json = keras2('linalg.matmul', ref('x', { b: ['x', 0, 0], adjoint_b: true }), [cube]);
      return checkModel(
        tf,
        json,
        [cube],
        [
          [
            [
              [1, 3],
              [3, 13],
            ],
            [
              [41, 59],
              [59, 85],
            ],
          ],
        ],
        'matmul',
      );
    });
    call2(
      'linalg.band_part',
      rows((row, i) => row.map((v, j) => (j <= i ? v : 0))),
      { num_lower: -1, num_upper: 0 },
    );
    const square = input(
      'x',
      [
        [
          [0, 1],
          [2, 3],
        ],
      ],
      [1, 2, 2],
    );
    call2('linalg.diag_part', [[0, 3]], {}, square);
    call2('linalg.trace', [3], {}, square);
    call2(
      'linalg.diag',
      [
        [
          [1, 0],
          [0, 2],
        ],
      ],
      {},
      input('x', [[1, 2]], [1, 2]),
    );
  });
});
