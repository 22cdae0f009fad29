// SPDX-License-Identifier: Apache-2.0
// Functions of keras.ops in models of Keras 3, against their definitions: matrices.
import { before, describe } from 'node:test';

import { call3, kt, on, PRODUCT, rows, skip, tf, total, VALUES, WEIGHTS } from './operation-calls.mjs';

describe('functions of keras.ops', { skip }, () => {
  before(() => tf.ready());

  describe('matrices', () => {
    call3('Matmul', {}, PRODUCT, { args: [kt, WEIGHTS] });
    call3('Dot', {}, PRODUCT, { args: [kt, WEIGHTS] });
    call3('Tensordot', { axes: 1 }, PRODUCT, { args: [kt, WEIGHTS] });
    call3('Einsum', { subscripts: 'ij,jk->ik' }, PRODUCT, { args: [kt, WEIGHTS] });
    call3(
      'Einsum',
      { subscripts: 'ij->ji' },
      [0, 1, 2, 3].map((j) => rows((row) => row[j])),
    );
    call3(
      'Inner',
      {},
      rows((row) => total(row.map((v) => 2 * v))),
      { args: [kt, [2, 2, 2, 2]] },
    );
    call3(
      'Outer',
      {},
      VALUES.flat().map((v) => [v, 2 * v]),
      { args: [kt, [1, 2]] },
    );
    call3(
      'Kron',
      {},
      rows((row) => row.flatMap((v) => [v, 2 * v])),
      { args: [kt, [[1, 2]]] },
    );
    call3('Cross', {}, [[-3, 6, -3]], { args: [kt, [[4, 5, 6]]], ...on([[1, 2, 3]], [1, 3]) });
    const square = on(
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [1, 2, 2],
    );
    for (const [className, config, expected] of [
      [
        'Tril',
        { k: 0 },
        [
          [1, 0],
          [3, 4],
        ],
      ],
      [
        'Triu',
        { k: 1 },
        [
          [0, 2],
          [0, 0],
        ],
      ],
      ['Diagonal', { offset: 0, axis1: 1, axis2: 2 }, [1, 4]],
      ['Diagonal', { offset: -1, axis1: 1, axis2: 2 }, [3]],
      ['Trace', { offset: 0, axis1: 1, axis2: 2 }, 5],
    ]) {
      call3(className, config, [expected], square);
    }
    call3(
      'Diag',
      { k: 1 },
      [
        [0, 5, 0],
        [0, 0, 6],
        [0, 0, 0],
      ],
      on([5, 6], [2]),
    );
    call3(
      'Vander',
      { N: 3 },
      [
        [4, 2, 1],
        [9, 3, 1],
      ],
      on([2, 3], [2]),
    );
    call3(
      'MatrixPower',
      { n: 3 },
      [
        [
          [1, 3],
          [0, 1],
        ],
      ],
      {
        ...on(
          [
            [
              [1, 1],
              [0, 1],
            ],
          ],
          [1, 2, 2],
        ),
        module: 'linalg',
      },
    );
    call3(
      'CDist',
      {},
      [
        [
          [0, 5],
          [5, 0],
        ],
      ],
      {
        ...on(
          [
            [
              [0, 0],
              [3, 4],
            ],
          ],
          [1, 2, 2],
        ),
        args: [kt, kt],
        module: 'math',
      },
    );
  });
});
