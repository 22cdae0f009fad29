// SPDX-License-Identifier: Apache-2.0
// Converts arguments of the op API to tensors.
import { TfwasmError } from '../core/errors.js';
import { functionName, kindOf } from '../core/public-function.js';
import { toDtype } from '../tensor/call.js';
import type { DataType } from '../tensor/dtype.js';
import { makeTensor } from '../tensor/factories.js';
import { Tensor } from '../tensor/tensor.js';
import { inferDtype, isTensorLike, type TensorLike } from '../tensor/values.js';
import { value, type Written } from '../tensor/written.js';

/** 'numeric': any but string. */
type Expected = DataType | 'numeric' | undefined;

/** "Argument 'x' passed to 'sign'". */
const place = (name: string): string => `Argument '${name}' passed to '${functionName()}'`;

/** Throws E_DTYPE unless a tensor of this dtype can be passed. */
function checkArgDtype(dtype: DataType, name: string, expected: Expected, named = expected): void {
  const fits = expected === 'numeric' ? dtype !== 'string' : expected === undefined || dtype === expected;
  if (fits) return;
  throw new TfwasmError('E_DTYPE', `${place(name)} must be ${named} tensor, but got ${dtype} tensor`);
}

/**
 * Converts an argument to a tensor.
 *
 * @param expected The dtype for plain values, and the required dtype of tensors. 'numeric': plain values keep their
 *     dtype, and tensors may have any but string.
 * @param named The dtype that errors name.
 * @throws E_DTYPE, E_INPUT and E_SHAPE, naming the argument.
 */
export function arg<T extends Tensor = Tensor>(
  x: T | TensorLike,
  name: string,
  expected?: Expected,
  named = expected,
): T {
  if (x instanceof Tensor) {
    checkArgDtype(x.dtype, name, expected, named);
    return x;
  }
  if (!isTensorLike(x)) {
    throw new TfwasmError('E_INPUT', `${place(name)} must be a Tensor or TensorLike, but got '${kindOf(x)}'`);
  }
  const inferred = inferDtype(x);
  // Numbers become what is expected; strings stay strings.
  const dtype = expected === undefined || expected === 'numeric' || inferred === 'string' ? inferred : expected;
  checkArgDtype(expected === 'string' ? 'string' : dtype, name, expected, named);
  try {
    return makeTensor(x, undefined, expected === 'string' ? 'string' : dtype) as Tensor as T;
  } catch (error) {
    if (!(error instanceof TfwasmError)) throw error;
    throw new TfwasmError(error.code, `${place(name)}: ${error.message}`, { cause: error });
  }
}

/** The tensors of a list argument. Throws E_INPUT. */
export function args<T extends Tensor>(
  list: readonly (T | TensorLike)[],
  name: string,
  expected?: Expected,
  least = 1,
): T[] {
  if (!Array.isArray(list) || list.length < least) {
    throw new TfwasmError(
      'E_INPUT',
      `${place(name)} must be a \`Tensor[]\` or \`TensorLike[]\` of ${least} or more, but got ` +
        (Array.isArray(list) ? list.length : `'${kindOf(list)}'`),
    );
  }
  return list.map((x, index) => arg<T>(x, `${name}[${index}]`, expected));
}

/** An argument, converted to float32. `named`: the dtype that the error for strings names. */
export function floatArg<T extends Tensor = Tensor>(
  x: T | TensorLike,
  name: string,
  named: 'numeric' | 'float32' = 'numeric',
): T {
  return x instanceof Tensor
    ? toDtype(arg<T>(x, name, 'numeric', named), 'float32')
    : arg<T>(x, name, 'float32', named);
}

/** From narrow to wide. The narrower of two dtypes is converted. */
const WIDTHS: readonly DataType[] = ['bool', 'int32', 'float32', 'complex64'];

/** The wider of two dtypes. Throws E_DTYPE for a string and a number. */
export function upcastType(a: DataType, b: DataType): DataType {
  if (a === b) return a;
  if (a === 'string' || b === 'string') throw new TfwasmError('E_DTYPE', `there is no dtype for both ${a} and ${b}`);
  return WIDTHS[Math.max(WIDTHS.indexOf(a), WIDTHS.indexOf(b))] as DataType;
}

/** An argument that can be passed as a literal. */
type Operand = Tensor | number | boolean;

function operand(x: Tensor | TensorLike, other: unknown, name: string, expected: Expected): Operand {
  const isPlain = typeof x === 'number' || typeof x === 'boolean';
  return isPlain && other instanceof Tensor ? x : arg(x, name, expected);
}

function dtypeOf(x: Operand): DataType {
  if (x instanceof Tensor) return x.dtype;
  return typeof x === 'number' ? 'float32' : 'bool';
}

function convert(x: Operand, dtype: DataType): Tensor | Written {
  if (x instanceof Tensor) return toDtype(x, dtype);
  return dtype === 'complex64' ? toDtype(arg(x, 'x'), dtype) : value(x, dtype);
}

/** Both arguments in the wider of their dtypes. */
export function matched(
  a: Tensor | TensorLike,
  b: Tensor | TensorLike,
): [Tensor | Written, Tensor | Written, DataType] {
  return converted(operand(a, b, 'a', undefined), operand(b, a, 'b', undefined), (dtype) => dtype);
}

/** The same for numbers. Booleans become int32. */
export function matchedNumbers(
  a: Tensor | TensorLike,
  b: Tensor | TensorLike,
  [aName, bName]: readonly [string, string] = ['a', 'b'],
): [Tensor | Written, Tensor | Written, DataType] {
  return converted(operand(a, b, aName, 'numeric'), operand(b, a, bName, 'numeric'), (dtype) =>
    dtype === 'bool' ? 'int32' : dtype,
  );
}

function converted(
  x: Operand,
  y: Operand,
  choose: (dtype: DataType) => DataType,
): [Tensor | Written, Tensor | Written, DataType] {
  const dtype = choose(upcastType(dtypeOf(x), dtypeOf(y)));
  return [convert(x, dtype), convert(y, dtype), dtype];
}

/** Throws E_SHAPE unless the argument has one of these ranks. */
export function checkRank(x: Tensor, name: string, ...ranks: number[]): void {
  if (ranks.includes(x.rank)) return;
  const wanted = ranks.join(' or ');
  throw new TfwasmError(
    'E_SHAPE',
    `Error in ${functionName()}: ${name} must be rank ${wanted}, but got rank ${x.rank}: shape [${x.shape}]`,
  );
}
