// SPDX-License-Identifier: Apache-2.0
// Arguments of functions, as files have them: numbers, nested lists, objects that stand for tensors and slices.
import * as tf from '../../common.js';
import { TfwasmError } from '../../core/errors.js';
import type { DataType } from '../../tensor/dtype.js';

/** What the op API takes as a tensor. */
export type Value = tf.Tensor | tf.TensorLike;

/** The most elements of a shape or of a list of axes. */
const MOST_SIZES = 1000;

export function fail(message: string): never {
  throw new TfwasmError('E_LAYER', message);
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof tf.Tensor);

/** The most elements of a tensor that a file asks for without giving values. */
const MOST_ELEMENTS = 1e8;

/** The most elements of a tensor that is made of the inputs of a model, which may be large. */
export const MOST_OF_INPUTS = 2 ** 36;

/** The shape. Throws E_LAYER if a tensor of this shape would be too large. */
export function checkSize(shape: readonly number[], most = MOST_ELEMENTS): number[] {
  const size = shape.reduce((product, length) => product * length, 1);
  if (!(size <= most) || shape.some((length) => length < 0)) fail(`no tensor has the shape [${shape}]`);
  return [...shape];
}

/** A short form for messages. */
export function describe(value: unknown): string {
  if (value instanceof tf.Tensor) return `a tensor of shape [${value.shape}]`;
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** What an object of Keras stands for: {class_name, config} with one of these names. */
export function unwrap(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { class_name: name, config } = value;
  if (name === '__tuple__') return value['items'] ?? (config as { value?: unknown } | undefined)?.value;
  if (name === 'TensorShape') return value['items'];
  if (value['type'] === 'ndarray' || value['type'] === 'TensorShape') return value['value'] ?? value['items'];
  if (name !== '__tensor__' && name !== '__numpy__') return value;
  const { value: values, dtype } = (config ?? {}) as { value?: unknown; dtype?: unknown };
  return makeConstant(values, dtype === undefined ? undefined : toDataType(dtype));
}

export function makeConstant(values: unknown, dtype: DataType | undefined): tf.Tensor {
  try {
    return tf.tensor(values as tf.TensorLike, undefined, dtype);
  } catch (error) {
    return fail(`the constant ${describe(values)} is no tensor: ${(error as Error).message}`);
  }
}

const isScalar = (value: unknown): value is number | boolean | string =>
  typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string';

/** Whether any element of nested lists is a tensor. */
const hasTensor = (value: unknown): boolean =>
  value instanceof tf.Tensor || (Array.isArray(value) && value.some(hasTensor));

/** A tensor, or a plain value whose dtype depends on the other operand. */
export function toValue(given: unknown): Value {
  const value = unwrap(given);
  if (value instanceof tf.Tensor || isScalar(value)) return value;
  if (!Array.isArray(value)) return fail(`a tensor is expected, but not ${describe(value)}`);
  return value.some(hasTensor) ? tf.stack(alike(value.map(toTensor))) : (value as tf.TensorLike);
}

export function toTensor(given: unknown): tf.Tensor {
  const value = toValue(given);
  return value instanceof tf.Tensor ? value : makeConstant(value, undefined);
}

const hasOnlyIntegers = (value: unknown): boolean =>
  Array.isArray(value) ? value.every(hasOnlyIntegers) : Number.isInteger(value);

/** An operand; whole numbers become int32 beside an int32 tensor. */
export function like(value: Value, other: Value): Value {
  if (value instanceof tf.Tensor || typeof value === 'string') return value;
  const isWhole = other instanceof tf.Tensor && other.dtype === 'int32' && hasOnlyIntegers(value);
  if (!isWhole && !Array.isArray(value) && other instanceof tf.Tensor) return value;
  return makeConstant(value, isWhole ? 'int32' : undefined);
}

export function toTensors(given: unknown): tf.Tensor[] {
  const value = unwrap(given);
  if (value instanceof tf.Tensor) return tf.unstack(value);
  if (!Array.isArray(value)) return fail(`a list of tensors is expected, but not ${describe(value)}`);
  return alike(value.map(toValue));
}

/** Tensors of one dtype. Plain values become what the tensors are. */
export function alike(values: readonly Value[]): tf.Tensor[] {
  const dtypes = values.filter((value) => value instanceof tf.Tensor).map(({ dtype }) => dtype);
  const isFloat = dtypes.length === 0 ? undefined : dtypes.find((dtype) => dtype === 'float32');
  const common = isFloat ?? dtypes[0];
  return values.map((value) => {
    const tensor = value instanceof tf.Tensor ? value : makeConstant(value, undefined);
    return common === undefined || tensor.dtype === common ? tensor : tf.cast(tensor, common);
  });
}

/** The numbers in a constant tensor. */
function readNumbers(tensor: tf.Tensor): number[] {
  if (tensor.size > MOST_SIZES) fail(`the list has ${tensor.size} numbers, the most are ${MOST_SIZES}`);
  try {
    return Array.from(tensor.dataSync() as Iterable<number>);
  } catch (error) {
    if (!(error instanceof TfwasmError) || error.code !== 'E_LAYER') throw error;
    return fail('sizes, axes and other numbers must not depend on the values of the inputs');
  }
}

export function toNumber(given: unknown): number {
  const value = unwrap(given);
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof tf.Tensor && value.size === 1) return readNumbers(value)[0] as number;
  return fail(`a number is expected, but not ${describe(value)}`);
}

export function toInt(given: unknown): number {
  const value = toNumber(given);
  return Number.isSafeInteger(value) ? value : fail(`an integer is expected, but not ${value}`);
}

/** Integers from a list, a tensor, or one integer. */
export function toInts(given: unknown): number[] {
  const value = unwrap(given);
  if (value instanceof tf.Tensor) return readNumbers(value).map(toInt);
  if (!Array.isArray(value)) return [toInt(value)];
  if (value.length > MOST_SIZES) fail(`the list has ${value.length} numbers, the most are ${MOST_SIZES}`);
  return value.map((size) => (size === null ? -1 : toInt(size)));
}

export const toAxes = (given: unknown): number | number[] => (typeof given === 'number' ? toInt(given) : toInts(given));

/** Numbers from a list, a tensor, or one number. */
export function toNumbers(given: unknown): number | number[] {
  const value = unwrap(given);
  if (value instanceof tf.Tensor) return value.rank === 0 ? toNumber(value) : readNumbers(value);
  if (!Array.isArray(value)) return toNumber(value);
  if (value.length > MOST_SIZES) fail(`the list has ${value.length} numbers, the most are ${MOST_SIZES}`);
  return value.map(toNumber);
}

/** Nested lists of integers, such as paddings. */
export function toIntLists(given: unknown): number[][] {
  const value = unwrap(given);
  if (value instanceof tf.Tensor) {
    const flat = readNumbers(value);
    const width = value.shape.at(-1) ?? 1;
    return Array.from({ length: flat.length / width }, (_, i) => flat.slice(i * width, (i + 1) * width));
  }
  if (!Array.isArray(value) || value.length > MOST_SIZES) return fail(`a list is expected, but not ${describe(value)}`);
  return value.map(toInts);
}

export function toFlag(given: unknown): boolean {
  const value = unwrap(given);
  return typeof value === 'boolean' ? value : toNumber(value) !== 0;
}

export function toText(given: unknown): string {
  return typeof given === 'string' ? given : fail(`a text is expected, but not ${describe(given)}`);
}

const DTYPES: readonly (readonly [RegExp, DataType])[] = [
  [/^(b?float\d*|half|double)$/, 'float32'],
  [/^(u?int\d+|int|uint8)$/, 'int32'],
  [/^bool$/, 'bool'],
  [/^string$/, 'string'],
  [/^complex\d*$/, 'complex64'],
];

/** The dtype for a name of TensorFlow, NumPy or Keras. Floats become float32, integers int32. */
export function toDataType(given: unknown): DataType {
  const object = isObject(given) ? ((given['config'] as { name?: unknown } | undefined)?.name ?? given) : given;
  const name = String(object).replace(/^<dtype: '(.*)'>$|^(?:tf|np|numpy)\./, '$1');
  const found = DTYPES.find(([pattern]) => pattern.test(name));
  return found ? found[1] : fail(`there is no dtype ${describe(given)}`);
}
