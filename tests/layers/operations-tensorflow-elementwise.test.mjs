// SPDX-License-Identifier: Apache-2.0
// Functions of TensorFlow in models of Keras 2, against their definitions: elementwise.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { call2, geluByTanh, mapped, OTHER, ref, rows, sigmoid, skip, tf, VALUES, x } from './operation-calls.mjs';
import { checkModel, input, keras2 } from './operation-models.mjs';

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
      call2(name, mapped(f));
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
      call2(
        name,
        positive.values.map((row) => row.map(f)),
        {},
        positive,
      );
    }
    call2(
      'nn.leaky_relu',
      mapped((v) => (v > 0 ? v : 0.2 * v)),
    );
    call2(
      'nn.leaky_relu',
      mapped((v) => (v > 0 ? v : 0.5 * v)),
      { alpha: 0.5 },
    );
    call2(
      'clip_by_value',
      mapped((v) => Math.min(1, Math.max(-1, v))),
      { clip_value_min: -1, clip_value_max: 1 },
    );
    call2(
      'keras.backend.clip',
      mapped((v) => Math.min(1, Math.max(-1, v))),
      { min_value: -1, max_value: 1 },
    );
    call2(
      'keras.backend.relu',
      mapped((v) => (v > 0 ? Math.min(v, 2) : 0.1 * v)),
      { alpha: 0.1, max_value: 2 },
    );
    call2('nn.gelu', mapped(geluByTanh), {
      approximate: true,
    });
    call2(
      'nn.crelu',
      rows((row) => [...row.map((v) => Math.max(v, 0)), ...row.map((v) => Math.max(-v, 0))]),
    );
    call2(
      'nn.softmax',
      rows((row) => row.map((v) => Math.exp(v) / row.reduce((s, w) => s + Math.exp(w), 0))),
    );
    call2(
      'nn.softmax',
      mapped((v) => v).map((row, i) =>
        row.map((v, j) => Math.exp(v) / (Math.exp(VALUES[0][j]) + Math.exp(VALUES[1][j]) + 0 * i)),
      ),
      { axis: 0 },
    );
    call2(
      'nn.log_softmax',
      rows((row) => row.map((v) => v - Math.log(row.reduce((s, w) => s + Math.exp(w), 0)))),
      { axis: -1 },
    );
    call2('cast', mapped(Math.trunc), { dtype: 'int64' });
    call2(
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
      const y = input('y', OTHER, [2, 4]);
      test(`${name} of two tensors`, () =>
        checkModel(
          tf,
          keras2(name, ref('x', { y: ['y', 0, 0], name: null }), [x, y]),
          [x, y],
          [rows((row, i) => row.map((v, j) => f(v, OTHER[i][j])))],
          name,
        ));
      test(`${name} of a tensor and a list`, () =>
        checkModel(
          tf,
          keras2(name, ref('x', { y: [[1.5, -0.5, 2, 1]] }), [x]),
          [x],
          [rows((row) => row.map((v, j) => f(v, OTHER[0][j])))],
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
    call2('math.logical_not', [[0, 1]], {}, flags);
    test('add_n', () =>
      checkModel(tf, keras2('math.add_n', [ref('x'), ref('x')], [x]), [x], [mapped((v) => 2 * v)], 'add_n'));
  });
});
