// SPDX-License-Identifier: Apache-2.0
// Concatenating, stacking and splitting.
import { check } from '../core/errors.js';
import { run, runAll, toDtype } from '../tensor/call.js';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { int, ints } from '../tensor/written.js';
import { arg, args, checkRank, upcastType } from './arguments.js';
import { axisOf } from './axes.js';
import { opFunction } from './op-function.js';

/** The tensors of a list, converted to the widest of their dtypes. */
function alike<T extends Tensor>(tensors: readonly (T | TensorLike)[]): T[] {
  const list = args<T>(tensors, 'tensors');
  const dtype = list.map((tensor) => tensor.dtype).reduce(upcastType);
  return list.map((tensor) => toDtype(tensor, dtype));
}

/** Concatenates tensors along an axis. Throws E_SHAPE unless the other dimensions are equal. */
export const concat = opFunction('concat', <T extends Tensor>(tensors: readonly (T | TensorLike)[], axis = 0): T => {
  const list = alike<T>(tensors);
  return run<T>('ConcatV2', [...list, int(axis)], { N: list.length });
});

function concatOfRank<T extends Tensor>(rank: number) {
  return opFunction(`concat${rank}d`, (tensors: readonly (T | TensorLike)[], axis: number): T => {
    const list = args<T>(tensors, 'tensors');
    list.forEach((tensor, index) => {
      checkRank(tensor, `tensors[${index}]`, rank);
    });
    return concat<T>(list, axis);
  });
}

/** `concat` of vectors. */
export const concat1d: (tensors: readonly (Tensor1D | TensorLike)[]) => Tensor1D = concatOfRank<Tensor1D>(1) as never;

/** `concat` of matrices. */
export const concat2d = concatOfRank<Tensor2D>(2);

/** `concat` of tensors of rank 3. */
export const concat3d = concatOfRank<Tensor3D>(3);

/** `concat` of tensors of rank 4. */
export const concat4d = concatOfRank<Tensor4D>(4);

/** Stacks tensors of the same shape and dtype along a new axis. */
export const stack = opFunction('stack', <T extends Tensor>(tensors: readonly (T | TensorLike)[], axis = 0): Tensor => {
  const list = args<T>(tensors, 'tensors');
  const [{ dtype }] = list as [T];
  for (const tensor of list) {
    check(
      tensor.dtype === dtype,
      () => `All tensors passed to stack must have matching dtypes, got ${dtype} and ${tensor.dtype}`,
      'E_DTYPE',
    );
  }
  return run('Pack', list, { N: list.length, axis });
});

/** The slices of x along an axis, without that axis: the inverse of `stack`. */
export const unstack = opFunction('unstack', (x: Tensor | TensorLike, axis = 0): Tensor[] => {
  const from = arg(x, 'x');
  const along = axisOf(axis, from.rank);
  return runAll('Unpack', [from], { num: (from.shape as number[])[along] as number, axis: along });
});

/**
 * Splits x along an axis into equal parts, or into parts of these sizes, one of which may be -1. Throws E_SHAPE if they
 * do not add up.
 */
export const split = opFunction(
  'split',
  <T extends Tensor>(x: Tensor | TensorLike, numOrSizeSplits: readonly number[] | number, axis = 0): T[] => {
    const from = arg(x, 'x');
    const parts =
      typeof numOrSizeSplits === 'number'
        ? runAll('Split', [int(axis), from], { num_split: numOrSizeSplits })
        : runAll('SplitV', [from, ints(numOrSizeSplits), int(axis)], { num_split: numOrSizeSplits.length });
    return parts as T[];
  },
);
