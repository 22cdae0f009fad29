// SPDX-License-Identifier: Apache-2.0
// Ragged tensors, given as int32 row splits for each ragged dimension, and values.
import { run, runAll } from '../tensor/call.js';
import type { NamedTensorMap, Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg, args } from './arguments.js';
import { opFunction } from './op-function.js';

/** Gathers rows of a ragged tensor: outputNestedSplits and outputDenseValues. */
export const raggedGather = opFunction(
  'raggedGather',
  (
    paramsNestedSplits: readonly Tensor[],
    paramsDenseValues: Tensor | TensorLike,
    indices: Tensor | TensorLike,
    outputRaggedRank: number,
  ): { outputNestedSplits: Tensor[]; outputDenseValues: Tensor } => {
    const splits = args(paramsNestedSplits, 'paramsNestedSplits', 'int32');
    const inputs = [...splits, arg(paramsDenseValues, 'paramsDenseValues'), arg(indices, 'indices', 'int32')];
    const attrs = { PARAMS_RAGGED_RANK: splits.length, OUTPUT_RAGGED_RANK: outputRaggedRank };
    const outputs = runAll('RaggedGather', inputs, attrs);
    return { outputNestedSplits: outputs.slice(0, -1), outputDenseValues: outputs.at(-1) as Tensor };
  },
);

/** One range per row, from starts up to limits (exclusive) with steps deltas: rtNestedSplits and rtDenseValues. */
export const raggedRange = opFunction(
  'raggedRange',
  (starts: Tensor | TensorLike, limits: Tensor | TensorLike, deltas: Tensor | TensorLike): NamedTensorMap => {
    const first = arg(starts, 'starts', 'numeric');
    const { dtype } = first;
    const [rtNestedSplits, rtDenseValues] = runAll('RaggedRange', [
      first,
      arg(limits, 'limits', dtype),
      arg(deltas, 'deltas', dtype),
    ]);
    return { rtNestedSplits, rtDenseValues } as NamedTensorMap;
  },
);

/**
 * Converts a ragged tensor to a dense one, padded with defaultValue.
 *
 * @param shape int32; -1 for the size of the longest row.
 * @param rowPartitionTypes The kind of each of the rowPartitionTensors: 'FIRST_DIM_SIZE', 'ROW_SPLITS' or
 *     'VALUE_ROWIDS'.
 */
export const raggedTensorToTensor = opFunction(
  'raggedTensorToTensor',
  (
    shape: Tensor | TensorLike,
    values: Tensor | TensorLike,
    defaultValue: Tensor | TensorLike,
    rowPartitionTensors: readonly Tensor[],
    rowPartitionTypes: readonly string[],
  ): Tensor => {
    const elements = arg(values, 'values');
    const partitions = args(rowPartitionTensors, 'rowPartitionTensors', 'int32');
    const inputs = [
      arg(shape, 'shape', 'int32'),
      elements,
      arg(defaultValue, 'defaultValue', elements.dtype),
      ...partitions,
    ];
    return run('RaggedTensorToTensor', inputs, {
      row_partition_types: rowPartitionTypes,
      num_row_partition_tensors: partitions.length,
    });
  },
);
