// SPDX-License-Identifier: Apache-2.0
// Functions of keras.ops in models of Keras 3, against their definitions: elementwise.
import { before, describe } from 'node:test';

import {
  call3,
  geluByTanh,
  kt,
  mapped,
  on,
  OTHER,
  rows,
  sigmoid,
  skip,
  tf,
  total,
  VALUES,
  x,
} from './operation-calls.mjs';
import { input, kerasTensor } from './operation-models.mjs';

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
      call3(className, {}, mapped(f));
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
      call3(
        className,
        {},
        positive.map((row) => row.map(f)),
        on(positive, [1, 2]),
      );
    }
    call3(
      'Celu',
      { alpha: 2 },
      mapped((v) => Math.max(v, 0) + Math.min(0, 2 * Math.expm1(v / 2))),
    );
    call3(
      'Elu',
      { alpha: 0.5 },
      mapped((v) => (v > 0 ? v : 0.5 * Math.expm1(v))),
    );
    call3('Gelu', {}, mapped(geluByTanh));
    call3(
      'Glu',
      { axis: -1 },
      rows(([a, b, c, d]) => [a * sigmoid(c), b * sigmoid(d)]),
    );
    call3(
      'HardShrink',
      { threshold: 0.5 },
      mapped((v) => (Math.abs(v) > 0.5 ? v : 0)),
    );
    call3(
      'SoftShrink',
      { threshold: 0.5 },
      mapped((v) => Math.sign(v) * Math.max(0, Math.abs(v) - 0.5)),
    );
    call3(
      'LeakyRelu',
      { negative_slope: 0.3 },
      mapped((v) => (v > 0 ? v : 0.3 * v)),
    );
    call3(
      'LeakyRelu',
      {},
      mapped((v) => (v > 0 ? v : 0.2 * v)),
    );
    call3(
      'ReLU',
      { negative_slope: 0.5, max_value: 2, threshold: 1 },
      mapped((v) => (v >= 2 ? 2 : v > 1 ? v : 0.5 * (v - 1))),
      {
        module: 'x',
      },
    );
    call3(
      'Squareplus',
      { b: 4 },
      mapped((v) => (v + Math.sqrt(v * v + 4)) / 2),
    );
    call3(
      'Threshold',
      { threshold: 0.5, default_value: 7 },
      mapped((v) => (v > 0.5 ? v : 7)),
    );
    call3(
      'Softmax',
      { axis: -1 },
      rows((row) => row.map((v) => Math.exp(v) / total(row.map(Math.exp)))),
    );
    const all = total(VALUES.flat().map(Math.exp));
    call3(
      'Softmax',
      { axis: [0, 1] },
      mapped((v) => Math.exp(v) / all),
      { given: [{ ...x, isFixed: true }] },
    );
    call3(
      'LogSoftmax',
      { axis: 1 },
      rows((row) => row.map((v) => v - Math.log(total(row.map(Math.exp))))),
    );
    call3('Sparsemax', { axis: -1 }, [
      [0, 0, 0.125, 0.875],
      [0, 0, 0, 1],
    ]);
    call3(
      'Clip',
      { x_min: -1, x_max: 1 },
      mapped((v) => Math.min(1, Math.max(-1, v))),
    );
    call3('Round', { decimals: 1 }, [
      [-2, -0.5, 0.2, 1],
      [0.5, 2, -1, 3],
    ]);
    call3('Cast', { dtype: 'int32' }, mapped(Math.trunc), { module: 'core' });
    call3(
      'NanToNum',
      { nan: 5, posinf: null, neginf: -1 },
      [[5, 3.4028234663852886e38, -1]],
      on(new Float32Array([Number.NaN, 1 / 0, -1 / 0]), [1, 3]),
    );
    call3('Erf', {}, [[0.5204998778]], { ...on([[0.5]], [1, 1]), module: 'math' });
    call3(
      'FullLike',
      {},
      mapped(() => 3),
      { args: [kt, 3] },
    );
    call3('Angle', {}, [[0, Math.PI]], on([[1, -1]], [1, 2]));
    call3(
      'IsIn',
      {},
      mapped((v) => v === 2 || v === 1),
      { args: [kt, [1, 2]] },
    );
  });

  describe('of two', () => {
    const both = { args: [kt, kerasTensor('y')], given: [x, input('y', OTHER, [2, 4])] };
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
      call3(
        className,
        {},
        rows((row, i) => row.map((v, j) => f(v, OTHER[i][j]))),
        both,
      );
    }
    call3(
      'Power',
      {},
      mapped((v) => v ** 2),
      { args: [kt, 2] },
    );
    call3(
      'Subtract',
      {},
      mapped((v) => 1 - v),
      { args: [1, kt] },
    );
    call3(
      'Add',
      {},
      mapped((v, i) => v + i),
      {
        args: [kt, { class_name: '__numpy__', config: { value: [0, 1, 2, 3], dtype: 'float32' } }],
      },
    );
    call3(
      'Multiply',
      {},
      mapped((v, i) => v * i),
      {
        args: [{ class_name: '__tensor__', config: { value: [[0, 1, 2, 3]], dtype: 'float32' } }, kt],
      },
    );
    call3('Divide', {}, [[2.5]], { args: [kt, 2], ...on([[5]], [1, 1], 'int32') });
    call3('Multiply', {}, [[10]], { args: [kt, 2], ...on([[5]], [1, 1], 'int32') });
    call3(
      'Where',
      {},
      rows((row, i) => row.map((v, j) => (OTHER[i][j] > 0 ? v : 0))),
      {
        args: [kerasTensor('c'), kt, 0],
        given: [
          x,
          input(
            'c',
            OTHER.map((row) => row.map((v) => v > 0)),
            [2, 4],
            'bool',
          ),
        ],
      },
    );
  });

  describe('bits', () => {
    call3('BitwiseAnd', {}, [[4, 1]], {
      args: [kt, kt],
      given: [input('x', [[4, 1]], [1, 2], 'int32')],
    });
    for (const [className, f] of [
      ['BitwiseOr', (a, b) => a | b],
      ['BitwiseXor', (a, b) => a ^ b],
    ]) {
      call3(className, {}, [[f(6, 5), f(3, 9)]], {
        args: [kt, kerasTensor('y')],
        given: [input('x', [[6, 3]], [1, 2], 'int32'), input('y', [[5, 9]], [1, 2], 'int32')],
      });
    }
    call3('BitwiseNot', {}, [[~6, ~3]], on([[6, 3]], [1, 2], 'int32'));
  });
});
