// SPDX-License-Identifier: Apache-2.0
// Tensors on the values of others. Ops make them, as all that is computed from tensors; only before
// the core has started there are none.
import { TfwasmError } from './errors.js';
import { ints, run } from './ops/run.js';
import { isReady } from './runtime.js';
import { formatShape, type Rank, resolveShape, type ShapeMap, sizeOfShape } from './shape.js';
import { Tensor } from './tensor.js';

/** A tensor of its own on the values of `x`. Throws E_DISPOSED. */
export function cloneOf<T extends Tensor>(x: T): T {
  if (!isReady()) return new Tensor(x.storage.share(x.shape), x.dtype, x.shape) as Tensor as T;
  return run<T>('Identity', [x]);
}

/** The values of `x` in another shape, in which one dimension may be -1. Throws E_SHAPE, E_DISPOSED. */
export function reshapeOf<R extends Rank>(x: Tensor, newShape: ShapeMap[R]): Tensor<R> {
  const shape = resolveShape(newShape, x.size);
  if (sizeOfShape(shape) !== x.size) {
    throw new TfwasmError('E_SHAPE', `cannot reshape ${formatShape(x.shape)} to ${formatShape(shape)}`);
  }
  if (!isReady()) return new Tensor<R>(x.storage.share(shape), x.dtype, shape);
  return run<Tensor<R>>('Reshape', [x, ints(shape)]);
}
