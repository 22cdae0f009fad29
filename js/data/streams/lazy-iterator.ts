// SPDX-License-Identifier: Apache-2.0
// The iterators of datasets. Elements belong to whoever gets them from next().
import { check, TfwasmError } from '../../core/errors.js';
import { type ColumnFunction, toColumns, zipToList } from './columns.js';
import { consume, consumeAsync, dispose } from './ownership.js';
import { ReadAhead, ShuffleWindow } from './read-ahead.js';

/** What next() gives at the end. */
export const DONE: IteratorReturnResult<null> = Object.freeze({ value: null, done: true });

type Pull<T> = () => Promise<IteratorResult<T>>;

/**
 * Reads the elements of a dataset one after another. `next()` may be called again before its last promise has settled:
 * the results keep the order of the calls. Whoever stops before the end should call `return()`, as `for await` does.
 */
export class LazyIterator<T> implements AsyncIterableIterator<T> {
  readonly #summary: string;
  readonly #pull: Pull<T>;
  readonly #close: () => unknown;
  #closing: Promise<unknown> | undefined;

  /** @internal `close` releases what `pull` reads from. */
  constructor(summary: string, pull: Pull<T>, close: () => unknown = () => {}) {
    this.#summary = summary;
    this.#pull = pull;
    this.#close = close;
  }

  /** The steps that elements go through: "Array of 3 items -> Map". */
  summary(): string {
    return this.#summary;
  }

  /** The next element, which then belongs to the caller. */
  next(): Promise<IteratorResult<T>> {
    return this.#closing ? Promise.resolve(DONE) : this.#pull();
  }

  /** Ends the iteration: closes files and connections, and disposes elements that were read ahead. */
  async return(): Promise<IteratorResult<T>> {
    this.#closing ??= (async () => this.#close())();
    await this.#closing;
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** All remaining elements. If one fails, those before it are disposed. */
  async toArray(): Promise<T[]> {
    const elements: T[] = [];
    try {
      for (let item = await this.next(); !item.done; item = await this.next()) elements.push(item.value);
    } catch (error) {
      dispose(elements);
      throw error;
    }
    return elements;
  }

  /** The same, with up to 100 elements read ahead. */
  toArrayForTest(): Promise<T[]> {
    return this.prefetch(100).toArray();
  }

  /** Reads to the end. Does not dispose the elements. */
  async resolveFully(): Promise<void> {
    await this.resolveWhile(() => true);
  }

  /** Reads to the end, or up to the first element for which `predicate` is false. Does not dispose the elements. */
  async resolveWhile(predicate: (value: T) => boolean): Promise<void> {
    let item = await this.next();
    while (!item.done && predicate(item.value)) item = await this.next();
  }

  /** Passes errors of `next()` to a function: true skips the failed element, false ends the iteration. */
  handleErrors(handler: (error: Error) => boolean): LazyIterator<T> {
    return this.derive('handleErrors', async () => {
      for (;;) {
        try {
          return await this.next();
        } catch (error) {
          if (!handler(error as Error)) return DONE;
        }
      }
    });
  }

  /** The elements for which `predicate`, which may be asynchronous, is true. Disposes the others. */
  filter(predicate: (value: T) => unknown): LazyIterator<T> {
    return this.derive('Filter', async () => {
      for (;;) {
        const item = await this.next();
        if (item.done) return item;
        let isWanted: unknown = false;
        try {
          isWanted = await predicate(item.value);
        } finally {
          if (!isWanted) dispose(item.value);
        }
        if (isWanted) return item;
      }
    });
  }

  /** The results of a function. Disposes the tensors of the elements that are not in the results. */
  map<O>(transform: (value: T) => O): LazyIterator<O> {
    return this.concurrent('Map', async () => {
      const item = await this.next();
      return item.done ? DONE : { value: consume(item.value, transform), done: false };
    });
  }

  /** The same for an asynchronous function. As many calls of it run at once as there are open calls of `next()`. */
  mapAsync<O>(transform: (value: T) => Promise<O>): LazyIterator<O> {
    return this.concurrent('AsyncMap', async () => {
      const item = await this.next();
      return item.done ? DONE : { value: await consumeAsync(item.value, transform), done: false };
    });
  }

  /** The same, one call at a time. */
  serialMapAsync<O>(transform: (value: T) => Promise<O>): LazyIterator<O> {
    return this.mapAsync(transform).serial();
  }

  /** The elements of the lists that a function returns. */
  flatmap<O>(transform: (value: T) => O[]): LazyIterator<O> {
    let list: O[] = [];
    let at = 0;
    return this.derive(
      'Flatmap',
      async () => {
        while (at >= list.length) {
          const item = await this.next();
          if (item.done) return DONE;
          list = consume(item.value, transform);
          at = 0;
        }
        return { value: list[at++] as O, done: false };
      },
      () => dispose(list.slice(at)),
    );
  }

  /** Calls a function, which may be asynchronous, with each element, and then disposes the element. */
  async forEachAsync(f: (value: T) => unknown): Promise<void> {
    for (let item = await this.next(); !item.done; item = await this.next()) await consumeAsync(item.value, f);
  }

  /** The same, until the function's result is not true. */
  async serialForEach(f: (value: T) => Promise<boolean>): Promise<void> {
    await this.serialMapAsync(f).resolveWhile((goesOn) => goesOn === true);
  }

  /** Lists of `batchSize` elements. The last one may be shorter; without `smallLastBatch` it is then left out. */
  rowMajorBatch(batchSize: number, smallLastBatch = true): LazyIterator<T[]> {
    checkSize(batchSize, 'batchSize');
    return this.derive('RowMajorBatch', async () => {
      const batch: T[] = [];
      try {
        while (batch.length < batchSize) {
          const item = await this.next();
          if (item.done) break;
          batch.push(item.value);
        }
      } catch (error) {
        dispose(batch);
        throw error;
      }
      if (batch.length === batchSize || (smallLastBatch && batch.length > 0)) return { value: batch, done: false };
      dispose(batch);
      return DONE;
    });
  }

  /**
   * Batches as one element, in which each leaf has the values of all elements.
   *
   * @param zipFn Makes a leaf of the values, or tells to go deeper. By default, a leaf is the list of the values.
   */
  columnMajorBatch<O = unknown>(
    batchSize: number,
    smallLastBatch = true,
    zipFn: ColumnFunction = zipToList,
  ): LazyIterator<O> {
    return this.rowMajorBatch(batchSize, smallLastBatch).map((rows) => toColumns(rows, zipFn) as O);
  }

  /**
   * The elements of this iterator, and then those of another one.
   *
   * @param baseErrorHandler See handleErrors. For errors of opening an iterator, not of reading it.
   */
  concatenate(iterator: LazyIterator<T>, baseErrorHandler?: (error: Error) => boolean): LazyIterator<T> {
    const close = () => Promise.all([this.return(), iterator.return()]);
    return chain(listed([this, iterator], `${this.summary()}, ${iterator.summary()}`, close), baseErrorHandler);
  }

  /** The first elements; all if `count` is negative or left out. */
  take(count?: number): LazyIterator<T> {
    const limit = limitOf(count);
    if (limit === undefined) return this;
    let taken = 0;
    return this.concurrent('Take', async () => (taken++ < limit ? this.next() : DONE));
  }

  /** Without the first elements, which are disposed; all if `count` is negative or left out. */
  skip(count?: number): LazyIterator<T> {
    let left = limitOf(count) ?? 0;
    if (left === 0) return this;
    return this.derive('Skip', async () => {
      for (; left > 0; --left) {
        const item = await this.next();
        if (item.done) return item;
        dispose(item.value);
      }
      return this.next();
    });
  }

  /** Reads so many elements ahead. */
  prefetch(bufferSize: number): LazyIterator<T> {
    checkSize(bufferSize, 'bufferSize');
    const ahead = new ReadAhead(this, bufferSize);
    return this.concurrent(
      'Prefetch',
      () => ahead.next(),
      () => ahead.clear(),
    );
  }

  /** In random order: each element is drawn from the next `windowSize` ones. The same seed gives the same order. */
  shuffle(windowSize: number, seed?: string): LazyIterator<T> {
    checkSize(windowSize, 'windowSize');
    const window = new ShuffleWindow(this, windowSize, seed);
    return this.derive(
      'Shuffle',
      () => window.next(),
      () => window.clear(),
    );
  }

  /** The same elements. Each is read after the one before it has arrived. */
  serial(): LazyIterator<T> {
    return this.derive('Serial', () => this.next());
  }

  /** @internal An iterator that reads this one, one element after another. */
  derive<O>(name: string, pull: Pull<O>, close?: () => unknown): LazyIterator<O> {
    return this.concurrent(name, inTurn(pull), close);
  }

  /** @internal The same, for a `pull` that may be called again before it has finished. */
  concurrent<O>(name: string, pull: Pull<O>, close: () => unknown = () => {}): LazyIterator<O> {
    return new LazyIterator<O>(`${this.summary()} -> ${name}`, pull, async () => {
      await this.return();
      await close();
    });
  }
}

function checkSize(size: number, name: string): void {
  check(Number.isInteger(size) && size > 0, `${name} has to be a positive integer, got ${size}`);
}

/** undefined: no limit. */
function limitOf(count: number | undefined): number | undefined {
  return count === undefined || count === null || count < 0 ? undefined : count;
}

/** A function that calls `pull` after the call before has finished, and no more after the end. Goes on after errors. */
export function inTurn<T>(pull: Pull<T>): Pull<T> {
  let last: Promise<unknown> = Promise.resolve();
  let hasEnded = false;
  const step = async (): Promise<IteratorResult<T>> => {
    if (hasEnded) return DONE;
    const item = await pull();
    hasEnded = item.done === true;
    return hasEnded ? DONE : item;
  };
  return () => {
    const item = last.then(step, step);
    last = item;
    return item;
  };
}

/** An iterator over a list, without copies. */
export function listed<T>(
  items: ArrayLike<T>,
  summary = `Array of ${items.length} items`,
  close?: () => unknown,
): LazyIterator<T> {
  let at = 0;
  const pull = async (): Promise<IteratorResult<T>> =>
    at < items.length ? { value: items[at++] as T, done: false } : DONE;
  return new LazyIterator(summary, pull, close);
}

/** The first elements. Closes `elements` after them, unlike take(), after which a program may read on. */
export function taken<T>(elements: LazyIterator<T>, limit: number): LazyIterator<T> {
  let count = 0;
  return elements.concurrent<T>('Take', async () => {
    if (count >= limit) return DONE;
    const isLast = ++count === limit;
    try {
      return await elements.next();
    } finally {
      // Whoever ends the iteration waits for this, and gets the errors.
      if (isLast) elements.return().catch(() => {});
    }
  });
}

/** The elements of iterators, one iterator after another. Closes those that it has not reached. */
export function chain<T>(
  iterators: LazyIterator<LazyIterator<T>>,
  errorHandler?: (error: Error) => boolean,
): LazyIterator<T> {
  const rest = errorHandler ? iterators.handleErrors(errorHandler) : iterators;
  let current: LazyIterator<T> | undefined;
  const pull = inTurn<T>(async () => {
    for (;;) {
      if (!current) {
        const next = await rest.next();
        if (next.done) return DONE;
        current = next.value;
      }
      const item = await current.next();
      if (!item.done) return item;
      current = undefined;
    }
  });
  const close = async () => {
    await current?.return();
    await rest.return();
  };
  return new LazyIterator(`${iterators.summary()} -> Chained`, pull, close);
}

/** Any iterator as a LazyIterator. Throws E_INPUT. */
export function toLazy<T>(iterator: AsyncIterator<T> | Iterator<T>): LazyIterator<T> {
  if (iterator instanceof LazyIterator) return iterator;
  const { next } = (iterator ?? {}) as Partial<Iterator<T>>;
  check(typeof next === 'function', 'a dataset takes iterators: objects with a method next()');
  const pull = async (): Promise<IteratorResult<T>> => {
    const item = await iterator.next();
    if (typeof item === 'object' && item !== null) return item;
    throw new TfwasmError('E_INPUT', `next() has to return {value, done}, got ${String(item)}`);
  };
  return new LazyIterator('Function call', inTurn(pull), () => iterator.return?.());
}
