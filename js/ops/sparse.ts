// SPDX-License-Identifier: Apache-2.0
// Sparse tensors, given as int32 indices [values, rank], values, and dense shape.
import { run, runAll, toDtype } from '../tensor/call.js';
import { type NamedTensorMap, type Scalar, Tensor, type Tensor1D, type Tensor2D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg } from './arguments.js';
import { scoped } from './scoped.js';

/**
 * Fills empty rows of a sparse matrix with defaultValue. Returns outputIndices, outputValues, emptyRowIndicator (bool),
 * and reverseIndexMap from old to new positions.
 */
export function sparseFillEmptyRows(
  indices: Tensor2D | TensorLike,
  values: Tensor1D | TensorLike,
  denseShape: Tensor1D | TensorLike,
  defaultValue: Scalar | number | boolean | string,
): NamedTensorMap {
  return scoped('sparseFillEmptyRows', () => {
    const elements = arg<Tensor>(values, 'values');
    const fallback =
      defaultValue instanceof Tensor
        ? defaultValue
        : toDtype(arg<Tensor>(defaultValue, 'defaultValue'), elements.dtype);
    const inputs = [arg(indices, 'indices', 'int32'), elements, arg(denseShape, 'denseShape', 'int32'), fallback];
    const [outputIndices, outputValues, emptyRowIndicator, reverseIndexMap] = runAll('SparseFillEmptyRows', inputs);
    return { outputIndices, outputValues, emptyRowIndicator, reverseIndexMap } as NamedTensorMap;
  });
}

/** Reshapes a sparse tensor. One dimension may be -1. Returns outputIndices and outputShape. */
export function sparseReshape(
  inputIndices: Tensor2D | TensorLike,
  inputShape: Tensor1D | TensorLike,
  newShape: Tensor1D | TensorLike,
): NamedTensorMap {
  return scoped('sparseReshape', () => {
    const inputs = [
      arg(inputIndices, 'inputIndices', 'int32'),
      arg(inputShape, 'inputShape', 'int32'),
      arg(newShape, 'newShape', 'int32'),
    ];
    const [outputIndices, outputShape] = runAll('SparseReshape', inputs);
    return { outputIndices, outputShape } as NamedTensorMap;
  });
}

function segments(
  name: string,
  op: string,
  data: Tensor | TensorLike,
  indices: Tensor1D | TensorLike,
  ids: Tensor1D | TensorLike,
) {
  return scoped(name, () =>
    run(op, [arg(data, 'data'), arg(indices, 'indices', 'int32'), arg(ids, 'segmentIds', 'int32')]),
  );
}

/** The means of data rows, selected by indices, for each of the ascending segmentIds. */
export function sparseSegmentMean(
  data: Tensor | TensorLike,
  indices: Tensor1D | TensorLike,
  segmentIds: Tensor1D | TensorLike,
): Tensor {
  return segments('sparseSegmentMean', 'SparseSegmentMean', data, indices, segmentIds);
}

/** The sums of data rows, selected by indices, for each of the ascending segmentIds. */
export function sparseSegmentSum(
  data: Tensor | TensorLike,
  indices: Tensor1D | TensorLike,
  segmentIds: Tensor1D | TensorLike,
): Tensor {
  return segments('sparseSegmentSum', 'SparseSegmentSum', data, indices, segmentIds);
}
