// SPDX-License-Identifier: Apache-2.0
// Functions of the op API as tensor methods. The files in js/ops/methods/ list them by the type of the method.
import { publicFunction } from '../core/public-function.js';
import { TensorBuffer } from '../tensor/buffer.js';
import type { DataType, DataTypeMap } from '../tensor/dtype.js';
import type { Rank, ShapeMap } from '../tensor/shape.js';
import type { Tensor4D, Tensor5D } from '../tensor/tensor.js';
import { type Scalar, Tensor, type Tensor1D, type Tensor2D, type Tensor3D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import type { Variable } from '../tensor/variable.js';
import { cloneOf, reshapeOf } from '../tensor/views.js';
import { cast } from './cast.js';
import { concat, stack } from './join.js';
import { where } from './logical.js';
import type * as anyRank from './methods/any-rank.js';
import type * as anyType from './methods/any-type.js';
import type * as images from './methods/images.js';
import * as functions from './methods/index.js';
import type * as ownType from './methods/own-type.js';
import type * as sameType from './methods/same-type.js';
import type * as tensors from './methods/tensors.js';

export { Tensor };

declare module '../tensor/tensor.js' {
  interface Tensor<R extends Rank = Rank> extends ChainedMethods<R> {}
}

/** The arguments after the tensor. */
type Rest<F> = F extends (x: never, ...rest: infer Arguments) => unknown ? Arguments : never;

type SameType = {
  [Name in keyof typeof sameType]: <T extends Tensor>(this: T, ...rest: Rest<(typeof sameType)[Name]>) => T;
};
type AnyType = { [Name in keyof typeof anyType]: <T extends Tensor>(...rest: Rest<(typeof anyType)[Name]>) => T };
type Images = {
  [Name in keyof typeof images]: <T extends Tensor3D | Tensor4D>(...rest: Rest<(typeof images)[Name]>) => T;
};
type AnyRank = { [Name in keyof typeof anyRank]: <S extends Rank>(...rest: Rest<(typeof anyRank)[Name]>) => Tensor<S> };
type Tensors = { [Name in keyof typeof tensors]: (...rest: Rest<(typeof tensors)[Name]>) => Tensor };

/** The methods that js/ops/methods/own-type.ts lists. */
interface OwnType<R extends Rank> {
  batchNorm(...rest: Rest<typeof ownType.batchNorm>): Tensor<R>;
  broadcastTo<S extends Rank>(shape: ShapeMap[S]): Tensor<S>;
  conv1d<T extends Tensor2D | Tensor3D>(...rest: Rest<typeof ownType.conv1d>): T;
  depthToSpace<T extends Tensor4D>(...rest: Rest<typeof ownType.depthToSpace>): T;
  oneHot(depth: number, onValue?: number, offValue?: number): Tensor;
  split<T extends Tensor>(...rest: Rest<typeof ownType.split>): T[];
  topk<T extends Tensor>(this: T, ...rest: Rest<typeof ownType.topk>): { values: T; indices: T };
  transpose<T extends Tensor>(perm?: readonly number[]): T;
  unique<T extends Tensor>(this: T, axis?: number): { values: T; indices: Tensor1D };
  unstack<T extends Tensor>(axis?: number): T[];
  /** A variable that starts with the values of the tensor. */
  variable(trainable?: boolean, name?: string, dtype?: DataType): Variable<R>;
}

/** Methods that are not functions with the same arguments. */
interface OtherMethods<R extends Rank> {
  /** Reshapes to one dimension. */
  as1D(): Tensor1D;
  as2D(rows: number, columns: number): Tensor2D;
  as3D(rows: number, columns: number, depth: number): Tensor3D;
  as4D(rows: number, columns: number, depth: number, depth2: number): Tensor4D;
  as5D(rows: number, columns: number, depth: number, depth2: number, depth3: number): Tensor5D;
  /** Reshapes to a scalar. Throws E_SHAPE if there is more than one element. */
  asScalar(): Scalar;
  /** An alias of cast. */
  asType<T extends Tensor>(this: T, dtype: DataType): T;
  /** A mutable copy of the values. */
  buffer<D extends DataType = 'float32'>(): Promise<TensorBuffer<R, D>>;
  /** A mutable copy of the values. Synchronous. */
  bufferSync<D extends DataType = 'float32'>(): TensorBuffer<R, D>;
  /** Returns a new tensor that shares the values. */
  clone<T extends Tensor>(this: T): T;
  /** Concatenates the tensor and the others. */
  concat<T extends Tensor>(tensors: T | readonly (T | TensorLike)[], axis?: number): T;
  /** Reshapes to one dimension. */
  flatten(): Tensor1D;
  /**
   * Reshapes the tensor. One dimension may be -1.
   *
   * @throws E_SHAPE if the sizes differ.
   */
  reshape<S extends Rank>(newShape: ShapeMap[S]): Tensor<S>;
  /** Reshapes to the shape of another tensor. */
  reshapeAs<T extends Tensor>(x: T): T;
  /** Stacks the tensor and the others along a new axis. */
  stack<T extends Tensor>(x: Tensor | readonly Tensor[], axis?: number): T;
  toBool<T extends Tensor>(this: T): T;
  toFloat<T extends Tensor>(this: T): T;
  toInt<T extends Tensor>(this: T): T;
  /** The elements of the tensor where the condition is true, else those of x. */
  where<T extends Tensor>(condition: Tensor | TensorLike, x: Tensor | TensorLike): T;
}

export interface ChainedMethods<R extends Rank>
  extends SameType,
    AnyType,
    Images,
    AnyRank,
    Tensors,
    OwnType<R>,
    OtherMethods<R> {}

type List = Tensor | readonly (Tensor | TensorLike)[];

const listOf = (tensors: List) => (tensors instanceof Tensor ? [tensors] : tensors);

function asShape(this: Tensor, ...sizes: number[]): Tensor {
  return this.reshape(sizes);
}

function asVector(this: Tensor): Tensor {
  return this.reshape([this.size]);
}

function bufferSync(this: Tensor): TensorBuffer<Rank, DataType> {
  return new TensorBuffer(this.shape, this.dtype, this.dataSync<DataType>() as DataTypeMap[DataType]);
}

const METHODS = {
  as1D: asVector,
  as2D: asShape,
  as3D: asShape,
  as4D: asShape,
  as5D: asShape,
  asScalar: asShape,
  asType(this: Tensor, dtype: DataType): Tensor {
    return cast(this, dtype);
  },
  async buffer(this: Tensor) {
    return bufferSync.call(this);
  },
  bufferSync,
  clone(this: Tensor): Tensor {
    return cloneOf(this);
  },
  concat(this: Tensor, tensors: List, axis?: number): Tensor {
    return concat([this, ...listOf(tensors)], axis);
  },
  flatten: asVector,
  reshape(this: Tensor, newShape: number[]): Tensor {
    return reshapeOf(this, newShape as ShapeMap[Rank]);
  },
  reshapeAs(this: Tensor, x: Tensor): Tensor {
    return this.reshape(x.shape);
  },
  stack(this: Tensor, x: List, axis?: number): Tensor {
    return stack([this, ...listOf(x)], axis);
  },
  toBool(this: Tensor): Tensor {
    return cast(this, 'bool');
  },
  toFloat(this: Tensor): Tensor {
    return cast(this, 'float32');
  },
  toInt(this: Tensor): Tensor {
    return cast(this, 'int32');
  },
  where(this: Tensor, condition: Tensor | TensorLike, x: Tensor | TensorLike): Tensor {
    return where(condition, this, x);
  },
} satisfies Record<keyof OtherMethods<Rank>, unknown>;

/** Their common type. */
type AnyFunction = (x: Tensor, ...rest: never[]) => unknown;

/** Adds the methods to Tensor. */
export function installMethods(): void {
  for (const [name, call] of Object.entries(functions as unknown as Record<string, AnyFunction>)) {
    define(name, function (this: Tensor, ...rest: never[]) {
      return call(this, ...rest);
    });
  }
  // These two check their arguments themselves, since op functions call them often.
  const { reshape, clone, ...others } = METHODS;
  define('reshape', reshape);
  define('clone', clone);
  for (const [name, method] of Object.entries(others)) {
    const ofThis = method as (this: Tensor, ...rest: never[]) => unknown;
    const call = publicFunction(name, (x: Tensor, ...rest: never[]) => ofThis.call(x, ...rest));
    define(name, function (this: Tensor, ...rest: never[]) {
      return call(this, ...rest);
    });
  }
}

function define(name: string, method: (this: Tensor, ...rest: never[]) => unknown): void {
  Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true });
}
