// SPDX-License-Identifier: Apache-2.0
// Tensors that share the values of others. Created by ops of the core, or in JavaScript before the core has started.
import { TfwasmError } from '../core/errors.js';
import { isReady } from '../core/runtime.js';
import { runView } from './call.js';
import { formatShape, type Rank, resolveShape, type ShapeMap, sizeOfShape } from './shape.js';
import { Tensor } from './tensor.js';
import { shapeInput } from './written.js';

/** Returns a new tensor that shares the values of `x`. Throws E_DISPOSED. */
export function cloneOf<T extends Tensor>(x: T): T {
  if (!isReady()) return new Tensor(x.storage.share(), x.dtype, x.shape) as Tensor as T;
  return runView<T>('Identity', [x]);
}

/**
 * Reshapes `x`. One dimension may be -1.
 *
 * @throws E_SHAPE if the sizes differ, E_DISPOSED.
 */
export function reshapeOf<R extends Rank>(x: Tensor, newShape: ShapeMap[R]): Tensor<R> {
  const shape = resolveShape(newShape, x.size);
  if (sizeOfShape(shape) !== x.size) {
    throw new TfwasmError('E_SHAPE', `cannot reshape ${formatShape(x.shape)} to ${formatShape(shape)}`);
  }
  if (!isReady()) return new Tensor<R>(x.storage.share(shape), x.dtype, shape);
  return runView<Tensor<R>>('Reshape', [x, shapeInput(shape)]);
}
