// SPDX-License-Identifier: Apache-2.0
// Each function of keras.ops that a model of Keras 3 can call, against its definition.
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { checkModel, input, keras3, kerasTensor } from './operation-models.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');

const VALUES = [
  [-2, -0.5, 0.25, 1],
  [0.5, 2, -1, 3],
];
const x = input('x', VALUES, [2, 4]);
const kt = kerasTensor('x');
const mapped = (f) => VALUES.map((row) => row.map(f));
const rows = (f) => VALUES.map(f);
const sigmoid = (v) => 1 / (1 + Math.exp(-v));
const total = (row) => row.reduce((a, b) => a + b, 0);
const mean = (row) => total(row) / row.length;
const variance = (row) => mean(row.map((v) => (v - mean(row)) ** 2));

/** One call. `given` replaces x. */
const call = (className, config, expected, { args = [kt], given = [x], kwargs, module, outputs = [expected] } = {}) =>
  test(`${className} ${JSON.stringify(config).slice(0, 60)}`, () => {
    const json = keras3(className, config, args, given, { kwargs, outputs: outputs.length, module });
    return checkModel(tf, json, given, outputs, className);
  });

const on = (values, shape, dtype) => ({ given: [input('x', values, shape, dtype)] });

describe('functions of keras.ops', { skip }, () => {
  before(() => tf.ready());

  describe('elementwise', () => {
    for (const [className, f] of Object.entries({
      Absolute: Math.abs,
      Abs: Math.abs,
      Arctan: Math.atan,
      Arcsinh: Math.asinh,
      Cbrt: Math.cbrt,
      Ceil: Math.ceil,
      Copy: (v) => v,
      Cos: Math.cos,
      Cosh: Math.cosh,
      Deg2rad: (v) => (v * Math.PI) / 180,
      Rad2deg: (v) => (v * 180) / Math.PI,
      Exp: Math.exp,
      Exp2: (v) => 2 ** v,
      Expm1: Math.expm1,
      Floor: Math.floor,
      Isfinite: () => 1,
      Isinf: () => 0,
      Isnan: () => 0,
      Isposinf: () => 0,
      Negative: (v) => -v,
      OnesLike: () => 1,
      Reciprocal: (v) => 1 / v,
      Sign: Math.sign,
      Signbit: (v) => v < 0,
      Sin: Math.sin,
      Sinc: (v) => Math.sin(Math.PI * v) / (Math.PI * v),
      Sinh: Math.sinh,
      Square: (v) => v * v,
      Tan: Math.tan,
      Tanh: Math.tanh,
      Trunc: Math.trunc,
      ZerosLike: () => 0,
      HardSigmoid: (v) => Math.min(6, Math.max(0, v + 3)) / 6,
      HardSilu: (v) => (v * Math.min(6, Math.max(0, v + 3))) / 6,
      HardTanh: (v) => Math.min(1, Math.max(-1, v)),
      LogSigmoid: (v) => Math.log(sigmoid(v)),
      Relu: (v) => Math.max(v, 0),
      Relu6: (v) => Math.min(6, Math.max(v, 0)),
      Selu: (v) => 1.05070098735548 * (v > 0 ? v : 1.673263242354377 * Math.expm1(v)),
      Sigmoid: sigmoid,
      Silu: (v) => v * sigmoid(v),
      Softplus: (v) => Math.log1p(Math.exp(v)),
      Softsign: (v) => v / (1 + Math.abs(v)),
      SparsePlus: (v) => (v <= -1 ? 0 : v < 1 ? ((v + 1) / 2) ** 2 : v),
      SparseSigmoid: (v) => Math.min(1, Math.max(0, (v + 1) / 2)),
      TanhShrink: (v) => v - Math.tanh(v),
    })) {
      call(className, {}, mapped(f));
    }
    const positive = [[0.5, 0.75]];
    for (const [className, f] of Object.entries({
      Arccos: Math.acos,
      Arcsin: Math.asin,
      Arctanh: Math.atanh,
      Log: Math.log,
      Log10: Math.log10,
      Log1p: Math.log1p,
      Log2: Math.log2,
      Rsqrt: (v) => 1 / Math.sqrt(v),
      Sqrt: Math.sqrt,
    })) {
      call(
        className,
        {},
        positive.map((row) => row.map(f)),
        on(positive, [1, 2]),
      );
    }
    call(
      'Celu',
      { alpha: 2 },
      mapped((v) => Math.max(v, 0) + Math.min(0, 2 * Math.expm1(v / 2))),
    );
    call(
      'Elu',
      { alpha: 0.5 },
      mapped((v) => (v > 0 ? v : 0.5 * Math.expm1(v))),
    );
    call(
      'Gelu',
      {},
      mapped((v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)))),
    );
    call(
      'Glu',
      { axis: -1 },
      rows(([a, b, c, d]) => [a * sigmoid(c), b * sigmoid(d)]),
    );
    call(
      'HardShrink',
      { threshold: 0.5 },
      mapped((v) => (Math.abs(v) > 0.5 ? v : 0)),
    );
    call(
      'SoftShrink',
      { threshold: 0.5 },
      mapped((v) => Math.sign(v) * Math.max(0, Math.abs(v) - 0.5)),
    );
    call(
      'LeakyRelu',
      { negative_slope: 0.3 },
      mapped((v) => (v > 0 ? v : 0.3 * v)),
    );
    call(
      'LeakyRelu',
      {},
      mapped((v) => (v > 0 ? v : 0.2 * v)),
    );
    call(
      'ReLU',
      { negative_slope: 0.5, max_value: 2, threshold: 1 },
      mapped((v) => (v >= 2 ? 2 : v > 1 ? v : 0.5 * (v - 1))),
      {
        module: 'x',
      },
    );
    call(
      'Squareplus',
      { b: 4 },
      mapped((v) => (v + Math.sqrt(v * v + 4)) / 2),
    );
    call(
      'Threshold',
      { threshold: 0.5, default_value: 7 },
      mapped((v) => (v > 0.5 ? v : 7)),
    );
    call(
      'Softmax',
      { axis: -1 },
      rows((row) => row.map((v) => Math.exp(v) / total(row.map(Math.exp)))),
    );
    const all = total(VALUES.flat().map(Math.exp));
    call(
      'Softmax',
      { axis: [0, 1] },
      mapped((v) => Math.exp(v) / all),
      { given: [{ ...x, isFixed: true }] },
    );
    call(
      'LogSoftmax',
      { axis: 1 },
      rows((row) => row.map((v) => v - Math.log(total(row.map(Math.exp))))),
    );
    call('Sparsemax', { axis: -1 }, [
      [0, 0, 0.125, 0.875],
      [0, 0, 0, 1],
    ]);
    call(
      'Clip',
      { x_min: -1, x_max: 1 },
      mapped((v) => Math.min(1, Math.max(-1, v))),
    );
    call('Round', { decimals: 1 }, [
      [-2, -0.5, 0.2, 1],
      [0.5, 2, -1, 3],
    ]);
    call('Cast', { dtype: 'int32' }, mapped(Math.trunc), { module: 'core' });
    call(
      'NanToNum',
      { nan: 5, posinf: null, neginf: -1 },
      [[5, 3.4028234663852886e38, -1]],
      on(new Float32Array([Number.NaN, 1 / 0, -1 / 0]), [1, 3]),
    );
    call('Erf', {}, [[0.5204998778]], { ...on([[0.5]], [1, 1]), module: 'math' });
  });

  describe('of two', () => {
    const other = [
      [1.5, -0.5, 2, 1],
      [0.5, 3, -2, -1],
    ];
    const both = { args: [kt, kerasTensor('y')], given: [x, input('y', other, [2, 4])] };
    for (const [className, f] of Object.entries({
      Add: (a, b) => a + b,
      Subtract: (a, b) => a - b,
      Multiply: (a, b) => a * b,
      Divide: (a, b) => a / b,
      TrueDivide: (a, b) => a / b,
      FloorDivide: (a, b) => Math.floor(a / b),
      Mod: (a, b) => a - Math.floor(a / b) * b,
      Fmod: (a, b) => a % b,
      Maximum: Math.max,
      Minimum: Math.min,
      Fmax: Math.max,
      Fmin: Math.min,
      Arctan2: Math.atan2,
      Hypot: Math.hypot,
      Logaddexp: (a, b) => Math.log(Math.exp(a) + Math.exp(b)),
      Logaddexp2: (a, b) => Math.log2(2 ** a + 2 ** b),
      Ldexp: (a, b) => a * 2 ** b,
      DivideNoNan: (a, b) => a / b,
      Equal: (a, b) => a === b,
      NotEqual: (a, b) => a !== b,
      Greater: (a, b) => a > b,
      GreaterEqual: (a, b) => a >= b,
      Less: (a, b) => a < b,
      LessEqual: (a, b) => a <= b,
      LogicalAnd: (a, b) => a && b && 1,
      LogicalOr: (a, b) => (a || b) && 1,
      LogicalXor: () => 0,
      Heaviside: (a) => a > 0,
      Isclose: (a, b) => a === b,
    })) {
      call(
        className,
        {},
        VALUES.map((row, i) => row.map((v, j) => f(v, other[i][j]))),
        both,
      );
    }
    call(
      'Power',
      {},
      mapped((v) => v ** 2),
      { args: [kt, 2] },
    );
    call(
      'Subtract',
      {},
      mapped((v) => 1 - v),
      { args: [1, kt] },
    );
    call(
      'Add',
      {},
      mapped((v, i) => v + i),
      {
        args: [kt, { class_name: '__numpy__', config: { value: [0, 1, 2, 3], dtype: 'float32' } }],
      },
    );
    call(
      'Multiply',
      {},
      mapped((v, i) => v * i),
      {
        args: [{ class_name: '__tensor__', config: { value: [[0, 1, 2, 3]], dtype: 'float32' } }, kt],
      },
    );
    call('Divide', {}, [[2.5]], { args: [kt, 2], ...on([[5]], [1, 1], 'int32') });
    call('Multiply', {}, [[10]], { args: [kt, 2], ...on([[5]], [1, 1], 'int32') });
    call(
      'Where',
      {},
      VALUES.map((row, i) => row.map((v, j) => (other[i][j] > 0 ? v : 0))),
      {
        args: [kerasTensor('c'), kt, 0],
        given: [
          x,
          input(
            'c',
            other.map((row) => row.map((v) => v > 0)),
            [2, 4],
            'bool',
          ),
        ],
      },
    );
  });

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
      call(className, { axis: [1], keepdims: false }, rows(f));
      call(
        className,
        { axis: -1, keepdims: true },
        rows((row) => [f(row)]),
      );
    }
    call('Max', { axis: 1, keepdims: false, initial: 2 }, [2, 3]);
    call('Sum', { axis: null, keepdims: false }, total(VALUES.flat()));
    call('Argmax', { axis: -1, keepdims: false }, [3, 3]);
    call('Argmax', { axis: 1, keepdims: true }, [[3], [3]]);
    call('Argmin', { axis: 1 }, [0, 2]);
    call(
      'Average',
      { axis: 1 },
      rows(([a, b, c, d]) => (a + 2 * b + 3 * c + 4 * d) / 10),
      { kwargs: { weights: [1, 2, 3, 4] } },
    );
    call('CountNonzero', { axis: 1 }, [4, 4]);
    call(
      'Cumsum',
      { axis: 1, dtype: null },
      rows((row) => row.map((_, i) => total(row.slice(0, i + 1)))),
    );
    call(
      'Cumprod',
      { axis: -1 },
      rows((row) => row.map((_, i) => row.slice(0, i + 1).reduce((a, b) => a * b))),
    );
    call(
      'Diff',
      { n: 1, axis: -1 },
      rows(([a, b, c, d]) => [b - a, c - b, d - c]),
    );
    call('Moments', { axes: [1], keepdims: false, synchronized: false }, null, {
      outputs: [rows(mean), rows(variance)],
    });
    call(
      'Norm',
      { ord: null, axis: -1, keepdims: false },
      rows((row) => Math.hypot(...row)),
      { module: 'linalg' },
    );
    call(
      'Norm',
      { ord: 1, axis: 1, keepdims: true },
      rows((row) => [total(row.map(Math.abs))]),
      { module: 'linalg' },
    );
    call(
      'Quantile',
      { axis: 1, method: 'linear', keepdims: false },
      [
        [-2, -1],
        [-0.125, 1.25],
        [1, 3],
      ],
      { args: [kt, [0, 0.5, 1]] },
    );
    call(
      'Normalize',
      { axis: -1, order: 2, epsilon: null },
      rows((row) => row.map((v) => v / Math.hypot(...row))),
      { module: 'nn' },
    );
    call('TopK', { k: 2, sorted: true }, null, {
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
  });

  describe('shapes', () => {
    const cube = on(
      Array.from({ length: 12 }, (_, i) => i),
      [2, 3, 2],
    );
    call(
      'Reshape',
      { newshape: [-1, 2, 2] },
      rows(([a, b, c, d]) => [
        [a, b],
        [c, d],
      ]),
    );
    call(
      'ExpandDims',
      { axis: -1 },
      mapped((v) => [v]),
    );
    call(
      'ExpandDims',
      { axis: [1, 2] },
      rows((row) => [[row]]),
    );
    call('Squeeze', { axis: 1 }, [[0, 1]], on([[[0, 1]]], [1, 1, 2]));
    call(
      'Transpose',
      { axes: [0, 2, 1] },
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
      cube,
    );
    call(
      'Moveaxis',
      { source: -1, destination: 1 },
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
      cube,
    );
    call(
      'Swapaxes',
      { axis1: 1, axis2: 2 },
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
      cube,
    );
    call('Ravel', {}, VALUES.flat());
    call('Size', {}, 8);
    call('Ndim', {}, 2);
    call(
      'Concatenate',
      { axis: -1 },
      rows((row) => [...row, ...row]),
      { args: [[kt, kt]] },
    );
    call(
      'Stack',
      { axis: 1 },
      rows((row) => [row, row]),
      { args: [[kt, kt]] },
    );
    call(
      'Append',
      { axis: 1 },
      rows((row) => [...row, ...row]),
      { args: [kt, kt] },
    );
    call(
      'Hstack',
      {},
      rows((row) => [...row, ...row]),
      { args: [[kt, kt]] },
    );
    call('Vstack', {}, [...VALUES, ...VALUES], { args: [[kt, kt]] });
    call(
      'Dstack',
      {},
      mapped((v) => [v, v]),
      { args: [[kt, kt]] },
    );
    call('Split', { indices_or_sections: 2, axis: 1 }, null, {
      outputs: [rows((row) => row.slice(0, 2)), rows((row) => row.slice(2))],
    });
    call('Split', { indices_or_sections: [1], axis: -1 }, null, {
      outputs: [rows((row) => row.slice(0, 1)), rows((row) => row.slice(1))],
    });
    call('Unstack', { num: null, axis: 1 }, null, {
      outputs: [0, 1, 2, 3].map((i) => rows((row) => row[i])),
      module: 'core',
    });
    call(
      'Flip',
      { axis: 1 },
      rows((row) => [...row].reverse()),
    );
    call(
      'Roll',
      { shift: -1, axis: 1 },
      rows(([a, b, c, d]) => [b, c, d, a]),
    );
    call(
      'Rot90',
      { k: 1, axes: [1, 2] },
      [
        [
          [1, 3, 5],
          [0, 2, 4],
        ],
        [
          [7, 9, 11],
          [6, 8, 10],
        ],
      ],
      cube,
    );
    call(
      'Rot90',
      { k: 3, axes: [1, 2] },
      [
        [
          [4, 2, 0],
          [5, 3, 1],
        ],
        [
          [10, 8, 6],
          [11, 9, 7],
        ],
      ],
      cube,
    );
    call(
      'Repeat',
      { repeats: 2, axis: 1 },
      rows((row) => row.flatMap((v) => [v, v])),
    );
    call(
      'Tile',
      { repeats: [1, 2] },
      rows((row) => [...row, ...row]),
    );
    call(
      'Tile',
      { repeats: [2] },
      rows((row) => [...row, ...row]),
    );
    call(
      'Pad',
      {
        pad_width: [
          [0, 0],
          [1, 2],
        ],
        mode: 'constant',
      },
      rows((row) => [9, ...row, 9, 9]),
      { kwargs: { constant_values: 9 } },
    );
    call(
      'Pad',
      {
        pad_width: [
          [0, 0],
          [1, 1],
        ],
        mode: 'symmetric',
      },
      rows((row) => [row[0], ...row, row[3]]),
    );
    call(
      'Sort',
      { axis: -1 },
      rows((row) => [...row].sort((a, b) => a - b)),
    );
    call('Argsort', { axis: -1 }, [
      [0, 1, 2, 3],
      [2, 0, 1, 3],
    ]);
    call(
      'Take',
      { axis: 1 },
      rows(([a, , , d]) => [d, a]),
      { args: [kt, [-1, 0]] },
    );
    call(
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
    call('BroadcastTo', { shape: [3, 2, 4] }, [VALUES, VALUES, VALUES], { given: [{ ...x, isFixed: true }] });
    call(
      'Tril',
      { k: 0 },
      [
        [
          [1, 0],
          [3, 4],
        ],
      ],
      on(
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        [1, 2, 2],
      ),
    );
    call(
      'Triu',
      { k: 1 },
      [
        [
          [0, 2],
          [0, 0],
        ],
      ],
      on(
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        [1, 2, 2],
      ),
    );
    call(
      'Diagonal',
      { offset: 0, axis1: 1, axis2: 2 },
      [[1, 4]],
      on(
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        [1, 2, 2],
      ),
    );
    call(
      'Diagonal',
      { offset: -1, axis1: 1, axis2: 2 },
      [[3]],
      on(
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        [1, 2, 2],
      ),
    );
    call(
      'Trace',
      { offset: 0, axis1: 1, axis2: 2 },
      [5],
      on(
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        [1, 2, 2],
      ),
    );
    call(
      'Diag',
      { k: 1 },
      [
        [0, 5, 0],
        [0, 0, 6],
        [0, 0, 0],
      ],
      on([5, 6], [2]),
    );
    call(
      'FullLike',
      {},
      mapped(() => 3),
      { args: [kt, 3] },
    );
    call(
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
    call('MultiHot', { num_classes: 4, axis: -1, dtype: 'float32', sparse: false }, [[0, 1, 1, 0]], {
      ...on([[1, 2]], [1, 2], 'int32'),
      module: 'nn',
    });
    call(
      'Digitize',
      {},
      [
        [0, 1, 1, 2],
        [1, 3, 0, 3],
      ],
      { args: [kt, [-0.5, 1, 2]] },
    );
    call(
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
    call('Meshgrid', { indexing: 'xy' }, null, {
      args: [kt, kerasTensor('y')],
      given: [input('x', [1, 2], [2]), input('y', [3, 4], [2])],
      outputs: [
        [
          [1, 2],
          [1, 2],
        ],
        [
          [3, 3],
          [4, 4],
        ],
      ],
    });
    call(
      'Slice',
      { shape: [2, 2] },
      rows((row) => row.slice(1, 3)),
      { args: [kt, [0, 1]], given: [{ ...x, isFixed: true }], module: 'core' },
    );
    call(
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
    call('ScatterUpdate', {}, [[-2, 9, 0.25, 1], VALUES[1]], { args: [kt, [[0, 1]], [9]], module: 'core' });
  });

  describe('matrices and networks', () => {
    const weights = [
      [1, 0],
      [0, 2],
      [-1, 1],
      [0.5, 0],
    ];
    const product = rows((row) => [0, 1].map((j) => total(row.map((v, k) => v * weights[k][j]))));
    call('Matmul', {}, product, { args: [kt, weights] });
    call('Dot', {}, product, { args: [kt, weights] });
    call('Tensordot', { axes: 1 }, product, { args: [kt, weights] });
    call('Einsum', { subscripts: 'ij,jk->ik' }, product, { args: [kt, weights] });
    call(
      'Einsum',
      { subscripts: 'ij->ji' },
      [0, 1, 2, 3].map((j) => rows((row) => row[j])),
    );
    call(
      'Inner',
      {},
      rows((row) => total(row.map((v) => 2 * v))),
      { args: [kt, [2, 2, 2, 2]] },
    );
    call(
      'Outer',
      {},
      VALUES.flat().map((v) => [v, 2 * v]),
      { args: [kt, [1, 2]] },
    );
    call(
      'Kron',
      {},
      rows((row) => row.flatMap((v) => [v, 2 * v])),
      { args: [kt, [[1, 2]]] },
    );
    call('Cross', {}, [[-3, 6, -3]], { args: [kt, [[4, 5, 6]]], ...on([[1, 2, 3]], [1, 3]) });
    const plane = on(
      Array.from({ length: 16 }, (_, i) => i),
      [1, 4, 4, 1],
    );
    const first = on(
      Array.from({ length: 16 }, (_, i) => i),
      [1, 1, 4, 4],
    );
    const grid = (...list) => [list.map((row) => row.map((v) => [v]))];
    call(
      'MaxPool',
      { pool_size: [2, 2], strides: null, padding: 'valid', data_format: 'channels_last' },
      grid([5, 7], [13, 15]),
      plane,
    );
    call(
      'MaxPool',
      { pool_size: 2, strides: 2, padding: 'valid', data_format: 'channels_first' },
      [
        [
          [
            [5, 7],
            [13, 15],
          ],
        ],
      ],
      first,
    );
    call(
      'AveragePool',
      { pool_size: 2, strides: 2, padding: 'same', data_format: null },
      grid([2.5, 4.5], [10.5, 12.5]),
      plane,
    );
    const kernel = [
      [[[1]], [[0]]],
      [[[0]], [[-1]]],
    ];
    call(
      'Conv',
      { strides: 2, padding: 'valid', data_format: 'channels_last', dilation_rate: 1 },
      grid([-5, -5], [-5, -5]),
      { ...plane, args: [kt, kernel], module: 'nn' },
    );
    call('DepthwiseConv', { strides: 2, padding: 'valid' }, grid([-5, -5], [-5, -5]), {
      ...plane,
      args: [kt, kernel],
      module: 'nn',
    });
    call('SeparableConv', { strides: 2, padding: 'valid' }, grid([-10, -10], [-10, -10]), {
      ...plane,
      args: [kt, kernel, [[[[2]]]]],
      module: 'nn',
    });
    call(
      'ConvTranspose',
      { strides: 2, padding: 'valid', output_padding: null },
      [
        [
          [[1], [0]],
          [[0], [-1]],
        ],
      ],
      { ...on([[[[1]]]], [1, 1, 1, 1]), args: [kt, kernel], module: 'nn' },
    );
    call('Conv', { strides: 1, padding: 'valid' }, [[[-1], [-1]]], {
      ...on([[[0], [1], [2]]], [1, 3, 1]),
      args: [kt, [[[1]], [[-1]]]],
      module: 'nn',
    });
    call(
      'BatchNorm',
      { axis: -1, epsilon: 0.25 },
      mapped((v, i) => ((v - i) / 2) * 3 + 1),
      {
        args: [kt, [0, 1, 2, 3], [3.75, 3.75, 3.75, 3.75]],
        kwargs: { offset: [1, 1, 1, 1], scale: [3, 3, 3, 3] },
        module: 'nn',
      },
    );
    call(
      'RMSNorm',
      { axis: -1, epsilon: 0 },
      rows((row) => row.map((v) => (2 * v) / Math.sqrt(mean(row.map((w) => w * w))))),
      { args: [kt, [2, 2, 2, 2]], module: 'nn' },
    );
    call(
      'LayerNorm',
      { axis: -1, epsilon: 0 },
      rows((row) => row.map((v) => (v - mean(row)) / Math.sqrt(variance(row)))),
      { module: 'nn' },
    );
    call(
      'Resize',
      { size: [2, 2], interpolation: 'nearest', antialias: false, data_format: 'channels_last' },
      grid([5, 7], [13, 15]),
      { ...plane, module: 'image' },
    );
    call(
      'CropImages',
      {
        top_cropping: 1,
        left_cropping: 2,
        bottom_cropping: null,
        right_cropping: null,
        target_height: 1,
        target_width: 2,
      },
      grid([6, 7]),
      { ...plane, module: 'image' },
    );
    call(
      'PadImages',
      { top_padding: 1, left_padding: 0, bottom_padding: null, right_padding: null, target_height: 2, target_width: 3 },
      grid([0, 0, 0], [1, 2, 0]),
      { ...on([[[[1], [2]]]], [1, 1, 2, 1]), module: 'image' },
    );
    call(
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
    call(
      'SegmentMax',
      { num_segments: 2, sorted: false },
      [
        [2, 2],
        [-1, 3],
      ],
      {
        args: [kt, [0, 1]],
        ...on(
          [
            [2, 2],
            [-1, 3],
          ],
          [2, 2],
        ),
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
    test('DotProductAttention', () => {
      const q = input('x', [[[[1, 0]], [[0, 1]]]], [1, 2, 1, 2]);
      const scale = Math.SQRT1_2;
      const [high, low] = [Math.exp(scale), 1].map((v) => v / (Math.exp(scale) + 1));
      const expected = [[[[high, low]], [[low, high]]]];
      const json = keras3('DotProductAttention', { is_causal: false }, [kt, kt, kt], [q], { module: 'nn' });
      return checkModel(tf, json, [q], [expected], 'attention');
    });
  });

  describe('others', () => {
    const whole = (values) => on(values, [values.length, values[0].length], 'int32');
    call('BitwiseAnd', {}, [[4, 1]], {
      ...whole([[6, 3]]),
      args: [kt, kt],
      given: [input('x', [[4, 1]], [1, 2], 'int32')],
    });
    for (const [className, f] of [
      ['BitwiseOr', (a, b) => a | b],
      ['BitwiseXor', (a, b) => a ^ b],
    ]) {
      call(className, {}, [[f(6, 5), f(3, 9)]], {
        args: [kt, kerasTensor('y')],
        given: [input('x', [[6, 3]], [1, 2], 'int32'), input('y', [[5, 9]], [1, 2], 'int32')],
      });
    }
    call('BitwiseNot', {}, [[~6, ~3]], whole([[6, 3]]));
    call('Angle', {}, [[0, Math.PI]], on([[1, -1]], [1, 2]));
    call(
      'IsIn',
      {},
      mapped((v) => v === 2 || v === 1),
      { args: [kt, [1, 2]] },
    );
    const holes = on(new Float32Array([1, Number.NaN, 3]), [1, 3]);
    call('Nanvar', { axis: 1, keepdims: false }, [1], holes);
    call('Nanstd', { axis: 1, keepdims: true }, [[1]], holes);
    call(
      'Trapezoid',
      { dx: 2, axis: -1 },
      rows(([a, b, c, d]) => a + 2 * b + 2 * c + d),
    );
    call(
      'Trapezoid',
      { axis: 1 },
      rows(([a, b, c, d]) => (a + b) / 2 + (b + c) + 2 * (c + d)),
      { kwargs: { x: [0, 1, 3, 7] } },
    );
    call(
      'Vander',
      { N: 3 },
      [
        [4, 2, 1],
        [9, 3, 1],
      ],
      on([2, 3], [2]),
    );
    call('ArraySplit', { indices_or_sections: 3, axis: 1 }, null, {
      outputs: [rows((row) => row.slice(0, 2)), rows((row) => row.slice(2, 3)), rows((row) => row.slice(3))],
    });
    call('UnravelIndex', { shape: [2, 3] }, null, {
      ...on([4, 2], [2], 'int32'),
      outputs: [
        [1, 0],
        [1, 2],
      ],
    });
    call(
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
    call('AdaptiveAveragePool', { output_size: 3, data_format: 'channels_last' }, [[[0.5], [2], [3.5]]], {
      ...on(
        [[[0], [1], [2], [3], [4]]].map((r) => [r[0], r[1], r[2], r[3], r[4]]),
        [1, 5, 1],
      ),
      module: 'nn',
    });
    call('AdaptiveMaxPool', { output_size: [1, 2], data_format: 'channels_last' }, [[[[5], [7]]]], {
      ...on(
        [
          [
            [[0], [1], [2], [3]],
            [[4], [5], [6], [7]],
          ],
        ],
        [1, 2, 4, 1],
      ),
      module: 'nn',
    });
    const labels = [
      [0, 1, 0, 0],
      [0, 0, 0, 1],
    ];
    const logits = (row) => row.map((v) => v - Math.log(total(row.map(Math.exp))));
    const target = { args: [kerasTensor('t'), kt], module: 'nn' };
    call(
      'CategoricalCrossentropy',
      { from_logits: true, axis: -1 },
      VALUES.map((row, i) => -total(logits(row).map((v, j) => v * labels[i][j]))),
      { ...target, given: [x, input('t', labels, [2, 4])] },
    );
    call(
      'SparseCategoricalCrossentropy',
      { from_logits: true, axis: -1 },
      [-logits(VALUES[0])[1], -logits(VALUES[1])[3]],
      { ...target, given: [x, input('t', [1, 3], [2], 'int32')] },
    );
    call(
      'BinaryCrossentropy',
      { from_logits: true },
      VALUES.map((row, i) =>
        row.map((v, j) => -(labels[i][j] * Math.log(sigmoid(v)) + (1 - labels[i][j]) * Math.log(1 - sigmoid(v)))),
      ),
      { ...target, given: [x, input('t', labels, [2, 4])] },
    );
    call('BinaryCrossentropy', { from_logits: false }, [[-Math.log(0.75), -Math.log(0.5)]], {
      ...target,
      given: [input('x', [[0.75, 0.5]], [1, 2]), input('t', [[1, 0]], [1, 2])],
    });
    const cube = on(
      Array.from({ length: 8 }, (_, i) => i),
      [2, 2, 2],
    );
    call(
      'Rearrange',
      {},
      [
        [0, 2, 1, 3],
        [4, 6, 5, 7],
      ],
      { ...cube, args: [kt, 'b h w -> b (w h)'], module: 'einops' },
    );
    call(
      'Rearrange',
      {},
      rows(([a, b, c, d]) => [
        [a, b],
        [c, d],
      ]),
      { args: [kt, 'b (h w) -> b h w'], kwargs: { h: 2 }, module: 'einops' },
    );
  });
});
