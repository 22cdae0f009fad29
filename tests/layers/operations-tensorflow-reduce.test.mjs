// SPDX-License-Identifier: Apache-2.0
// Functions of TensorFlow in models of Keras 2, against their definitions: reductions, sums that accumulate, orders.
import { before, describe, test } from 'node:test';

import { call2, mean, ref, rows, skip, tf, total, VALUES, variance, x } from './operation-calls.mjs';
import { checkModel, input, keras2 } from './operation-models.mjs';

describe('functions of TensorFlow', { skip }, () => {
  before(() => tf.ready());

  describe('reductions', () => {
    for (const [name, f] of Object.entries({
      'math.reduce_sum': total,
      'math.reduce_mean': mean,
      reduce_mean: mean,
      'compat.v1.reduce_sum': total,
      'math.reduce_max': (row) => Math.max(...row),
      'math.reduce_min': (row) => Math.min(...row),
      'math.reduce_prod': (row) => row.reduce((a, b) => a * b, 1),
      'math.reduce_variance': variance,
      'math.reduce_std': (row) => Math.sqrt(variance(row)),
      'math.reduce_logsumexp': (row) => Math.log(total(row.map(Math.exp))),
      'math.reduce_euclidean_norm': (row) => Math.hypot(...row),
      'math.count_nonzero': (row) => row.length,
      'keras.backend.mean': mean,
      'keras.backend.sum': total,
      'keras.backend.max': (row) => Math.max(...row),
      'keras.backend.std': (row) => Math.sqrt(variance(row)),
      'linalg.norm': (row) => Math.hypot(...row),
    })) {
      call2(name, rows(f), { axis: 1 });
      call2(
        name,
        rows((row) => [f(row)]),
        { axis: [-1], keepdims: true },
      );
    }
    call2('math.reduce_sum', total(VALUES.flat()), { axis: null, keepdims: false });
    call2(
      'compat.v1.reduce_mean',
      rows((row) => [mean(row)]),
      { axis: 1, keep_dims: true },
    );
    call2('math.argmax', [3, 3], { axis: 1 });
    call2('math.argmax', [1, 1, 0, 1]);
    call2('math.argmin', [0, 2], { axis: -1 });
    call2(
      'math.cumsum',
      rows((row) => row.map((_, i) => total(row.slice(0, i + 1)))),
      { axis: 1 },
    );
    call2(
      'math.cumsum',
      rows((row) => row.map((_, i) => total(row.slice(0, i)))),
      { axis: -1, exclusive: true },
    );
    call2(
      'math.cumprod',
      rows((row) => row.map((_, i) => row.slice(0, i + 1).reduce((a, b) => a * b))),
      { axis: 1 },
    );
    call2(
      'math.l2_normalize',
      rows((row) => row.map((v) => v / Math.hypot(...row))),
      { axis: 1 },
    );
    call2(
      'math.reduce_any',
      [true, true],
      { axis: 1 },
      input(
        'x',
        [
          [1, 0],
          [0, 2],
        ],
        [2, 2],
        'int32',
      ),
    );
    test('math.top_k', () =>
      checkModel(
        tf,
        keras2('math.top_k', ref('x', { k: 2 }), [x], 2),
        [x],
        [
          [
            [1, 0.25],
            [3, 2],
          ],
          [
            [3, 2],
            [3, 1],
          ],
        ],
        'top_k',
      ));
    test('nn.moments', () =>
      checkModel(
        tf,
        keras2('nn.moments', ref('x', { axes: [1] }), [x], 2),
        [x],
        [rows(mean), rows(variance)],
        'moments',
      ));
    call2(
      'sort',
      rows((row) => [...row].sort((a, b) => a - b)),
    );
    call2(
      'sort',
      rows((row) => [...row].sort((a, b) => b - a)),
      { axis: -1, direction: 'DESCENDING' },
    );
    call2('argsort', [
      [0, 1, 2, 3],
      [2, 0, 1, 3],
    ]);
  });
});
