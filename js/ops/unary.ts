// SPDX-License-Identifier: Apache-2.0
// Elementwise functions of one tensor.
import { run, toDtype } from '../tensor/call.js';
import type { Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg, floatArg } from './arguments.js';
import { opFunction } from './op-function.js';

type Unary = <T extends Tensor>(x: T | TensorLike) => T;

/** A float32 function; converts other dtypes. `named`: see floatArg. */
function ofFloats(name: string, op: string, named?: 'float32'): Unary {
  return opFunction(name, <T extends Tensor>(x: T | TensorLike) => run<T>(op, [floatArg<T>(x, 'x', named)]));
}

/** A function of numbers that keeps the dtype; bool becomes int32. */
function ofNumbers(name: string, op: string): Unary {
  return opFunction(name, <T extends Tensor>(x: T | TensorLike) => {
    const numbers = arg<T>(x, 'x', 'numeric');
    return run<T>(op, [numbers.dtype === 'bool' ? toDtype(numbers, 'int32') : numbers]);
  });
}

/** A function that does not change integers. `named`: see arg. */
function rounding(name: string, op: string, named: 'numeric' | 'float32' = 'float32'): Unary {
  return opFunction(name, <T extends Tensor>(x: T | TensorLike) => {
    const numbers = arg<T>(x, 'x', 'numeric', named);
    return run<T>(numbers.dtype === 'bool' ? 'Identity' : op, [numbers]);
  });
}

/** |x|; for complex64 the modulus, as float32. */
export const abs = opFunction('abs', <T extends Tensor>(x: T | TensorLike): T => {
  const numbers = arg<T>(x, 'x', 'numeric');
  if (numbers.dtype === 'complex64') return run<T>('ComplexAbs', [numbers]);
  return run<T>('Abs', [numbers.dtype === 'bool' ? toDtype(numbers, 'int32') : numbers]);
});
/** -x. */
export const neg: Unary = ofNumbers('neg', 'Neg');
/** -1, 0 or 1; NaN stays NaN. */
export const sign: Unary = ofNumbers('sign', 'Sign');
/** Rounds up. */
export const ceil: Unary = rounding('ceil', 'Ceil');
/** Rounds down. */
export const floor: Unary = rounding('floor', 'Floor');
/** Rounds to the nearest integer, half to even. */
export const round: Unary = rounding('round', 'Round', 'numeric');
/** x * x. */
export const square: Unary = ofNumbers('square', 'Square');
/** The square root. */
export const sqrt: Unary = ofFloats('sqrt', 'Sqrt', 'float32');
/** 1 / sqrt(x). */
export const rsqrt: Unary = ofFloats('rsqrt', 'Rsqrt', 'float32');
/** 1 / x. */
export const reciprocal: Unary = ofFloats('reciprocal', 'Reciprocal');
/** e to the power of x. */
export const exp: Unary = ofFloats('exp', 'Exp');
/** exp(x) - 1, precise near 0. */
export const expm1: Unary = ofFloats('expm1', 'Expm1');
/** The natural logarithm. */
export const log: Unary = ofFloats('log', 'Log', 'float32');
/** log(1 + x), precise near 0. */
export const log1p: Unary = ofFloats('log1p', 'Log1p');
/** The sine of radians. */
export const sin: Unary = ofFloats('sin', 'Sin', 'float32');
/** The cosine of radians. */
export const cos: Unary = ofFloats('cos', 'Cos', 'float32');
/** The tangent of radians. */
export const tan: Unary = ofFloats('tan', 'Tan', 'float32');
/** The inverse of sin. */
export const asin: Unary = ofFloats('asin', 'Asin');
/** The inverse of cos. */
export const acos: Unary = ofFloats('acos', 'Acos');
/** The inverse of tan. */
export const atan: Unary = ofFloats('atan', 'Atan');
/** The hyperbolic sine. */
export const sinh: Unary = ofFloats('sinh', 'Sinh');
/** The hyperbolic cosine. */
export const cosh: Unary = ofFloats('cosh', 'Cosh', 'float32');
/** The hyperbolic tangent. */
export const tanh: Unary = ofFloats('tanh', 'Tanh', 'float32');
/** The inverse of sinh. */
export const asinh: Unary = ofFloats('asinh', 'Asinh');
/** The inverse of cosh. */
export const acosh: Unary = ofFloats('acosh', 'Acosh');
/** The inverse of tanh. */
export const atanh: Unary = ofFloats('atanh', 'Atanh');
/** The Gauss error function. */
export const erf: Unary = ofFloats('erf', 'Erf');
/** Whether x is NaN, as bool. */
const isNaNOf: Unary = ofFloats('isNaN', 'IsNan');
/** Whether x is an infinity, as bool. */
export const isInf: Unary = ofFloats('isInf', 'IsInf');
/** Whether x is neither NaN nor an infinity, as bool. */
const isFiniteOf: Unary = ofFloats('isFinite', 'IsFinite');
/** max(x, 0). */
export const relu: Unary = ofNumbers('relu', 'Relu');
/** min(max(x, 0), 6). */
export const relu6: Unary = ofNumbers('relu6', 'Relu6');
/** x if it is positive, else exp(x) - 1. */
export const elu: Unary = ofFloats('elu', 'Elu', 'float32');
/** The scaled ELU of self-normalizing networks. */
export const selu: Unary = ofFloats('selu', 'Selu');
/** 1 / (1 + exp(-x)). */
export const sigmoid: Unary = ofFloats('sigmoid', 'Sigmoid', 'float32');
/** log(1 + exp(x)). */
export const softplus: Unary = ofFloats('softplus', 'Softplus');

/** log(sigmoid(x)), without overflow. */
export const logSigmoid = opFunction(
  'logSigmoid',
  <T extends Tensor>(x: T | TensorLike): T => neg(softplus(neg(floatArg<T>(x, 'x')))),
);

type UnaryWithAlpha = <T extends Tensor>(x: T | TensorLike, alpha?: number) => T;

/** x if it is positive, else alpha (0.2) * x. */
export const leakyRelu: UnaryWithAlpha = opFunction('leakyRelu', <T extends Tensor>(x: T | TensorLike, alpha = 0.2) =>
  run<T>('LeakyRelu', [floatArg<T>(x, 'x')], { alpha }),
);

/** 1 if x is positive, else alpha (0); NaN stays NaN. int32 stays int32, for which alpha is truncated; bool becomes int32. */
export const step: UnaryWithAlpha = opFunction('step', <T extends Tensor>(x: T | TensorLike, alpha = 0) => {
  const numbers = arg<T>(x, 'x', 'numeric');
  return run<T>('Step', [numbers.dtype === 'bool' ? toDtype(numbers, 'int32') : numbers], { alpha });
});

export { isFiniteOf as isFinite, isNaNOf as isNaN };
