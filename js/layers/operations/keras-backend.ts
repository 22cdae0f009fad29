// SPDX-License-Identifier: Apache-2.0
// Functions of Keras 2 in models: keras.backend, keras.activations, keras.losses.
import * as tf from '../../common.js';
import { oneHot, pad, repeat, select, shapeOf, softmaxAlong, stackAlike, tile } from './arrays.js';
import * as elementwise from './elementwise.js';
import { clip, hardSigmoid2, matching, toFloat } from './elementwise.js';
import { channelsLast, convolve, depthwise, pool, resize } from './images.js';
import * as reductions from './reductions.js';
import { argReduce, l2Normalize, matMul, ofBooleans, tensorDot, variance } from './reductions.js';
import { define, defineAll, type Table } from './signature.js';
import { stopGradient } from './tensorflow-arrays.js';
import { fail, type Value } from './values.js';

const UNARY = defineAll('x', {
  abs: tf.abs,
  batch_flatten: (x) => tf.reshape(x, [x.shape[0] ?? 1, -1]),
  cos: tf.cos,
  exp: tf.exp,
  flatten: (x) => tf.reshape(x, [-1]),
  hard_sigmoid: hardSigmoid2,
  identity: (x) => tf.clone(x),
  log: tf.log,
  round: tf.round,
  shape: (x) => shapeOf(x),
  sigmoid: tf.sigmoid,
  sign: tf.sign,
  sin: tf.sin,
  softplus: tf.softplus,
  softsign: elementwise.softsign,
  sqrt: (x) => tf.sqrt(tf.relu(toFloat(x))),
  square: tf.square,
  stop_gradient: stopGradient,
  tanh: tf.tanh,
  transpose: (x) => tf.transpose(x),
});

const BINARY = defineAll('x:value y:value', {
  equal: matching(tf.equal),
  greater: matching(tf.greater),
  greater_equal: matching(tf.greaterEqual),
  less: matching(tf.less),
  less_equal: matching(tf.lessEqual),
  maximum: matching(tf.maximum),
  minimum: matching(tf.minimum),
  not_equal: matching(tf.notEqual),
});

const REDUCTIONS = defineAll('x axis:axes? keepdims:flag?', {
  all: ofBooleans(tf.all),
  any: ofBooleans(tf.any),
  logsumexp: tf.logSumExp,
  max: tf.max,
  mean: tf.mean,
  min: tf.min,
  prod: tf.prod,
  std: reductions.deviation,
  sum: tf.sum,
  var: variance,
});

/** Sums of products over one axis of each batch. */
function batchDot(x: tf.Tensor, y: tf.Tensor, axes?: number | number[]): tf.Tensor {
  const [left, right] = axes === undefined ? [x.rank - 1, y.rank === 2 ? 1 : y.rank - 2] : [axes, axes].flat();
  const [a, b] = Array.isArray(axes) ? (axes as [number, number]) : [left as number, right as number];
  const [first, second] = [a < 0 ? a + x.rank : a, b < 0 ? b + y.rank : b];
  if (first === 0 || second === 0) fail('batch_dot does not contract the axis of the batch');
  const names = 'abcdefghijklm';
  const own = (rank: number, axis: number, from: number) =>
    Array.from({ length: rank }, (_, i) => (i === 0 ? 'n' : i === axis ? 'z' : names[from + i])).join('');
  const [left_, right_] = [own(x.rank, first, 0), own(y.rank, second, x.rank)];
  const output = `n${[...left_.slice(1), ...right_.slice(1)].filter((letter) => letter !== 'z').join('')}`;
  const product = tf.einsum(`${left_},${right_}->${output}`, x, y);
  return product.rank === 1 ? tf.expandDims(product, 1) : product;
}

const dot = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
  x.rank <= 2 && y.rank <= 2 ? matMul(x, y) : tensorDot(x, y, [[-1], [y.rank === 1 ? 0 : -2]]);

const ARRAYS: Table = {
  argmax: define('x axis:int?', (x, axis = -1) => argReduce(tf.argMax, x, axis)),
  argmin: define('x axis:int?', (x, axis = -1) => argReduce(tf.argMin, x, axis)),
  batch_dot: define('x y axes:axes?', batchDot),
  bias_add: define('x bias data_format:text?', (x, bias, format) =>
    channelsLast(x, format, (values) => tf.add(values, bias)),
  ),
  cast: define('x dtype:dtype', (x, dtype) => tf.cast(x, dtype)),
  clip: define('x min_value:value? max_value:value?', clip),
  concatenate: define('tensors:tensors axis:int?', (list, axis = -1) => tf.concat(list, axis)),
  cumprod: define('x axis:int?', (x, axis) => tf.cumprod(x, axis)),
  cumsum: define('x axis:int?', (x, axis) => tf.cumsum(x, axis)),
  dot: define('x y', dot),
  expand_dims: define('x axis:int?', (x, axis = -1) => tf.expandDims(x, axis)),
  gather: define('reference indices', (x, ids) => tf.gather(x, tf.cast(ids, 'int32'))),
  l2_normalize: define('x axis:axes?', (x, axis) => l2Normalize(x, axis)),
  one_hot: define('indices num_classes:int', (ids, depth) => oneHot(ids, depth)),
  ones_like: define('x dtype:dtype? name:ignored', (x, dtype) => tf.cast(tf.onesLike(x), dtype ?? x.dtype)),
  permute_dimensions: define('x pattern:ints', (x, order) => tf.transpose(x, order)),
  pow: define('x a:value', matching(tf.pow)),
  repeat: define('x n:int', (x, count) => tile(tf.expandDims(x, 1), [1, count, 1])),
  repeat_elements: define('x rep:int axis:int', (x, count, axis) => repeat(x, [count], axis)),
  reshape: define('x shape:ints', (x, shape) => tf.reshape(x, shape)),
  reverse: define('x axes:ints', (x, axes) => tf.reverse(x, axes)),
  spatial_2d_padding: define(
    'x padding:lists? data_format:text?',
    (
      x,
      pads = [
        [1, 1],
        [1, 1],
      ],
      format,
    ) => channelsLast(x, format, (images) => pad(images, [[0, 0], ...pads, [0, 0]])),
  ),
  squeeze: define('x axis:int', (x, axis) => tf.squeeze(x, [axis])),
  stack: define('x:tensors axis:int?', stackAlike),
  switch: define('condition then_expression:value else_expression:value', (condition, a, b) => {
    const rank = Math.max(...[a, b].map((x: Value) => (x instanceof tf.Tensor ? x.rank : 0)));
    const shape = [...condition.shape, ...new Array<number>(Math.max(0, rank - condition.rank)).fill(1)];
    return select(tf.reshape(condition, shape), a, b);
  }),
  temporal_padding: define('x padding:ints?', (x, [before, after] = [1, 1]) =>
    pad(x, [
      [0, 0],
      [before, after],
      [0, 0],
    ]),
  ),
  tile: define('x n:ints', tile),
  zeros_like: define('x dtype:dtype? name:ignored', (x, dtype) => tf.cast(tf.zerosLike(x), dtype ?? x.dtype)),
};

const NETWORKS: Table = {
  conv1d: convolution(),
  conv2d: convolution(),
  conv3d: convolution(),
  depthwise_conv2d: define(
    'x depthwise_kernel strides:ints? padding:any? data_format:text? dilation_rate:ints?',
    (x, kernel, strides, padding, format, dilations) => depthwise(x, kernel, { strides, padding, format, dilations }),
  ),
  dropout: define('x level:number noise_shape:ints? seed:ignored', (x, rate, shape) => tf.dropout(x, rate, shape)),
  elu: define('x alpha:number?', elementwise.elu),
  pool2d: pooling(),
  pool3d: pooling(),
  relu: define('x alpha:number? max_value:number? threshold:number?', elementwise.relu),
  resize_images: define(
    'x height_factor:int width_factor:int data_format:text? interpolation:text?',
    (x, rows, columns, format, method = 'nearest') =>
      channelsLast(x, format, (images) => {
        const [height, width] = images.shape.slice(1, 3) as [number, number];
        return resize(images, [height * rows, width * columns], method);
      }),
  ),
  softmax: define('x axis:axes?', softmaxAlong),
};

function convolution() {
  return define(
    'x kernel strides:ints? padding:any? data_format:text? dilation_rate:ints?',
    (x, kernel, strides, padding, format, dilations) => convolve(x, kernel, { strides, padding, format, dilations }),
  );
}

function pooling() {
  return define(
    'x pool_size:ints strides:ints? padding:any? data_format:text? pool_mode:text?',
    (x, window, strides = 1, padding, format, mode = 'max') =>
      pool(x, window, mode === 'max' ? 'max' : 'avg', { strides, padding, format }),
  );
}

const ACTIVATIONS: Table = {
  ...defineAll('x', {
    exponential: tf.exp,
    gelu: (x) => elementwise.gelu(x, false),
    hard_sigmoid: hardSigmoid2,
    linear: (x) => tf.clone(x),
    mish: elementwise.mish,
    selu: tf.selu,
    sigmoid: tf.sigmoid,
    softplus: tf.softplus,
    softsign: elementwise.softsign,
    swish: (x) => elementwise.silu(x),
    tanh: tf.tanh,
  }),
  elu: define('x alpha:number?', elementwise.elu),
  gelu: define('x approximate:flag?', (x, approximate = false) => elementwise.gelu(x, approximate)),
  relu: define('x alpha:number? max_value:number? threshold:number?', elementwise.relu),
  softmax: define('x axis:axes?', softmaxAlong),
};

/** Probabilities that have a logarithm. */
const inside = (x: tf.Tensor) => tf.clipByValue(x, 1e-7, 1 - 1e-7);

const LOSSES: Table = {
  binary_crossentropy: define(
    'y_true y_pred from_logits:flag? label_smoothing:number? axis:int?',
    (labels, predictions, fromLogits, smoothing = 0, axis = -1) => {
      const smooth = tf.add(tf.mul(toFloat(labels), 1 - smoothing), 0.5 * smoothing);
      const p = inside(fromLogits ? tf.sigmoid(predictions) : predictions);
      const each = tf.add(tf.mul(smooth, tf.log(p)), tf.mul(tf.sub(1, smooth), tf.log(tf.sub(1, p))));
      return tf.neg(tf.mean(each, axis));
    },
  ),
  categorical_crossentropy: define(
    'y_true y_pred from_logits:flag? label_smoothing:number? axis:int?',
    (labels, predictions, fromLogits, smoothing = 0, axis = -1) => {
      const count = labels.shape.at(axis) as number;
      const smooth = tf.add(tf.mul(toFloat(labels), 1 - smoothing), smoothing / count);
      const p = fromLogits ? softmaxAlong(predictions, axis) : tf.div(predictions, tf.sum(predictions, axis, true));
      return tf.neg(tf.sum(tf.mul(smooth, tf.log(inside(p))), axis));
    },
  ),
  ...defineAll('y_true y_pred', {
    mean_absolute_error: (labels, predictions) => tf.mean(tf.abs(tf.sub(predictions, labels)), -1),
    mean_squared_error: (labels, predictions) => tf.mean(tf.squaredDifference(predictions, labels), -1),
  }),
};

const prefixed = (prefix: string, table: Table): Table =>
  Object.fromEntries(Object.entries(table).map(([name, definition]) => [`keras.${prefix}.${name}`, definition]));

export const kerasBackend: Table = {
  ...prefixed('backend', { ...UNARY, ...BINARY, ...REDUCTIONS, ...ARRAYS, ...NETWORKS }),
  ...prefixed('activations', ACTIVATIONS),
  ...prefixed('losses', LOSSES),
  ...prefixed('metrics', LOSSES),
};
