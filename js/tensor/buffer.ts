// SPDX-License-Identifier: Apache-2.0
import { TfwasmError } from '../core/errors.js';
import { publicFunction } from '../core/public-function.js';
import { checkDtype, type DataType, type DataTypeMap } from './dtype.js';
import { tensor } from './factories.js';
import { checkShape, formatShape, type Rank, type ShapeMap, sizeOfShape, stridesOfShape } from './shape.js';
import type { Tensor } from './tensor.js';
import { newArray, newNumbers, type TensorLike } from './values.js';

/** A mutable array of values that can be converted to a tensor. */
export class TensorBuffer<R extends Rank, D extends DataType = 'float32'> {
  /** @internal */
  static readonly name: string = 'TensorBuffer';

  readonly dtype: D;
  readonly shape: ShapeMap[R];
  readonly size: number;
  readonly strides: number[];
  readonly values: DataTypeMap[D];

  /** Throws E_SHAPE if the values do not match the shape. complex64 has two values per element. */
  constructor(shape: ShapeMap[R], dtype: D, values?: DataTypeMap[D] | null) {
    this.shape = checkShape(shape) as ShapeMap[R];
    this.dtype = checkDtype(dtype) as D;
    this.size = sizeOfShape(shape);
    this.strides = stridesOfShape(shape);
    const length = dtype === 'complex64' ? 2 * this.size : this.size;
    const empty = () => (dtype === 'string' ? newArray(length, '') : newNumbers(dtype, length));
    this.values = (values ?? empty()) as DataTypeMap[D];
    if (this.values.length !== length) {
      throw new TfwasmError('E_SHAPE', `shape ${formatShape(shape)} takes ${length} values, got ${this.values.length}`);
    }
  }

  get rank(): number {
    return this.shape.length;
  }

  /** Sets a value. Throws E_SHAPE if the coordinates are out of range. */
  set(value: DataTypeMap[D][number], ...locs: number[]): void {
    (this.values as DataTypeMap[D][number][])[this.locToIndex(locs.length > 0 ? locs : [0])] = value;
  }

  /** The value at the coordinates. Throws E_SHAPE if they are out of range. */
  get(...locs: number[]): DataTypeMap[D][number] {
    return this.values[this.locToIndex(locs.length > 0 ? locs : [0])] as DataTypeMap[D][number];
  }

  /** The index in `values` for the coordinates. */
  locToIndex(locs: readonly number[]): number {
    // A scalar has the index 0, and no coordinates.
    const dims: readonly number[] = this.rank === 0 && locs.length > 0 ? [1] : this.shape;
    const fits = locs.length === dims.length && locs.every((loc, i) => loc >= 0 && loc < (dims[i] as number));
    if (!fits) {
      throw new TfwasmError(
        'E_SHAPE',
        `Requested out of range element at ${locs}. Buffer shape=${formatShape(this.shape)}`,
      );
    }
    return locs.reduce((index, loc, i) => index + loc * (this.strides[i] ?? 1), 0);
  }

  /** The coordinates for an index in `values`. */
  indexToLoc(index: number): number[] {
    const locs: number[] = [];
    let rest = index;
    for (const stride of this.strides) {
      locs.push(Math.floor(rest / stride));
      rest %= stride;
    }
    return this.rank === 0 ? [] : [...locs, rest];
  }

  /** A tensor with a copy of the values. */
  toTensor(): Tensor<R> {
    return tensor<R>(this.values as TensorLike, this.shape, this.dtype);
  }
}

/** A buffer with the given values, or zeros. */
export const buffer = publicFunction(
  'buffer',
  <R extends Rank, D extends DataType = 'float32'>(
    shape: ShapeMap[R],
    dtype: D = 'float32' as D,
    values?: DataTypeMap[D],
  ): TensorBuffer<R, D> => new TensorBuffer<R, D>(shape, dtype, values),
);
