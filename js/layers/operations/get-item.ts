// SPDX-License-Identifier: Apache-2.0
// x[...]: integers, slices, new axes, ellipses, lists.
import * as tf from '../../common.js';
import { take } from './arrays.js';
import { describe, fail, isObject, toInt, unwrap } from './values.js';

/** The masks of a strided slice, as they are named in tf.stridedSlice. */
interface Bounds {
  begin: number[];
  end: number[];
  strides: number[];
  beginMask: number;
  endMask: number;
  ellipsisMask: number;
  newAxisMask: number;
  shrinkAxisMask: number;
}

const isNamed = (value: unknown, name: string): value is { config?: object } =>
  isObject(value) && value['class_name'] === name;

const isEllipsis = (item: unknown) => isNamed(item, '__ellipsis__') || item === 'Ellipsis';

/** The fields of a slice, in the form of either Keras. */
function sliceOf(item: unknown): { start?: unknown; stop?: unknown; step?: unknown } | undefined {
  if (isNamed(item, '__slice__')) return item.config ?? {};
  return isObject(item) && ('start' in item || 'stop' in item || 'step' in item) ? item : undefined;
}

/** Whether an item selects several slices, by a list or a tensor of indices. */
const isList = (item: unknown): boolean => Array.isArray(item) || (item instanceof tf.Tensor && item.rank > 0);

/** x[key]. `key` is one item, or a list of them. Throws E_LAYER. */
export function getItem(x: tf.Tensor, given: unknown): tf.Tensor {
  const key = unwrap(given);
  const items = Array.isArray(key) ? key.map(unwrap) : [key];
  const lists = items.filter(isList);
  if (lists.length === 0) return slice(x, items);
  if (lists.length > 1) fail('an index with several lists is not supported: use gather');
  const place = items.findIndex(isList);
  const whole = items.map((item, i) => (i === place ? { start: null } : item));
  const ids = toIndices(lists[0]);
  // The list selects after the others, along the axis that is left of it.
  const before = countAxes(x.rank, items, place);
  return take(slice(x, whole), ids, before);
}

function toIndices(list: unknown): tf.Tensor {
  const ids = list instanceof tf.Tensor ? list : tf.tensor((list as unknown[]).map(toInt), undefined, 'int32');
  if (ids.dtype !== 'bool') return ids;
  return fail('an index of booleans gives a shape that depends on the values: use where');
}

/** How many axes of the result come before the item at `place`. */
function countAxes(rank: number, items: readonly unknown[], place: number): number {
  const isNew = (item: unknown) => item === null || item === undefined;
  const named = items.filter((item) => !isNew(item) && !isEllipsis(item)).length;
  return items.slice(0, place).reduce<number>((count, item) => {
    if (isEllipsis(item)) return count + rank - named;
    return count + (isNew(item) || sliceOf(item) ? 1 : 0);
  }, 0);
}

function slice(x: tf.Tensor, items: readonly unknown[]): tf.Tensor {
  if (items.length > 31) fail(`an index has ${items.length} items, the most are 31`);
  const named = items.filter((item) => item !== null && item !== undefined && !isEllipsis(item)).length;
  if (named > x.rank) fail(`an index has ${named} items for ${x.rank} dimensions`);
  const dynamic = items.findIndex((item) => item instanceof tf.Tensor && isUnknown(item));
  if (dynamic >= 0) return sliceAt(x, items, dynamic);
  const bounds: Bounds = {
    begin: [],
    end: [],
    strides: [],
    beginMask: 0,
    endMask: 0,
    ellipsisMask: 0,
    newAxisMask: 0,
    shrinkAxisMask: 0,
  };
  for (const [i, item] of items.entries()) addItem(bounds, item, i);
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = bounds;
  return tf.stridedSlice(x, begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask);
}

function addItem(bounds: Bounds, item: unknown, i: number): void {
  const bit = 1 << i;
  const range = sliceOf(item);
  if (range) {
    const { start, stop, step } = range;
    const stride = step === null || step === undefined ? 1 : toInt(step);
    if (stride === 0) fail('the step of a slice must not be 0');
    const isOpen = (bound: unknown) => bound === null || bound === undefined;
    if (isOpen(start)) bounds.beginMask |= bit;
    if (isOpen(stop)) bounds.endMask |= bit;
    push(bounds, isOpen(start) ? 0 : toInt(start), isOpen(stop) ? 0 : toInt(stop), stride);
    return;
  }
  if (isEllipsis(item)) {
    if (bounds.ellipsisMask !== 0) fail('an index has several ellipses');
    bounds.ellipsisMask |= bit;
    push(bounds, 0, 0, 1);
  } else if (item === null || item === undefined) {
    bounds.newAxisMask |= bit;
    push(bounds, 0, 0, 1);
  } else if (typeof item === 'number' || item instanceof tf.Tensor) {
    const index = toInt(item);
    bounds.shrinkAxisMask |= bit;
    push(bounds, index, index + 1, 1);
  } else {
    fail(`${describe(item)} is no index`);
  }
}

function push({ begin, end, strides }: Bounds, from: number, to: number, stride: number): void {
  begin.push(from);
  end.push(to);
  strides.push(stride);
}

/** Whether a tensor has no value, since it belongs to a graph that is being built. */
function isUnknown(tensor: tf.Tensor): boolean {
  try {
    tensor.dataSync();
    return false;
  } catch {
    return true;
  }
}

/** An index whose value depends on the inputs. */
function sliceAt(x: tf.Tensor, items: readonly unknown[], place: number): tf.Tensor {
  const whole = items.map((item, i) => (i === place ? { start: null } : item));
  return take(slice(x, whole), items[place] as tf.Tensor, countAxes(x.rank, items, place));
}
