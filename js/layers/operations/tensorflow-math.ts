// SPDX-License-Identifier: Apache-2.0
// Functions of TensorFlow that compute: tf.math, tf.nn, tf.linalg. Names are without "tf." and these prefixes.
import * as tf from '../../common.js';
import type { DataType } from '../../tensor/dtype.js';
import { sorted, softmaxAlong } from './arrays.js';
import * as elementwise from './elementwise.js';
import { matching, toBool, toFloat, trueDivide } from './elementwise.js';
import { channelsLast, convolve, convolveTransposed, depthwise, pool, toDepth } from './images.js';
import * as reductions from './reductions.js';
import { argReduce, l2Normalize, matMul, moments, norm, ofBooleans, tensorDot, variance } from './reductions.js';
import { define, defineAll, type Table } from './signature.js';
import { fail, toInts, type Value } from './values.js';

const UNARY = defineAll('x/features/input/tensor', {
  abs: tf.abs,
  acos: tf.acos,
  acosh: tf.acosh,
  asin: tf.asin,
  asinh: tf.asinh,
  atan: tf.atan,
  atanh: tf.atanh,
  ceil: tf.ceil,
  cos: tf.cos,
  cosh: tf.cosh,
  erf: tf.erf,
  erfc: elementwise.erfc,
  exp: tf.exp,
  expm1: tf.expm1,
  floor: tf.floor,
  is_finite: tf.isFinite,
  is_inf: tf.isInf,
  is_nan: tf.isNaN,
  log: tf.log,
  log1p: tf.log1p,
  log_sigmoid: tf.logSigmoid,
  negative: tf.neg,
  reciprocal: tf.reciprocal,
  reciprocal_no_nan: (x) => tf.divNoNan(1, x),
  relu: tf.relu,
  relu6: tf.relu6,
  rint: tf.round,
  round: tf.round,
  rsqrt: tf.rsqrt,
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  sign: tf.sign,
  sin: tf.sin,
  sinh: tf.sinh,
  softplus: tf.softplus,
  softsign: elementwise.softsign,
  sqrt: tf.sqrt,
  square: tf.square,
  tan: tf.tan,
  tanh: tf.tanh,
  logical_not: (x) => tf.logicalNot(toBool(x)),
  real: (x) => (x.dtype === 'complex64' ? tf.real(x) : x),
  imag: (x) => (x.dtype === 'complex64' ? tf.imag(x) : tf.zerosLike(x)),
  conj: (x) => (x.dtype === 'complex64' ? tf.complex(tf.real(x), tf.neg(tf.imag(x))) : x),
  angle: (x) => (x.dtype === 'complex64' ? tf.atan2(tf.imag(x), tf.real(x)) : tf.atan2(tf.zerosLike(x), x)),
  fft: (x) => tf.fft(x),
  ifft: (x) => tf.ifft(x),
});

const BINARY = defineAll('x/a:value y/b:value', {
  add: matching(tf.add),
  atan2: tf.atan2,
  divide: trueDivide,
  div_no_nan: (a: Value, b: Value) => tf.divNoNan(toFloat(a), toFloat(b)),
  equal: matching(tf.equal),
  floordiv: matching(tf.floorDiv),
  floormod: matching(tf.mod),
  greater: matching(tf.greater),
  greater_equal: matching(tf.greaterEqual),
  less: matching(tf.less),
  less_equal: matching(tf.lessEqual),
  logical_and: (a: Value, b: Value) => tf.logicalAnd(toBool(a), toBool(b)),
  logical_or: (a: Value, b: Value) => tf.logicalOr(toBool(a), toBool(b)),
  logical_xor: (a: Value, b: Value) => tf.logicalXor(toBool(a), toBool(b)),
  maximum: matching(tf.maximum),
  minimum: matching(tf.minimum),
  multiply: matching(tf.mul),
  multiply_no_nan: (a: Value, b: Value) =>
    tf.where(tf.equal(toFloat(b), 0), tf.zerosLike(toFloat(a)), tf.mul(toFloat(a), toFloat(b))),
  not_equal: matching(tf.notEqual),
  pow: matching(tf.pow),
  squared_difference: matching(tf.squaredDifference),
  subtract: matching(tf.sub),
  truncatediv: matching((a, b) => elementwise.trunc(trueDivide(a, b))),
  truncatemod: elementwise.truncateMod,
  xlogy: elementwise.xlogy,
  xdivy: (a: Value, b: Value) =>
    tf.where(tf.equal(toFloat(a), 0), tf.zerosLike(toFloat(a)), tf.div(toFloat(a), toFloat(b))),
  xlog1py: (a: Value, b: Value) => elementwise.xlogy(a, tf.add(toFloat(b), 1)),
});

const REDUCE = 'input_tensor/input axis/reduction_indices:axes? keepdims/keep_dims:flag?';

const REDUCTIONS = defineAll(REDUCE, {
  count_nonzero: reductions.countNonZero,
  reduce_all: ofBooleans(tf.all),
  reduce_any: ofBooleans(tf.any),
  reduce_euclidean_norm: (x, axis, keep) => tf.sqrt(tf.sum(tf.square(x), axis, keep)),
  reduce_logsumexp: tf.logSumExp,
  reduce_max: tf.max,
  reduce_mean: reductions.meanOfDtype,
  reduce_min: tf.min,
  reduce_prod: tf.prod,
  reduce_std: reductions.deviation,
  reduce_sum: tf.sum,
  reduce_variance: variance,
});

const ARG = 'input axis/dimension:int? output_type:dtype?';

const OTHER_MATH: Table = {
  accumulate_n: define('inputs:tensors shape:ignored tensor_dtype:ignored', tf.addN),
  add_n: define('inputs:tensors', tf.addN),
  argmax: define(ARG, (x, axis = 0) => argReduce(tf.argMax, x, axis)),
  argmin: define(ARG, (x, axis = 0) => argReduce(tf.argMin, x, axis)),
  clip_by_norm: define('t clip_norm axes:axes?', (x, limit, axes) => {
    const length = tf.sqrt(tf.sum(tf.square(x), axes, true));
    return tf.div(tf.mul(x, limit), tf.maximum(length, limit));
  }),
  clip_by_value: define('t clip_value_min:value clip_value_max:value', elementwise.clip),
  cumprod: define('x axis:int? exclusive:flag? reverse:flag?', tf.cumprod),
  cumsum: define('x axis:int? exclusive:flag? reverse:flag?', tf.cumsum),
  cumulative_logsumexp: define('x axis:int?', reductions.logCumSumExp),
  in_top_k: define('targets predictions k:int', (targets, predictions, k) => {
    const { indices } = tf.topk(predictions, k);
    return tf.any(tf.equal(indices, tf.expandDims(tf.cast(targets, 'int32'), -1)), -1);
  }),
  polyval: define('coeffs:tensors x', (coefficients, x) =>
    coefficients.reduce((sum: tf.Tensor, next: tf.Tensor) => tf.add(tf.mul(sum, x), next), tf.zerosLike(x)),
  ),
  scalar_mul: define('scalar x', matching(tf.mul)),
  segment_sum: define('data segment_ids num_segments:int?', (x, ids, count) =>
    tf.unsortedSegmentSum(x, ids, count ?? lastSegment(ids)),
  ),
  unsorted_segment_sum: define('data segment_ids num_segments:int', tf.unsortedSegmentSum),
  top_k: define('input k:int? sorted:flag? index_type:ignored', (x, k, isSorted) => {
    const { values, indices } = tf.topk(x, k, isSorted);
    return [values, indices];
  }),
  zero_fraction: define('value dtype:ignored', (x) => tf.mean(tf.cast(tf.equal(x, 0), 'float32'))),
  bincount: define(
    'arr weights? minlength:int? maxlength:int? dtype:dtype? axis:int? binary_output:flag?',
    (ids, weights, least, most, dtype = 'int32', _axis, isBinary) => {
      if (most === undefined || most !== (least ?? most))
        fail('bincount needs minlength and maxlength, which are equal');
      const counts = tf.denseBincount(tf.cast(ids, 'int32'), weights ?? [], most, isBinary);
      return tf.cast(counts, dtype as DataType);
    },
  ),
};

const lastSegment = (ids: tf.Tensor) => 1 + Math.max(-1, ...toInts(ids));

const ACTIVATIONS: Table = {
  crelu: define('features axis:int?', (x, axis = -1) => tf.concat([tf.relu(x), tf.relu(tf.neg(x))], axis)),
  elu: define('features/x', (x) => tf.elu(x)),
  gelu: define('features approximate:flag?', (x, approximate = false) => elementwise.gelu(x, approximate)),
  leaky_relu: define('features alpha:number?', (x, alpha) => tf.leakyRelu(x, alpha)),
  log_softmax: define('logits axis/dim:axes?', (x, axis) => softmaxAlong(x, axis, tf.logSoftmax)),
  silu: define('features beta?', (x, beta) => elementwise.silu(x, beta)),
  softmax: define('logits axis/dim:axes?', (x, axis) => softmaxAlong(x, axis)),
  swish: define('features beta?', (x, beta) => elementwise.silu(x, beta)),
};

const WINDOWS = 'strides:ints? padding:any? data_format:text? dilations:ints?';

const NETWORKS: Table = {
  batch_normalization: define(
    'x mean variance offset? scale? variance_epsilon:number',
    (x, mean, spread, offset, scale, epsilon) => {
      const factor = tf.rsqrt(tf.add(spread, epsilon));
      const scaled = tf.mul(tf.sub(x, mean), scale ? tf.mul(factor, scale) : factor);
      return offset ? tf.add(scaled, offset) : scaled;
    },
  ),
  bias_add: define('value bias data_format:text?', (x, bias, format) =>
    channelsLast(x, format, (values) => tf.add(values, bias)),
  ),
  conv1d: define(
    `input filters/filter stride/strides:ints? padding:any? data_format:text? dilations:ints?`,
    convolution,
  ),
  conv2d: define(`input filters/filter ${WINDOWS}`, convolution),
  conv3d: define(`input filters/filter ${WINDOWS}`, convolution),
  convolution: define(`input filters/filter ${WINDOWS}`, convolution),
  conv2d_transpose: define(
    'input/value filters/filter output_shape:ints strides:ints? padding:any? data_format:text? dilations:ignored',
    (x, kernel, shape, strides, padding = 'SAME', format) => {
      const size = /^NC/.test(format ?? '') ? shape.slice(2) : shape.slice(1, -1);
      return convolveTransposed(x, kernel, size, { strides, padding, format });
    },
  ),
  depthwise_conv2d: define(
    'input filter/filters strides:ints? padding:any? data_format:text? dilations/rate:ints?',
    (x, kernel, strides, padding, format, dilations) => depthwise(x, kernel, { strides, padding, format, dilations }),
  ),
  depth_to_space: define('input block_size:int data_format:text?', (x, block, format) =>
    channelsLast(x, format, (images) => tf.depthToSpace(images as tf.Tensor4D, block)),
  ),
  space_to_depth: define('input block_size:int data_format:text?', (x, block, format) =>
    channelsLast(x, format, (images) => toDepth(images, block)),
  ),
  dropout: define('x/input rate:number? noise_shape:ints? seed:ignored keep_prob:number?', (x, rate, shape, _, keep) =>
    tf.dropout(x, rate ?? 1 - (keep ?? 1), shape),
  ),
  embedding_lookup: define(
    'params ids partition_strategy:ignored max_norm:number? validate_indices:ignored',
    (params, ids, _, limit) => {
      if (limit !== undefined) fail('max_norm is not supported');
      return tf.gather(params, tf.cast(ids, 'int32'));
    },
  ),
  l2_loss: define('t', (x) => tf.div(tf.sum(tf.square(x)), 2)),
  l2_normalize: define('x axis/dim:axes? epsilon:number?', l2Normalize),
  local_response_normalization: define(
    'input depth_radius:int? bias:number? alpha:number? beta:number?',
    (x, radius = 5, bias = 1, alpha = 1, beta = 0.5) =>
      tf.localResponseNormalization(x as tf.Tensor4D, radius, bias, alpha, beta),
  ),
  moments: define('x axes/axis:axes? shift:ignored keepdims/keep_dims:flag?', (x, axes, _, keep) =>
    moments(x, axes, keep),
  ),
  avg_pool: pooling('avg'),
  avg_pool2d: pooling('avg'),
  avg_pool1d: pooling('avg'),
  avg_pool3d: pooling('avg'),
  max_pool: pooling('max'),
  max_pool1d: pooling('max'),
  max_pool2d: pooling('max'),
  max_pool3d: pooling('max'),
  sigmoid_cross_entropy_with_logits: define('labels logits', (labels, x) =>
    tf.add(tf.sub(tf.relu(x), tf.mul(x, labels)), tf.log1p(tf.exp(tf.neg(tf.abs(x))))),
  ),
  softmax_cross_entropy_with_logits: define('labels logits axis/dim:int?', (labels, x, axis = -1) =>
    tf.neg(tf.sum(tf.mul(labels, softmaxAlong(x, axis, tf.logSoftmax)), axis)),
  ),
  sparse_softmax_cross_entropy_with_logits: define('labels logits', (labels, x) => {
    const hot = tf.oneHot(tf.cast(labels, 'int32'), x.shape.at(-1) ?? 1, 1, 0, 'float32');
    return tf.neg(tf.sum(tf.mul(hot, tf.logSoftmax(x)), -1));
  }),
};

function convolution(
  x: tf.Tensor,
  kernel: tf.Tensor,
  strides: number[] | undefined,
  padding: unknown,
  format: string | undefined,
  dilations: number[] | undefined,
): tf.Tensor {
  return convolve(x, kernel, { strides, padding, format, dilations });
}

function pooling(kind: 'max' | 'avg') {
  return define(
    'input/value ksize:ints strides:ints? padding:any? data_format:text?',
    (x, window, strides, padding, format) => pool(x, window, kind, { strides, padding, format }),
  );
}

const LINEAR: Table = {
  band_part: define('input num_lower:int num_upper:int', tf.linalg.bandPart),
  cross: define('a b', reductions.cross),
  einsum: define('equation:text inputs:any', (equation, inputs) => tf.einsum(equation, ...inputs)),
  matmul: define(
    'a b transpose_a:flag? transpose_b:flag? adjoint_a:flag? adjoint_b:flag? a_is_sparse:ignored b_is_sparse:ignored ' +
      'output_type:ignored grad_a:ignored grad_b:ignored',
    (a, b, transposeA = false, transposeB = false, adjointA = false, adjointB = false) =>
      matMul(a, b, transposeA || adjointA, transposeB || adjointB),
  ),
  matvec: define('a b transpose_a:flag?', (a, b, transposeA = false) =>
    tf.squeeze(matMul(a, tf.expandDims(b, -1), transposeA), [-1]),
  ),
  matrix_transpose: define('a', (a) => alongLastTwo(a)),
  norm: define('tensor ord:any? axis:axes? keepdims/keep_dims:flag?', (x, ord, axis, keep) => norm(x, ord, axis, keep)),
  qr: define('input full_matrices:flag?', (x, full) => tf.linalg.qr(x, full)),
  tensordot: define('a b axes:any', (a, b, axes) =>
    tensorDot(a, b, typeof axes === 'number' ? axes : axes.map((list: unknown) => toInts(list))),
  ),
  trace: define('x', (x) => reductions.trace(x)),
};

const alongLastTwo = (a: tf.Tensor) => tf.transpose(a, [...a.shape.slice(2).map((_, i) => i), a.rank - 1, a.rank - 2]);

const OPERATORS: Table = {
  '__operators__.add': BINARY['add'] as Table[string],
  '__operators__.eq': BINARY['equal'] as Table[string],
  '__operators__.ne': BINARY['not_equal'] as Table[string],
};

/** Sorting, by values. */
const SORTING: Table = {
  argsort: define(
    'values axis:int? direction:text? stable:ignored',
    (x, axis, direction) => sorted(x, axis, direction === 'DESCENDING').positions,
  ),
  sort: define(
    'values axis:int? direction:text?',
    (x, axis, direction) => sorted(x, axis, direction === 'DESCENDING').values,
  ),
  rfft: define('input_tensor/input fft_length:ints?', (x, length) => tf.spectral.rfft(x, length?.[0])),
  irfft: define('input_tensor/input fft_length:ints?', (x) => tf.spectral.irfft(x)),
};

export const tensorflowMath: Table = {
  ...UNARY,
  ...BINARY,
  truediv: BINARY['divide'] as Table[string],
  div: BINARY['divide'] as Table[string],
  mod: BINARY['floormod'] as Table[string],
  ...REDUCTIONS,
  ...OTHER_MATH,
  ...ACTIVATIONS,
  ...NETWORKS,
  ...LINEAR,
  ...OPERATORS,
  ...SORTING,
};
