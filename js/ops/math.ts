// SPDX-License-Identifier: Apache-2.0
// The namespace tf.math.
import { check } from '../core/errors.js';
import { toDtype } from '../tensor/call.js';
import type { Tensor, Tensor1D, Tensor2D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg } from './arguments.js';
import { oneHot } from './creation.js';
import { matMul } from './matrix.js';
import { opFunction } from './op-function.js';

/**
 * The confusion matrix: the count of each pair of label (row) and prediction (column), int32 [numClasses, numClasses].
 */
export const confusionMatrix = opFunction(
  'confusionMatrix',
  (labels: Tensor1D | TensorLike, predictions: Tensor1D | TensorLike, numClasses: number): Tensor2D => {
    const expected = toDtype(arg<Tensor>(labels, 'labels', 'numeric'), 'int32');
    const actual = toDtype(arg<Tensor>(predictions, 'predictions', 'numeric'), 'int32');
    check(
      Number.isInteger(numClasses) && numClasses > 0,
      () => `If provided, numClasses must be a positive integer, but got ${numClasses}`,
    );
    for (const [name, { rank }] of [['labels', expected] as const, ['predictions', actual] as const]) {
      check(rank === 1, () => `Expected the rank of ${name} to be 1, but got ${rank}`, 'E_SHAPE');
    }
    const counts = `${expected.size} vs. ${actual.size}. Labels and predictions should have the same number of elements.`;
    check(expected.size === actual.size, () => `Mismatch in the number of examples: ${counts}`, 'E_SHAPE');
    const [rows, columns] = [expected, actual].map((list) => oneHot(list, numClasses, 1, 0, 'float32')) as [
      Tensor,
      Tensor,
    ];
    return toDtype(matMul<Tensor2D>(rows, columns, true), 'int32');
  },
);
