// SPDX-License-Identifier: Apache-2.0
// The namespace tf.util, for programs written for TensorFlow.js.
import { TfwasmError } from './core/errors.js';
import { axisOf } from './ops/axes.js';
import { checkDtype, type DataType, type DataTypeMap, bytesPerElement as elementBytes } from './tensor/dtype.js';
import { checkShape, formatShape, resolveShape, sizeOfShape, stridesOfShape } from './tensor/shape.js';
import {
  inferDtype,
  inferShape,
  nestValues,
  newNumbers,
  type TensorLike,
  type TypedArray,
  typedArrayTag,
} from './tensor/values.js';

export { inferDtype };

type Vector = readonly number[] | TypedArray;
type Mutable = unknown[] | TypedArray;

/** Throws E_INPUT with the message if the expression is false. */
export function assert(expr: boolean, msg: () => string): asserts expr {
  if (!expr) throw new TfwasmError('E_INPUT', typeof msg === 'function' ? msg() : String(msg));
}

/** Throws E_SHAPE unless both shapes are equal. */
export function assertShapesMatch(shapeA: readonly number[], shapeB: readonly number[], errorMessagePrefix = ''): void {
  if (arraysEqual(shapeA, shapeB)) return;
  throw new TfwasmError(
    'E_SHAPE',
    `${errorMessagePrefix} Shapes ${formatShape(shapeA)} and ${formatShape(shapeB)} must match`,
  );
}

/** Throws E_INPUT for null and undefined. */
export function assertNonNull(a: unknown): void {
  assert(a !== null && a !== undefined, () => 'The input to the tensor constructor must be a non-null value.');
}

/** Throws E_SHAPE unless the shape is valid for a tensor. */
export function assertNonNegativeIntegerDimensions(shape: readonly number[]): void {
  checkShape(shape);
}

/** Swaps two elements. */
export function swap(object: Mutable, left: number, right: number): void {
  const kept = object[left];
  object[left] = object[right] as never;
  object[right] = kept as never;
}

/** Shuffles one list, or two in the same way (Fisher-Yates). */
function shuffleAll(lists: readonly Mutable[]): void {
  for (let end = (lists[0] as Mutable).length; end > 1; --end) {
    const chosen = Math.floor(Math.random() * end);
    for (const list of lists) swap(list, end - 1, chosen);
  }
}

/** Shuffles an array. */
export function shuffle(array: Mutable): void {
  shuffleAll([array]);
}

/** Shuffles two arrays of the same length in the same way. Throws E_INPUT. */
export function shuffleCombo(array: Mutable, array2: Mutable): void {
  assert(array.length === array2.length, () => `the lists have ${array.length} and ${array2.length} elements`);
  shuffleAll([array, array2]);
}

/** The numbers from 0 to n - 1 in random order. */
export function createShuffledIndices(n: number): Uint32Array {
  const indices = Uint32Array.from({ length: n }, (_, index) => index);
  shuffle(indices);
  return indices;
}

/** Clamps x to [min, max]. */
export function clamp(min: number, x: number, max: number): number {
  return Math.max(min, Math.min(x, max));
}

/** The value, or the next even number. */
export function nearestLargerEven(val: number): number {
  return val % 2 === 0 ? val : val + 1;
}

/** The smallest divisor of size that is not less than start. */
export function nearestDivisor(size: number, start: number): number {
  for (let candidate = start; candidate < size; ++candidate) if (size % candidate === 0) return candidate;
  return size;
}

export function sum(arr: Vector): number {
  let total = 0;
  for (const value of arr) total += value;
  return total;
}

/** A random number in [a, b). */
export function randUniform(a: number, b: number): number {
  return a + Math.random() * (b - a);
}

/** The squared distance of two points. */
export function distSquared(a: Vector, b: Vector): number {
  return Array.from(a).reduce((total, value, index) => total + (value - (b[index] as number)) ** 2, 0);
}

export function tanh(x: number): number {
  return Math.tanh(x);
}

/** Number of elements. */
export function sizeFromShape(shape: readonly number[]): number {
  return sizeOfShape(shape);
}

export function isScalarShape(shape: readonly number[]): boolean {
  return shape.length === 0;
}

/** Whether both have the same elements in the same order. */
export function arraysEqual(n1: ArrayLike<unknown> | null, n2: ArrayLike<unknown> | null): boolean {
  if (n1 === n2) return true;
  return n1 !== null && n2 !== null && n1.length === n2.length && Array.from(n1).every((value, i) => value === n2[i]);
}

/** Like arraysEqual; null equals everything. */
export function arraysEqualWithNull(
  n1: readonly (number | null)[] | null,
  n2: readonly (number | null)[] | null,
): boolean {
  if (n1 === n2) return true;
  if (!n1 || !n2 || n1.length !== n2.length) return false;
  return n1.every((value, index) => value === null || n2[index] === null || value === n2[index]);
}

export function isInt(a: number): boolean {
  return Number.isInteger(a);
}

export function isString(value: unknown): value is string {
  return typeof value === 'string' || value instanceof String;
}

export function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

export function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function';
}

export function isPromise(object: unknown): object is Promise<unknown> {
  return typeof (object as Partial<Promise<unknown>> | null)?.then === 'function';
}

/** Whether this is a float32, int32 or byte array. */
export function isTypedArray(a: unknown): a is Float32Array | Int32Array | Uint8Array | Uint8ClampedArray {
  return /^(Float32|Int32|Uint8|Uint8Clamped)Array$/.test(typedArrayTag(a));
}

/** Width and height of a nearly square shape for so many elements. */
export function sizeToSquarishShape(size: number): [number, number] {
  const width = Math.ceil(Math.sqrt(size));
  return [width, Math.ceil(size / width)];
}

/** Pads with spaces at the end. */
export function rightPad(a: string, size: number): string {
  return a.padEnd(size);
}

/** Calls a function until it returns true. Rejects after maxCounter calls. */
export async function repeatedTry(
  checkFn: () => boolean,
  delayFn: (counter: number) => number = () => 0,
  maxCounter?: number | null,
): Promise<void> {
  for (let count = 1; !checkFn(); ++count) {
    if (maxCounter && count >= maxCounter) throw new TfwasmError('E_LIMIT', `${count} tries have failed`);
    await new Promise((resolve) => setTimeout(resolve, delayFn(count)));
  }
}

/** Replaces a -1 so that the shape has so many elements. Throws E_SHAPE. */
export function inferFromImplicitShape(shape: readonly number[], size: number): number[] {
  const resolved = resolveShape(shape, size);
  if (size <= 0 || sizeOfShape(resolved) === size) return resolved;
  throw new TfwasmError('E_SHAPE', `Size(${size}) must match the product of shape ${formatShape(shape)}`);
}

/** Axes as a list, with negative ones resolved; all for null. Throws E_SHAPE. */
export function parseAxisParam(
  axis: number | readonly number[] | null | undefined,
  shape: readonly number[],
): number[] {
  if (axis === null || axis === undefined) return shape.map((_, index) => index);
  return [axis].flat().map((index) => axisOf(index as number, shape.length));
}

/** The shape without dimensions of 1, all or those in axis, and the kept dimensions. */
export function squeezeShape(
  shape: readonly number[],
  axis?: readonly number[] | null,
): { newShape: number[]; keptDims: number[] } {
  const dropped = axis && axis.length > 0 ? parseAxisParam(axis, shape) : undefined;
  for (const index of dropped ?? [])
    assert(shape[index] === 1, () => `dimension ${index} of ${formatShape(shape)} is not 1`);
  const keptDims = parseAxisParam(null, shape).filter((index) =>
    dropped ? !dropped.includes(index) : shape[index] !== 1,
  );
  return { newShape: keptDims.map((index) => shape[index] as number), keptDims };
}

/** The strides of each dimension but the last, in elements. */
export function computeStrides(shape: readonly number[]): number[] {
  return stridesOfShape([...shape]);
}

/** The flat index of coordinates. */
export function locToIndex(locs: readonly number[], rank: number, strides: readonly number[]): number {
  if (rank === 0) return 0;
  return locs.reduce((index, loc, axis) => index + loc * (strides[axis] ?? 1), 0);
}

/** The coordinates of a flat index. */
export function indexToLoc(index: number, rank: number, strides: readonly number[]): number[] {
  if (rank === 0) return [];
  let rest = index;
  const locs = strides.map((stride) => {
    const loc = Math.floor(rest / stride);
    rest -= loc * stride;
    return loc;
  });
  return [...locs, rest];
}

export function isValidDtype(dtype: string): boolean {
  return ['float32', 'int32', 'bool', 'string', 'complex64'].includes(dtype);
}

/** Whether a conversion between dtypes can lose information. */
export function hasEncodingLoss(oldType: DataType, newType: DataType): boolean {
  const widths: DataType[] = ['bool', 'int32', 'float32', 'complex64'];
  return newType === 'complex64' ? false : widths.indexOf(newType) < widths.indexOf(oldType);
}

/** Throws E_DTYPE for strings. */
export function bytesPerElement(dtype: DataType): number {
  const bytes = elementBytes(checkDtype(dtype));
  if (Number.isNaN(bytes)) throw new TfwasmError('E_DTYPE', 'strings have no fixed size');
  return bytes;
}

export function bytesFromStringArray(arr: readonly Uint8Array[] | null): number {
  return (arr ?? []).reduce((total, element) => total + element.length, 0);
}

/** An array of zeros. */
export function makeZerosTypedArray<D extends DataType>(size: number, dtype: D): DataTypeMap[D] {
  return newNumbers(checkDtype(dtype), size) as DataTypeMap[D];
}

/** An array of ones. */
export function makeOnesTypedArray<D extends DataType>(size: number, dtype: D): DataTypeMap[D] {
  return newNumbers(checkDtype(dtype), size).fill(1) as DataTypeMap[D];
}

/** Zeros, nested to a shape. */
export function makeZerosNestedTypedArray<D extends DataType>(shape: readonly number[], dtype: D): unknown {
  return nestValues(newNumbers(checkDtype(dtype), sizeOfShape(shape)), shape, false);
}

/** A new array for a dtype with so many elements. */
export function getArrayFromDType<D extends DataType>(dtype: D, size: number): DataTypeMap[D] {
  return (dtype === 'string' ? new Array<string>(size) : newNumbers(dtype, size)) as DataTypeMap[D];
}

/** Flat values, nested to a shape; two per complex element. */
export function toNestedArray(shape: readonly number[], a: ArrayLike<number>, isComplex = false): unknown {
  return nestValues(a, shape, isComplex);
}

/** The values as the typed array of a dtype. */
export function toTypedArray(a: TensorLike, dtype: DataType): TypedArray {
  const numbers = newNumbers(checkDtype(dtype), sizeOfShape(inferShape(a, dtype)));
  const toElement = dtype === 'bool' ? (value: number) => (Math.round(value) === 0 ? 0 : 1) : Number;
  flatten<number>(a as number[]).forEach((value, index) => {
    numbers[index] = toElement(Number(value));
  });
  return numbers;
}

/** Flattens nested arrays, array-like objects, and typed arrays unless skipped. */
export function flatten<T>(arr: unknown, result: T[] = [], skipTypedArray = false): T[] {
  // An explicit stack: lists may be nested deeper than the call stack allows.
  const pending: unknown[] = [arr];
  while (pending.length > 0) {
    const next = pending.pop();
    if (isLeaf(next, skipTypedArray)) result.push(next as T);
    else for (const element of elementsOf(next).reverse()) pending.push(element);
  }
  return result;
}

function isLeaf(value: unknown, skipTypedArray: boolean): boolean {
  if (typeof value !== 'object' || value === null || isPromise(value)) return true;
  return skipTypedArray && ArrayBuffer.isView(value);
}

/** The elements of a list, or the values of keys 0, 1, ... of an object. */
function elementsOf(list: unknown): unknown[] {
  if (Array.isArray(list) || ArrayBuffer.isView(list)) return Array.from(list as unknown as ArrayLike<unknown>);
  const object = list as Readonly<Record<number, unknown>>;
  const last = Math.max(
    -1,
    ...Object.keys(object)
      .map(Number)
      .filter((key) => key >= 0 && Number.isInteger(key)),
  );
  return Array.from({ length: last + 1 }, (_, index) => object[index]);
}

/** Milliseconds, with fractions. */
export function now(): number {
  return performance.now();
}

/** As the global `fetch`. */
export function fetch(path: string, requestInits?: RequestInit): Promise<Response> {
  return globalThis.fetch(path, requestInits);
}

/** Encodes a text as UTF-8. */
export function encodeString(s: string, encoding = 'utf-8'): Uint8Array {
  assert(/^utf-?8$/i.test(encoding), () => `text is written as utf-8 only, not as ${encoding}`);
  return new TextEncoder().encode(s);
}

/** Decodes bytes to text. */
export function decodeString(bytes: Uint8Array, encoding = 'utf-8'): string {
  return new TextDecoder(encoding).decode(bytes);
}
