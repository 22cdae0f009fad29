// SPDX-License-Identifier: Apache-2.0
// Arrays of weights.
import { TfwasmError } from '../core/errors.js';
import { sizeOf } from './hdf5/datatype.js';
import { elementReader } from './hdf5/elements.js';
import type { Hdf5Dataset, StoredType } from './hdf5/nodes.js';

export type KerasDtype = 'float32' | 'int32' | 'int8' | 'uint8' | 'bool' | 'string';
export type KerasData = Float32Array | Int32Array | Int8Array | Uint8Array | string[];

/** An array in a file. Its values are read, and converted, when they are asked for. */
export class KerasArray {
  readonly #read: () => KerasData;

  /** `storedAs` is the type in the file, such as 'int64'. */
  constructor(
    readonly shape: readonly number[],
    readonly dtype: KerasDtype,
    read: () => KerasData,
    readonly storedAs: StoredType = dtype,
  ) {
    this.#read = read;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * The values, row by row: a view of the file if it has them in this form, else new at every call.
   *
   * @throws E_DTYPE if an integer does not fit into int32.
   */
  read(): KerasData {
    return this.#read();
  }

  /** read() for arrays of float32. Throws E_DTYPE for others. */
  readFloats(): Float32Array {
    const data = this.read();
    if (!(data instanceof Float32Array)) throw new TfwasmError('E_DTYPE', `${this.dtype} weights instead of float32`);
    return data;
  }
}

export { sizeOf };

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** A new array of float32. `prepare` is called when its values are asked for, and returns the function of each value. */
export function computed(shape: readonly number[], prepare: () => (i: number) => number): KerasArray {
  return new KerasArray(shape, 'float32', () => {
    const valueAt = prepare();
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; ++i) values[i] = valueAt(i);
    return values;
  });
}

const DTYPES: Readonly<Record<StoredType, KerasDtype | undefined>> = {
  float16: 'float32',
  bfloat16: 'float32',
  float32: 'float32',
  float64: 'float32',
  int8: 'int8',
  int16: 'int32',
  int32: 'int32',
  int64: 'int32',
  uint8: 'uint8',
  uint16: 'int32',
  uint32: 'int32',
  uint64: 'int32',
  bool: 'bool',
  string: 'string',
  opaque: undefined,
};

/** Throws E_DTYPE if the dataset's type is none that Keras writes. */
export function arrayOf(dataset: Hdf5Dataset, name: string): KerasArray {
  const dtype = DTYPES[dataset.type];
  if (dtype === undefined) throw new TfwasmError('E_DTYPE', `'${name}' is of a type that Keras does not write`);
  return new KerasArray(dataset.shape, dtype, () => readAs(dtype, dataset, name), dataset.type);
}

function readAs(dtype: KerasDtype, dataset: Hdf5Dataset, name: string): KerasData {
  if (dtype === 'string') return dataset.strings();
  const bytes = dataset.bytes();
  if (dtype === 'int8') return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  if (dtype === 'uint8' || dtype === 'bool') return bytes;
  if (dataset.type === 'float32') return view4(Float32Array, bytes);
  if (dataset.type === 'int32') return view4(Int32Array, bytes);
  return dtype === 'float32' ? toFloats(bytes, dataset) : toInts(bytes, dataset, name);
}

/** A view of the bytes; a copy if they are not aligned. */
function view4<T>(type: new (buffer: ArrayBufferLike, at: number, length: number) => T, bytes: Uint8Array): T {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new type(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

function toFloats(bytes: Uint8Array, dataset: Hdf5Dataset): Float32Array {
  const floats = new Float32Array(bytes.byteLength / dataset.elementBytes);
  eachElement(bytes, dataset, (value, i) => {
    floats[i] = value;
  });
  return floats;
}

function toInts(bytes: Uint8Array, dataset: Hdf5Dataset, name: string): Int32Array {
  const ints = new Int32Array(bytes.byteLength / dataset.elementBytes);
  eachElement(bytes, dataset, (value, i) => {
    ints[i] = value;
    if (ints[i] !== value) {
      throw new TfwasmError('E_DTYPE', `'${name}' has the value ${value}, which does not fit into int32`);
    }
  });
  return ints;
}

function eachElement(bytes: Uint8Array, { type, elementBytes }: Hdf5Dataset, set: (value: number, i: number) => void) {
  const read = elementReader(type);
  if (!read) throw new TfwasmError('E_INTERNAL', `no reader for ${type}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength / elementBytes;
  for (let i = 0; i < count; ++i) set(read(view, i * elementBytes, true), i);
}
