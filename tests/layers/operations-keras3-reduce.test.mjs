// SPDX-License-Identifier: Apache-2.0
// Functions of keras.ops in models of Keras 3, against their definitions: reductions, sums that accumulate, orders.
import { before, describe } from 'node:test';

import { call3, kt, mean, on, rows, skip, tf, total, VALUES, variance } from './operation-calls.mjs';
import { input } from './operation-models.mjs';

describe('functions of keras.ops', { skip }, () => {
  before(() => tf.ready());

  describe('reductions', () => {
    for (const [className, f] of Object.entries({
      Sum: total,
      Mean: mean,
      Max: (row) => Math.max(...row),
      Min: (row) => Math.min(...row),
      Amax: (row) => Math.max(...row),
      Prod: (row) => row.reduce((a, b) => a * b),
      Std: (row) => Math.sqrt(variance(row)),
      Var: variance,
      Logsumexp: (row) => Math.log(total(row.map(Math.exp))),
      Ptp: (row) => Math.max(...row) - Math.min(...row),
      Nansum: total,
      Nanmean: mean,
      Median: (row) => mean([...row].sort((a, b) => a - b).slice(1, 3)),
      All: () => 1,
      Any: () => 1,
    })) {
      call3(className, { axis: [1], keepdims: false }, rows(f));
      call3(
        className,
        { axis: -1, keepdims: true },
        rows((row) => [f(row)]),
      );
    }
    call3('Max', { axis: 1, keepdims: false, initial: 2 }, [2, 3]);
    call3('Sum', { axis: null, keepdims: false }, total(VALUES.flat()));
    call3('Argmax', { axis: -1, keepdims: false }, [3, 3]);
    call3('Argmax', { axis: 1, keepdims: true }, [[3], [3]]);
    call3('Argmin', { axis: 1 }, [0, 2]);
    call3(
      'Average',
      { axis: 1 },
      rows(([a, b, c, d]) => (a + 2 * b + 3 * c + 4 * d) / 10),
      { kwargs: { weights: [1, 2, 3, 4] } },
    );
    call3('CountNonzero', { axis: 1 }, [4, 4]);
    call3(
      'Cumsum',
      { axis: 1, dtype: null },
      rows((row) => row.map((_, i) => total(row.slice(0, i + 1)))),
    );
    call3(
      'Cumprod',
      { axis: -1 },
      rows((row) => row.map((_, i) => row.slice(0, i + 1).reduce((a, b) => a * b))),
    );
    call3(
      'Diff',
      { n: 1, axis: -1 },
      rows(([a, b, c, d]) => [b - a, c - b, d - c]),
    );
    call3('Moments', { axes: [1], keepdims: false, synchronized: false }, null, {
      outputs: [rows(mean), rows(variance)],
    });
    call3(
      'Norm',
      { ord: null, axis: -1, keepdims: false },
      rows((row) => Math.hypot(...row)),
      { module: 'linalg' },
    );
    call3(
      'Norm',
      { ord: 1, axis: 1, keepdims: true },
      rows((row) => [total(row.map(Math.abs))]),
      { module: 'linalg' },
    );
    call3(
      'Quantile',
      { axis: 1, method: 'linear', keepdims: false },
      [
        [-2, -1],
        [-0.125, 1.25],
        [1, 3],
      ],
      { args: [kt, [0, 0.5, 1]] },
    );
    call3(
      'Normalize',
      { axis: -1, order: 2, epsilon: null },
      rows((row) => row.map((v) => v / Math.hypot(...row))),
      { module: 'nn' },
    );
    call3('TopK', { k: 2, sorted: true }, null, {
      outputs: [
        [
          [1, 0.25],
          [3, 2],
        ],
        [
          [3, 2],
          [3, 1],
        ],
      ],
      module: 'math',
    });
    call3(
      'Sort',
      { axis: -1 },
      rows((row) => [...row].sort((a, b) => a - b)),
    );
    call3('Argsort', { axis: -1 }, [
      [0, 1, 2, 3],
      [2, 0, 1, 3],
    ]);
    const holes = on(new Float32Array([1, Number.NaN, 3]), [1, 3]);
    call3('Nanvar', { axis: 1, keepdims: false }, [1], holes);
    call3('Nanstd', { axis: 1, keepdims: true }, [[1]], holes);
    call3(
      'Trapezoid',
      { dx: 2, axis: -1 },
      rows(([a, b, c, d]) => a + 2 * b + 2 * c + d),
    );
    call3(
      'Trapezoid',
      { axis: 1 },
      rows(([a, b, c, d]) => (a + b) / 2 + (b + c) + 2 * (c + d)),
      { kwargs: { x: [0, 1, 3, 7] } },
    );
    call3(
      'SegmentMax',
      { num_segments: 2, sorted: false },
      [
        [2, 2],
        [-1, 3],
      ],
      {
        args: [kt, [0, 1]],
        given: [
          {
            ...input(
              'x',
              [
                [2, 2],
                [-1, 3],
              ],
              [2, 2],
            ),
            isFixed: true,
          },
        ],
        module: 'math',
      },
    );
  });
});
