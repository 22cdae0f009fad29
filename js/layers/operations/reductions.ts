// SPDX-License-Identifier: Apache-2.0
// Reductions that the op API does not have.
import * as tf from '../../common.js';
import { type Axes, axesIn, axisIn, diagonal, moveAxes, sorted } from './arrays.js';
import { toBool, toFloat, toInt32 } from './elementwise.js';
import { fail, type Value } from './values.js';

type OptionalAxes = number | number[] | undefined;
type Reduce = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;

/** The mean of integers is an integer, as in TensorFlow. */
export const meanOfDtype: Reduce = (x, axis, keepDims) => tf.cast(tf.mean(x, axis, keepDims), x.dtype);

export const ofBooleans =
  (f: Reduce): Reduce =>
  (x, axis, keepDims) =>
    f(toBool(x), axis, keepDims);

export const variance = (x: tf.Tensor, axis?: OptionalAxes, keepDims = false): tf.Tensor =>
  tf.moments(toFloat(x), axis, keepDims).variance;

export const deviation: Reduce = (x, axis, keepDims) => tf.sqrt(variance(x, axis, keepDims));

export const countNonZero: Reduce = (x, axis, keepDims) => tf.sum(toInt32(tf.notEqual(x, 0)), axis, keepDims);

/** The position of the greatest or least element; without an axis, among all. */
export function argReduce(f: (x: tf.Tensor, axis: number) => tf.Tensor, x: tf.Tensor, axis?: number, keepDims = false) {
  if (axis !== undefined) {
    const found = f(x, axisIn(axis, x.rank));
    return keepDims ? tf.expandDims(found, axisIn(axis, x.rank)) : found;
  }
  const found = f(tf.reshape(x, [-1]), 0);
  return keepDims
    ? tf.reshape(
        found,
        x.shape.map(() => 1),
      )
    : found;
}

export const l2Normalize = (x: tf.Tensor, axis?: OptionalAxes, epsilon = 1e-12): tf.Tensor =>
  tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), axis, true), epsilon)));

/** Norms of vectors, matrices, or of all elements. */
export function norm(x: tf.Tensor, ord: unknown = 'euclidean', axis?: OptionalAxes, keepDims = false): tf.Tensor {
  const names: Record<string, number> = { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY };
  const order = typeof ord === 'string' ? (names[ord.toLowerCase()] ?? ord) : ord;
  return tf.norm(toFloat(x), order as 'euclidean', axis ?? null, keepDims);
}

/** Moments with tensors of integers as float32. */
export function moments(x: tf.Tensor, axes: OptionalAxes, keepDims = false): tf.Tensor[] {
  const { mean, variance: spread } = tf.moments(toFloat(x), axes, keepDims);
  return [mean, spread];
}

export const logCumSumExp = (x: tf.Tensor, axis = 0): tf.Tensor => {
  const greatest = tf.max(x, axis, true);
  return tf.add(tf.log(tf.cumsum(tf.exp(tf.sub(x, greatest)), axis)), greatest);
};

/** Quantiles along axes, with linear interpolation. The quantiles are the first axis, unless there is one. */
export function quantile(
  x: tf.Tensor,
  q: number | readonly number[],
  axes?: Axes,
  method = 'linear',
  keepDims = false,
) {
  const list = axesIn(axes, x.rank);
  const rest = axesIn(undefined, x.rank).filter((axis) => !list.includes(axis));
  const ends = list.map((_, i) => rest.length + i);
  const moved = moveAxes(x, list, ends);
  const rows = tf.reshape(toFloat(moved), [...moved.shape.slice(0, rest.length), -1]);
  const { values } = sorted(rows);
  const length = rows.shape.at(-1) ?? 0;
  const at = (position: number) =>
    tf.gather(values, tf.scalar(Math.min(Math.max(position, 0), length - 1), 'int32'), rest.length);
  const results = [q].flat().map((part) => {
    const place = part * (length - 1);
    const [low, high] = [Math.floor(place), Math.ceil(place)];
    if (method === 'lower') return at(low);
    if (method === 'higher') return at(high);
    if (method === 'midpoint') return tf.div(tf.add(at(low), at(high)), 2);
    if (method === 'nearest') return at(roundHalfEven(place));
    if (method !== 'linear') return fail(`there is no method ${method} for quantiles`);
    return tf.add(at(low), tf.mul(tf.sub(at(high), at(low)), place - low));
  });
  const shape = x.shape.map((size, axis) => (list.includes(axis) ? 1 : size));
  const shaped = keepDims ? results.map((result) => tf.reshape(result, shape)) : results;
  return typeof q === 'number' ? (shaped[0] as tf.Tensor) : tf.stack(shaped);
}

function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

/** The sum of products over pairs of axes, or over the last and first `axes`. */
export function tensorDot(a: Value, b: Value, axes: number | readonly (readonly number[])[]): tf.Tensor {
  const [x, y] = [toTensorLike(a), toTensorLike(b)];
  const [left, right] = contractedAxes(x, y, axes);
  const free = (rank: number, used: readonly number[]) =>
    axesIn(undefined, rank).filter((axis) => !used.includes(axis));
  const [freeLeft, freeRight] = [free(x.rank, left), free(y.rank, right)];
  const size = (tensor: tf.Tensor, list: readonly number[]) =>
    list.reduce((product, axis) => product * (tensor.shape[axis] as number), 1);
  const rows = tf.reshape(tf.transpose(x, [...freeLeft, ...left]), [size(x, freeLeft), size(x, left)]);
  const columns = tf.reshape(tf.transpose(y, [...right, ...freeRight]), [size(y, right), size(y, freeRight)]);
  const shape = [...freeLeft.map((axis) => x.shape[axis]), ...freeRight.map((axis) => y.shape[axis])] as number[];
  return tf.reshape(tf.matMul(rows as tf.Tensor2D, columns as tf.Tensor2D), shape);
}

const toTensorLike = (x: Value): tf.Tensor => (x instanceof tf.Tensor ? x : tf.tensor(x as number[]));

function contractedAxes(
  x: tf.Tensor,
  y: tf.Tensor,
  axes: number | readonly (readonly number[])[],
): [number[], number[]] {
  if (typeof axes === 'number') {
    if (axes < 0 || axes > Math.min(x.rank, y.rank)) fail(`there are no ${axes} axes to contract`);
    const count = Array.from({ length: axes }, (_, i) => i);
    return [count.map((i) => x.rank - axes + i), count];
  }
  const [left = [], right = left] = axes;
  return [axesIn(left, x.rank), axesIn(right, y.rank)];
}

/** The sum of the diagonal of matrices. */
export const trace = (x: tf.Tensor, offset = 0, first = -2, second = -1): tf.Tensor =>
  tf.sum(diagonal(x, offset, first, second), -1);

/** Products of matrices; vectors as operands are as in NumPy. */
export function matMul(a: Value, b: Value, transposeA = false, transposeB = false): tf.Tensor {
  const [x, y] = [toTensorLike(a), toTensorLike(b)];
  if (x.rank === 0 || y.rank === 0) return fail('a product of matrices needs at least vectors');
  const dtype = x.dtype === 'int32' && y.dtype === 'int32' ? 'int32' : 'float32';
  const rows = toFloat(x.rank === 1 ? tf.expandDims(x, 0) : x);
  const columns = toFloat(y.rank === 1 ? tf.expandDims(y, 1) : y);
  const product = tf.cast(tf.matMul(rows, columns, transposeA, transposeB), dtype);
  const dropped = [...(y.rank === 1 ? [product.rank - 1] : []), ...(x.rank === 1 ? [product.rank - 2] : [])];
  return dropped.length > 0 ? tf.squeeze(product, dropped) : product;
}

export function cross(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (a.shape.at(-1) !== 3 || b.shape.at(-1) !== 3) return fail('a cross product takes vectors of three elements');
  const [x, y] = [tf.unstack(a, -1), tf.unstack(b, -1)] as [tf.Tensor[], tf.Tensor[]];
  const part = (i: number, j: number) =>
    tf.sub(tf.mul(x[i] as tf.Tensor, y[j] as tf.Tensor), tf.mul(x[j] as tf.Tensor, y[i] as tf.Tensor));
  return tf.stack([part(1, 2), part(2, 0), part(0, 1)], -1);
}

/** Sums, maxima, ... of the slices of each segment. */
export function segmentReduce(
  x: tf.Tensor,
  ids: tf.Tensor,
  count: number,
  reduce: (x: tf.Tensor, axis: number) => tf.Tensor,
  empty: number,
): tf.Tensor {
  if (count < 0 || count * x.size > MOST_SEGMENT_VALUES) fail(`there are too many segments: ${count}`);
  const numbers = tf.reshape(tf.range(0, count, 1, 'int32'), [count, ...x.shape.map(() => 1)]);
  const own = tf.reshape(tf.cast(ids, 'int32'), [1, ids.size, ...x.shape.slice(1).map(() => 1)]);
  const filled = tf.where(tf.equal(numbers, own), tf.expandDims(x, 0), tf.cast(tf.scalar(empty), x.dtype));
  return reduce(filled, 1);
}

const MOST_SEGMENT_VALUES = 1e8;
