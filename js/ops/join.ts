// SPDX-License-Identifier: Apache-2.0
// Concatenating, stacking and splitting.
import { run, runAll, toDtype } from '../tensor/call.js';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { int, ints } from '../tensor/written.js';
import { arg, args, checkRank, upcastType } from './arguments.js';
import { axisOf } from './axes.js';
import { scoped } from './scoped.js';

/** The tensors of a list, converted to the widest of their dtypes. */
function alike<T extends Tensor>(tensors: readonly (T | TensorLike)[]): T[] {
  const list = args<T>(tensors, 'tensors');
  const dtype = list.map((tensor) => tensor.dtype).reduce(upcastType);
  return list.map((tensor) => toDtype(tensor, dtype));
}

/** Concatenates tensors along an axis. Throws E_SHAPE unless the other dimensions are equal. */
export function concat<T extends Tensor>(tensors: readonly (T | TensorLike)[], axis = 0): T {
  return scoped('concat', () => {
    const list = alike<T>(tensors);
    return run<T>('ConcatV2', [...list, int(axis)], { N: list.length });
  });
}

function concatOfRank<T extends Tensor>(
  name: string,
  rank: number,
  tensors: readonly (T | TensorLike)[],
  axis: number,
) {
  return scoped(name, () => {
    const list = args<T>(tensors, 'tensors');
    list.forEach((tensor, index) => {
      checkRank(tensor, `tensors[${index}]`, rank);
    });
    return concat<T>(list, axis);
  });
}

/** `concat` of vectors. */
export function concat1d(tensors: readonly (Tensor1D | TensorLike)[]): Tensor1D {
  return concatOfRank<Tensor1D>('concat1d', 1, tensors, 0);
}

/** `concat` of matrices. */
export function concat2d(tensors: readonly (Tensor2D | TensorLike)[], axis: number): Tensor2D {
  return concatOfRank<Tensor2D>('concat2d', 2, tensors, axis);
}

/** `concat` of tensors of rank 3. */
export function concat3d(tensors: readonly (Tensor3D | TensorLike)[], axis: number): Tensor3D {
  return concatOfRank<Tensor3D>('concat3d', 3, tensors, axis);
}

/** `concat` of tensors of rank 4. */
export function concat4d(tensors: readonly (Tensor4D | TensorLike)[], axis: number): Tensor4D {
  return concatOfRank<Tensor4D>('concat4d', 4, tensors, axis);
}

/** Stacks tensors of the same shape along a new axis. */
export function stack<T extends Tensor>(tensors: readonly (T | TensorLike)[], axis = 0): Tensor {
  return scoped('stack', () => {
    const list = alike<T>(tensors);
    return run('Pack', list, { N: list.length, axis });
  });
}

/** The slices of x along an axis, without that axis: the inverse of `stack`. */
export function unstack(x: Tensor | TensorLike, axis = 0): Tensor[] {
  return scoped('unstack', () => {
    const from = arg(x, 'x');
    const along = axisOf(axis, from.rank);
    return runAll('Unpack', [from], { num: (from.shape as number[])[along] as number, axis: along });
  });
}

/**
 * Splits x along an axis into equal parts, or into parts of these sizes, one of which may be -1. Throws E_SHAPE if they
 * do not add up.
 */
export function split<T extends Tensor>(
  x: Tensor | TensorLike,
  numOrSizeSplits: readonly number[] | number,
  axis = 0,
): T[] {
  return scoped('split', () => {
    const from = arg(x, 'x');
    const parts =
      typeof numOrSizeSplits === 'number'
        ? runAll('Split', [int(axis), from], { num_split: numOrSizeSplits })
        : runAll('SplitV', [from, ints(numOrSizeSplits), int(axis)], { num_split: numOrSizeSplits.length });
    return parts as T[];
  });
}
