// SPDX-License-Identifier: Apache-2.0
// keras.ops of Keras 3, by class: elementwise functions, activations and reductions.
import * as tf from '../../common.js';
import { difference, softmaxAlong, sorted } from './arrays.js';
import * as elementwise from './elementwise.js';
import { clip, hardSigmoid3, isClose, matching, toBool, toFloat, toInt32, trueDivide, trunc } from './elementwise.js';
import * as reductions from './reductions.js';
import { argReduce, norm, ofBooleans, quantile, variance } from './reductions.js';
import { define, defineAll, type Table } from './signature.js';
import type { Value } from './values.js';

const isOfSign = (sign: number) => (x: tf.Tensor) =>
  tf.logicalAnd(tf.isInf(toFloat(x)), matching(sign > 0 ? tf.greater : tf.less)(x, 0));

const UNARY = defineAll('x', {
  Abs: tf.abs,
  Absolute: tf.abs,
  Fabs: tf.abs,
  Arccos: tf.acos,
  Arccosh: tf.acosh,
  Arcsin: tf.asin,
  Arcsinh: tf.asinh,
  Arctan: tf.atan,
  Arctanh: tf.atanh,
  Cbrt: elementwise.cbrt,
  Ceil: (x) => tf.ceil(toFloat(x)),
  Conj: (x) => (x.dtype === 'complex64' ? tf.complex(tf.real(x), tf.neg(tf.imag(x))) : tf.clone(x)),
  Conjugate: (x) => (x.dtype === 'complex64' ? tf.complex(tf.real(x), tf.neg(tf.imag(x))) : tf.clone(x)),
  Copy: (x) => tf.clone(x),
  Cos: tf.cos,
  Cosh: tf.cosh,
  Deg2rad: (x) => tf.mul(toFloat(x), Math.PI / 180),
  Rad2deg: (x) => tf.mul(toFloat(x), 180 / Math.PI),
  Exp: tf.exp,
  Exp2: (x) => tf.pow(2, toFloat(x)),
  Expm1: tf.expm1,
  Floor: (x) => tf.floor(toFloat(x)),
  Imag: (x) => (x.dtype === 'complex64' ? tf.imag(x) : tf.zerosLike(x)),
  Real: (x) => (x.dtype === 'complex64' ? tf.real(x) : tf.clone(x)),
  Isfinite: (x) => tf.isFinite(toFloat(x)),
  Isinf: (x) => tf.isInf(toFloat(x)),
  Isnan: (x) => tf.isNaN(toFloat(x)),
  Isneginf: isOfSign(-1),
  Isposinf: isOfSign(1),
  Isreal: (x) => (x.dtype === 'complex64' ? tf.equal(tf.imag(x), 0) : tf.cast(tf.onesLike(x), 'bool')),
  Log: tf.log,
  Log10: (x) => tf.div(tf.log(x), Math.LN10),
  Log1p: tf.log1p,
  Log2: (x) => tf.div(tf.log(x), Math.LN2),
  LogicalNot: (x) => tf.logicalNot(toBool(x)),
  Negative: tf.neg,
  Reciprocal: tf.reciprocal,
  Sign: tf.sign,
  Signbit: (x) => tf.logicalOr(tf.less(x, 0), tf.less(tf.reciprocal(toFloat(x)), 0)),
  Sin: tf.sin,
  Sinc: elementwise.sinc,
  Sinh: tf.sinh,
  Sqrt: tf.sqrt,
  Square: tf.square,
  Tan: tf.tan,
  Tanh: tf.tanh,
  Trunc: trunc,
  Rsqrt: tf.rsqrt,
  Erf: tf.erf,
  Erfc: elementwise.erfc,
});

const ACTIVATIONS: Table = {
  ...defineAll('x', {
    HardSigmoid: hardSigmoid3,
    HardSilu: (x) => tf.mul(x, hardSigmoid3(x)),
    HardTanh: (x) => tf.clipByValue(x, -1, 1),
    LogSigmoid: tf.logSigmoid,
    Relu: tf.relu,
    Relu6: tf.relu6,
    Selu: tf.selu,
    Sigmoid: tf.sigmoid,
    Silu: (x) => elementwise.silu(x),
    Softplus: tf.softplus,
    Softsign: elementwise.softsign,
    SparsePlus: (x) =>
      tf.where(tf.lessEqual(x, -1), tf.zerosLike(x), tf.where(tf.less(x, 1), tf.mul(tf.square(tf.add(x, 1)), 0.25), x)),
    SparseSigmoid: (x) => tf.clipByValue(tf.mul(tf.add(x, 1), 0.5), 0, 1),
    TanhShrink: (x) => tf.sub(x, tf.tanh(x)),
  }),
  Celu: define('x alpha:number?', (x, alpha = 1) =>
    tf.add(tf.relu(x), tf.mul(tf.expm1(tf.div(tf.minimum(x, 0), alpha)), alpha)),
  ),
  Elu: define('x alpha:number?', elementwise.elu),
  Gelu: define('x approximate:flag?', (x, approximate = true) => elementwise.gelu(x, approximate)),
  Glu: define('x axis:int?', (x, axis = -1) => {
    const [values, gates] = tf.split(x, 2, axis);
    return tf.mul(values as tf.Tensor, tf.sigmoid(gates as tf.Tensor));
  }),
  HardShrink: define('x threshold:number?', (x, edge = 0.5) =>
    tf.where(tf.greater(tf.abs(x), edge), x, tf.zerosLike(x)),
  ),
  LeakyRelu: define('x negative_slope:number?', (x, slope = 0.2) => tf.leakyRelu(x, slope)),
  LogSoftmax: define('x axis:axes?', (x, axis) => softmaxAlong(x, axis, tf.logSoftmax)),
  ReLU: define('x negative_slope:number? max_value:number? threshold:number?', elementwise.relu),
  SoftShrink: define('x threshold:number?', (x, edge = 0.5) => tf.mul(tf.sign(x), tf.relu(tf.sub(tf.abs(x), edge)))),
  Softmax: define('x axis:axes?', (x, axis) => softmaxAlong(x, axis)),
  Sparsemax: define('x axis:int?', (x, axis = -1) => softmaxAlong(x, axis, sparsemax)),
  Squareplus: define('x b:number?', (x, b = 4) => tf.div(tf.add(x, tf.sqrt(tf.add(tf.square(x), b))), 2)),
  Threshold: define('x threshold:number default_value:number', (x, edge, value) =>
    tf.where(tf.greater(x, edge), x, tf.mul(tf.onesLike(x), value)),
  ),
};

/** The projection onto probabilities: x minus a threshold that makes the positive parts sum to 1. */
function sparsemax(x: tf.Tensor): tf.Tensor {
  const { values } = sorted(x, -1, true);
  const sums = tf.sub(tf.cumsum(values, x.rank - 1), 1);
  const places = tf.range(1, (x.shape.at(-1) as number) + 1);
  const isInside = tf.greater(tf.mul(values, places), sums);
  const count = tf.sum(toInt32(isInside), -1, true);
  const edge = tf.sum(tf.where(tf.equal(toInt32(places), count), sums, tf.zerosLike(sums)), -1, true);
  return tf.relu(tf.sub(x, tf.div(edge, toFloat(count))));
}

const BINARY = defineAll('x1:value x2:value', {
  Add: matching(tf.add),
  Arctan2: tf.atan2,
  Divide: trueDivide,
  DivideNoNan: (a: Value, b: Value) => tf.divNoNan(toFloat(a), toFloat(b)),
  Equal: matching(tf.equal),
  FloorDivide: matching(tf.floorDiv),
  Fmod: elementwise.truncateMod,
  Greater: matching(tf.greater),
  GreaterEqual: matching(tf.greaterEqual),
  Heaviside: (a: Value, b: Value) => {
    const x = toFloat(a);
    return tf.where(tf.equal(x, 0), toFloat(b), tf.cast(tf.greater(x, 0), 'float32'));
  },
  Hypot: elementwise.hypot,
  Ldexp: (a: Value, b: Value) => tf.mul(toFloat(a), tf.pow(2, toFloat(b))),
  Less: matching(tf.less),
  LessEqual: matching(tf.lessEqual),
  Logaddexp: elementwise.logAddExp,
  Logaddexp2: (a: Value, b: Value) =>
    tf.div(elementwise.logAddExp(tf.mul(toFloat(a), Math.LN2), tf.mul(toFloat(b), Math.LN2)), Math.LN2),
  LogicalAnd: (a: Value, b: Value) => tf.logicalAnd(toBool(a), toBool(b)),
  LogicalOr: (a: Value, b: Value) => tf.logicalOr(toBool(a), toBool(b)),
  LogicalXor: (a: Value, b: Value) => tf.logicalXor(toBool(a), toBool(b)),
  Maximum: matching(tf.maximum),
  Minimum: matching(tf.minimum),
  Mod: matching(tf.mod),
  Multiply: matching(tf.mul),
  NotEqual: matching(tf.notEqual),
  Power: matching(tf.pow),
  Subtract: matching(tf.sub),
  TrueDivide: trueDivide,
  Fmax: (a: Value, b: Value) => ignoringNan(tf.maximum, toFloat(a), toFloat(b)),
  Fmin: (a: Value, b: Value) => ignoringNan(tf.minimum, toFloat(a), toFloat(b)),
});

const ignoringNan = (f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
  tf.where(tf.isNaN(a), b, tf.where(tf.isNaN(b), a, f(a, b)));

const AXES = 'axis:axes? keepdims:flag?';

/** Reduces without NaN, which count as `value`. */
const withoutNan =
  (value: number, reduce: (x: tf.Tensor, axis?: number | number[], keep?: boolean) => tf.Tensor) =>
  (x: tf.Tensor, axis?: number | number[], keep?: boolean) =>
    reduce(tf.where(tf.isNaN(toFloat(x)), tf.scalar(value), toFloat(x)), axis, keep);

const extreme =
  (f: typeof tf.max, pick: (a: Value, b: Value) => tf.Tensor) =>
  (x: tf.Tensor, axis?: number | number[], keep?: boolean, initial?: Value) => {
    const found = f(x, axis, keep);
    return initial === undefined ? found : pick(found, initial);
  };

const REDUCTIONS: Table = {
  ...defineAll(`x ${AXES}`, {
    All: ofBooleans(tf.all),
    Amax: tf.max,
    Amin: tf.min,
    Any: ofBooleans(tf.any),
    Logsumexp: tf.logSumExp,
    Mean: tf.mean,
    Std: reductions.deviation,
    Sum: tf.sum,
    Var: variance,
    Nansum: withoutNan(0, tf.sum),
    Nanmax: withoutNan(Number.NEGATIVE_INFINITY, tf.max),
    Nanmin: withoutNan(Number.POSITIVE_INFINITY, tf.min),
    Nanprod: withoutNan(1, tf.prod),
    Nanmean: (x, axis, keep) =>
      tf.div(
        withoutNan(0, tf.sum)(x, axis, keep),
        tf.sum(tf.cast(tf.logicalNot(tf.isNaN(toFloat(x))), 'float32'), axis, keep),
      ),
    Median: (x, axis, keep) => quantile(x, 0.5, axis, 'linear', keep),
    Ptp: (x, axis, keep) => tf.sub(tf.max(x, axis, keep), tf.min(x, axis, keep)),
  }),
  Max: define(`x ${AXES} initial:value?`, extreme(tf.max, matching(tf.maximum))),
  Min: define(`x ${AXES} initial:value?`, extreme(tf.min, matching(tf.minimum))),
  Prod: define(`x ${AXES} dtype:dtype?`, (x, axis, keep, dtype) => {
    const product = tf.prod(x, axis, keep);
    return dtype === undefined ? product : tf.cast(product, dtype);
  }),
  Argmax: define('x axis:int? keepdims:flag?', (x, axis, keep) => argReduce(tf.argMax, x, axis, keep)),
  Argmin: define('x axis:int? keepdims:flag?', (x, axis, keep) => argReduce(tf.argMin, x, axis, keep)),
  Average: define('x axis:int? weights?', (x, axis, weights) => {
    if (!weights) return tf.mean(x, axis);
    const shape = weights.rank === x.rank || axis === undefined ? weights.shape : x.shape.map(() => 1);
    if (shape !== weights.shape) shape[axis < 0 ? axis + x.rank : axis] = -1;
    const spread = tf.mul(tf.onesLike(toFloat(x)), tf.reshape(toFloat(weights), shape));
    return tf.div(tf.sum(tf.mul(toFloat(x), spread), axis), tf.sum(spread, axis));
  }),
  CountNonzero: define('x axis:axes?', (x, axis) => reductions.countNonZero(x, axis)),
  Moments: define('x axes:axes keepdims:flag? synchronized:ignored', reductions.moments),
  Norm: define(`x ord:any? ${AXES}`, norm),
  Percentile: define(`x q:numbers axis:axes? method:text? keepdims:flag?`, (x, q, axis, method, keep) =>
    quantile(x, typeof q === 'number' ? q / 100 : q.map((part: number) => part / 100), axis, method, keep),
  ),
  Quantile: define(`x q:numbers axis:axes? method:text? keepdims:flag?`, quantile),
};

const OTHERS: Table = {
  Clip: define('x x_min:value x_max:value', clip),
  Cumprod: define('x axis:int? dtype:dtype?', cumulative(tf.cumprod)),
  Cumsum: define('x axis:int? dtype:dtype?', cumulative(tf.cumsum)),
  Diff: define('a/x n:int? axis:int?', difference),
  Isclose: define('x1 x2 rtol:number? atol:number? equal_nan:flag?', isClose),
  NanToNum: define('x nan:number? posinf:number? neginf:number?', elementwise.nanToNumber),
  Round: define('x decimals:int?', elementwise.roundTo),
};

function cumulative(f: (x: tf.Tensor, axis?: number) => tf.Tensor) {
  return (x: tf.Tensor, axis?: number, dtype?: tf.DataType) => {
    const from = axis === undefined ? tf.reshape(x, [-1]) : x;
    const result = f(from, (axis ?? 0) < 0 ? (axis as number) + x.rank : (axis ?? 0));
    return dtype === undefined ? result : tf.cast(result, dtype);
  };
}

export const keras3Elementwise: Table = {
  ...UNARY,
  ...ACTIVATIONS,
  ...BINARY,
  ...REDUCTIONS,
  ...OTHERS,
};
