// SPDX-License-Identifier: Apache-2.0
// Functions of two tensors, element by element, with broadcasting.
import { TfwasmError } from '../core/errors.js';
import type { DataType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg, args, checkInt, floatArg, op, run, toDtype, value, type Written } from './run.js';

type Binary = <T extends Tensor>(a: Tensor | TensorLike, b: Tensor | TensorLike) => T;

/** Of two dtypes the left one is converted. */
const WIDTHS: readonly DataType[] = ['bool', 'int32', 'float32', 'complex64'];

/** The dtype that holds the values of both. Throws E_DTYPE for a string and a number. */
export function upcastType(a: DataType, b: DataType): DataType {
  if (a === b) return a;
  if (a === 'string' || b === 'string') throw new TfwasmError('E_DTYPE', `there is no dtype for both ${a} and ${b}`);
  return WIDTHS[Math.max(WIDTHS.indexOf(a), WIDTHS.indexOf(b))] as DataType;
}

/** An argument that need not become a tensor of its own. */
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

/** Both arguments in the wider of their dtypes, which `choose` may replace. */
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

/** There is no arithmetic of booleans: they count as 0 and 1. */
const numberType = (dtype: DataType): DataType => (dtype === 'bool' ? 'int32' : dtype);

function ofNumbers(name: string, kernel: string, names?: readonly [string, string]): Binary {
  return <T extends Tensor>(a: Tensor | TensorLike, b: Tensor | TensorLike) =>
    op(name, () => {
      const [x, y] = matched(a, b, names, numberType);
      return run<T>(kernel, [x, y]);
    });
}

/** a + b. Shapes broadcast, and the narrower dtype becomes the other. */
export const add: Binary = ofNumbers('add', 'AddV2');
/** a - b, with broadcasting. */
export const sub: Binary = ofNumbers('sub', 'Sub');
/** a * b, with broadcasting. */
export const mul: Binary = ofNumbers('mul', 'Mul');
/** a / b, with broadcasting. Of two int32 tensors the quotient is rounded down. */
export const div: Binary = ofNumbers('div', 'RealDiv');
/** a / b rounded down, with broadcasting. */
export const floorDiv: Binary = ofNumbers('floorDiv', 'FloorDiv');
/** The remainder of floorDiv, of the sign of b. */
export const mod: Binary = ofNumbers('mod', 'FloorMod');
/** base to the power of exp, with broadcasting. */
export const pow: Binary = ofNumbers('pow', 'Pow', ['base', 'exp']);
/** The larger of both, with broadcasting; NaN when either is. */
export const maximum: Binary = ofNumbers('maximum', 'Maximum');
/** The smaller of both, with broadcasting; NaN when either is. */
export const minimum: Binary = ofNumbers('minimum', 'Minimum');
/** (a - b) squared, with broadcasting. */
export const squaredDifference: Binary = ofNumbers('squaredDifference', 'SquaredDifference');

/** a / b, and 0 where b is 0, with broadcasting. */
export function divNoNan<T extends Tensor>(a: Tensor | TensorLike, b: Tensor | TensorLike): T {
  return op('divNoNan', () => {
    const [x, y, dtype] = matched(a, b, ['a', 'b'], numberType);
    return run<T>(dtype === 'int32' ? 'FloorDiv' : 'DivNoNan', [x, y]);
  });
}

/** The angle of the point (b, a), from -pi to pi, with broadcasting. */
export function atan2<T extends Tensor>(a: Tensor | TensorLike, b: Tensor | TensorLike): T {
  return op('atan2', () => run<T>('Atan2', [floatArg(a, 'a'), floatArg(b, 'b')]));
}

/** The bits that both have. Both must be int32. */
export function bitwiseAnd<T extends Tensor>(x: Tensor | TensorLike, y: Tensor | TensorLike): T {
  return op('bitwiseAnd', () => run<T>('BitwiseAnd', [arg(x, 'x', 'int32'), arg(y, 'y', 'int32')]));
}

/** The sum of tensors of one shape and dtype. */
export function addN<T extends Tensor>(tensors: readonly (T | TensorLike)[]): T {
  return op('addN', () => {
    const list = args<T>(tensors, 'tensors', 'numeric');
    return run<T>('AddN', list, { N: list.length });
  });
}

/** x, or alpha * x where x is negative; alpha broadcasts to x. */
export function prelu<T extends Tensor>(x: T | TensorLike, alpha: Tensor | TensorLike): T {
  return op('prelu', () => run<T>('Prelu', [floatArg<T>(x, 'x'), floatArg(alpha, 'alpha')]));
}

/** x limited to the range from clipValueMin to clipValueMax. Throws E_INPUT when that is empty. */
export function clipByValue<T extends Tensor>(x: T | TensorLike, clipValueMin: number, clipValueMax: number): T {
  return op('clipByValue', () => {
    if (!(clipValueMin <= clipValueMax)) {
      throw new TfwasmError('E_INPUT', `the minimum ${clipValueMin} must not exceed the maximum ${clipValueMax}`);
    }
    const numbers = arg<T>(x, 'x', 'numeric');
    const whole = Number.isInteger(clipValueMin) && Number.isInteger(clipValueMax);
    const kept = numbers.dtype === 'int32' && whole ? numbers : toDtype(numbers, 'float32');
    const bounds = [clipValueMin, clipValueMax].map((bound) => value(checkBound(bound, kept.dtype), kept.dtype));
    return toDtype(run<T>('ClipByValue', [kept, ...bounds]), numbers.dtype);
  });
}

const checkBound = (bound: number, dtype: DataType): number => (dtype === 'int32' ? checkInt(bound, 'a bound') : bound);
