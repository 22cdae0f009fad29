// SPDX-License-Identifier: Apache-2.0
// Conversion between nested arrays or typed arrays and the flat bytes of a tensor.
import { TfwasmError } from '../core/errors.js';
import { functionName, kindOf } from '../core/public-function.js';
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

/**
 * The class of a typed array, 'Float32Array'; '' for other values. Also of arrays from another realm, such as an
 * iframe, which are no instances of this realm's classes.
 */
export function typedArrayTag(value: unknown): string {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? (value as Float32Array)[Symbol.toStringTag] : '';
}

export function isTypedArray(value: unknown): value is TypedArray {
  return typeof value === 'object' && /^[FIU]/.test(typedArrayTag(value));
}

/** Whether these are bytes: a string element. */
export function isBytes(value: unknown): value is Uint8Array {
  return typeof value === 'object' && typedArrayTag(value) === 'Uint8Array';
}

/** Whether a tensor can be made of this. Its elements are not checked. */
export function isTensorLike(values: unknown): values is TensorLike {
  const kind = typeof values;
  return kind === 'number' || kind === 'boolean' || kind === 'string' || Array.isArray(values) || isTypedArray(values);
}

/** Throws E_INPUT. */
export function checkTensorLike(values: unknown): TensorLike {
  if (isTensorLike(values)) return values;
  if (values === null || values === undefined) {
    throw new TfwasmError('E_INPUT', 'The input to the tensor constructor must be a non-null value.');
  }
  throw new TfwasmError(
    'E_INPUT',
    `values passed to ${functionName()}() must be a number, boolean, string, nested arrays of them or a TypedArray, ` +
      `but got '${kindOf(values)}'`,
  );
}

/** The dtype of the first element. int32 only for integer typed arrays. */
export function inferDtype(values: TensorLike): DataType {
  let first: unknown = values;
  // Arrays may be circular; inferShape rejects them.
  for (let depth = 0; Array.isArray(first) && depth <= MAX_RANK; ++depth) first = first[0];
  const tag = typeof first === 'object' ? typedArrayTag(first) : '';
  if (tag) return tag.startsWith('Float') ? 'float32' : 'int32';
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
    throw new TfwasmError('E_SHAPE', `Element arr[${path.join('][')}] ${problem}`);
  };
  if (!isList(values, dtype)) {
    if (expected !== undefined) fail(`should be an array of ${expected} elements, but is a primitive`);
    return;
  }
  if (expected === undefined) fail('should be a primitive, but is an array');
  if (values.length !== expected) fail(`should have ${expected} elements, but has ${values.length} elements`);
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
    else if (isBytes(leaf)) elements.push(leaf.slice());
    else throw new TfwasmError('E_INPUT', `a string tensor takes strings or Uint8Arrays, got '${kindOf(leaf)}'`);
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
  // As in a typed array: a hole or null becomes NaN or 0.
  if (kind === 'number' || kind === 'boolean' || leaf === undefined || leaf === null) return Number(leaf);
  // Also as there, but text that is no number is a mistake.
  const isText = kind === 'string';
  if (isText && (leaf === 'NaN' || !Number.isNaN(Number(leaf)))) return Number(leaf);
  const got = isText ? JSON.stringify(leaf) : `'${kindOf(leaf)}'`;
  throw new TfwasmError('E_INPUT', `a ${dtype} tensor takes numbers or booleans, got ${got}`);
}

/** The core's address space. JavaScript may have room for more, but a tensor cannot. */
const MAX_BYTES = 2 ** 32;

/** Zeros, one per element. Not for complex64 and string. Throws E_OOM. */
export function newNumbers(dtype: DataType, size: number): Float32Array | Int32Array | Uint8Array {
  try {
    if (size * (dtype === 'bool' ? 1 : 4) > MAX_BYTES) throw new RangeError(`a tensor has at most ${MAX_BYTES} bytes`);
    if (dtype === 'int32') return new Int32Array(size);
    return dtype === 'bool' ? new Uint8Array(size) : new Float32Array(size);
  } catch (error) {
    throw new TfwasmError('E_OOM', `out of memory: no room for ${size} ${dtype} values`, { cause: error });
  }
}

/** Longer arrays with equal elements become hash tables in V8, and take minutes. */
const MAX_ELEMENTS = 2 ** 25;

/** An array of equal elements. Throws E_LIMIT if JavaScript cannot hold it. */
export function newArray<T>(size: number, element: T): T[] {
  if (size <= MAX_ELEMENTS) return new Array<T>(size).fill(element);
  throw new TfwasmError('E_LIMIT', `JavaScript arrays are limited to ${MAX_ELEMENTS} elements, got ${size}`);
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
  const size = sizeOfShape(shape) * parts;
  if (size === 0) return [];
  if (values.length !== size) {
    throw new TfwasmError('E_SHAPE', `${values.length} values do not fill shape ${formatShape(shape)}`);
  }
  let next = 0;
  const nest = (depth: number): unknown[] => {
    const size = shape[depth] as number;
    if (depth < shape.length - 1) return Array.from({ length: size }, () => nest(depth + 1));
    return Array.from({ length: size * parts }, () => values[next++]);
  };
  return nest(0);
}
