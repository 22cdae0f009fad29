// SPDX-License-Identifier: Apache-2.0
// Functions that reshape, slice, repeat, reorder or pad tensors.
import { check, TfwasmError } from '../core/errors.js';
import { run } from '../tensor/call.js';
import type { Rank, ShapeMap } from '../tensor/shape.js';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { cloneOf, reshapeOf } from '../tensor/views.js';
import { checkList, ints, pairs, value } from '../tensor/written.js';
import { arg, checkRank } from './arguments.js';
import { axisOf } from './axes.js';
import { opFunction } from './op-function.js';

/** Reshapes x. One dimension may be -1. Throws E_SHAPE. */
export const reshape = opFunction(
  'reshape',
  <R extends Rank>(x: Tensor | TensorLike, shape: ShapeMap[R]): Tensor<R> => reshapeOf<R>(arg(x, 'x'), shape),
);

/** Inserts a dimension of 1 before `axis`. Throws E_SHAPE if that is out of range. */
export const expandDims = opFunction('expandDims', <T extends Tensor>(x: Tensor | TensorLike, axis = 0): T => {
  const from = arg(x, 'x');
  const shape: number[] = [...from.shape];
  shape.splice(axisOf(axis, from.rank + 1), 0, 1);
  return from.reshape(shape) as Tensor as T;
});

/** Removes dimensions of 1, all or those in `axis`. Throws E_SHAPE if one is not 1. */
export const squeeze = opFunction(
  'squeeze',
  <T extends Tensor>(x: Tensor | TensorLike, axis?: readonly number[]): T => {
    const from = arg(x, 'x');
    const axes = axis?.map((index) => axisOf(index, from.rank));
    const bad = axes?.find((index) => (from.shape as number[])[index] !== 1);
    if (bad !== undefined) throw new TfwasmError('E_SHAPE', `dimension ${bad} of [${from.shape}] is not 1`);
    const shape = from.shape.filter((size, index) => (axes && axes.length > 0 ? !axes.includes(index) : size !== 1));
    return from.reshape(shape) as Tensor as T;
  },
);

/** A new tensor that shares the values. */
export const clone = opFunction('clone', <T extends Tensor>(x: T | TensorLike): T => cloneOf(arg<T>(x, 'x')));

/** Returns x if it has this shape (null: any size). Throws E_SHAPE otherwise. */
export const ensureShape = opFunction(
  'ensureShape',
  <R extends Rank>(x: Tensor, shape: ShapeMap[R] | readonly (number | null)[]): Tensor<R> =>
    run<Tensor<R>>('EnsureShape', [arg(x, 'x'), ints(shape.map((size) => size ?? -1))]),
);

/** Permutes dimensions; reverses them by default. Optionally conjugates complex64. */
export const transpose = opFunction(
  'transpose',
  <T extends Tensor>(x: T | TensorLike, perm?: readonly number[], conjugate = false): T => {
    const from = arg<T>(x, 'x');
    const order = perm ?? from.shape.map((_, index) => from.rank - 1 - index);
    const moved = from.rank < 2 && !perm ? (from.clone() as Tensor as T) : run<T>('Transpose', [from, ints(order)]);
    return conjugate && from.dtype === 'complex64' ? run<T>('Conj', [moved]) : moved;
  },
);

/** Repeats x reps[i] times along dimension i. */
export const tile = opFunction(
  'tile',
  <T extends Tensor>(x: T | TensorLike, reps: readonly number[]): T => run<T>('Tile', [arg<T>(x, 'x'), ints(reps)]),
);

/** Broadcasts x to a shape. Throws E_SHAPE if that is not possible. */
export const broadcastTo = opFunction(
  'broadcastTo',
  <R extends Rank>(x: Tensor | TensorLike, shape: ShapeMap[R]): Tensor<R> => {
    const from = arg(x, 'x');
    // -1 keeps the dimension.
    checkList(shape);
    const offset = shape.length - from.rank;
    const dims = shape.map((size, index) => (size < 0 ? ((from.shape as number[])[index - offset] ?? size) : size));
    return run<Tensor<R>>('BroadcastTo', [from, ints(dims)]);
  },
);

/** The broadcast shape of two shapes, given as int32 vectors. */
export const broadcastArgs = opFunction(
  'broadcastArgs',
  (s0: Tensor | TensorLike, s1: Tensor | TensorLike): Tensor1D =>
    run<Tensor1D>('BroadcastArgs', [arg(s0, 's0', 'int32'), arg(s1, 's1', 'int32')]),
);

/** Extends a list argument to all dimensions. */
function sliceList(given: number | readonly number[] | undefined, rank: number, rest: number): number[] {
  const list = typeof given === 'number' ? [given] : (given ?? []);
  return Array.from({ length: Math.max(rank, list.length) }, (_, index) => list[index] ?? rest);
}

/** A slice from `begin` with size `size`. -1 and missing sizes mean up to the end. Throws E_SHAPE if it exceeds x. */
export const slice = opFunction(
  'slice',
  <T extends Tensor>(x: T | TensorLike, begin: number | readonly number[], size?: number | readonly number[]): T => {
    const from = arg<T>(x, 'x');
    check(from.rank > 0, 'Slicing scalar is not possible');
    const starts = sliceList(begin, from.rank, 0);
    check(
      starts.every((start) => start >= 0),
      () => `slice() does not support negative begin indexing. Got begin [${starts}]`,
    );
    return run<T>('Slice', [from, ints(starts), ints(sliceList(size, from.rank, -1))]);
  },
);

/** Restricts `f` to tensors of one rank. Throws E_SHAPE for others. */
function ofRank<T extends Tensor, Rest extends unknown[]>(
  name: string,
  rank: number,
  f: (x: T, ...rest: Rest) => T,
): (x: T | TensorLike, ...rest: Rest) => T {
  return opFunction(name, (x: T | TensorLike, ...rest: Rest) => {
    const tensor = arg<T>(x, 'x');
    checkRank(tensor, 'x', rank);
    return f(tensor, ...rest);
  });
}

/** `slice` of a vector. */
export const slice1d = ofRank<Tensor1D, [begin: number, size: number]>('slice1d', 1, slice);

/** `slice` of a matrix. */
export const slice2d = ofRank<Tensor2D, [begin: [number, number], size: [number, number]]>('slice2d', 2, slice);

/** `slice` of a tensor of rank 3. */
export const slice3d = ofRank<Tensor3D, [begin: [number, number, number], size: [number, number, number]]>(
  'slice3d',
  3,
  slice,
);

/** `slice` of a tensor of rank 4. */
export const slice4d = ofRank<
  Tensor4D,
  [begin: [number, number, number, number], size: [number, number, number, number]]
>('slice4d', 4, slice);

/**
 * A strided slice: elements begin[i] to end[i] (exclusive) with step strides[i]. Bit i of the masks: beginMask and
 * endMask ignore the bound, ellipsisMask inserts full dimensions, newAxisMask inserts a dimension of 1, shrinkAxisMask
 * selects begin[i] and drops the dimension.
 */
export const stridedSlice = opFunction(
  'stridedSlice',
  (
    x: Tensor | TensorLike,
    begin: readonly number[],
    end: readonly number[],
    strides?: readonly number[],
    beginMask = 0,
    endMask = 0,
    ellipsisMask = 0,
    newAxisMask = 0,
    shrinkAxisMask = 0,
  ): Tensor =>
    run(
      'StridedSlice',
      [arg(x, 'x'), ints(begin), ints(end), ints(strides ?? new Array<number>(begin?.length ?? 0).fill(1))],
      {
        begin_mask: beginMask,
        end_mask: endMask,
        ellipsis_mask: ellipsisMask,
        new_axis_mask: newAxisMask,
        shrink_axis_mask: shrinkAxisMask,
      },
    ),
);

/** Reverses x along the axes, or along all. */
export const reverse = opFunction(
  'reverse',
  <T extends Tensor>(x: T | TensorLike, axis?: number | readonly number[] | null): T => {
    const from = arg<T>(x, 'x');
    const axes = typeof axis === 'number' ? [axis] : (axis ?? from.shape.map((_, index) => index));
    return run<T>('ReverseV2', [from, ints(axes)]);
  },
);

/** `reverse` of a vector. */
export const reverse1d = ofRank<Tensor1D, []>('reverse1d', 1, reverse);

/** `reverse` of a matrix. */
export const reverse2d = ofRank<Tensor2D, [axis?: number | number[]]>('reverse2d', 2, reverse);

/** `reverse` of a tensor of rank 3. */
export const reverse3d = ofRank<Tensor3D, [axis?: number | number[]]>('reverse3d', 3, reverse);

/** `reverse` of a tensor of rank 4. */
export const reverse4d = ofRank<Tensor4D, [axis?: number | number[]]>('reverse4d', 4, reverse);

type Padding = readonly [number, number];

/** Pads dimension i with paddings[i] = [before, after] elements of constantValue. */
export const pad = opFunction(
  'pad',
  <T extends Tensor>(x: T | TensorLike, paddings: readonly Padding[], constantValue = 0): T => {
    const from = arg<T>(x, 'x');
    check(from.rank > 0, 'pad(scalar) is not defined. Pass non-scalar to pad');
    checkList(paddings);
    paddings.forEach(checkPadding);
    if (from.dtype === 'string' || from.dtype === 'complex64') return run<T>('Pad', [from, pairs(paddings)]);
    return run<T>('PadV2', [from, pairs(paddings), value(constantValue, from.dtype)]);
  },
);

/** `pad` of a vector. */
export const pad1d = ofRank<Tensor1D, [paddings: Padding, constantValue?: number]>('pad1d', 1, (x, paddings, value) =>
  pad(x, [checkPadding(paddings)], value),
);

/** Throws E_INPUT unless this is [before, after]. */
function checkPadding(padding: Padding): Padding {
  checkList(padding);
  check(padding.length === 2, () => `Invalid number of paddings. Must be length of 2 each, got [${padding}]`);
  return padding;
}

/** `pad` of a matrix. */
export const pad2d = ofRank<Tensor2D, [paddings: [Padding, Padding], constantValue?: number]>('pad2d', 2, pad);

/** `pad` of a tensor of rank 3. */
export const pad3d = ofRank<Tensor3D, [paddings: [Padding, Padding, Padding], constantValue?: number]>('pad3d', 3, pad);

/** `pad` of a tensor of rank 4. */
export const pad4d = ofRank<Tensor4D, [paddings: [Padding, Padding, Padding, Padding], constantValue?: number]>(
  'pad4d',
  4,
  pad,
);

/** Mirror padding. 'symmetric' repeats the edge, 'reflect' does not. */
export const mirrorPad = opFunction(
  'mirrorPad',
  <T extends Tensor>(x: T | TensorLike, paddings: readonly Padding[], mode: 'reflect' | 'symmetric'): T =>
    run<T>('MirrorPad', [arg<T>(x, 'x'), pairs(paddings)], { mode }),
);

/** Moves blocks of the batch into the spatial dimensions and crops them. Inverse of spaceToBatchND. */
export const batchToSpaceND = opFunction(
  'batchToSpaceND',
  <T extends Tensor>(x: T | TensorLike, blockShape: readonly number[], crops: readonly (readonly number[])[]): T =>
    run<T>('BatchToSpaceND', [arg<T>(x, 'x'), ints(blockShape), pairs(crops)]),
);

/** Pads the spatial dimensions and moves blocks of them into the batch. */
export const spaceToBatchND = opFunction(
  'spaceToBatchND',
  <T extends Tensor>(x: T | TensorLike, blockShape: readonly number[], paddings: readonly (readonly number[])[]): T =>
    run<T>('SpaceToBatchND', [arg<T>(x, 'x'), ints(blockShape), pairs(paddings)]),
);

/** Moves channels into blocks of pixels. Throws E_SHAPE unless blockSize squared divides the channels. */
export const depthToSpace = opFunction(
  'depthToSpace',
  (x: Tensor4D | TensorLike, blockSize: number, dataFormat: 'NHWC' | 'NCHW' = 'NHWC'): Tensor4D =>
    run<Tensor4D>('DepthToSpace', [arg(x, 'x')], { block_size: blockSize, data_format: dataFormat }),
);
