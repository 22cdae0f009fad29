// SPDX-License-Identifier: Apache-2.0
// Arrays as datasets.
import { check } from '../core/errors.js';
import { type KerasData, type KerasDtype, sizeOf } from './arrays.js';
import type { NamedArray } from './file.js';
import type { NumberType } from './hdf5/messages.js';
import type { DatasetToWrite } from './hdf5/write.js';

interface Described {
  shape: readonly number[];
  dtype: KerasDtype;
}

/** Throws E_SHAPE or E_DTYPE if the values do not fit, or are strings or booleans. */
export function datasetOf({ shape, dtype }: Described, data: KerasData, name: string): DatasetToWrite {
  const found = dtypeOf(data);
  check(
    found === dtype && dtype !== 'string' && dtype !== 'bool',
    () => `'${name}' has the dtype ${dtype} and values of ${found}; only numbers of its dtype can be written`,
    'E_DTYPE',
  );
  check(data.length === sizeOf(shape), () => `'${name}' has ${data.length} values for [${shape}]`, 'E_SHAPE');
  const { buffer, byteOffset, byteLength } = data as Exclude<KerasData, string[]>;
  return { kind: 'dataset', shape, type: dtype, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
}

function dtypeOf(data: KerasData): KerasDtype {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Int8Array) return 'int8';
  return data instanceof Uint8Array ? 'uint8' : 'string';
}

const ITERATION = /(^|\/)iter(ation|ations)?(:0)?$/;

/** Variables of an optimizer. Keras has the number of steps in 64 bits. */
export function optimizerDataset({ name, array }: NamedArray): DatasetToWrite {
  const dataset = datasetOf(array, array.read(), name);
  const isLong = array.dtype === 'int32' && (array.storedAs === 'int64' || ITERATION.test(name));
  return isLong ? widen(dataset) : dataset;
}

function widen({ shape, bytes }: DatasetToWrite): DatasetToWrite {
  const aligned = bytes.slice();
  const values = BigInt64Array.from(new Int32Array(aligned.buffer), BigInt);
  return { kind: 'dataset', shape, type: 'int64' satisfies NumberType, bytes: new Uint8Array(values.buffer) };
}
