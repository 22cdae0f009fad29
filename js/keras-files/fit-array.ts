// SPDX-License-Identifier: Apache-2.0
// An array of a file for a variable.
import { TfwasmError } from '../core/errors.js';
import { KerasArray, sameShape } from './arrays.js';
import type { WeightVariable } from './holders.js';

/** The array with the variable's dtype; or why it does not fit. */
export function fitArray({ shape, dtype }: WeightVariable, array: KerasArray): KerasArray | string {
  if (!sameShape(shape, array.shape)) return `its shape is [${array.shape}], expected [${shape}]`;
  if (array.dtype === dtype) return array;
  if (dtype === 'float32' && (array.dtype === 'int32' || array.dtype === 'bool')) {
    return new KerasArray(shape, dtype, () => Float32Array.from(array.read() as Int32Array), array.storedAs);
  }
  if (dtype === 'int32' && array.dtype === 'float32') {
    return new KerasArray(shape, dtype, () => toIntegers(array.readFloats()), array.storedAs);
  }
  return `its dtype is ${array.dtype}, expected ${dtype}`;
}

function toIntegers(values: Float32Array): Int32Array {
  const integers = Int32Array.from(values);
  const wrong = values.findIndex((value, i) => value !== integers[i]);
  if (wrong >= 0) throw new TfwasmError('E_DTYPE', `the weight ${values[wrong]} is no integer of 32 bits`);
  return integers;
}
