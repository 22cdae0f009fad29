// SPDX-License-Identifier: Apache-2.0
// The storage of a tensor's values: in the wasm heap, or, if created before the core has started, in JavaScript until
// the core needs them.
import { TfwasmError } from '../core/errors.js';
import { tensorBytes } from '../core/heap.js';
import { callCore, isReady } from '../core/runtime.js';
import { type DataType, dtypeNumber } from './dtype.js';

/** The bytes of numeric elements, or of each string. */
export type HostValues = Uint8Array | readonly Uint8Array[];

/** Values in JavaScript, shared by clones of a tensor. */
interface WaitingBuffer {
  values: HostValues;
  users: number;
}

/** Totals of these values, for memory(). */
export const waiting = { tensors: 0, buffers: 0, bytes: 0 };

function byteLength(values: HostValues): number {
  if (values instanceof Uint8Array) return values.byteLength;
  return values.reduce((sum, element) => sum + element.byteLength, 0);
}

/** Frees tensors that the program forgot to dispose. */
const forgotten = new FinalizationRegistry<TensorStorage>((storage) => storage.release());

/**
 * The newest tensors are not yet in the registry: most are disposed soon, and registering takes as long as a small op.
 * They are registered when as many more have been created, or when the program pauses.
 */
const MAX_NEWEST = 32;
const newestStorages = new Array<TensorStorage | undefined>(MAX_NEWEST).fill(undefined);
const newestOwners = new Array<object | undefined>(MAX_NEWEST).fill(undefined);
let newestCount = 0;

function watchNewest(): void {
  for (let i = 0; i < newestCount; ++i) newestStorages[i]?.watch(newestOwners[i] as object);
  newestStorages.fill(undefined);
  newestOwners.fill(undefined);
  newestCount = 0;
}

export class TensorStorage {
  readonly #dtype: DataType;
  readonly #shape: readonly number[];
  #handle = 0;
  #waiting: WaitingBuffer | undefined;
  #isWatched = false;

  private constructor(dtype: DataType, shape: readonly number[]) {
    this.#dtype = dtype;
    this.#shape = shape;
  }

  /** Takes ownership of a tensor of the core. */
  static ofHandle(handle: number, dtype: DataType, shape: readonly number[]): TensorStorage {
    const storage = new TensorStorage(dtype, shape);
    storage.#handle = handle;
    return storage;
  }

  /** `values` must not change afterwards. Throws E_OOM. */
  static ofValues(values: HostValues, dtype: DataType, shape: readonly number[]): TensorStorage {
    const storage = new TensorStorage(dtype, shape);
    if (isReady()) storage.#handle = upload(values, dtype, shape);
    else storage.#wait({ values, users: 0 });
    return storage;
  }

  /** Releases the storage when `owner` is garbage-collected, unless it was released before. */
  ownedBy(owner: object): void {
    if (newestCount === 0) queueMicrotask(watchNewest);
    else if (newestCount === MAX_NEWEST) watchNewest();
    newestStorages[newestCount] = this;
    newestOwners[newestCount++] = owner;
  }

  /** Registers what ownedBy() has announced. */
  watch(owner: object): void {
    if (this.isReleased) return;
    this.#isWatched = true;
    forgotten.register(owner, this, this);
  }

  get isReleased(): boolean {
    return this.#handle === 0 && this.#waiting === undefined;
  }

  /**
   * The same values, shared without calling an op. `shape` must have the same size, and may differ only before ready().
   */
  share(shape = this.#shape): TensorStorage {
    this.#checkNotReleased();
    const storage = new TensorStorage(this.#dtype, shape);
    if (this.#waiting && !isReady()) storage.#wait(this.#waiting);
    else {
      const handle = this.handle();
      storage.#handle = callCore((core) => core.shareTensor(handle));
    }
    return storage;
  }

  /** The tensor's handle in the core. Throws E_DISPOSED, or E_WASM before ready(). */
  handle(): number {
    this.#checkNotReleased();
    if (this.#waiting) {
      this.#handle = upload(this.#waiting.values, this.#dtype, this.#shape);
      this.#stopWaiting();
    }
    return this.#handle;
  }

  /** A copy of the bytes. */
  readBytes(): Uint8Array<ArrayBuffer> {
    this.#checkNotReleased();
    if (this.#waiting) return (this.#waiting.values as Uint8Array).slice() as Uint8Array<ArrayBuffer>;
    const handle = this.#handle;
    return callCore((core) => tensorBytes(core, handle).slice());
  }

  /** A copy of the bytes of each string. */
  readStrings(): Uint8Array[] {
    this.#checkNotReleased();
    if (this.#waiting) return (this.#waiting.values as readonly Uint8Array[]).map((element) => element.slice());
    const handle = this.#handle;
    return callCore((core) => core.stringElements(handle));
  }

  /** A second call has no effect. */
  release(): void {
    if (this.#isWatched) forgotten.unregister(this);
    this.#isWatched = false;
    if (this.#waiting) this.#stopWaiting();
    else if (this.#handle !== 0) {
      const handle = this.#handle;
      this.#handle = 0;
      callCore((core) => core.disposeTensor(handle));
    }
  }

  #wait(buffer: WaitingBuffer): void {
    this.#waiting = buffer;
    waiting.tensors += 1;
    if (buffer.users++ > 0) return;
    waiting.buffers += 1;
    waiting.bytes += byteLength(buffer.values);
  }

  #stopWaiting(): void {
    const buffer = this.#waiting;
    if (!buffer) return;
    this.#waiting = undefined;
    waiting.tensors -= 1;
    if (--buffer.users > 0) return;
    waiting.buffers -= 1;
    waiting.bytes -= byteLength(buffer.values);
  }

  #checkNotReleased(): void {
    if (this.isReleased) throw new TfwasmError('E_DISPOSED', 'this tensor has been disposed');
  }
}

function upload(values: HostValues, dtype: DataType, shape: readonly number[]): number {
  return callCore((core) => {
    if (!(values instanceof Uint8Array)) return core.createStringTensor([...shape], [...values]);
    const handle = core.createTensor(dtypeNumber(dtype), shape.length, ...shape);
    try {
      tensorBytes(core, handle).set(values);
    } catch (error) {
      core.disposeTensor(handle);
      throw error;
    }
    return handle;
  });
}
