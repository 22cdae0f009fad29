// SPDX-License-Identifier: Apache-2.0
// keras.ops of Keras 3, by class: losses, bits, spectra, adaptive pooling and other functions that are seldom in models.
import * as tf from '../../common.js';
import { runAll } from '../../tensor/call.js';
import { axesIn, axisIn, difference } from './arrays.js';
import { toFloat, toInt32 } from './elementwise.js';
import { channelsLast } from './images.js';
import { rearrange } from './rearrange.js';
import { matMul } from './reductions.js';
import { define, defineAll, type Table } from './signature.js';
import { fail, toInts, toNumber } from './values.js';

const bits = (op: string) => (a: tf.Tensor, b: tf.Tensor) => runAll(op, [a, b])[0] as tf.Tensor;
const invert = (x: tf.Tensor) => tf.sub(tf.scalar(-1, 'int32'), x);

const BITS: Table = {
  ...defineAll('x y', { BitwiseAnd: bits('BitwiseAnd'), BitwiseOr: bits('BitwiseOr'), BitwiseXor: bits('BitwiseXor') }),
  ...defineAll('x', { BitwiseNot: invert, BitwiseInvert: invert }),
};

const complexOf = (parts: readonly tf.Tensor[]): tf.Tensor =>
  tf.complex(toFloat(parts[0] as tf.Tensor), toFloat(parts[1] as tf.Tensor));

const COMPLEX: Table = {
  Angle: define('x', (x) =>
    x.dtype === 'complex64' ? tf.atan2(tf.imag(x), tf.real(x)) : tf.atan2(tf.zerosLike(toFloat(x)), toFloat(x)),
  ),
  IRFFT: define('x:tensors fft_length:int?', (parts, length) => {
    const [real] = parts as tf.Tensor[];
    const natural = 2 * ((real as tf.Tensor).shape.at(-1) as number) - 2;
    if (length !== undefined && length !== natural)
      fail(`irfft to ${length} values is not supported, but to ${natural}`);
    return tf.spectral.irfft(complexOf(parts));
  }),
  Polar: define('abs angle', (radius, angle) =>
    tf.complex(tf.mul(radius, tf.cos(angle)), tf.mul(radius, tf.sin(angle))),
  ),
  ViewAsComplex: define('x', (x) => complexOf(tf.unstack(x, -1))),
  ViewAsReal: define('x', (x) => tf.stack([tf.real(x), tf.imag(x)], -1)),
};

/** Probabilities that have a logarithm. */
const inside = (x: tf.Tensor) => tf.clipByValue(x, 1e-7, 1 - 1e-7);

const logSoftmax = (x: tf.Tensor, axis: number) => tf.sub(x, tf.logSumExp(x, axisIn(axis, x.rank), true));
const logProbabilities = (x: tf.Tensor, axis: number, fromLogits: boolean) =>
  fromLogits ? logSoftmax(x, axis) : tf.log(inside(tf.div(x, tf.sum(x, axis, true))));

const LOSSES: Table = {
  BinaryCrossentropy: define('target output from_logits:flag?', (target, output, fromLogits = false) => {
    const labels = toFloat(target);
    if (fromLogits) {
      return tf.add(tf.sub(tf.relu(output), tf.mul(output, labels)), tf.log1p(tf.exp(tf.neg(tf.abs(output)))));
    }
    const p = inside(output);
    return tf.neg(tf.add(tf.mul(labels, tf.log(p)), tf.mul(tf.sub(1, labels), tf.log(tf.sub(1, p)))));
  }),
  CategoricalCrossentropy: define(
    'target output from_logits:flag? axis:int?',
    (target, output, fromLogits = false, axis = -1) =>
      tf.neg(tf.sum(tf.mul(toFloat(target), logProbabilities(output, axis, fromLogits)), axis)),
  ),
  SparseCategoricalCrossentropy: define(
    'target output from_logits:flag? axis:int?',
    (target, output, fromLogits = false, axis = -1) => {
      if (axisIn(axis, output.rank) !== output.rank - 1) fail('sparse_categorical_crossentropy needs the last axis');
      const ids = target.rank === output.rank ? tf.squeeze(target, [-1]) : target;
      const hot = tf.oneHot(toInt32(ids), output.shape.at(-1) as number, 1, 0, 'float32');
      return tf.neg(tf.sum(tf.mul(hot, logProbabilities(output, -1, fromLogits)), -1));
    },
  ),
  PSNR: define('x1 x2 max_val:number', (a, b, most) =>
    tf.div(tf.mul(tf.log(tf.div(most * most, tf.mean(tf.squaredDifference(a, b)))), 10), Math.LN10),
  ),
};

const notNan = (x: tf.Tensor) => tf.cast(tf.logicalNot(tf.isNaN(x)), 'float32');

/** The variance of what is not NaN. */
function nanVariance(given: tf.Tensor, axis?: number | number[], keepDims = false): tf.Tensor {
  const x = toFloat(given);
  const weights = notNan(x);
  const values = tf.where(tf.isNaN(x), tf.zerosLike(x), x);
  const mean = tf.div(tf.sum(values, axis, true), tf.sum(weights, axis, true));
  const squares = tf.mul(tf.squaredDifference(values, mean), weights);
  return tf.div(tf.sum(squares, axis, keepDims), tf.sum(weights, axis, keepDims));
}

const spread = (start: number, stop: number, count: number, hasEnd: boolean): number[] =>
  Array.from({ length: count }, (_, i) => start + ((stop - start) * i) / Math.max(hasEnd ? count - 1 : count, 1));

/** The most numbers of a list that a file asks for. */
const MOST_NUMBERS = 1e6;

function powers(exponents: readonly number[], base: number): tf.Tensor {
  return tf.tensor1d(exponents.map((exponent) => base ** exponent));
}

const countOf = (count = 50) =>
  count >= 0 && count <= MOST_NUMBERS ? count : fail(`a list of ${count} numbers is too long`);

const NUMBERS: Table = {
  Nanvar: define('x axis:axes? keepdims:flag?', nanVariance),
  Nanstd: define('x axis:axes? keepdims:flag?', (x, axis, keep) => tf.sqrt(nanVariance(x, axis, keep))),
  IsIn: define('x1 x2 assume_unique:ignored invert:flag?', (x, list, inverted = false) => {
    const found = tf.any(tf.equal(tf.expandDims(x, -1), tf.reshape(list, [-1])), -1);
    return inverted ? tf.logicalNot(found) : found;
  }),
  Logspace: define(
    'start:number stop:number num:int? endpoint:flag? base:number?',
    (start, stop, count, hasEnd = true, base = 10) => powers(spread(start, stop, countOf(count), hasEnd), base),
  ),
  Geomspace: define('start:number stop:number num:int? endpoint:flag?', (start, stop, count, hasEnd = true) =>
    powers(spread(Math.log(start), Math.log(stop), countOf(count), hasEnd), Math.E),
  ),
  Trapezoid: define('y x? dx:number? axis:int?', (y, places, dx = 1, axis = -1) => {
    const along = axisIn(axis, y.rank);
    const size = y.shape[along] as number;
    const part = (begin: number) =>
      tf.slice(
        y,
        y.shape.map((_: number, at: number) => (at === along ? begin : 0)),
        y.shape.map((all: number, at: number) => (at === along ? size - 1 : all)),
      );
    const means = tf.div(tf.add(part(0), part(1)), 2);
    const shape = y.shape.map((_: number, at: number) => (at === along ? -1 : 1));
    const widths = !places
      ? tf.scalar(dx)
      : places.rank === 1
        ? tf.reshape(difference(places), shape)
        : difference(places, 1, along);
    return tf.sum(tf.mul(means, widths), along);
  }),
  UnravelIndex: define('indices shape:ints', (ids, shape) => {
    const strides = shape.map((_: number, i: number) => shape.slice(i + 1).reduce((a: number, b: number) => a * b, 1));
    return strides.map((stride: number, i: number) =>
      tf.mod(tf.floorDiv(toInt32(ids), tf.scalar(stride, 'int32')), tf.scalar(shape[i], 'int32')),
    );
  }),
  Vander: define('x N:int? increasing:flag?', (x, count, isIncreasing = false) => {
    const exponents = tf.range(0, countOf(count ?? x.size));
    return tf.pow(tf.expandDims(toFloat(x), -1), isIncreasing ? exponents : tf.reverse(exponents));
  }),
  ArraySplit: define('x indices_or_sections:axes axis:int?', (x, parts, axis = 0) => {
    const along = axisIn(axis, x.rank);
    const size = x.shape[along] as number;
    const count = toNumber(parts);
    if (!(count > 0)) fail(`an array cannot be split in ${count} parts`);
    const sizes = Array.from(
      { length: countOf(count) },
      (_, i) => Math.floor(size / count) + (i < size % count ? 1 : 0),
    );
    return tf.split(x, sizes, along);
  }),
  MatrixPower: define('x n:int', (x, n) => {
    if (n < 0 || n > 1000) fail(`the power ${n} of a matrix is not supported`);
    const one = tf.add(tf.zerosLike(x), tf.eye(x.shape.at(-1) as number));
    return Array.from({ length: n }).reduce<tf.Tensor>((product) => matMul(product, x), one);
  }),
  Rearrange: define('tensor pattern:text axes_lengths:others', rearrange),
};

/** Pooling to a size: window i goes from floor(i n / size) to ceil((i + 1) n / size). */
function adaptivePool(
  x: tf.Tensor,
  size: readonly number[],
  reduce: (x: tf.Tensor, axis: number, keep: boolean) => tf.Tensor,
) {
  const count = x.rank - 2;
  const sizes = size.length === 1 ? new Array<number>(count).fill(size[0] as number) : size;
  if (sizes.length !== count || sizes.some((wanted) => wanted < 1 || wanted > 1e4)) {
    return fail(`pooling to [${size}] does not fit ${count} dimensions`);
  }
  return sizes.reduce((pooled, wanted, i) => {
    const along = i + 1;
    const length = pooled.shape[along] as number;
    const windows = Array.from({ length: wanted }, (_, at) => {
      const begin = Math.floor((at * length) / wanted);
      const end = Math.ceil(((at + 1) * length) / wanted);
      const from = axesIn(undefined, pooled.rank).map((axis) => (axis === along ? begin : 0));
      const part = pooled.shape.map((all, axis) => (axis === along ? end - begin : all));
      return reduce(tf.slice(pooled, from, part), along, true);
    });
    return tf.concat(windows, along);
  }, x);
}

const POOLING: Table = {
  AdaptiveAveragePool: define('inputs output_size:axes data_format:text?', (x, size, format) =>
    channelsLast(x, format, (images) => adaptivePool(images, toInts(size), tf.mean)),
  ),
  AdaptiveMaxPool: define('inputs output_size:axes data_format:text?', (x, size, format) =>
    channelsLast(x, format, (images) => adaptivePool(images, toInts(size), tf.max)),
  ),
};

export const keras3Others: Table = { ...BITS, ...COMPLEX, ...LOSSES, ...NUMBERS, ...POOLING };
