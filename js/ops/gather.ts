// SPDX-License-Identifier: Apache-2.0
// Gathering, scattering and searching.
import { check, TfwasmError } from '../core/errors.js';
import { run, runAll, toDtype } from '../tensor/call.js';
import type { Rank, ShapeMap } from '../tensor/shape.js';
import { type Scalar, Tensor, type Tensor1D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { int, ints, value } from '../tensor/written.js';
import { arg } from './arguments.js';
import { asPromise, opFunction } from './op-function.js';
import { expandDims } from './shape.js';

/** Gathers slices of x along an axis by int32 indices, with batchDims leading batch dimensions. */
export const gather = opFunction(
  'gather',
  <T extends Tensor>(x: T | TensorLike, indices: Tensor | TensorLike, axis = 0, batchDims = 0): T =>
    run<T>('GatherV2', [arg<T>(x, 'x'), arg(indices, 'indices', 'int32'), int(axis)], { batch_dims: batchDims }),
);

/** Gathers slices of x. The last dimension of the int32 indices holds coordinates. */
export const gatherND = opFunction(
  'gatherND',
  (x: Tensor | TensorLike, indices: Tensor | TensorLike): Tensor =>
    run('GatherNd', [arg(x, 'x'), arg(indices, 'indices', 'int32')]),
);

/**
 * Adds updates to a tensor of zeros. The last dimension of the indices holds coordinates; a list of indices holds one
 * for each update.
 */
export const scatterND = opFunction(
  'scatterND',
  <R extends Rank>(indices: Tensor | TensorLike, updates: Tensor | TensorLike, shape: ShapeMap[R]): Tensor<R> =>
    run<Tensor<R>>('ScatterNd', [arg(indices, 'indices', 'int32'), arg(updates, 'updates'), ints(shape)]),
);

/** Replaces slices of a tensor by updates. Indices as for scatterND. */
export const tensorScatterUpdate = opFunction(
  'tensorScatterUpdate',
  <R extends Rank>(
    tensor: Tensor<R> | TensorLike,
    indices: Tensor | TensorLike,
    updates: Tensor | TensorLike,
  ): Tensor<R> =>
    run<Tensor<R>>('TensorScatterUpdate', [
      arg(tensor, 'tensor'),
      arg(indices, 'indices', 'int32'),
      arg(updates, 'updates'),
    ]),
);

/** A tensor of defaultValue with sparseValues at sparseIndices (int32, one row of coordinates per value). */
export const sparseToDense = opFunction(
  'sparseToDense',
  <R extends Rank>(
    sparseIndices: Tensor | TensorLike,
    sparseValues: Tensor | TensorLike,
    outputShape: ShapeMap[R],
    defaultValue: Scalar | number | boolean | string = 0,
  ): Tensor<R> => {
    const values = arg(sparseValues, 'sparseValues');
    const indices = arg(sparseIndices, 'sparseIndices', 'int32');
    if (defaultValue instanceof Tensor) arg(defaultValue, 'defaultValue', values.dtype);
    return run<Tensor<R>>('SparseToDense', [indices, ints(outputShape), values, scalarLike(defaultValue, values)]);
  },
);

function scalarLike(x: Scalar | number | boolean | string, { dtype }: Tensor) {
  if (x instanceof Tensor) return x;
  if (typeof x === 'string' || dtype === 'string')
    return arg(dtype === 'string' && x === 0 ? '' : x, 'defaultValue', dtype);
  return dtype === 'complex64' ? toDtype(arg(x, 'defaultValue'), dtype) : value(x, dtype);
}

/** The k largest elements of each row and their int32 indices, in descending order. */
export const topk = opFunction(
  'topk',
  <T extends Tensor>(x: T | TensorLike, k = 1, sorted = true): { values: T; indices: T } => {
    const numbers = arg<T>(x, 'x', 'numeric');
    check(numbers.rank > 0, 'topk() expects the input to be of rank 1 or higher', 'E_SHAPE');
    const last = (numbers.shape as number[])[numbers.rank - 1] as number;
    check(k >= 0, () => `'k' passed to topk() must be >= 0 but got ${k}`);
    check(k <= last, () => `'k' passed to topk() must be <= the last dimension (${last}) but got ${k}`, 'E_SHAPE');
    const [values, indices] = runAll('TopKV2', [numbers, int(k)], { sorted }) as [T, T];
    return { values, indices };
  },
);

const inTopK = opFunction(
  'inTopKAsync',
  <T extends Tensor>(predictions: Tensor | TensorLike, targets: Tensor | TensorLike, k = 1): T => {
    const rows = arg(predictions, 'predictions', 'numeric');
    const wanted = toDtype(arg(targets, 'targets', 'numeric'), 'int32');
    const rest = rows.shape.slice(0, -1);
    check(
      rows.rank >= 2,
      () => `inTopK() expects the predictions to be of rank 2 or higher, but got ${rows.rank}`,
      'E_SHAPE',
    );
    const ranks = `predictions rank ${rows.rank} and targets rank ${wanted.rank}`;
    check(
      wanted.rank === rows.rank - 1,
      () => `predictions rank should be 1 larger than targets rank, but got ${ranks}`,
      'E_SHAPE',
    );
    check(
      String(rest) === String(wanted.shape),
      () =>
        `targets must have the shape of predictions without the last dimension, [${rest}], but got [${wanted.shape}]`,
      'E_SHAPE',
    );
    const depth = (rows.shape as number[])[rows.rank - 1] as number;
    const range = `must be > 0 && <= the predictions last dimension (${depth}), but got ${k}`;
    check(k > 0 && k <= depth, () => `'k' passed to inTopK() ${range}`);
    const { indices } = topk(rows, k);
    return run<T>('Any', [run('Equal', [indices, expandDims(wanted, -1)]), ints([-1])], { keep_dims: false });
  },
);

/** For each row, whether its int32 target is among the k largest predictions. */
export async function inTopKAsync<T extends Tensor>(
  predictions: Tensor | TensorLike,
  targets: Tensor | TensorLike,
  k?: number,
): Promise<T> {
  return inTopK<T>(predictions, targets, k);
}

/** The distinct slices along an axis in order of first occurrence, and the index of each element's slice. */
export const unique = opFunction(
  'unique',
  <T extends Tensor>(x: T | TensorLike, axis = 0): { values: T; indices: Tensor1D } => {
    const [values, indices] = runAll('UniqueV2', [arg<T>(x, 'x'), ints([axis])]) as [T, Tensor1D];
    return { values, indices };
  },
);

/** The elements of vector x that are not in vector y, and their indices in x. */
export const setdiff1dAsync = asPromise(
  opFunction('setdiff1dAsync', (x: Tensor | TensorLike, y: Tensor | TensorLike): [Tensor, Tensor] => {
    const a = arg(x, 'x');
    const b = arg(y, 'y');
    if (a.dtype !== b.dtype) {
      const dtypes = `x (${a.dtype}) and y (${b.dtype})`;
      throw new TfwasmError('E_DTYPE', `x and y should have the same dtype, but got ${dtypes}.`);
    }
    for (const [name, { rank, shape }] of [['x', a] as const, ['y', b] as const]) {
      if (rank === 1) continue;
      throw new TfwasmError('E_SHAPE', `${name} should be 1D tensor, but got ${name} (${shape}).`);
    }
    return runAll('ListDiff', [a, b]) as [Tensor, Tensor];
  }),
);

/**
 * The int32 insertion position of each value in the sorted sequence of its row: before equal elements ('left') or after
 * ('right').
 */
export const searchSorted = opFunction(
  'searchSorted',
  (sortedSequence: Tensor | TensorLike, values: Tensor | TensorLike, side: 'left' | 'right' = 'left'): Tensor => {
    const sequence = arg(sortedSequence, 'sortedSequence', 'numeric');
    const wanted = arg(values, 'values', 'numeric');
    const rows = (x: Tensor) => x.reshape<'R2'>([-1, (x.shape as number[])[x.rank - 1] ?? 1]);
    const found = run(side === 'left' ? 'LowerBound' : 'UpperBound', [rows(sequence), rows(wanted)]);
    return found.reshape(wanted.shape);
  },
);

/** The index of the first element in each sorted row that is not less than the value. */
export function lowerBound(sortedSequence: Tensor | TensorLike, values: Tensor | TensorLike): Tensor {
  return searchSorted(sortedSequence, values, 'left');
}

/** The index of the first element in each sorted row that is greater than the value. */
export function upperBound(sortedSequence: Tensor | TensorLike, values: Tensor | TensorLike): Tensor {
  return searchSorted(sortedSequence, values, 'right');
}

/** Sums the slices of x along the first dimension by int32 segment id. Skips negative ids. */
export const unsortedSegmentSum = opFunction(
  'unsortedSegmentSum',
  <T extends Tensor>(x: T | TensorLike, segmentIds: Tensor1D | TensorLike, numSegments: number): T =>
    run<T>('UnsortedSegmentSum', [arg<T>(x, 'x'), arg(segmentIds, 'segmentIds', 'int32'), int(numSegments)]),
);
