// SPDX-License-Identifier: Apache-2.0
// Sparse tensors, given as int32 indices [values, rank], values, and dense shape.
import { run, runAll, toDtype } from '../tensor/call.js';
import { type NamedTensorMap, type Scalar, Tensor, type Tensor1D, type Tensor2D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg } from './arguments.js';
import { opFunction } from './op-function.js';

/**
 * Fills empty rows of a sparse matrix with defaultValue. Returns outputIndices, outputValues, emptyRowIndicator (bool),
 * and reverseIndexMap from old to new positions.
 */
export const sparseFillEmptyRows = opFunction(
  'sparseFillEmptyRows',
  (
    indices: Tensor2D | TensorLike,
    values: Tensor1D | TensorLike,
    denseShape: Tensor1D | TensorLike,
    defaultValue: Scalar | number | boolean | string,
  ): NamedTensorMap => {
    const elements = arg<Tensor>(values, 'values');
    const fallback =
      defaultValue instanceof Tensor
        ? defaultValue
        : toDtype(arg<Tensor>(defaultValue, 'defaultValue'), elements.dtype);
    const inputs = [arg(indices, 'indices', 'int32'), elements, arg(denseShape, 'denseShape', 'int32'), fallback];
    const [outputIndices, outputValues, emptyRowIndicator, reverseIndexMap] = runAll('SparseFillEmptyRows', inputs);
    return { outputIndices, outputValues, emptyRowIndicator, reverseIndexMap } as NamedTensorMap;
  },
);

/** Reshapes a sparse tensor. One dimension may be -1. Returns outputIndices and outputShape. */
export const sparseReshape = opFunction(
  'sparseReshape',
  (
    inputIndices: Tensor2D | TensorLike,
    inputShape: Tensor1D | TensorLike,
    newShape: Tensor1D | TensorLike,
  ): NamedTensorMap => {
    const inputs = [
      arg(inputIndices, 'inputIndices', 'int32'),
      arg(inputShape, 'inputShape', 'int32'),
      arg(newShape, 'newShape', 'int32'),
    ];
    const [outputIndices, outputShape] = runAll('SparseReshape', inputs);
    return { outputIndices, outputShape } as NamedTensorMap;
  },
);

type Segments = (
  data: Tensor | TensorLike,
  indices: Tensor1D | TensorLike,
  segmentIds: Tensor1D | TensorLike,
) => Tensor;

function segments(name: string, op: string): Segments {
  return opFunction(name, (data: Tensor | TensorLike, indices: Tensor1D | TensorLike, ids: Tensor1D | TensorLike) =>
    run(op, [arg(data, 'data'), arg(indices, 'indices', 'int32'), arg(ids, 'segmentIds', 'int32')]),
  );
}

/** The means of data rows, selected by indices, for each of the ascending segmentIds. */
export const sparseSegmentMean: Segments = segments('sparseSegmentMean', 'SparseSegmentMean');

/** The sums of data rows, selected by indices, for each of the ascending segmentIds. */
export const sparseSegmentSum: Segments = segments('sparseSegmentSum', 'SparseSegmentSum');
