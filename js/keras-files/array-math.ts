// SPDX-License-Identifier: Apache-2.0
// Rearrangements of float32 arrays. They are computed when values are asked for.
import { computed, KerasArray, sizeOf } from './arrays.js';

/** The array with its axes in another order. */
export function transpose(array: KerasArray, order: readonly number[]): KerasArray {
  const shape = order.map((axis) => array.shape[axis] as number);
  const strides = order.map((axis) => sizeOf(array.shape.slice(axis + 1)));
  return computed(shape, () => {
    const from = array.readFloats();
    return (i) => from[indexAt(i, shape, strides)] as number;
  });
}

/** Where element `i` of an array of this shape is, if its axes have these strides. */
export function indexAt(i: number, shape: readonly number[], strides: readonly number[]): number {
  let rest = i;
  let at = 0;
  for (let axis = shape.length - 1; axis >= 0; --axis) {
    const size = shape[axis] as number;
    at += (rest % size) * (strides[axis] as number);
    rest = Math.floor(rest / size);
  }
  return at;
}

export function reshape(array: KerasArray, shape: readonly number[]): KerasArray {
  return new KerasArray(shape, 'float32', () => array.readFloats());
}

/** The arrays one after another along the last axis. Other axes must be equal. */
export function concatenate(arrays: readonly KerasArray[]): KerasArray {
  const widths = arrays.map(({ shape }) => shape.at(-1) as number);
  const width = widths.reduce((sum, part) => sum + part, 0);
  const shape = [...(arrays[0] as KerasArray).shape.slice(0, -1), width];
  return new KerasArray(shape, 'float32', () => {
    const joined = new Float32Array(sizeOf(shape));
    let column = 0;
    arrays.forEach((array, part) => {
      const from = array.readFloats();
      const partWidth = widths[part] as number;
      for (let i = 0; i < from.length; ++i) {
        joined[Math.floor(i / partWidth) * width + column + (i % partWidth)] = from[i] as number;
      }
      column += partWidth;
    });
    return joined;
  });
}

/** The filter of a convolution, mirrored along all axes but the last two. */
export function flipSpatial(array: KerasArray): KerasArray {
  const channels = sizeOf(array.shape.slice(-2));
  return computed(array.shape, () => {
    const from = array.readFloats();
    const last = from.length / channels - 1;
    return (i) => from[(last - Math.floor(i / channels)) * channels + (i % channels)] as number;
  });
}
