// SPDX-License-Identifier: Apache-2.0
// Binary elementwise functions, with broadcasting.
import { check } from '../core/errors.js';
import { kindOf } from '../core/public-function.js';
import { run, toDtype } from '../tensor/call.js';
import type { DataType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { checkInt, value } from '../tensor/written.js';
import { arg, args, floatArg, matchedNumbers } from './arguments.js';
import { opFunction } from './op-function.js';

type Binary = <T extends Tensor>(a: Tensor | TensorLike, b: Tensor | TensorLike) => T;

function ofNumbers(name: string, op: string, names?: readonly [string, string]): Binary {
  return opFunction(name, <T extends Tensor>(a: Tensor | TensorLike, b: Tensor | TensorLike) => {
    const [x, y] = matchedNumbers(a, b, names);
    return run<T>(op, [x, y]);
  });
}

/** a + b, with broadcasting. The narrower dtype is converted to the wider one. */
export const add: Binary = ofNumbers('add', 'AddV2');
/** a - b, with broadcasting. */
export const sub: Binary = ofNumbers('sub', 'Sub');
/** a * b, with broadcasting. */
export const mul: Binary = ofNumbers('mul', 'Mul');
/** a / b, with broadcasting. int32 quotients are rounded down. */
export const div: Binary = ofNumbers('div', 'RealDiv');
/** a / b rounded down, with broadcasting. */
export const floorDiv: Binary = ofNumbers('floorDiv', 'FloorDiv');
/** The remainder of floorDiv, with the sign of b. */
export const mod: Binary = ofNumbers('mod', 'FloorMod');
/** base to the power of exp, with broadcasting. */
export const pow: Binary = ofNumbers('pow', 'Pow', ['base', 'exp']);
/** The maximum of both, with broadcasting; NaN if either is. */
export const maximum: Binary = ofNumbers('maximum', 'Maximum');
/** The minimum of both, with broadcasting; NaN if either is. */
export const minimum: Binary = ofNumbers('minimum', 'Minimum');
/** (a - b) squared, with broadcasting. */
export const squaredDifference: Binary = ofNumbers('squaredDifference', 'SquaredDifference');

/** a / b, or 0 where b is 0, with broadcasting. */
export const divNoNan = opFunction(
  'divNoNan',
  <T extends Tensor>(a: Tensor | TensorLike, b: Tensor | TensorLike): T => {
    const [x, y, dtype] = matchedNumbers(a, b);
    return run<T>(dtype === 'int32' ? 'FloorDiv' : 'DivNoNan', [x, y]);
  },
);

/** The angle of the point (b, a), from -pi to pi, with broadcasting. */
export const atan2 = opFunction(
  'atan2',
  <T extends Tensor>(a: Tensor | TensorLike, b: Tensor | TensorLike): T =>
    run<T>('Atan2', [floatArg(a, 'a'), floatArg(b, 'b')]),
);

/** Bitwise AND of int32 tensors of one shape. */
export const bitwiseAnd = opFunction(
  'bitwiseAnd',
  <T extends Tensor>(x: Tensor | TensorLike, y: Tensor | TensorLike): T => {
    const a = arg(x, 'x');
    const b = arg(y, 'y');
    const shapes = `x: [${a.shape}], y: [${b.shape}]`;
    check(
      String(a.shape) === String(b.shape),
      () => `BitwiseAnd: Tensors must have the same shape, got ${shapes}`,
      'E_SHAPE',
    );
    check(
      a.dtype === 'int32' && b.dtype === 'int32',
      () => `BitwiseAnd: Only supports 'int32' values in tensor, found type of x: ${a.dtype} and type of y: ${b.dtype}`,
      'E_DTYPE',
    );
    return run<T>('BitwiseAnd', [a, b]);
  },
);

/** The sum of tensors with the same shape and dtype. */
export const addN = opFunction('addN', <T extends Tensor>(tensors: readonly (T | TensorLike)[]): T => {
  check(
    Array.isArray(tensors),
    () => `The argument passed to tf.addN() must be a list of tensors, got '${kindOf(tensors)}'`,
  );
  check(tensors.length > 0, 'Must pass at least one tensor to tf.addN(), but got 0');
  const list = args<T>(tensors, 'tensors', 'numeric');
  const [first] = list as [T];
  for (const { dtype, shape } of list) {
    const all = 'All tensors passed to tf.addN() must have the same';
    check(dtype === first.dtype, () => `${all} dtype, got ${first.dtype} and ${dtype}`, 'E_DTYPE');
    check(String(shape) === String(first.shape), () => `${all} shape, got [${first.shape}] and [${shape}]`, 'E_SHAPE');
  }
  return run<T>('AddN', list, { N: list.length });
});

/** x, or alpha * x where x is negative; alpha broadcasts to x. */
export const prelu = opFunction(
  'prelu',
  <T extends Tensor>(x: T | TensorLike, alpha: Tensor | TensorLike): T =>
    run<T>('Prelu', [floatArg<T>(x, 'x'), floatArg(alpha, 'alpha')]),
);

/** Clamps x to [clipValueMin, clipValueMax]. Throws E_INPUT if the range is empty. */
export const clipByValue = opFunction(
  'clipByValue',
  <T extends Tensor>(x: T | TensorLike, clipValueMin: number, clipValueMax: number): T => {
    check(
      clipValueMin <= clipValueMax,
      () => `Error in clip: min (${clipValueMin}) must be less than or equal to max (${clipValueMax}).`,
    );
    const numbers = arg<T>(x, 'x', 'numeric');
    const whole = Number.isInteger(clipValueMin) && Number.isInteger(clipValueMax);
    const kept = numbers.dtype === 'int32' && whole ? numbers : toDtype(numbers, 'float32');
    const bounds = [clipValueMin, clipValueMax].map((bound) => value(checkBound(bound, kept.dtype), kept.dtype));
    return toDtype(run<T>('ClipByValue', [kept, ...bounds]), numbers.dtype);
  },
);

const checkBound = (bound: number, dtype: DataType): number => (dtype === 'int32' ? checkInt(bound, 'a bound') : bound);
