// SPDX-License-Identifier: Apache-2.0
// Elementwise functions that the op API does not have, or that treat dtypes as TensorFlow does.
import * as tf from '../../common.js';
import { like, toTensor, type Value } from './values.js';

type Binary = (a: Value, b: Value) => tf.Tensor;

/** Whole numbers beside an int32 tensor stay int32. */
export const matching =
  (f: Binary): Binary =>
  (a, b) =>
    f(like(a, b), like(b, a));

export const toFloat = (x: Value): tf.Tensor => tf.cast(toTensor(x), 'float32');
export const toBool = (x: Value): tf.Tensor => tf.cast(toTensor(x), 'bool');
export const toInt32 = (x: Value): tf.Tensor => tf.cast(toTensor(x), 'int32');

/** The quotient as float32. */
export const trueDivide: Binary = (a, b) => tf.div(toFloat(a), toFloat(b));

const MAX_FLOAT = 3.4028234663852886e38;

export const softsign = (x: tf.Tensor) => tf.div(x, tf.add(tf.abs(x), 1));
export const silu = (x: tf.Tensor, beta: Value = 1) => tf.mul(x, tf.sigmoid(tf.mul(x, beta)));
export const erfc = (x: tf.Tensor) => tf.sub(1, tf.erf(x));
export const mish = (x: tf.Tensor) => tf.mul(x, tf.tanh(tf.softplus(x)));
/** Keras 2: clip(0.2 x + 0.5, 0, 1). */
export const hardSigmoid2 = (x: tf.Tensor) => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1);
/** Keras 3: relu6(x + 3) / 6. */
export const hardSigmoid3 = (x: tf.Tensor) => tf.div(tf.relu6(tf.add(x, 3)), 6);

/** With alpha other than 1. */
export const elu = (x: tf.Tensor, alpha = 1) =>
  alpha === 1 ? tf.elu(x) : tf.where(tf.greater(x, 0), x, tf.mul(tf.expm1(tf.minimum(x, 0)), alpha));

export function gelu(x: tf.Tensor, approximate: boolean): tf.Tensor {
  if (!approximate) return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

/** max_value for x >= max_value; x above the threshold; else slope * (x - threshold). */
export function relu(x: tf.Tensor, slope = 0, maxValue?: number, threshold = 0): tf.Tensor {
  if (slope === 0 && threshold === 0) {
    return maxValue === undefined ? tf.relu(x) : tf.minimum(tf.relu(x), maxValue);
  }
  const below = slope === 0 ? tf.zerosLike(x) : tf.mul(tf.sub(x, threshold), slope);
  const above = tf.where(tf.greater(x, threshold), x, below);
  return maxValue === undefined ? above : tf.minimum(above, maxValue);
}

/** The real cube root, also of negative numbers. */
export const cbrt = (x: tf.Tensor) => tf.mul(tf.sign(x), tf.pow(tf.abs(toFloat(x)), 1 / 3));
export const sinc = (x: tf.Tensor) => {
  const scaled = tf.mul(toFloat(x), Math.PI);
  return tf.where(tf.equal(scaled, 0), tf.onesLike(scaled), tf.div(tf.sin(scaled), scaled));
};
export const trunc = (x: tf.Tensor) => (x.dtype === 'float32' ? tf.mul(tf.sign(x), tf.floor(tf.abs(x))) : x);
export const roundTo = (x: tf.Tensor, decimals = 0) => {
  if (decimals === 0) return tf.round(x);
  const scale = 10 ** decimals;
  const rounded = tf.div(tf.round(tf.mul(toFloat(x), scale)), scale);
  return tf.cast(rounded, x.dtype);
};

/** The remainder with the sign of the dividend. */
export const truncateMod: Binary = matching((a, b) => tf.sub(a, tf.mul(trunc(trueDivide(a, b)), b)));
/** log(exp(a) + exp(b)), without overflow. */
export const logAddExp: Binary = (a, b) =>
  tf.add(tf.maximum(toFloat(a), toFloat(b)), tf.log1p(tf.exp(tf.neg(tf.abs(tf.sub(toFloat(a), toFloat(b)))))));
export const hypot: Binary = (a, b) => tf.sqrt(tf.add(tf.square(toFloat(a)), tf.square(toFloat(b))));
/** 0 where a is 0, whatever log(b) is. */
export const xlogy: Binary = (a, b) => {
  const [x, y] = [toFloat(a), toFloat(b)];
  return tf.where(tf.equal(x, 0), tf.zerosLike(x), tf.mul(x, tf.log(y)));
};
export const isClose = (a: Value, b: Value, rtol = 1e-5, atol = 1e-8, equalNan = false) => {
  const [x, y] = [toFloat(a), toFloat(b)];
  const near = tf.lessEqual(tf.abs(tf.sub(x, y)), tf.add(tf.mul(tf.abs(y), rtol), atol));
  const close = tf.logicalOr(tf.equal(x, y), tf.logicalAnd(near, tf.isFinite(y)));
  return equalNan ? tf.logicalOr(close, tf.logicalAnd(tf.isNaN(x), tf.isNaN(y))) : close;
};
export const clip = (x: tf.Tensor, low?: Value, high?: Value) => {
  const raised = low === undefined ? x : matching(tf.maximum)(x, low);
  return high === undefined ? raised : matching(tf.minimum)(raised, high);
};
/** Numbers in place of NaN and infinities. */
export function nanToNumber(x: tf.Tensor, nan = 0, positive = MAX_FLOAT, negative = -MAX_FLOAT): tf.Tensor {
  if (x.dtype !== 'float32') return x;
  const largest = tf.where(tf.greater(x, 0), tf.scalar(positive), tf.scalar(negative));
  return tf.where(tf.isNaN(x), tf.scalar(nan), tf.where(tf.isInf(x), largest, x));
}
