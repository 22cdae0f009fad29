// SPDX-License-Identifier: Apache-2.0
import { run, toDtype } from '../tensor/call.js';
import type { DataType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg } from './arguments.js';
import { opFunction } from './op-function.js';

/** Converts x to another dtype. float32 to int32 truncates. To bool, non-zero is true. */
export const cast = opFunction('cast', <T extends Tensor>(x: T | TensorLike, dtype: DataType): T => {
  const from = arg<T>(x, 'x');
  return from.dtype === dtype ? run<T>('Identity', [from]) : toDtype(from, dtype);
});
