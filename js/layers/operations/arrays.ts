// SPDX-License-Identifier: Apache-2.0
// Functions that move elements, composed from those of the op API.
import * as tf from '../../common.js';
import type { DataType } from '../../tensor/dtype.js';
import { alike, checkSize, fail, like, toTensor, type Value } from './values.js';

export type Axes = number | readonly number[] | undefined;

/** From 0; throws E_LAYER if it is out of range. */
export function axisIn(axis: number, rank: number): number {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  return fail(`there is no axis ${axis} in ${rank} dimensions`);
}

export const axesIn = (axes: Axes, rank: number): number[] =>
  axes === undefined ? Array.from({ length: rank }, (_, i) => i) : [axes].flat().map((axis) => axisIn(axis, rank));

/** The shape with some of its sizes replaced. */
const withSize = (shape: readonly number[], axis: number, ...sizes: number[]): number[] => [
  ...shape.slice(0, axis),
  ...sizes,
  ...shape.slice(axis + 1),
];

/** The permutation that moves axes. */
function moving(rank: number, from: readonly number[], to: readonly number[]): number[] {
  const sources = from.map((axis) => axisIn(axis, rank));
  const rest = axesIn(undefined, rank).filter((axis) => !sources.includes(axis));
  if (sources.length !== to.length || rest.length !== rank - to.length) fail('the axes to move do not match');
  const order: number[] = [];
  for (const [i, axis] of to.entries()) order[axisIn(axis, rank)] = sources[i] as number;
  for (let i = 0; i < rank; ++i) order[i] ??= rest.shift() as number;
  return order;
}

export const moveAxes = (x: tf.Tensor, from: readonly number[], to: readonly number[]): tf.Tensor =>
  tf.transpose(x, moving(x.rank, from, to));

export const swapAxes = (x: tf.Tensor, a: number, b: number): tf.Tensor => moveAxes(x, [a, b], [b, a]);

/** Applies a function of the last axis along another one. */
export function alongAxis(x: tf.Tensor, axis: number, f: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const last = x.rank - 1;
  if (axisIn(axis, x.rank) === last) return f(x);
  return moveAxes(f(moveAxes(x, [axis], [last])), [last], [axis]);
}

/** Softmax along one axis, or along several together. */
export function softmaxAlong(x: tf.Tensor, axes: Axes = -1, f: (x: tf.Tensor) => tf.Tensor = tf.softmax): tf.Tensor {
  const list = axesIn(axes, x.rank);
  if (list.length === 1) return alongAxis(x, list[0] as number, f);
  const ends = list.map((_, i) => x.rank - list.length + i);
  const moved = moveAxes(x, list, ends);
  const flat = tf.reshape(moved, [...moved.shape.slice(0, x.rank - list.length), -1]);
  return moveAxes(tf.reshape(f(flat), moved.shape), ends, list);
}

/** Each element, or slice along an axis, several times. */
export function repeat(x: tf.Tensor, repeats: readonly number[], axis?: number): tf.Tensor {
  if (axis === undefined) return repeat(tf.reshape(x, [-1]), repeats, 0);
  const along = axisIn(axis, x.rank);
  const size = x.shape[along] as number;
  const [count] = repeats;
  // Throws for negative counts, too.
  for (const number of repeats) checkSize([number]);
  if (repeats.length === 1) {
    const times = [...x.shape.map(() => 1), 1];
    times[along + 1] = count as number;
    const repeated = tf.tile(tf.expandDims(x, along + 1), times);
    return tf.reshape(repeated, withSize(x.shape, along, size * (count as number)));
  }
  if (repeats.length !== size) fail(`there are ${repeats.length} counts of repetitions for ${size} slices`);
  return tf.gather(x, indices(repeats.flatMap((number, i) => new Array<number>(number).fill(i))), along);
}

export const indices = (list: readonly number[]): tf.Tensor => tf.tensor([...list], [list.length], 'int32');

/** Moves elements along axes; what leaves at one end enters at the other. */
export function roll(x: tf.Tensor, shifts: readonly number[], axes?: Axes): tf.Tensor {
  if (axes === undefined) return tf.reshape(roll(tf.reshape(x, [-1]), shifts, 0), x.shape);
  const list = axesIn(axes, x.rank);
  return list.reduce((rolled, axis, i) => {
    const size = x.shape[axis] as number;
    const shift = shifts[shifts.length === 1 ? 0 : i] ?? fail('there are fewer shifts than axes');
    const start = size === 0 ? 0 : ((-shift % size) + size) % size;
    if (start === 0) return rolled;
    const [head, tail] = tf.split(rolled, [start, size - start], axis);
    return tf.concat([tail as tf.Tensor, head as tf.Tensor], axis);
  }, x);
}

/** Turns a plane by 90 degrees, `turns` times. */
export function rot90(x: tf.Tensor, turns = 1, [first, second]: readonly number[] = [0, 1]): tf.Tensor {
  const [a, b] = [axisIn(first as number, x.rank), axisIn(second as number, x.rank)];
  const count = ((turns % 4) + 4) % 4;
  if (count === 0) return x;
  if (count === 2) return tf.reverse(x, [a, b]);
  return count === 1 ? tf.reverse(swapAxes(x, a, b), a) : swapAxes(tf.reverse(x, a), a, b);
}

const PAD_MODES = ['constant', 'reflect', 'symmetric'];

export function pad(x: tf.Tensor, widths: readonly (readonly number[])[], mode = 'constant', value = 0): tf.Tensor {
  const name = mode.toLowerCase();
  if (!PAD_MODES.includes(name)) fail(`padding in the mode ${mode} is not supported: use one of ${PAD_MODES}`);
  const [only] = widths;
  const pairs = (widths.length === 1 ? x.shape.map(() => only as readonly number[]) : widths).map(
    ([before = 0, after = before]): [number, number] => [before, after],
  );
  for (const pair of pairs) checkSize([pair[0] + pair[1]]);
  if (pairs.length !== x.rank) fail(`there are ${pairs.length} pairs of paddings for ${x.rank} dimensions`);
  return name === 'constant' ? tf.pad(x, pairs, value) : tf.mirrorPad(x, pairs, name as 'reflect' | 'symmetric');
}

/** Elements sorted along an axis, and their positions before. */
export function sorted(x: tf.Tensor, axis = -1, descending = false): { values: tf.Tensor; positions: tf.Tensor } {
  const last = x.rank - 1;
  const moved = moveAxes(x, [axis], [last]);
  // Of equal elements, topk() has the first one first.
  const { values, indices: positions } = tf.topk(descending ? moved : tf.neg(moved), moved.shape[last]);
  const back = (y: tf.Tensor) => moveAxes(y, [last], [axis]);
  return { values: back(descending ? values : tf.neg(values)), positions: back(positions) };
}

/** Repeats the whole tensor along its axes. */
export function tile(x: tf.Tensor, times: readonly number[]): tf.Tensor {
  checkSize(times);
  return tf.tile(x, [...times]);
}

/** One-hot vectors along any axis. */
export function oneHot(
  ids: tf.Tensor,
  depth: number,
  {
    axis = -1,
    on = 1,
    off = 0,
    dtype = 'float32',
  }: { axis?: number; on?: number; off?: number; dtype?: DataType } = {},
): tf.Tensor {
  checkSize([depth]);
  const hot = tf.oneHot(tf.cast(ids, 'int32'), depth, on, off, dtype);
  return axisIn(axis, hot.rank) === hot.rank - 1 ? hot : moveAxes(hot, [hot.rank - 1], [axis]);
}

/** Elements by their positions along an axis; the other sizes of `positions` are those of x, or 1. */
export function takeAlongAxis(x: tf.Tensor, positions: tf.Tensor, axis?: number): tf.Tensor {
  if (axis === undefined) return takeAlongAxis(tf.reshape(x, [-1]), tf.reshape(positions, [-1]), 0);
  const along = axisIn(axis, x.rank);
  const ids = wrapIndices(positions, x.shape[along] as number);
  const batch = ids.shape.map((size, i) => (i === along ? 1 : Math.max(size, x.shape[i] as number)));
  const spread = (y: tf.Tensor) => tf.broadcastTo(y, withSize(batch, along, y.shape[along] as number));
  const [from, at] = [spread(x), spread(ids)].map((y) => moveAxes(y, [along], [y.rank - 1])) as [tf.Tensor, tf.Tensor];
  const [width, count] = [from.shape.at(-1) as number, at.shape.at(-1) as number];
  const taken = tf.gather(tf.reshape(from, [-1, width]), tf.reshape(at, [-1, count]), 1, 1);
  return moveAxes(tf.reshape(taken, at.shape), [at.rank - 1], [along]);
}

/** Negative indices count from the end. */
export const wrapIndices = (ids: tf.Tensor, size: number): tf.Tensor => {
  const whole = tf.cast(ids, 'int32');
  return tf.where(tf.less(whole, 0), tf.add(whole, tf.scalar(size, 'int32')), whole);
};

/** Slices at indices; with an axis undefined, elements of all. */
export function take(x: tf.Tensor, ids: tf.Tensor, axis?: number): tf.Tensor {
  if (axis === undefined) return take(tf.reshape(x, [-1]), ids, 0);
  const along = axisIn(axis, x.rank);
  return tf.gather(x, wrapIndices(ids, x.shape[along] as number), along);
}

/** At least so many dimensions; new ones first. */
export const atLeast = (x: tf.Tensor, rank: number): tf.Tensor =>
  x.rank >= rank ? x : tf.reshape(x, [...new Array<number>(rank - x.rank).fill(1), ...x.shape]);

/** A triangle of matrices: the diagonals up to k, or from k on. */
export function triangle(x: tf.Tensor, k: number, isUpper: boolean): tf.Tensor {
  const [rows, columns] = [x.shape.at(-2) ?? 0, x.shape.at(-1) ?? 0];
  const row = tf.reshape(tf.range(0, rows, 1, 'int32'), [rows, 1]);
  const column = tf.reshape(tf.range(0, columns, 1, 'int32'), [1, columns]);
  const edge = tf.add(row, tf.scalar(k, 'int32'));
  const isInside = isUpper ? tf.greaterEqual(column, edge) : tf.lessEqual(column, edge);
  return tf.where(isInside, x, tf.zerosLike(x));
}

/** The diagonal of matrices in two axes, as the last axis. */
export function diagonal(x: tf.Tensor, offset = 0, first = -2, second = -1): tf.Tensor {
  const moved = moveAxes(x, [first, second], [-2, -1]);
  const [rows, columns] = moved.shape.slice(-2) as [number, number];
  const length = Math.max(0, Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)));
  const start = Math.max(offset, 0) - Math.min(offset, 0) * columns;
  const ids = Array.from({ length }, (_, i) => start + i * (columns + 1));
  return tf.gather(tf.reshape(moved, [...moved.shape.slice(0, -2), rows * columns]), indices(ids), x.rank - 2);
}

/** Square matrices with x on a diagonal. */
export function diagonalMatrix(x: tf.Tensor, offset = 0): tf.Tensor {
  const length = x.shape.at(-1) ?? 0;
  const size = length + Math.abs(offset);
  checkSize([size, size]);
  const row = tf.reshape(tf.range(0, size, 1, 'int32'), [size, 1]);
  const column = tf.reshape(tf.range(0, size, 1, 'int32'), [1, size]);
  const isOn = tf.equal(tf.sub(column, row), tf.scalar(offset, 'int32'));
  const width = [...x.shape.slice(0, -1).map(() => [0, 0] as [number, number])];
  const at = offset < 0 ? [0, -offset] : [offset, 0];
  const padded = tf.pad(x, [...width, at as [number, number]]);
  return tf.where(isOn, tf.expandDims(padded, x.rank - 1), tf.zerosLike(tf.expandDims(padded, x.rank - 1)));
}

export const stackAlike = (values: readonly Value[], axis = 0): tf.Tensor => tf.stack(alike(values), axis);

const MOST_DIFFERENCES = 100;

/** Differences of neighbours along an axis. */
export function difference(x: tf.Tensor, order = 1, axis = -1): tf.Tensor {
  const along = axisIn(axis, x.rank);
  if (order < 0 || order > Math.min(MOST_DIFFERENCES, x.shape[along] as number))
    fail(`there are no differences of order ${order}`);
  let result = x;
  for (let i = 0; i < order; ++i) {
    const size = result.shape[along] as number;
    const part = (begin: number) =>
      tf.slice(
        result,
        result.shape.map((_, at) => (at === along ? begin : 0)),
        result.shape.map((all, at) => (at === along ? size - 1 : all)),
      );
    result = tf.sub(part(1), part(0));
  }
  return result;
}

/** Elements where the condition holds, else those of the other. Whole numbers beside int32 tensors stay int32. */
export const select = (condition: tf.Tensor, a: Value, b: Value): tf.Tensor =>
  tf.where(tf.cast(condition, 'bool'), like(a, b), like(b, a));

export const splitAt = (x: tf.Tensor, places: readonly number[], axis: number): tf.Tensor[] => {
  const size = x.shape[axisIn(axis, x.rank)] as number;
  const ends = [0, ...places.map((place) => Math.min(Math.max(place < 0 ? place + size : place, 0), size)), size];
  return tf.split(
    x,
    ends.slice(1).map((end, i) => Math.max(0, end - (ends[i] as number))),
    axis,
  );
};

export const shapeOf = (x: tf.Tensor): tf.Tensor => indices(x.shape);
export const flat = (x: Value): tf.Tensor => tf.reshape(toTensor(x), [-1]);
