// SPDX-License-Identifier: Apache-2.0
// Converts arguments of the op API to tensors.
import { TfwasmError } from '../core/errors.js';
import { toDtype } from '../tensor/call.js';
import type { DataType } from '../tensor/dtype.js';
import { tensor } from '../tensor/factories.js';
import { Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { value, type Written } from '../tensor/written.js';

/**
 * Converts an argument to a tensor.
 *
 * @param dtype The dtype for plain values, and the required dtype of tensors. 'numeric': plain values keep their dtype,
 *     and tensors may have any but string.
 * @throws E_DTYPE, E_INPUT and E_SHAPE, naming the argument.
 */
export function arg<T extends Tensor = Tensor>(x: T | TensorLike, name: string, dtype?: DataType | 'numeric'): T {
  if (x instanceof Tensor) {
    const fits = dtype === 'numeric' ? x.dtype !== 'string' : dtype === undefined || x.dtype === dtype;
    if (!fits) throw new TfwasmError('E_DTYPE', `the argument '${name}' must be ${dtype}, got ${x.dtype}`);
    return x;
  }
  try {
    return tensor(x as TensorLike, undefined, dtype === 'numeric' ? undefined : dtype) as Tensor as T;
  } catch (error) {
    if (!(error instanceof TfwasmError)) throw error;
    throw new TfwasmError(error.code, `the argument '${name}': ${error.message}`, { cause: error });
  }
}

/** The tensors of a list argument. Throws E_INPUT. */
export function args<T extends Tensor>(
  list: readonly (T | TensorLike)[],
  name: string,
  dtype?: DataType | 'numeric',
  least = 1,
): T[] {
  if (!Array.isArray(list) || list.length < least) {
    throw new TfwasmError('E_INPUT', `the argument '${name}' must be a list of ${least} or more tensors`);
  }
  return list.map((x, index) => arg<T>(x, `${name}[${index}]`, dtype));
}

/** An argument, converted to float32. */
export function floatArg<T extends Tensor = Tensor>(x: T | TensorLike, name: string): T {
  return toDtype(arg<T>(x, name, x instanceof Tensor ? 'numeric' : undefined), 'float32');
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

function operand(x: Tensor | TensorLike, other: unknown, name: string): Operand {
  const isPlain = typeof x === 'number' || typeof x === 'boolean';
  return isPlain && other instanceof Tensor ? x : arg(x, name);
}

function dtypeOf(x: Operand): DataType {
  if (x instanceof Tensor) return x.dtype;
  return typeof x === 'number' ? 'float32' : 'bool';
}

function convert(x: Operand, dtype: DataType): Tensor | Written {
  if (x instanceof Tensor) return toDtype(x, dtype);
  return dtype === 'complex64' ? toDtype(arg(x, 'x'), dtype) : value(x, dtype);
}

/** Both arguments in the wider of their dtypes, or in the dtype that `choose` selects. */
export function matched(
  a: Tensor | TensorLike,
  b: Tensor | TensorLike,
  [aName, bName]: readonly [string, string] = ['a', 'b'],
  choose = (dtype: DataType) => dtype,
): [Tensor | Written, Tensor | Written, DataType] {
  const x = operand(a, b, aName);
  const y = operand(b, a, bName);
  const dtype = choose(upcastType(dtypeOf(x), dtypeOf(y)));
  return [convert(x, dtype), convert(y, dtype), dtype];
}

/** Throws E_SHAPE unless the argument has one of these ranks. */
export function checkRank(x: Tensor, name: string, ...ranks: number[]): void {
  if (ranks.includes(x.rank)) return;
  throw new TfwasmError('E_SHAPE', `the argument '${name}' must have rank ${ranks.join(' or ')}, got [${x.shape}]`);
}
