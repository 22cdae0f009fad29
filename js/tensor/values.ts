// SPDX-License-Identifier: Apache-2.0
// Conversion between nested arrays or typed arrays and the flat bytes of a tensor.
import { TfwasmError } from '../core/errors.js';
import { describeForeignTensor } from '../core/foreign.js';
import type { DataType } from './dtype.js';
import { formatShape, MAX_RANK, sizeOfShape } from './shape.js';
import type { HostValues } from './storage.js';

export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

type Nested<T> = T | readonly Nested<T>[];

/** Values in arrays of any depth. */
export interface RecursiveArray<T> {
  [index: number]: T | RecursiveArray<T>;
}

/** The value of a scalar. A string may be given as bytes. */
export type ScalarLike = number | boolean | string | Uint8Array;

/** Values that can be converted to a tensor. String elements may be given as bytes. */
export type TensorLike = Nested<number> | Nested<boolean> | Nested<string> | TypedArray | readonly TypedArray[];

const VALUES_EXPECTED = 'expected a number, boolean or string, nested arrays of them, or a typed array';

export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && !/^Big/.test(value.constructor.name);
}

/** Throws E_INPUT. */
export function checkTensorLike(values: unknown): TensorLike {
  const kind = typeof values;
  if (kind === 'number' || kind === 'boolean' || kind === 'string') return values as TensorLike;
  if (Array.isArray(values) || isTypedArray(values)) return values as TensorLike;
  throw new TfwasmError('E_INPUT', `${VALUES_EXPECTED}; got ${describeValue(values)}`);
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return (
    describeForeignTensor(value) ??
    (typeof value === 'object' ? (value.constructor?.name ?? 'an object') : typeof value)
  );
}

/** The dtype of the first element. int32 only for integer typed arrays. */
export function inferDtype(values: TensorLike): DataType {
  let first: unknown = values;
  // Arrays may be circular; inferShape rejects them.
  for (let depth = 0; Array.isArray(first) && depth <= MAX_RANK; ++depth) first = first[0];
  if (isTypedArray(first)) return first instanceof Float32Array || first instanceof Float64Array ? 'float32' : 'int32';
  if (typeof first === 'boolean') return 'bool';
  return typeof first === 'string' ? 'string' : 'float32';
}

/** Whether a value has elements. The bytes of a string element are a single value. */
function isList(value: unknown, dtype: DataType): value is ArrayLike<unknown> {
  return Array.isArray(value) || (dtype !== 'string' && isTypedArray(value));
}

/**
 * The shape implied by the nesting of the first elements.
 *
 * @throws E_SHAPE if the nesting is too deep.
 */
export function inferShape(values: TensorLike, dtype: DataType): number[] {
  const shape: number[] = [];
  for (let first: unknown = values; isList(first, dtype); first = first[0]) {
    if (shape.length === MAX_RANK) {
      throw new TfwasmError('E_SHAPE', `a tensor has at most ${MAX_RANK} dimensions; the values are nested deeper`);
    }
    shape.push(first.length);
  }
  return shape;
}

/** Throws E_SHAPE, naming the element, unless all sub-arrays match `shape`. */
function checkNesting(values: unknown, shape: readonly number[], dtype: DataType, path: readonly number[] = []): void {
  const expected = shape[path.length];
  const fail = (problem: string): never => {
    throw new TfwasmError('E_SHAPE', `values${path.map((index) => `[${index}]`).join('')} ${problem}`);
  };
  if (!isList(values, dtype)) {
    if (expected !== undefined) fail(`should be an array of ${expected} elements, but is a single value`);
    return;
  }
  if (expected === undefined) fail('should be a single value, but is an array');
  if (values.length !== expected) fail(`should have ${expected} elements, but has ${values.length}`);
  if (!Array.isArray(values)) {
    if (path.length + 1 < shape.length) fail('should be nested deeper');
    return;
  }
  const isInnermost = path.length + 1 === shape.length;
  values.forEach((value, index) => {
    if (!isInnermost || isList(value, dtype)) checkNesting(value, shape, dtype, [...path, index]);
  });
}

/** Calls `add` for the leaves in order. */
function flatten(values: unknown, add: (leaf: unknown) => void): void {
  if (Array.isArray(values)) for (const value of values) flatten(value, add);
  else add(values);
}

/**
 * The values in the core's format.
 *
 * @param shape The result of inferShape.
 * @throws E_SHAPE for ragged nesting, E_INPUT for elements of the wrong type.
 */
export function toHostValues(values: TensorLike, shape: readonly number[], dtype: DataType): HostValues {
  checkNesting(values, shape, dtype);
  return dtype === 'string' ? toStringElements(values) : toBytes(values, shape, dtype);
}

function toStringElements(values: TensorLike): Uint8Array[] {
  const encoder = new TextEncoder();
  const elements: Uint8Array[] = [];
  flatten(values, (leaf) => {
    if (typeof leaf === 'string') elements.push(encoder.encode(leaf));
    else if (leaf instanceof Uint8Array) elements.push(leaf.slice());
    else throw new TfwasmError('E_INPUT', `a string tensor takes strings or Uint8Arrays, got ${describeValue(leaf)}`);
  });
  return elements;
}

function toBytes(values: TensorLike, shape: readonly number[], dtype: DataType): Uint8Array {
  const numbers = newNumbers(dtype, sizeOfShape(shape));
  const toElement = dtype === 'bool' ? toBool : (value: number) => value;
  let next = 0;
  flatten(values, (leaf) => {
    if (!isTypedArray(leaf)) {
      numbers[next++] = toElement(toNumber(leaf, dtype));
    } else if (dtype === 'bool') {
      for (const value of leaf) numbers[next++] = toBool(value);
    } else {
      numbers.set(leaf, next);
      next += leaf.length;
    }
  });
  return new Uint8Array(numbers.buffer, 0, numbers.byteLength);
}

function toNumber(leaf: unknown, dtype: DataType): number {
  const kind = typeof leaf;
  // A hole or null becomes NaN or 0, as in a typed array.
  if (kind === 'number' || kind === 'boolean' || leaf === undefined || leaf === null) return Number(leaf);
  throw new TfwasmError('E_INPUT', `a ${dtype} tensor takes numbers or booleans, got ${describeValue(leaf)}`);
}

/** Zeros, one per element. Not for complex64 and string. */
export function newNumbers(dtype: DataType, size: number): Float32Array | Int32Array | Uint8Array {
  try {
    if (dtype === 'int32') return new Int32Array(size);
    return dtype === 'bool' ? new Uint8Array(size) : new Float32Array(size);
  } catch (error) {
    throw new TfwasmError('E_OOM', `out of memory: no room for ${size} ${dtype} values`, { cause: error });
  }
}

function toBool(value: number): number {
  return Math.round(value) === 0 ? 0 : 1;
}

/** The result of `array()` for flat `values`. Complex numbers are two adjacent values. */
export function nestValues(
  values: ArrayLike<number> | readonly string[],
  shape: readonly number[],
  isComplex: boolean,
): unknown {
  const parts = isComplex ? 2 : 1;
  if (shape.length === 0) return isComplex ? [values[0], values[1]] : values[0];
  if (values.length !== sizeOfShape(shape) * parts) {
    throw new TfwasmError('E_INTERNAL', `${values.length} values do not fill shape ${formatShape(shape)}`);
  }
  if (values.length === 0) return [];
  let next = 0;
  const nest = (depth: number): unknown[] => {
    const size = shape[depth] as number;
    if (depth < shape.length - 1) return Array.from({ length: size }, () => nest(depth + 1));
    return Array.from({ length: size * parts }, () => values[next++]);
  };
  return nest(0);
}
