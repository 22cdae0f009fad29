// SPDX-License-Identifier: Apache-2.0
// Each function of TensorFlow that a model of Keras 2 can call, against its definition.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { checkModel, input, keras2 } from './operation-models.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');

const VALUES = [
  [-2, -0.5, 0.25, 1],
  [0.5, 2, -1, 3],
];
const x = input('x', VALUES, [2, 4]);
const ref = (name, kwargs = {}) => [name, 0, 0, kwargs];
const mapped = (f) => VALUES.map((row) => row.map(f));

/** One call on x. */
const unary = (name, expected, kwargs = {}, given = x, outputs = [expected]) =>
  test(name + (Object.keys(kwargs).length > 0 ? ` ${JSON.stringify(kwargs).slice(0, 70)}` : ''), () =>
    checkModel(tf, keras2(name, ref(given.name, kwargs), [given], outputs.length), [given], outputs, name),
  );

const sigmoid = (v) => 1 / (1 + Math.exp(-v));
const erf = (v) => {
  // By its power series.
  let [sum, term] = [0, v];
  for (let n = 0; n < 60; ++n) {
    sum += term / (2 * n + 1);
    term *= -(v * v) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
};
const gelu = (v) => (v / 2) * (1 + erf(v / Math.SQRT2));
const roundEven = (v) => (Math.abs(v % 1) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v));

describe('functions of TensorFlow', { skip }, () => {
  before(() => tf.ready());

  describe('elementwise', () => {
    for (const [name, f] of Object.entries({
      'math.abs': Math.abs,
      'math.atan': Math.atan,
      'math.asinh': Math.asinh,
      'math.ceil': Math.ceil,
      'math.cos': Math.cos,
      'math.cosh': Math.cosh,
      'math.erf': erf,
      'math.erfc': (v) => 1 - erf(v),
      'math.exp': Math.exp,
      'math.expm1': Math.expm1,
      'math.floor': Math.floor,
      'math.negative': (v) => -v,
      'math.reciprocal': (v) => 1 / v,
      'math.reciprocal_no_nan': (v) => 1 / v,
      'math.round': roundEven,
      'math.rint': roundEven,
      'math.sigmoid': sigmoid,
      'nn.sigmoid': sigmoid,
      sigmoid,
      'math.sign': Math.sign,
      'math.sin': Math.sin,
      'math.sinh': Math.sinh,
      'math.softplus': (v) => Math.log1p(Math.exp(v)),
      'nn.softsign': (v) => v / (1 + Math.abs(v)),
      'math.square': (v) => v * v,
      'compat.v1.square': (v) => v * v,
      'math.tan': Math.tan,
      'math.tanh': Math.tanh,
      'nn.relu': (v) => Math.max(v, 0),
      'nn.relu6': (v) => Math.min(Math.max(v, 0), 6),
      'nn.elu': (v) => (v > 0 ? v : Math.expm1(v)),
      'nn.selu': (v) => 1.05070098735548 * (v > 0 ? v : 1.673263242354377 * Math.expm1(v)),
      'nn.silu': (v) => v * sigmoid(v),
      'nn.swish': (v) => v * sigmoid(v),
      'nn.gelu': gelu,
      'math.log_sigmoid': (v) => Math.log(sigmoid(v)),
      'math.is_nan': () => 0,
      'math.is_finite': () => 1,
      identity: (v) => v,
      stop_gradient: (v) => v,
      zeros_like: () => 0,
      ones_like: () => 1,
      'keras.backend.exp': Math.exp,
      'keras.backend.hard_sigmoid': (v) => Math.min(1, Math.max(0, 0.2 * v + 0.5)),
      'keras.activations.swish': (v) => v * sigmoid(v),
      'keras.activations.linear': (v) => v,
      'keras.activations.mish': (v) => v * Math.tanh(Math.log1p(Math.exp(v))),
      'keras.activations.gelu': gelu,
    })) {
      unary(name, mapped(f));
    }
    const positive = input(
      'x',
      [
        [0.5, 1],
        [0.75, 0.25],
      ],
      [2, 2],
    );
    for (const [name, f] of Object.entries({
      'math.log': Math.log,
      'math.log1p': Math.log1p,
      'math.sqrt': Math.sqrt,
      'math.rsqrt': (v) => 1 / Math.sqrt(v),
      'math.acos': Math.acos,
      'math.asin': Math.asin,
      'math.atanh': (v) => (v === 1 ? Number.POSITIVE_INFINITY : Math.atanh(v)),
    })) {
      unary(
        name,
        positive.values.map((row) => row.map(f)),
        {},
        positive,
      );
    }
    unary(
      'nn.leaky_relu',
      mapped((v) => (v > 0 ? v : 0.2 * v)),
    );
    unary(
      'nn.leaky_relu',
      mapped((v) => (v > 0 ? v : 0.5 * v)),
      { alpha: 0.5 },
    );
    unary(
      'clip_by_value',
      mapped((v) => Math.min(1, Math.max(-1, v))),
      { clip_value_min: -1, clip_value_max: 1 },
    );
    unary(
      'keras.backend.clip',
      mapped((v) => Math.min(1, Math.max(-1, v))),
      { min_value: -1, max_value: 1 },
    );
    unary(
      'keras.backend.relu',
      mapped((v) => (v > 0 ? Math.min(v, 2) : 0.1 * v)),
      { alpha: 0.1, max_value: 2 },
    );
    unary(
      'nn.gelu',
      mapped((v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)))),
      {
        approximate: true,
      },
    );
    unary(
      'nn.crelu',
      VALUES.map((row) => [...row.map((v) => Math.max(v, 0)), ...row.map((v) => Math.max(-v, 0))]),
    );
    unary(
      'nn.softmax',
      VALUES.map((row) => row.map((v) => Math.exp(v) / row.reduce((s, w) => s + Math.exp(w), 0))),
    );
    unary(
      'nn.softmax',
      mapped((v) => v).map((row, i) =>
        row.map((v, j) => Math.exp(v) / (Math.exp(VALUES[0][j]) + Math.exp(VALUES[1][j]) + 0 * i)),
      ),
      { axis: 0 },
    );
    unary(
      'nn.log_softmax',
      VALUES.map((row) => row.map((v) => v - Math.log(row.reduce((s, w) => s + Math.exp(w), 0)))),
      { axis: -1 },
    );
    unary('cast', mapped(Math.trunc), { dtype: 'int64' });
    unary(
      'cast',
      mapped((v) => Number(v !== 0)),
      { dtype: 'bool' },
    );
  });

  describe('of two', () => {
    for (const [name, f] of Object.entries({
      'math.add': (a, b) => a + b,
      '__operators__.add': (a, b) => a + b,
      'math.subtract': (a, b) => a - b,
      'math.multiply': (a, b) => a * b,
      'math.truediv': (a, b) => a / b,
      'math.divide': (a, b) => a / b,
      'math.floordiv': (a, b) => Math.floor(a / b),
      'math.floormod': (a, b) => a - Math.floor(a / b) * b,
      'math.maximum': Math.max,
      'math.minimum': Math.min,
      'math.squared_difference': (a, b) => (a - b) ** 2,
      'math.greater': (a, b) => a > b,
      'math.greater_equal': (a, b) => a >= b,
      'math.less': (a, b) => a < b,
      'math.less_equal': (a, b) => a <= b,
      'math.equal': (a, b) => a === b,
      'math.not_equal': (a, b) => a !== b,
      'math.atan2': Math.atan2,
      'math.div_no_nan': (a, b) => (b === 0 ? 0 : a / b),
      'math.truncatemod': (a, b) => a % b,
    })) {
      const other = [
        [1.5, -0.5, 2, 1],
        [0.5, 3, -2, -1],
      ];
      const y = input('y', other, [2, 4]);
      test(`${name} of two tensors`, () =>
        checkModel(
          tf,
          keras2(name, ref('x', { y: ['y', 0, 0], name: null }), [x, y]),
          [x, y],
          [VALUES.map((row, i) => row.map((v, j) => f(v, other[i][j])))],
          name,
        ));
      test(`${name} of a tensor and a list`, () =>
        checkModel(
          tf,
          keras2(name, ref('x', { y: [[1.5, -0.5, 2, 1]] }), [x]),
          [x],
          [VALUES.map((row) => row.map((v, j) => f(v, other[0][j])))],
          name,
        ));
      test(`${name} of a constant and a tensor`, () =>
        checkModel(
          tf,
          keras2(name, ['_CONSTANT_VALUE', -1, 2, { y: ['x', 0, 0] }], [x]),
          [x],
          [mapped((v) => f(2, v))],
          name,
        ));
    }
    const whole = input('x', [[5, -3]], [1, 2], 'int32');
    const ints = (name, y, expected) =>
      test(`${name} of integers by ${y}`, () =>
        checkModel(tf, keras2(name, ref('x', { y }), [whole]), [whole], [expected], name));
    ints('math.add', 2, [[7, -1]]);
    ints('math.truediv', 2, [[2.5, -1.5]]);
    ints('math.floordiv', 2, [[2, -2]]);
    ints('math.floormod', [2, 2], [[1, 1]]);
    test('integers stay integers', async () => {
      const model = await tf.models.modelFromJSON(keras2('math.multiply', ref('x', { y: [2, 3] }), [whole]));
      assert.equal(model.outputs[0].dtype, 'int32');
    });
    test('math.pow', () =>
      checkModel(tf, keras2('math.pow', ref('x', { y: 2 }), [x]), [x], [mapped((v) => v ** 2)], 'pow'));
    const flags = input('x', [[true, false]], [1, 2], 'bool');
    const flagged = input('y', [[true, true]], [1, 2], 'bool');
    for (const [name, expected] of [
      ['math.logical_and', [[1, 0]]],
      ['math.logical_or', [[1, 1]]],
      ['math.logical_xor', [[0, 1]]],
    ]) {
      test(name, () =>
        checkModel(
          tf,
          keras2(name, ref('x', { y: ['y', 0, 0] }), [flags, flagged]),
          [flags, flagged],
          [expected],
          name,
        ),
      );
    }
    unary('math.logical_not', [[0, 1]], {}, flags);
  });

  describe('reductions', () => {
    const rows = (f) => VALUES.map(f);
    const total = (row) => row.reduce((a, b) => a + b, 0);
    const mean = (row) => total(row) / row.length;
    const spread = (row) => mean(row.map((v) => (v - mean(row)) ** 2));
    for (const [name, f] of Object.entries({
      'math.reduce_sum': total,
      'math.reduce_mean': mean,
      reduce_mean: mean,
      'compat.v1.reduce_sum': total,
      'math.reduce_max': (row) => Math.max(...row),
      'math.reduce_min': (row) => Math.min(...row),
      'math.reduce_prod': (row) => row.reduce((a, b) => a * b, 1),
      'math.reduce_variance': spread,
      'math.reduce_std': (row) => Math.sqrt(spread(row)),
      'math.reduce_logsumexp': (row) => Math.log(total(row.map(Math.exp))),
      'math.reduce_euclidean_norm': (row) => Math.hypot(...row),
      'math.count_nonzero': (row) => row.length,
      'keras.backend.mean': mean,
      'keras.backend.sum': total,
      'keras.backend.max': (row) => Math.max(...row),
      'keras.backend.std': (row) => Math.sqrt(spread(row)),
      'linalg.norm': (row) => Math.hypot(...row),
    })) {
      unary(name, rows(f), { axis: 1 });
      unary(
        name,
        rows((row) => [f(row)]),
        { axis: [-1], keepdims: true },
      );
    }
    unary('math.reduce_sum', total(VALUES.flat()), { axis: null, keepdims: false });
    unary(
      'compat.v1.reduce_mean',
      rows((row) => [mean(row)]),
      { axis: 1, keep_dims: true },
    );
    unary('math.argmax', [3, 3], { axis: 1 });
    unary('math.argmax', [1, 1, 0, 1]);
    unary('math.argmin', [0, 2], { axis: -1 });
    unary(
      'math.cumsum',
      rows((row) => row.map((_, i) => total(row.slice(0, i + 1)))),
      { axis: 1 },
    );
    unary(
      'math.cumsum',
      rows((row) => row.map((_, i) => total(row.slice(0, i)))),
      { axis: -1, exclusive: true },
    );
    unary(
      'math.cumprod',
      rows((row) => row.map((_, i) => row.slice(0, i + 1).reduce((a, b) => a * b))),
      { axis: 1 },
    );
    unary(
      'math.l2_normalize',
      rows((row) => row.map((v) => v / Math.hypot(...row))),
      { axis: 1 },
    );
    unary(
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
        [rows(mean), rows(spread)],
        'moments',
      ));
    unary(
      'sort',
      rows((row) => [...row].sort((a, b) => a - b)),
    );
    unary(
      'sort',
      rows((row) => [...row].sort((a, b) => b - a)),
      { axis: -1, direction: 'DESCENDING' },
    );
    unary('argsort', [
      [0, 1, 2, 3],
      [2, 0, 1, 3],
    ]);
  });

  describe('shapes', () => {
    const cube = input(
      'x',
      Array.from({ length: 12 }, (_, i) => i),
      [2, 3, 2],
    );
    unary(
      'reshape',
      [
        [0, 1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10, 11],
      ],
      { shape: [-1, 6] },
      cube,
    );
    unary(
      'expand_dims',
      VALUES.map((row) => [row]),
      { axis: 1 },
    );
    unary(
      'compat.v1.expand_dims',
      VALUES.map((row) => [row]),
      { dim: 1 },
    );
    unary('squeeze', [[0, 1]], { axis: [1] }, input('x', [[[0, 1]]], [1, 1, 2]));
    unary('compat.v1.squeeze', [[0, 1]], { squeeze_dims: [1] }, input('x', [[[0, 1]]], [1, 1, 2]));
    unary(
      'transpose',
      [
        [
          [0, 2, 4],
          [1, 3, 5],
        ],
        [
          [6, 8, 10],
          [7, 9, 11],
        ],
      ],
      { perm: [0, 2, 1] },
      cube,
    );
    unary(
      'keras.backend.permute_dimensions',
      [
        [
          [0, 2, 4],
          [1, 3, 5],
        ],
        [
          [6, 8, 10],
          [7, 9, 11],
        ],
      ],
      { pattern: [0, 2, 1] },
      cube,
    );
    unary(
      'tile',
      VALUES.map((row) => [...row, ...row]),
      { multiples: [1, 2] },
    );
    unary(
      'repeat',
      VALUES.map((row) => row.flatMap((v) => [v, v])),
      { repeats: 2, axis: 1 },
    );
    unary(
      'repeat',
      VALUES.map(([a, , c, d]) => [a, c, c, d]),
      { repeats: [1, 0, 2, 1], axis: 1 },
    );
    unary('shape', [2, 4]);
    unary('size', 8);
    unary('rank', 2);
    unary(
      'pad',
      VALUES.map((row) => [0, ...row, 0, 0]),
      {
        paddings: [
          [0, 0],
          [1, 2],
        ],
      },
    );
    unary(
      'pad',
      VALUES.map((row) => [7, ...row]),
      {
        paddings: [
          [0, 0],
          [1, 0],
        ],
        mode: 'CONSTANT',
        constant_values: 7,
      },
    );
    unary(
      'pad',
      VALUES.map(([a, b, c, d]) => [c, b, a, b, c, d]),
      {
        paddings: [
          [0, 0],
          [2, 0],
        ],
        mode: 'REFLECT',
      },
    );
    unary(
      'reverse',
      VALUES.map((row) => [...row].reverse()),
      { axis: [1] },
    );
    unary(
      'roll',
      VALUES.map(([a, b, c, d]) => [d, a, b, c]),
      { shift: 1, axis: 1 },
    );
    unary(
      'slice',
      VALUES.map((row) => row.slice(1, 3)),
      { begin: [0, 1], size: [-1, 2] },
    );
    unary(
      'strided_slice',
      VALUES.map(([a, , c]) => [a, c]),
      { begin: [0, 0], end: [2, 4], strides: [1, 2] },
    );
    unary(
      'gather',
      VALUES.map(([a, , , d]) => [d, a]),
      { indices: [3, 0], axis: 1 },
    );
    unary('broadcast_to', [VALUES, VALUES], { shape: [2, 2, 4] }, { ...x, isFixed: true });
    unary(
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
    unary(
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
    unary(
      'sequence_mask',
      [
        [1, 0, 0],
        [1, 1, 0],
      ],
      { maxlen: 3, dtype: 'float32' },
      input('x', [1, 2], [2], 'int32'),
    );
    unary(
      'linalg.band_part',
      VALUES.map((row, i) => row.map((v, j) => (j <= i ? v : 0))),
      { num_lower: -1, num_upper: 0 },
    );
    unary(
      'linalg.diag_part',
      [[0, 3]],
      {},
      input(
        'x',
        [
          [
            [0, 1],
            [2, 3],
          ],
        ],
        [1, 2, 2],
      ),
    );
    unary(
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
    unary(
      'linalg.trace',
      [3],
      {},
      input(
        'x',
        [
          [
            [0, 1],
            [2, 3],
          ],
        ],
        [1, 2, 2],
      ),
    );
    unary(
      'keras.backend.batch_flatten',
      [
        [0, 1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10, 11],
      ],
      {},
      cube,
    );
    unary(
      'keras.backend.repeat_elements',
      VALUES.map((row) => row.flatMap((v) => [v, v, v])),
      { rep: 3, axis: 1 },
    );
    unary(
      'keras.backend.temporal_padding',
      [[[0], [1], [2], [0]]],
      { padding: [1, 1] },
      input('x', [[[1], [2]]], [1, 2, 1]),
    );
    test('split gives several outputs', () =>
      checkModel(
        tf,
        keras2('split', ref('x', { num_or_size_splits: 2, axis: 1 }), [x], 2),
        [x],
        [VALUES.map((row) => row.slice(0, 2)), VALUES.map((row) => row.slice(2))],
        'split',
      ));
    test('split by sizes', () =>
      checkModel(
        tf,
        keras2('split', ref('x', { num_or_size_splits: [1, 3], axis: -1 }), [x], 2),
        [x],
        [VALUES.map((row) => row.slice(0, 1)), VALUES.map((row) => row.slice(1))],
        'split',
      ));
    test('unstack', () =>
      checkModel(
        tf,
        keras2('unstack', ref('x', { axis: 1 }), [x], 4),
        [x],
        [0, 1, 2, 3].map((i) => VALUES.map((row) => row[i])),
        'unstack',
      ));
    for (const [name, expected] of [
      ['concat', VALUES.map((row) => [...row, ...row])],
      ['keras.backend.concatenate', VALUES.map((row) => [...row, ...row])],
      ['stack', VALUES.map((row) => row.map((v) => [v, v]))],
    ]) {
      const kwargs = { axis: -1 };
      test(`${name} of a list`, () =>
        checkModel(tf, keras2(name, [ref('x', kwargs), ref('x', kwargs)], [x]), [x], [expected], name));
    }
    test('stack of a tensor and a constant', () =>
      checkModel(
        tf,
        keras2(
          'stack',
          [
            ref('x', { axis: 0 }),
            [
              '_CONSTANT_VALUE',
              -1,
              [
                [1, 1, 1, 1],
                [2, 2, 2, 2],
              ],
              { axis: 0 },
            ],
          ],
          [{ ...x, isFixed: true }],
        ),
        [x],
        [
          [
            VALUES,
            [
              [1, 1, 1, 1],
              [2, 2, 2, 2],
            ],
          ],
        ],
        'stack',
      ));
    test('add_n', () =>
      checkModel(tf, keras2('math.add_n', [ref('x'), ref('x')], [x]), [x], [mapped((v) => 2 * v)], 'add_n'));
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
      const expected = VALUES.map((row, i) => row.map((v, j) => (flags.values[i][j] ? v : 0)));
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

  describe('matrices', () => {
    const product = (b) => VALUES.map((row) => b[0].map((_, j) => row.reduce((sum, v, k) => sum + v * b[k][j], 0)));
    const weights = [
      [1, 0],
      [0, 2],
      [-1, 1],
      [0.5, 0],
    ];
    unary('linalg.matmul', product(weights), { b: weights });
    unary('linalg.matmul', product(weights), { b: [0, 1].map((j) => weights.map((row) => row[j])), transpose_b: true });
    unary('tensordot', product(weights), { b: weights, axes: 1 });
    unary('tensordot', product(weights), { b: weights, axes: [[1], [0]] });
    unary('keras.backend.dot', product(weights), { y: weights });
    unary('linalg.cross', [[-3, 6, -3]], { b: [[4, 5, 6]] }, input('x', [[1, 2, 3]], [1, 3]));
    test('keras.backend.batch_dot', () => {
      const json = keras2('keras.backend.batch_dot', ref('x', { y: ['x', 0, 0], axes: 1 }), [x]);
      return checkModel(tf, json, [x], [VALUES.map((row) => [row.reduce((sum, v) => sum + v * v, 0)])], 'batch_dot');
    });
    test('einsum of batches', () => {
      const cube = input(
        'x',
        Array.from({ length: 8 }, (_, i) => i),
        [2, 2, 2],
      );
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
  });

  describe('networks and images', () => {
    const plane = input(
      'x',
      Array.from({ length: 16 }, (_, i) => i),
      [1, 4, 4, 1],
    );
    const kernel = [
      [[[1]], [[0]]],
      [[[0]], [[-1]]],
    ];
    unary(
      'nn.conv2d',
      [
        [
          [[-5], [-5]],
          [[-5], [-5]],
        ],
      ],
      { filters: kernel, strides: [1, 2, 2, 1], padding: 'VALID' },
      plane,
    );
    unary(
      'nn.conv2d',
      [
        [
          [[-5], [-5]],
          [[-5], [-5]],
        ],
      ],
      { filters: kernel, strides: 2, padding: 'VALID', data_format: 'NHWC' },
      plane,
    );
    unary(
      'nn.conv1d',
      [[[-1], [-1]]],
      { filters: [[[1]], [[-1]]], stride: 1, padding: 'VALID' },
      input('x', [[[0], [1], [2]]], [1, 3, 1]),
    );
    unary(
      'nn.depthwise_conv2d',
      [
        [
          [[-5], [-5]],
          [[-5], [-5]],
        ],
      ],
      { filter: kernel, strides: [1, 2, 2, 1], padding: 'VALID' },
      plane,
    );
    unary(
      'nn.max_pool2d',
      [
        [
          [[5], [7]],
          [[13], [15]],
        ],
      ],
      { ksize: 2, strides: 2, padding: 'VALID' },
      plane,
    );
    unary(
      'nn.avg_pool2d',
      [
        [
          [[2.5], [4.5]],
          [[10.5], [12.5]],
        ],
      ],
      { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: 'VALID' },
      plane,
    );
    unary(
      'keras.backend.pool2d',
      [
        [
          [[2.5], [4.5]],
          [[10.5], [12.5]],
        ],
      ],
      { pool_size: [2, 2], strides: [2, 2], pool_mode: 'avg' },
      plane,
    );
    unary(
      'nn.space_to_depth',
      [
        [
          [
            [0, 1, 4, 5],
            [2, 3, 6, 7],
          ],
          [
            [8, 9, 12, 13],
            [10, 11, 14, 15],
          ],
        ],
      ],
      { block_size: 2 },
      plane,
    );
    unary(
      'nn.depth_to_space',
      [
        [
          [[0], [1]],
          [[2], [3]],
        ],
      ],
      { block_size: 2 },
      input('x', [[[[0, 1, 2, 3]]]], [1, 1, 1, 4]),
    );
    unary(
      'nn.bias_add',
      VALUES.map((row) => row.map((v, i) => v + i)),
      { bias: [0, 1, 2, 3] },
    );
    unary(
      'nn.batch_normalization',
      mapped((v) => ((v - 1) / 2) * 3 + 4),
      { mean: 1, variance: 3.75, offset: 4, scale: 3, variance_epsilon: 0.25 },
    );
    const nearest = (...rows) => [rows.map((row) => row.map((v) => [v]))];
    unary('image.resize', nearest([5, 7], [13, 15]), { size: [2, 2], method: 'nearest' }, plane);
    unary(
      'image.resize',
      nearest([2.5, 4.5], [10.5, 12.5]),
      { size: [2, 2], method: 'bilinear', antialias: false },
      plane,
    );
    unary('compat.v1.image.resize_nearest_neighbor', nearest([0, 2], [8, 10]), { size: [2, 2] }, plane);
    unary('compat.v1.image.resize_bilinear', nearest([0, 3], [12, 15]), { size: [2, 2], align_corners: true }, plane);
    unary('image.flip_left_right', nearest(...[0, 4, 8, 12].map((i) => [i + 3, i + 2, i + 1, i])), {}, plane);
    unary('image.flip_up_down', nearest(...[12, 8, 4, 0].map((i) => [i, i + 1, i + 2, i + 3])), {}, plane);
    unary('image.rot90', nearest(...[3, 2, 1, 0].map((i) => [i, i + 4, i + 8, i + 12])), {}, plane);
    unary('image.central_crop', nearest([5, 6], [9, 10]), { central_fraction: 0.5 }, plane);
    unary(
      'image.crop_to_bounding_box',
      nearest([6, 7]),
      { offset_height: 1, offset_width: 2, target_height: 1, target_width: 2 },
      plane,
    );
    unary(
      'keras.backend.resize_images',
      nearest([0, 0, 1, 1], [0, 0, 1, 1]),
      { height_factor: 2, width_factor: 2, data_format: 'channels_last', interpolation: 'nearest' },
      input('x', [[[[0], [1]]]], [1, 1, 2, 1]),
    );
    test('softmax_cross_entropy_with_logits', () => {
      const labels = input(
        'l',
        [
          [0, 1, 0, 0],
          [1, 0, 0, 0],
        ],
        [2, 4],
      );
      const json = keras2('nn.softmax_cross_entropy_with_logits', ref('l', { logits: ['x', 0, 0] }), [labels, x]);
      const loss = (row, i) => Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0)) - row[i];
      return checkModel(tf, json, [labels, x], [[loss(VALUES[0], 1), loss(VALUES[1], 0)]], 'cross entropy');
    });
    unary(
      'keras.losses.mean_squared_error',
      VALUES.map((row) => row.reduce((sum, v) => sum + (v - 1) ** 2, 0) / 4),
      { y_pred: [1, 1, 1, 1] },
    );
    test('random.uniform and nn.dropout have the shape asked for', async () => {
      const dropped = await tf.models.modelFromJSON(keras2('nn.dropout', ref('x', { rate: 0.5 }), [x]));
      assert.deepEqual(dropped.predict(tf.tensor2d(VALUES)).shape, [2, 4]);
    });
  });
});
