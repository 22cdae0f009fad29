// SPDX-License-Identifier: Apache-2.0
import { TfwasmError } from '../core/errors.js';
import { setTensorClass, TENSOR_MARK } from '../core/foreign.js';
import { callCore } from '../core/runtime.js';
import { version } from '../core/version.js';
import { type DataType, type DataTypeMap, dtypeFromNumber, type NumericDataType, viewBytes } from './dtype.js';
import { formatTensor } from './format.js';
import { type Scoped, track } from './scopes.js';
import { type ArrayMap, type Rank, type ShapeMap, sizeOfShape, stridesOfShape } from './shape.js';
import { TensorStorage } from './storage.js';
import { nestValues } from './values.js';

let lastId = 0;

/** What console.log() of Node.js calls. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/**
 * An immutable array of numbers, booleans or strings with up to 8 dimensions. Its bytes are in the wasm heap until
 * `dispose()`, the end of a `tidy()`, or garbage collection. Later method calls throw E_DISPOSED.
 *
 * Most functions of the op API are also methods, added by js/ops/chained.ts.
 */
export class Tensor<R extends Rank = Rank> implements Scoped {
  /** @internal Messages name the class, which minified code renames. */
  static readonly name: string = 'Tensor';

  readonly id: number = ++lastId;
  readonly dtype: DataType;
  readonly shape: ShapeMap[R];
  /** Number of elements. */
  readonly size: number;
  /** Number of dimensions. */
  readonly rank: number;
  kept = false;
  /** @internal */
  readonly storage: TensorStorage;

  /** @internal Use tensor(), zeros(), ... */
  constructor(storage: TensorStorage, dtype: DataType, shape: readonly number[]) {
    this.dtype = dtype;
    this.shape = [...shape] as ShapeMap[R];
    this.size = sizeOfShape(shape);
    this.rank = shape.length;
    this.storage = storage;
    storage.ownedBy(this);
    track(this);
  }

  /** The strides of each dimension but the last, in elements. */
  get strides(): number[] {
    return stridesOfShape(this.shape);
  }

  get rankType(): R {
    return `R${this.rank}` as R;
  }

  get isDisposed(): boolean {
    return this.storage.isReleased;
  }

  /** An identity for the values: a separate object per tensor. */
  get dataId(): object {
    return this.storage;
  }

  /** Throws E_DISPOSED if the tensor has been disposed. */
  throwIfDisposed(): void {
    if (this.isDisposed) throw new TfwasmError('E_DISPOSED', 'this tensor has been disposed');
  }

  /** Frees the tensor. A second call has no effect. */
  dispose(): void {
    this.storage.release();
  }

  /** A copy of the values: a typed array, or an array of strings. Synchronous. */
  dataSync<D extends DataType = NumericDataType>(): DataTypeMap[D] {
    const values = this.dtype === 'string' ? decodeStrings(this.storage.readStrings()) : this.#readNumbers(this.dtype);
    return values as DataTypeMap[D];
  }

  /** A copy of the values: a typed array, or an array of strings. */
  async data<D extends DataType = NumericDataType>(): Promise<DataTypeMap[D]> {
    return this.dataSync<D>();
  }

  /** The values as nested arrays; for a scalar, its value. */
  arraySync(): ArrayMap[R] {
    const values = this.dtype === 'string' ? this.dataSync<'string'>() : this.#readNumbers(this.dtype);
    return nestValues(values, this.shape, this.dtype === 'complex64') as ArrayMap[R];
  }

  /** The values as nested arrays; for a scalar, its value. */
  async array(): Promise<ArrayMap[R]> {
    return this.arraySync();
  }

  /** A copy of the bytes; for string tensors, the bytes of each string. */
  async bytes(): Promise<Uint8Array | Uint8Array[]> {
    return this.dtype === 'string' ? this.storage.readStrings() : this.storage.readBytes();
  }

  /** Throws E_OP: tensors are in WebAssembly memory, not on a GPU. */
  dataToGPU(): never {
    throw new TfwasmError('E_OP', 'the values of a tensor are not on a GPU');
  }

  #readNumbers(dtype: NumericDataType): DataTypeMap[NumericDataType] {
    return viewBytes(this.storage.readBytes(), dtype);
  }

  /** Prints the values to the console. `verbose` adds dtype, rank and shape. */
  print(verbose = false): void {
    console.log(this.toString(verbose));
  }

  /** @internal */
  get [TENSOR_MARK](): string {
    return version;
  }

  /** @internal */
  protected get kind(): string {
    return 'Tensor';
  }

  /** @internal A line without the values, which may be large or gone. */
  [INSPECT](): string {
    const end = this.isDisposed ? ', disposed' : '';
    return `${this.kind} { dtype: '${this.dtype}', shape: [${this.shape.join(', ')}]${end} }`;
  }

  toString(verbose = false): string {
    const values = this.dtype === 'string' ? this.dataSync<'string'>() : this.#readNumbers(this.dtype);
    return formatTensor(values, this.shape, this.dtype, verbose);
  }
}

setTensorClass(Tensor);

export type Scalar = Tensor<'R0'>;
export type Tensor1D = Tensor<'R1'>;
export type Tensor2D = Tensor<'R2'>;
export type Tensor3D = Tensor<'R3'>;
export type Tensor4D = Tensor<'R4'>;
export type Tensor5D = Tensor<'R5'>;
export type Tensor6D = Tensor<'R6'>;

/** Tensors by name. */
export interface NamedTensorMap {
  [name: string]: Tensor;
}

/** The identity of a tensor's values. */
export type DataId = object;

/** A description of a tensor. */
export interface TensorInfo {
  dataId: DataId;
  shape: number[];
  dtype: DataType;
}

/** What `tidy` may return and `dispose` takes: tensors alone, or in arrays and objects, among other values. */
export type TensorContainer =
  // biome-ignore lint/suspicious/noConfusingVoidType: what functions without a result return.
  | void
  | Tensor
  | string
  | number
  | boolean
  | Float32Array
  | Int32Array
  | Uint8Array
  | TensorContainerArray
  | TensorContainerObject;
export interface TensorContainerArray extends Array<TensorContainer> {}
export interface TensorContainerObject {
  [name: string]: TensorContainer;
}

/** A tensor for a handle that the core returned. On an error, the handle is disposed. */
export function tensorOfHandle(handle: number): Tensor {
  return callCore((core) => {
    try {
      const { dtype, shape } = core.describeTensor(handle);
      const name = dtypeFromNumber(dtype);
      return new Tensor(TensorStorage.ofHandle(handle, name, shape), name, shape);
    } catch (error) {
      core.disposeTensor(handle);
      throw error;
    }
  });
}

function decodeStrings(elements: readonly Uint8Array[]): string[] {
  const decoder = new TextDecoder();
  return elements.map((element) => decoder.decode(element));
}

/** Tensors for handles that the core returned. On an error, all handles are disposed. */
export function tensorsOfHandles(handles: readonly number[]): Tensor[] {
  const tensors: Tensor[] = [];
  try {
    for (const handle of handles) tensors.push(tensorOfHandle(handle));
    return tensors;
  } catch (error) {
    for (const tensor of tensors) tensor.dispose();
    callCore((core) => {
      for (const handle of handles.slice(tensors.length)) core.disposeTensor(handle);
    });
    throw error;
  }
}
