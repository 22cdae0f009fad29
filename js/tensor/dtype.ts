// SPDX-License-Identifier: Apache-2.0
// The element types of tensors: their names, their numbers in the core, their arrays in JavaScript.
import { TfwasmError } from '../core/errors.js';

/** What `data()` gives for each dtype. */
export interface DataTypeMap {
  float32: Float32Array;
  int32: Int32Array;
  /** 0 or 1. */
  bool: Uint8Array;
  /** Real and imaginary parts in turn: twice as many values as the tensor has elements. */
  complex64: Float32Array;
  string: string[];
}

export type DataType = keyof DataTypeMap;
export type NumericDataType = Exclude<DataType, 'string'>;

/** By number: src/core/dtype.h has the same order. */
const NAMES: readonly DataType[] = ['float32', 'int32', 'bool', 'string', 'complex64'];

const ELEMENT_BYTES: Readonly<Record<DataType, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  complex64: 8,
  string: Number.NaN,
};

/** The dtype of a number that came from the core. */
export function dtypeFromNumber(number: number): DataType {
  const name = NAMES[number];
  if (name === undefined) throw new TfwasmError('E_INTERNAL', `the core speaks of an unknown dtype ${number}`);
  return name;
}

export function dtypeNumber(dtype: DataType): number {
  return NAMES.indexOf(dtype);
}

/** Throws E_DTYPE unless `dtype` is the name of one. */
export function checkDtype(dtype: unknown): DataType {
  if (NAMES.includes(dtype as DataType)) return dtype as DataType;
  throw new TfwasmError('E_DTYPE', `unknown dtype ${JSON.stringify(dtype)}; expected one of ${NAMES.join(', ')}`);
}

/** Bytes of one element in memory; NaN for strings. */
export function bytesPerElement(dtype: DataType): number {
  return ELEMENT_BYTES[dtype];
}

/** Sees the bytes of numeric elements as the array that `data()` promises. Does not copy. */
export function viewBytes<D extends NumericDataType>(bytes: Uint8Array, dtype: D): DataTypeMap[D] {
  const { buffer, byteOffset, byteLength } = bytes;
  const view = (): DataTypeMap[NumericDataType] => {
    if (dtype === 'bool') return bytes;
    if (dtype === 'int32') return new Int32Array(buffer, byteOffset, byteLength / 4);
    return new Float32Array(buffer, byteOffset, byteLength / 4);
  };
  return view() as DataTypeMap[D];
}
