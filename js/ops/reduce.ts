// SPDX-License-Identifier: Apache-2.0
// Reductions and cumulative functions.
import { check } from '../core/errors.js';
import { dtypeAttr } from '../tensor/attributes.js';
import { run, toDtype } from '../tensor/call.js';
import type { DataType } from '../tensor/dtype.js';
import type { Tensor, Tensor1D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { checkInt, int, ints, type Written } from '../tensor/written.js';
import { arg, floatArg } from './arguments.js';
import { add, pow, sub } from './arithmetic.js';
import { type Axes, axesOf } from './axes.js';
import { opFunction } from './op-function.js';
import { abs, exp, log, sqrt, square } from './unary.js';

type Reduction = <T extends Tensor>(x: Tensor | TensorLike, axis?: Axes, keepDims?: boolean) => T;

function reduce<T extends Tensor>(op: string, x: Tensor, axis: Axes, keepDims: boolean): T {
  return run<T>(op, [x, ints(axesOf(axis, x.rank))], { keep_dims: keepDims });
}

function reduction(name: string, op: string, convert: (dtype: DataType) => DataType): Reduction {
  return opFunction(name, <T extends Tensor>(x: Tensor | TensorLike, axis?: Axes, keepDims = false) => {
    const numbers = arg(x, 'x', 'numeric');
    return reduce<T>(op, toDtype(numbers, convert(numbers.dtype)), axis, keepDims);
  });
}

function ofBooleans(name: string, op: string): Reduction {
  return opFunction(name, <T extends Tensor>(x: Tensor | TensorLike, axis?: Axes, keepDims = false) =>
    reduce<T>(op, arg(x, 'x', 'bool'), axis, keepDims),
  );
}

const countable = (dtype: DataType): DataType => (dtype === 'bool' ? 'int32' : dtype);

/** The sum along the axes, or of all elements. bool counts as int32. */
export const sum: Reduction = reduction('sum', 'Sum', countable);
/** The product along the axes, or of all elements. bool counts as int32. */
export const prod: Reduction = reduction('prod', 'Prod', countable);
/** The mean along the axes, or of all elements, as float32. */
export const mean: Reduction = reduction('mean', 'Mean', () => 'float32');
/** The maximum along the axes, or of all elements. */
export const max: Reduction = reduction('max', 'Max', countable);
/** The minimum along the axes, or of all elements. */
export const min: Reduction = reduction('min', 'Min', countable);
/** Whether all elements along the axes are true. */
export const all: Reduction = ofBooleans('all', 'All');
/** Whether any element along the axes is true. */
export const any: Reduction = ofBooleans('any', 'Any');

type ArgReduction = <T extends Tensor>(x: Tensor | TensorLike, axis?: number) => T;

function argReduction(name: string, op: string): ArgReduction {
  return opFunction(name, <T extends Tensor>(x: Tensor | TensorLike, axis = 0) => {
    const numbers = arg(x, 'x', 'numeric');
    return run<T>(op, [toDtype(numbers, countable(numbers.dtype)), int(axis)], {
      output_type: dtypeAttr('int32'),
    });
  });
}

/** The int32 index of the maximum along an axis; the first one if several are equal. */
export const argMax: ArgReduction = argReduction('argMax', 'ArgMax');
/** The int32 index of the minimum along an axis; the first one if several are equal. */
export const argMin: ArgReduction = argReduction('argMin', 'ArgMin');

type Cumulative = <T extends Tensor>(
  x: Tensor | TensorLike,
  axis?: number,
  exclusive?: boolean,
  reverse?: boolean,
) => T;

function cumulative(name: string, op: string): Cumulative {
  return opFunction(name, <T extends Tensor>(x: Tensor | TensorLike, axis = 0, exclusive = false, reverse = false) => {
    const numbers = arg(x, 'x', 'numeric');
    return run<T>(op, [toDtype(numbers, countable(numbers.dtype)), int(axis)], { exclusive, reverse });
  });
}

/** Cumulative sums along an axis; exclusive: without the element itself; reverse: from the end. */
export const cumsum: Cumulative = cumulative('cumsum', 'Cumsum');
/** Cumulative products along an axis; exclusive: without the element itself; reverse: from the end. */
export const cumprod: Cumulative = cumulative('cumprod', 'Cumprod');

/** log(sum(exp(x))) along the axes, without overflow. */
export const logSumExp = opFunction(
  'logSumExp',
  <T extends Tensor>(x: Tensor | TensorLike, axis?: Axes, keepDims = false): T => {
    const numbers = floatArg(x, 'x');
    const axes = axesOf(axis, numbers.rank);
    const greatest = max(numbers, axes, true);
    const total = log(sum(exp(sub(numbers, greatest)), axes, keepDims));
    return add<T>(greatest.reshape(total.shape), total);
  },
);

/** Mean and variance along the axes. */
export const moments = opFunction(
  'moments',
  (x: Tensor | TensorLike, axis?: Axes, keepDims = false): { mean: Tensor; variance: Tensor } => {
    const numbers = floatArg(x, 'x');
    const axes = axesOf(axis, numbers.rank);
    const average = mean(numbers, axes, true);
    const variance = mean(square(sub(numbers, average)), axes, keepDims);
    return { mean: keepDims ? average : average.reshape(variance.shape), variance };
  },
);

function vectorNorm(x: Tensor, ord: number | string, axes: Axes): Tensor {
  if (ord === 1) return sum(abs(x), axes, true);
  if (ord === Number.POSITIVE_INFINITY) return max(abs(x), axes, true);
  if (ord === Number.NEGATIVE_INFINITY) return min(abs(x), axes, true);
  if (ord === 2 || ord === 'euclidean') return sqrt(sum(square(abs(x)), axes, true));
  check(typeof ord === 'number', () => `there is no norm '${ord}' of a vector`);
  return pow(sum(pow(abs(x), ord), axes, true), 1 / ord);
}

function matrixNorm(x: Tensor, ord: number | string, [rows, columns]: readonly number[]): Tensor {
  if (ord === 1) return max(sum(abs(x), rows, true), columns, true);
  if (ord === Number.POSITIVE_INFINITY) return max(sum(abs(x), columns, true), rows, true);
  if (ord === Number.NEGATIVE_INFINITY) return min(sum(abs(x), columns, true), rows, true);
  check(ord === 'fro' || ord === 'euclidean', () => `there is no norm ${ord} of a matrix`);
  return sqrt(sum(square(abs(x)), [rows as number, columns as number], true));
}

/**
 * The norm of vectors along one axis, of matrices along two, or of all elements.
 *
 * @param ord 'euclidean', 'fro' (matrices), 1, 2, Infinity, -Infinity, or another power (vectors). Throws E_INPUT for
 *     others.
 */
export const norm = opFunction(
  'norm',
  (
    x: Tensor | TensorLike,
    ord: number | 'euclidean' | 'fro' = 'euclidean',
    axis: Axes = null,
    keepDims = false,
  ): Tensor => {
    const given = arg(x, 'x', 'numeric');
    const numbers = given.dtype === 'complex64' ? given : toDtype(given, 'float32');
    const isFlat = axis === null || axis === undefined;
    const axes = axesOf(axis, numbers.rank);
    check(isFlat || axes.length <= 2, () => `a norm is along one axis or two, got ${axes.length}`);
    const kept = !isFlat && axes.length === 2 ? matrixNorm(numbers, ord, axes) : vectorNorm(numbers, ord, axes);
    return keepDims ? kept : run('Sum', [kept, ints(axes)], { keep_dims: false });
  },
);

/** The euclidean norm along the axes, or of all elements. */
export function euclideanNorm(x: Tensor | TensorLike, axis: Axes = null, keepDims = false): Tensor {
  return norm(x, 'euclidean', axis, keepDims);
}

/**
 * Counts each integer from 0 to size - 1 in x, or sums its weights.
 *
 * @param x int32. Throws E_INPUT for negative numbers.
 * @param weights With the shape of x, or empty.
 */
export const bincount = opFunction(
  'bincount',
  <T extends Tensor1D>(x: T | TensorLike, weights: Tensor | TensorLike, size: number): T => {
    const numbers = arg<T>(x, 'x', 'int32');
    return run<T>('Bincount', [numbers, sizeInput(size), arg(weights, 'weights', 'numeric')]);
  },
);

/** Like bincount, for each row of a matrix. binaryOutput: 1 if a number occurs, else 0. */
export const denseBincount = opFunction(
  'denseBincount',
  <T extends Tensor>(x: T | TensorLike, weights: Tensor | TensorLike, size: number, binaryOutput = false): T => {
    const inputs = [arg<T>(x, 'x', 'int32'), sizeInput(size), arg(weights, 'weights', 'numeric')];
    return run<T>('DenseBincount', inputs, { binary_output: binaryOutput });
  },
);

function sizeInput(size: number): Written {
  check(checkInt(size, `the argument 'size'`) >= 0, `the argument 'size' must not be negative, got ${size}`);
  return int(size);
}
