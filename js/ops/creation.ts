// SPDX-License-Identifier: Apache-2.0
// Creation functions.
import { check, TfwasmError } from '../core/errors.js';
import { kindOf, publicFunction, withoutNulls } from '../core/public-function.js';
import { run, toDtype } from '../tensor/call.js';
import type { DataType } from '../tensor/dtype.js';
import { zeros } from '../tensor/factories.js';
import type { Rank } from '../tensor/shape.js';
import { Tensor, type Tensor1D, type Tensor2D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { checkInt, constant, int, value } from '../tensor/written.js';
import { arg } from './arguments.js';
import { logicalNot, where } from './logical.js';
import { opFunction } from './op-function.js';
import { broadcastTo } from './shape.js';

/** Zeros with the shape and dtype of x. */
export const zerosLike = opFunction(
  'zerosLike',
  <T extends Tensor>(x: T | TensorLike): T => run<T>('ZerosLike', [arg<T>(x, 'x')]),
);

/** Ones with the shape and dtype of x. Throws E_DTYPE for strings. */
export const onesLike = opFunction(
  'onesLike',
  <T extends Tensor>(x: T | TensorLike): T => run<T>('OnesLike', [arg<T>(x, 'x', 'numeric')]),
);

/** An identity matrix, of any shape. batchShape adds leading dimensions. */
export const eye = opFunction(
  'eye',
  (
    numRows: number,
    numColumns: number = numRows,
    batchShape?: readonly number[],
    dtype: DataType = 'float32',
  ): Tensor2D => {
    const matrix = oneHot(range(0, checkCount(numRows), 1, 'int32'), checkCount(numColumns), 1, 0, dtype);
    return (
      batchShape ? broadcastTo<Rank>(matrix, [...batchShape, numRows, numColumns] as number[]) : matrix
    ) as Tensor2D;
  },
);

function checkCount(count: number): number {
  check(checkInt(count, 'a number of elements') >= 0, () => `a number of elements must not be negative, got ${count}`);
  return count;
}

/** `num` evenly spaced float32 values from start to stop. Throws E_INPUT if num is not positive. */
export const linspace = opFunction(
  'linspace',
  (start: number, stop: number, num: number): Tensor1D =>
    run<Tensor1D>('LinSpace', [constant(start, 'float32'), constant(stop, 'float32'), int(num)]),
);

/**
 * Numbers from start up to, but not including, stop. The default step is 1, or -1 if stop is below start. A step in the
 * wrong direction gives an empty tensor. Throws E_INPUT for a step of 0.
 */
export const range = opFunction(
  'range',
  (start: number, stop: number, step = 1, dtype: 'float32' | 'int32' = 'float32'): Tensor1D => {
    check(step !== 0, 'the step must not be 0');
    const by = stop < start && step === 1 ? -1 : step;
    if (start === stop || start < stop !== by > 0) return zeros<'R1'>([0], dtype);
    // Bounds of integer ranges may be fractional.
    const bounds =
      dtype === 'int32'
        ? [Math.trunc(start), Math.trunc(start) + Math.ceil((stop - start) / by) * Math.trunc(by), Math.trunc(by)]
        : [start, stop, by];
    return run<Tensor1D>(
      'Range',
      bounds.map((bound) => constant(bound, dtype)),
    );
  },
);

/**
 * One-hot vectors along a new last dimension: onValue at each int32 index, offValue elsewhere. An index out of range
 * gives only offValue.
 */
export const oneHot = opFunction(
  'oneHot',
  (indices: Tensor | TensorLike, depth: number, onValue = 1, offValue = 0, dtype: DataType = 'int32'): Tensor => {
    const inner = dtype === 'complex64' ? 'float32' : dtype;
    const inputs = [
      arg(indices, 'indices', 'int32'),
      int(checkCount(depth)),
      value(onValue, inner),
      value(offValue, inner),
    ];
    return toDtype(run('OneHot', inputs, { axis: -1 }), dtype);
  },
);

/** x on the diagonal of a tensor of zeros with twice the rank. */
export const diag = opFunction('diag', (x: Tensor | TensorLike): Tensor => {
  const values = arg(x, 'x', 'numeric').reshape<'R1'>([-1]);
  const off = logicalNot(eye(values.size, values.size, undefined, 'bool'));
  const zero = zeros([], values.dtype);
  return where(off, zero, values).reshape([...arg(x, 'x').shape, ...arg(x, 'x').shape]);
});

/**
 * Coordinate grids: tensors for x and y of shape [y, x], or [x, y] with indexing 'ij'. One tensor without y, none
 * without x.
 */
export const meshgrid = opFunction(
  'meshgrid',
  <T extends Tensor>(x?: T | TensorLike, y?: T | TensorLike, options: { indexing?: string } = {}): T[] => {
    const { indexing = 'xy' } = withoutNulls(options);
    if (indexing !== 'xy' && indexing !== 'ij') {
      throw new TfwasmError('E_INPUT', `the indexing must be 'xy' or 'ij', got '${indexing}'`);
    }
    if (x === undefined) return [];
    const across = arg<T>(x, 'x');
    if (y === undefined) return [across.clone() as Tensor as T];
    const down = arg<T>(y, 'y');
    const isRows = indexing === 'xy';
    const shape = isRows ? [down.size, across.size] : [across.size, down.size];
    const spread = (list: T, isRow: boolean) =>
      broadcastTo(list.reshape(isRow ? [1, list.size] : [list.size, 1]), shape);
    return [spread(across, isRows), spread(down, !isRows)] as Tensor[] as T[];
  },
);

/** complex64 from float32 real and imaginary parts of the same shape. */
export const complex = opFunction('complex', <T extends Tensor>(real: T | TensorLike, imag: T | TensorLike): T => {
  const parts = [arg<T>(real, 'real', 'float32'), arg<T>(imag, 'imag', 'float32')] as const;
  const [shape, other] = parts.map((part) => String(part.shape));
  check(
    shape === other,
    () => `real and imag shapes, ${shape} and ${other}, must match in call to tf.complex().`,
    'E_SHAPE',
  );
  return run<T>('Complex', parts);
});

/** The real part, as float32. */
export const real = opFunction('real', <T extends Tensor>(input: T | TensorLike): T => {
  const x = arg<T>(input, 'input', 'numeric');
  return x.dtype === 'complex64' ? run<T>('Real', [x]) : (x.clone() as Tensor as T);
});

/** The imaginary part, as float32. */
export const imag = opFunction('imag', <T extends Tensor>(input: T | TensorLike): T => {
  const x = arg<T>(input, 'input', 'numeric');
  return run<T>(x.dtype === 'complex64' ? 'Imag' : 'ZerosLike', [x]);
});

/** Prints the values to the console. `verbose` adds dtype, rank and shape. */
export const print = publicFunction('print', <T extends Tensor>(x: T, verbose = false): void => {
  if (!(x instanceof Tensor)) throw new TfwasmError('E_INPUT', `print() takes a tensor, but got '${kindOf(x)}'`);
  x.print(verbose);
});
