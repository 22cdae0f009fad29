// SPDX-License-Identifier: Apache-2.0
// The dtypes of tensors: names, numbers in the core, JavaScript arrays.
import { TfwasmError } from '../core/errors.js';

/** The type of `data()` for each dtype. */
export interface DataTypeMap {
  float32: Float32Array;
  int32: Int32Array;
  /** 0 or 1. */
  bool: Uint8Array;
  /** Alternating real and imaginary parts: two values per element. */
  complex64: Float32Array;
  string: string[];
}

export type DataType = keyof DataTypeMap;
export type NumericDataType = Exclude<DataType, 'string'>;
/** The dtypes for a JavaScript type. */
export type DataTypeFor<T extends number | string | boolean> = T extends string ? 'string' : NumericDataType;
/** What `data()` may return. */
export type DataValues = DataTypeMap[DataType];

/** By number, in the order of src/core/dtype.h. */
const NAMES: readonly DataType[] = ['float32', 'int32', 'bool', 'string', 'complex64'];

const ELEMENT_BYTES: Readonly<Record<DataType, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  complex64: 8,
  string: Number.NaN,
};

/** The dtype for a number from the core. */
export function dtypeFromNumber(number: number): DataType {
  const name = NAMES[number];
  if (name === undefined) throw new TfwasmError('E_INTERNAL', `the core speaks of an unknown dtype ${number}`);
  return name;
}

/** Throws E_DTYPE unless `dtype` is a dtype. */
export function dtypeNumber(dtype: DataType): number {
  const number = NAMES.indexOf(dtype);
  return number < 0 ? NAMES.indexOf(checkDtype(dtype)) : number;
}

/** Throws E_DTYPE unless `dtype` is a dtype. */
export function checkDtype(dtype: unknown): DataType {
  if (NAMES.includes(dtype as DataType)) return dtype as DataType;
  throw new TfwasmError('E_DTYPE', `unknown dtype ${JSON.stringify(dtype)}; expected one of ${NAMES.join(', ')}`);
}

/** Bytes per element; NaN for strings. */
export function bytesPerElement(dtype: DataType): number {
  return ELEMENT_BYTES[dtype];
}

/** Views bytes as the typed array that `data()` returns. Does not copy. */
export function viewBytes<D extends NumericDataType>(bytes: Uint8Array, dtype: D): DataTypeMap[D] {
  const { buffer, byteOffset, byteLength } = bytes;
  const view = (): DataTypeMap[NumericDataType] => {
    if (dtype === 'bool') return bytes;
    if (dtype === 'int32') return new Int32Array(buffer, byteOffset, byteLength / 4);
    return new Float32Array(buffer, byteOffset, byteLength / 4);
  };
  return view() as DataTypeMap[D];
}
