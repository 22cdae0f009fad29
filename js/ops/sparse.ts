// SPDX-License-Identifier: Apache-2.0
// Sparse tensors in parts: int32 indices [values, rank], values, dense shape.
import { run, runAll, toDtype } from '../tensor/call.js';
import { type NamedTensorMap, type Scalar, Tensor, type Tensor1D, type Tensor2D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg } from './arguments.js';
import { scoped } from './scoped.js';

/**
 * Gives every empty row of a sparse matrix a defaultValue: outputIndices, outputValues,
 * emptyRowIndicator (bool), and reverseIndexMap, from old to new places.
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

/** The indices of the same values in another shape, in which one dimension may be -1: outputIndices, outputShape. */
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

/** The means of the rows of data that indices name, for each of the ascending segmentIds. */
export function sparseSegmentMean(
  data: Tensor | TensorLike,
  indices: Tensor1D | TensorLike,
  segmentIds: Tensor1D | TensorLike,
): Tensor {
  return segments('sparseSegmentMean', 'SparseSegmentMean', data, indices, segmentIds);
}

/** The sums of the rows of data that indices name, for each of the ascending segmentIds. */
export function sparseSegmentSum(
  data: Tensor | TensorLike,
  indices: Tensor1D | TensorLike,
  segmentIds: Tensor1D | TensorLike,
): Tensor {
  return segments('sparseSegmentSum', 'SparseSegmentSum', data, indices, segmentIds);
}
