// SPDX-License-Identifier: Apache-2.0
// Datasets: descriptions of elements and of the steps that they go through. Reading them needs data.js.
import { check, TfwasmError } from '../core/errors.js';
import { tidy } from '../tensor/memory.js';
import { runInScope } from '../tensor/scopes.js';
import type { TensorContainer } from '../tensor/tensor.js';
import { loadStreams, type Streams } from './loader.js';
import type { LazyIterator } from './streams/lazy-iterator.js';

/** A size that is not known. */
// The type is that of TensorFlow.js, without null.
const UNKNOWN = null as unknown as number;

/**
 * Elements that are read one after another, as often as wanted: numbers, strings, tensors, and lists and objects of
 * them. Methods return a new dataset; nothing happens before elements are asked for.
 *
 * A step that consumes an element disposes its tensors, unless it passes them on. What a program gets from `toArray()`,
 * `iterator()` or `for await` belongs to the program.
 *
 * ```js
 * const batches = tf.data.array([1, 2, 3, 4, 5]).map((x) => x * x).batch(2);
 * await batches.forEachAsync((batch) => batch.print()); // [1, 4], [9, 16], [25]
 * ```
 */
export abstract class Dataset<T extends TensorContainer> {
  /** The largest window that TensorFlow.js recommends for shuffle(). */
  static readonly MAX_BUFFER_SIZE = 10000;

  /** Number of elements; null if it is not known, Infinity without an end. */
  readonly size: number = UNKNOWN;

  /** Starts reading. */
  abstract iterator(): Promise<LazyIterator<T>>;

  /** The elements, for `for await`. They belong to the loop. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    const iterator = await this.#open();
    try {
      for (let item = await iterator.next(); !item.done; item = await iterator.next()) yield item.value;
    } finally {
      await iterator.return();
    }
  }

  /**
   * Groups elements. A batch has the structure of an element, with a tensor of all values at each leaf: numbers,
   * booleans and strings become [batch], arrays and tensors [batch, ...]. A missing number is NaN, a missing string ''.
   *
   * @param smallLastBatch Whether the last batch may be smaller. Else the rest is left out.
   * @throws E_INPUT, or, when read, E_SHAPE for values of different shapes.
   */
  batch(batchSize: number, smallLastBatch = true): Dataset<TensorContainer> {
    check(
      Number.isInteger(batchSize) && batchSize > 0,
      `batchSize needs to be positive, but it is ${batchSize}; it has to be an integer`,
    );
    const size = (smallLastBatch ? Math.ceil : Math.floor)(this.size / batchSize);
    return this.#derive(known(this.size, size), (elements, { zipToTensors }) =>
      elements.columnMajorBatch<TensorContainer>(batchSize, smallLastBatch, zipToTensors),
    );
  }

  /** The elements of this dataset, and then those of another one. */
  concatenate(dataset: Dataset<T>): Dataset<T> {
    checkDataset(dataset, 'concatenate()');
    const size = known(this.size, known(dataset.size, this.size + dataset.size));
    return new DerivedDataset(size, async () =>
      (await loadStreams()).concatenated([() => this.#open(), () => dataset.#open()]),
    );
  }

  /** The elements for which a function, which may be asynchronous, is true. Tensors that it creates are disposed. */
  filter(predicate: (value: T) => boolean | Promise<boolean>): Dataset<T> {
    checkFunction(predicate, 'filter()');
    const size = this.size === Number.POSITIVE_INFINITY ? this.size : UNKNOWN;
    return this.#derive(size, (elements) => elements.filter((element) => runInScope(predicate, () => [], [element])));
  }

  /** Calls a function, which may be asynchronous, with each element, and then disposes the element. */
  async forEachAsync(f: (input: T) => unknown): Promise<void> {
    checkFunction(f, 'forEachAsync()');
    await this.#readAll((elements) => elements.forEachAsync(f));
  }

  /** The results of a function. It runs in tidy(), and the tensors of the element are disposed, unless it returns them. */
  map<O extends TensorContainer>(transform: (value: T) => O): Dataset<O> {
    checkFunction(transform, 'map()');
    return this.#derive(this.size, (elements) => elements.map((element) => tidy(() => transform(element))));
  }

  /** The same for an asynchronous function, which has to dispose intermediate tensors itself. */
  mapAsync<O extends TensorContainer>(transform: (value: T) => Promise<O>): Dataset<O> {
    checkFunction(transform, 'mapAsync()');
    return this.#derive(this.size, (elements) => elements.mapAsync(transform));
  }

  /** Reads so many elements ahead, while the consumer works. */
  prefetch(bufferSize: number): Dataset<T> {
    checkBufferSize(bufferSize, '`Dataset.prefetch()` requires bufferSize to be specified.');
    return this.#derive(this.size, (elements) => elements.prefetch(bufferSize));
  }

  /** Reads the dataset `count` times; without an end if `count` is negative or left out. */
  repeat(count?: number): Dataset<T> {
    const times = countOf(count, 'repeat()');
    const size = times === 0 || this.size === 0 ? 0 : known(this.size, this.size * times);
    return new DerivedDataset(size, async () => (await loadStreams()).repeated(() => this.#open(), times));
  }

  /** Without the first elements, which are disposed; all if `count` is negative or left out. */
  skip(count?: number): Dataset<T> {
    const skipped = countOf(count, 'skip()');
    if (skipped === Number.POSITIVE_INFINITY) return this;
    return this.#derive(known(this.size, Math.max(0, this.size - skipped)), (elements) => elements.skip(skipped));
  }

  /**
   * In random order: each element is drawn from the next `bufferSize` ones. The order for a seed is that of
   * TensorFlow.js.
   *
   * @param reshuffleEachIteration Whether each reading has another order.
   */
  shuffle(bufferSize: number, seed?: string, reshuffleEachIteration = true): Dataset<T> {
    const hint = this.size
      ? '  If your data fits in main memory (for regular JS objects), and/or GPU memory (for `tf.Tensor`s), consider ' +
        `setting bufferSize to the dataset size (${this.size} elements)`
      : '';
    checkBufferSize(bufferSize, `\`Dataset.shuffle()\` requires bufferSize to be specified.${hint}`);
    let nextSeed: (() => string) | undefined;
    return this.#derive(this.size, (elements, { Alea }) => {
      nextSeed ??= seeds(new Alea(String(seed || performance.now())), reshuffleEachIteration);
      return elements.shuffle(bufferSize, nextSeed());
    });
  }

  /** The first elements; all if `count` is negative or left out. */
  take(count?: number): Dataset<T> {
    const limit = countOf(count, 'take()');
    if (limit === Number.POSITIVE_INFINITY) return this;
    const size = limit === 0 ? 0 : known(this.size, Math.min(this.size, limit));
    return this.#derive(size, (elements, { taken }) => taken(elements, limit));
  }

  /** All elements. They belong to the caller. Throws E_INPUT for a dataset without an end. */
  async toArray(): Promise<T[]> {
    return this.#toArray((elements) => elements.toArray());
  }

  /** The same, with up to 100 elements read ahead. */
  async toArrayForTest(): Promise<T[]> {
    return this.#toArray((elements) => elements.toArrayForTest());
  }

  #toArray(read: (elements: LazyIterator<T>) => Promise<T[]>): Promise<T[]> {
    check(this.size !== Number.POSITIVE_INFINITY, 'Can not convert infinite data stream to array.');
    return this.#readAll(read);
  }

  async #readAll<R>(read: (elements: LazyIterator<T>) => Promise<R>): Promise<R> {
    const elements = await this.#open();
    try {
      return await read(elements);
    } finally {
      await elements.return();
    }
  }

  /** Also the iterators of subclasses that programs define. */
  async #open(): Promise<LazyIterator<T>> {
    return (await loadStreams()).toLazy(await this.iterator());
  }

  #derive<O extends TensorContainer>(
    size: number,
    step: (elements: LazyIterator<T>, streams: Streams) => LazyIterator<O> | Promise<LazyIterator<O>>,
  ): Dataset<O> {
    return new DerivedDataset(size, async () => step(await this.#open(), await loadStreams()));
  }
}

/** A dataset whose iterators a function makes. */
export class DerivedDataset<T extends TensorContainer> extends Dataset<T> {
  override readonly size: number;
  readonly #iterator: () => Promise<LazyIterator<T>>;

  constructor(size: number | undefined, iterator: () => Promise<LazyIterator<T>>) {
    super();
    this.size = size ?? UNKNOWN;
    this.#iterator = iterator;
  }

  iterator(): Promise<LazyIterator<T>> {
    return this.#iterator();
  }
}

/** `derived`, unless the size that it is computed from is not known. */
function known(size: number, derived: number): number {
  return size === UNKNOWN || size === undefined ? UNKNOWN : derived;
}

/** Infinity if it is negative or left out. */
function countOf(count: number | undefined, name: string): number {
  if (count === undefined || count === null || count < 0) return Number.POSITIVE_INFINITY;
  check(Number.isInteger(count), `${name} takes an integer, got ${count}`);
  return count;
}

/** The seeds of the readings. */
function seeds(random: { int32(): number }, reshuffles: boolean): () => string {
  const next = () => String(random.int32() + (reshuffles ? random.int32() : 0));
  const first = next();
  let isFirst = true;
  return () => {
    if (isFirst || !reshuffles) {
      isFirst = false;
      return first;
    }
    return next();
  };
}

function checkFunction(f: unknown, name: string): void {
  check(typeof f === 'function', `${name} takes a function, got ${f === null ? 'null' : typeof f}`);
}

export function isDataset(value: unknown): value is Dataset<TensorContainer> {
  return value instanceof Dataset;
}

function checkDataset(value: unknown, name: string): void {
  check(isDataset(value), `${name} takes a dataset`);
}

function checkBufferSize(size: number, message: string): void {
  if (size === undefined || size === null || size < 0) throw new TfwasmError('E_INPUT', message);
  check(Number.isInteger(size) && size > 0, `bufferSize has to be a positive integer, got ${size}`);
}
