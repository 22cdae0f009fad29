// SPDX-License-Identifier: Apache-2.0
// Functions that create tensors. They can be called before ready().
import { TfwasmError } from '../core/errors.js';
import { isReady } from '../core/runtime.js';
import { run } from './call.js';
import { checkDtype, type DataType } from './dtype.js';
import { checkShape, formatShape, type Rank, type ShapeMap, sizeOfShape } from './shape.js';
import { type HostValues, TensorStorage } from './storage.js';
import {
  type Scalar,
  Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  type Tensor5D,
  type Tensor6D,
} from './tensor.js';
import {
  checkTensorLike,
  inferDtype,
  inferShape,
  newArray,
  newNumbers,
  type TensorLike,
  toHostValues,
} from './values.js';
import { ints, value as oneNumber } from './written.js';

/**
 * Creates a tensor of numbers, booleans or strings. The values are copied.
 *
 * @param values A single value, nested arrays, or a typed array.
 * @param shape By default inferred from the nesting. Flat values can have any shape of their size.
 * @param dtype By default inferred from the first value: float32 for numbers, bool, string, and int32 for integer typed
 *     arrays.
 * @throws E_SHAPE if shape and values do not match, E_DTYPE, E_INPUT, E_OOM.
 */
export function tensor<R extends Rank = Rank>(values: TensorLike, shape?: ShapeMap[R], dtype?: DataType): Tensor<R> {
  return makeTensor<R>(values, shape, dtype);
}

/** A scalar: a tensor of rank 0. */
export function scalar(value: number | boolean | string | Uint8Array, dtype?: DataType): Scalar {
  const isBytes = value instanceof Uint8Array;
  if (isBytes ? dtype !== 'string' : typeof value === 'object') {
    throw new TfwasmError('E_INPUT', 'scalar() takes one value, and bytes only for dtype string');
  }
  return makeTensor<'R0'>(value as TensorLike, [], dtype);
}

/** A tensor of rank 1 from a flat array. */
export function tensor1d(values: TensorLike, dtype?: DataType): Tensor1D {
  return makeRank<'R1'>('tensor1d', 1, values, undefined, dtype);
}

/** A tensor of rank 2 from nested arrays, or from a flat array and a shape. */
export function tensor2d(values: TensorLike, shape?: [number, number], dtype?: DataType): Tensor2D {
  return makeRank<'R2'>('tensor2d', 2, values, shape, dtype);
}

/** A tensor of rank 3 from nested arrays, or from a flat array and a shape. */
export function tensor3d(values: TensorLike, shape?: [number, number, number], dtype?: DataType): Tensor3D {
  return makeRank<'R3'>('tensor3d', 3, values, shape, dtype);
}

/** A tensor of rank 4 from nested arrays, or from a flat array and a shape. */
export function tensor4d(values: TensorLike, shape?: [number, number, number, number], dtype?: DataType): Tensor4D {
  return makeRank<'R4'>('tensor4d', 4, values, shape, dtype);
}

/** A tensor of rank 5 from nested arrays, or from a flat array and a shape. */
export function tensor5d(
  values: TensorLike,
  shape?: [number, number, number, number, number],
  dtype?: DataType,
): Tensor5D {
  return makeRank<'R5'>('tensor5d', 5, values, shape, dtype);
}

/** A tensor of rank 6 from nested arrays, or from a flat array and a shape. */
export function tensor6d(
  values: TensorLike,
  shape?: [number, number, number, number, number, number],
  dtype?: DataType,
): Tensor6D {
  return makeRank<'R6'>('tensor6d', 6, values, shape, dtype);
}

/** A tensor of zeros: 0, false or "". */
export function zeros<R extends Rank = Rank>(shape: ShapeMap[R], dtype: DataType = 'float32'): Tensor<R> {
  return makeFilled<R>(shape, checkDtype(dtype) === 'string' ? '' : 0, dtype);
}

/** A tensor of ones: 1 or true. */
export function ones<R extends Rank = Rank>(shape: ShapeMap[R], dtype: DataType = 'float32'): Tensor<R> {
  if (checkDtype(dtype) === 'string') throw new TfwasmError('E_DTYPE', 'there is no 1 among strings');
  return makeFilled<R>(shape, 1, dtype);
}

/** A tensor filled with one value: float32, or string for a string. */
export function fill<R extends Rank = Rank>(shape: ShapeMap[R], value: number | string, dtype?: DataType): Tensor<R> {
  return makeFilled<R>(shape, value, checkDtype(dtype ?? (typeof value === 'string' ? 'string' : 'float32')));
}

function makeTensor<R extends Rank>(
  values: TensorLike,
  shape: readonly number[] | undefined | null,
  dtype: DataType | undefined | null,
): Tensor<R> {
  checkTensorLike(values);
  const type = checkDtype(dtype ?? inferDtype(values));
  if (type === 'complex64') {
    throw new TfwasmError('E_DTYPE', 'a complex64 tensor cannot be made from values directly');
  }
  const inferred = inferShape(values, type);
  const wanted = shape ? checkShape(shape) : inferred;
  checkFit(inferred, wanted);
  return fromValues<R>(toHostValues(values, inferred, type), type, wanted);
}

/** Throws E_SHAPE unless values with nesting `inferred` can have the shape `wanted`. */
function checkFit(inferred: readonly number[], wanted: readonly number[]): void {
  if (sizeOfShape(inferred) !== sizeOfShape(wanted)) {
    throw new TfwasmError(
      'E_SHAPE',
      `shape ${formatShape(wanted)} takes ${sizeOfShape(wanted)} values, got ${sizeOfShape(inferred)}`,
    );
  }
  inferred.forEach((size, index) => {
    // The innermost arrays may hold several dimensions, e.g. a flat list of pixels.
    const isFlat = index === inferred.length - 1 && size === sizeOfShape(wanted.slice(index));
    if (size !== wanted[index] && !isFlat) {
      throw new TfwasmError(
        'E_SHAPE',
        `the values are nested as ${formatShape(inferred)}, which does not match the shape ${formatShape(wanted)}`,
      );
    }
  });
}

function makeRank<R extends Rank>(
  name: string,
  rank: number,
  values: TensorLike,
  shape: readonly number[] | undefined | null,
  dtype: DataType | undefined | null,
): Tensor<R> {
  checkTensorLike(values);
  if (shape && shape.length !== rank) {
    throw new TfwasmError('E_SHAPE', `${name}() takes a shape of ${rank} dimensions, got ${formatShape(shape)}`);
  }
  const inferred = inferShape(values, dtype ?? inferDtype(values));
  if (inferred.length !== rank && !(inferred.length === 1 && shape)) {
    throw new TfwasmError(
      'E_SHAPE',
      rank === 1
        ? `${name}() takes a flat array, got values nested as ${formatShape(inferred)}`
        : `${name}() takes values nested ${rank} deep, or a flat array together with a shape; got ${formatShape(inferred)}`,
    );
  }
  return makeTensor<R>(values, shape, dtype);
}

/** Smaller tensors are filled here and copied, which is faster. */
const LEAST_FILLED_BY_CORE = 1024;

function makeFilled<R extends Rank>(shape: readonly number[], value: number | string, dtype: DataType): Tensor<R> {
  const dims = checkShape(shape);
  const size = sizeOfShape(dims);
  if (dtype === 'string') {
    const element = [new TextEncoder().encode(String(value))];
    if (size < LEAST_FILLED_BY_CORE || !isReady()) {
      return fromValues<R>(newArray(size, element[0] as Uint8Array), dtype, dims);
    }
    const scalar = fromValues<'R0'>(element, dtype, []);
    try {
      return run<Tensor<R>>('Fill', [ints(dims), scalar]);
    } finally {
      scalar.dispose();
    }
  }
  if (typeof value !== 'number' && typeof value !== 'boolean') {
    throw new TfwasmError('E_INPUT', `a ${dtype} tensor cannot be filled with ${JSON.stringify(value)}`);
  }
  if (size >= LEAST_FILLED_BY_CORE && dtype !== 'complex64' && isReady()) {
    return run<Tensor<R>>('Fill', [ints(dims), oneNumber(value, dtype)]);
  }
  const numbers = newNumbers(dtype, dtype === 'complex64' ? 2 * size : size);
  const number = dtype === 'bool' ? Number(value !== 0) : Number(value);
  if (dtype === 'complex64') for (let i = 0; i < numbers.length; i += 2) numbers[i] = number;
  else if (number !== 0) numbers.fill(number);
  return fromValues<R>(new Uint8Array(numbers.buffer, 0, numbers.byteLength), dtype, dims);
}

function fromValues<R extends Rank>(values: HostValues, dtype: DataType, shape: readonly number[]): Tensor<R> {
  return new Tensor<R>(TensorStorage.ofValues(values, dtype, shape), dtype, shape);
}
