// SPDX-License-Identifier: Apache-2.0
// Functions of keras.ops in models of Keras 3, against their definitions: to select by indices or flags, and to make these.
import { before, describe } from 'node:test';

import { call3, kt, mapped, on, rows, skip, tf, VALUES, x } from './operation-calls.mjs';
import { input, kerasTensor } from './operation-models.mjs';

describe('functions of keras.ops', { skip }, () => {
  before(() => tf.ready());

  describe('indices', () => {
    call3(
      'Take',
      { axis: 1 },
      rows(([a, , , d]) => [d, a]),
      { args: [kt, [-1, 0]] },
    );
    call3(
      'TakeAlongAxis',
      { axis: 1 },
      [
        [1, -2],
        [0.5, 0.5],
      ],
      {
        args: [kt, kerasTensor('i')],
        given: [
          x,
          input(
            'i',
            [
              [3, 0],
              [0, -4],
            ],
            [2, 2],
            'int32',
          ),
        ],
      },
    );
    call3(
      'OneHot',
      { num_classes: 3, axis: -1, dtype: 'float32', sparse: false },
      [
        [
          [0, 1, 0],
          [0, 0, 1],
        ],
      ],
      { ...on([[1, 2]], [1, 2], 'int32'), module: 'nn' },
    );
    call3('MultiHot', { num_classes: 4, axis: -1, dtype: 'float32', sparse: false }, [[0, 1, 1, 0]], {
      ...on([[1, 2]], [1, 2], 'int32'),
      module: 'nn',
    });
    call3(
      'Digitize',
      {},
      [
        [0, 1, 1, 2],
        [1, 3, 0, 3],
      ],
      { args: [kt, [-0.5, 1, 2]] },
    );
    call3(
      'Select',
      {},
      mapped((v) => (v > 0 ? v : v < -1 ? 5 : 0)),
      {
        args: [[kerasTensor('p'), kerasTensor('q')], [kt, 5], 0],
        given: [
          x,
          input(
            'p',
            mapped((v) => v > 0),
            [2, 4],
            'bool',
          ),
          input(
            'q',
            mapped((v) => v < -1),
            [2, 4],
            'bool',
          ),
        ],
      },
    );
    call3(
      'Slice',
      { shape: [2, 2] },
      rows((row) => row.slice(1, 3)),
      { args: [kt, [0, 1]], given: [{ ...x, isFixed: true }], module: 'core' },
    );
    call3(
      'SliceUpdate',
      {},
      rows((row) => [row[0], 7, 8, row[3]]),
      {
        args: [
          kt,
          [0, 1],
          [
            [7, 8],
            [7, 8],
          ],
        ],
        given: [{ ...x, isFixed: true }],
        module: 'core',
      },
    );
    call3('ScatterUpdate', {}, [[-2, 9, 0.25, 1], VALUES[1]], { args: [kt, [[0, 1]], [9]], module: 'core' });
    call3('UnravelIndex', { shape: [2, 3] }, null, {
      ...on([4, 2], [2], 'int32'),
      outputs: [
        [1, 0],
        [1, 2],
      ],
    });
  });
});
