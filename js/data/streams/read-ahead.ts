// SPDX-License-Identifier: Apache-2.0
// Elements that are read before they are needed: prefetch and shuffle.
import { Alea } from './alea.js';
import { dispose } from './ownership.js';

type Item<T> = Promise<IteratorResult<T>>;

interface Upstream<T> {
  next(): Item<T>;
}

/** So many calls of next() are open at most, so that the end is noticed also with huge buffers. */
const MOST_CALLS = 256;

/** A list of elements that have been asked for. */
class Requested<T> {
  readonly items: Item<T>[] = [];
  hasEnded = false;
  readonly #upstream: Upstream<T>;

  constructor(upstream: Upstream<T>) {
    this.#upstream = upstream;
  }

  /** Asks for one more. */
  request(): Item<T> {
    const item = this.#upstream.next();
    // An error is thrown when the element is taken. Until then nobody waits for it.
    item.then(
      ({ done }) => {
        this.hasEnded ||= done === true;
      },
      () => {},
    );
    return item;
  }

  /** Disposes the elements of all requests. */
  async clear(): Promise<void> {
    const results = await Promise.allSettled(this.items.splice(0));
    for (const result of results) if (result.status === 'fulfilled') dispose(result.value.value);
  }
}

/** Reads ahead in order. */
export class ReadAhead<T> {
  readonly #requested: Requested<T>;
  readonly #size: number;

  constructor(upstream: Upstream<T>, size: number) {
    this.#requested = new Requested(upstream);
    this.#size = size;
  }

  /** The next element. Its successors are on their way when this returns. */
  next(): Item<T> {
    const { items } = this.#requested;
    const item = items.shift() ?? this.#requested.request();
    const goal = Math.min(this.#size, items.length + MOST_CALLS);
    while (items.length < goal && !this.#requested.hasEnded) items.push(this.#requested.request());
    return item;
  }

  clear(): Promise<void> {
    return this.#requested.clear();
  }
}

/** A window has no more empty places. */
const MOST_EMPTY_PLACES = 1 << 20;

const EMPTY: Item<never> = Promise.resolve({ value: null, done: true });

/**
 * Draws elements from a window, which the next elements fill again. The order for a seed is that of TensorFlow.js: the
 * same generator, the last element moves to the place that was drawn, and after the end of the elements empty places
 * fill the window, which are drawn, too.
 */
export class ShuffleWindow<T> {
  readonly #requested: Requested<T>;
  readonly #size: number;
  readonly #random: Alea;

  constructor(upstream: Upstream<T>, size: number, seed: string | undefined) {
    this.#requested = new Requested(upstream);
    this.#size = size;
    this.#random = new Alea(seed || String(performance.now()));
  }

  async next(): Promise<IteratorResult<T>> {
    const { items } = this.#requested;
    await this.#fill();
    while (items.length > 0) {
      const index = Math.floor(this.#random.next() * items.length);
      const drawn = items[index] as Item<T>;
      const last = items.pop() as Item<T>;
      if (index < items.length) items[index] = last;
      if (drawn === EMPTY) continue;
      const result = await drawn;
      if (!result.done) return result;
    }
    return EMPTY;
  }

  async #fill(): Promise<void> {
    const { items } = this.#requested;
    for (let calls = 1; items.length < this.#size && !this.#requested.hasEnded; ++calls) {
      items.push(this.#requested.request());
      if (calls % MOST_CALLS === 0) await items.at(-1)?.catch(() => {});
    }
    const places = Math.min(this.#size, MOST_EMPTY_PLACES);
    while (items.length < places) items.push(EMPTY);
  }

  clear(): Promise<void> {
    return this.#requested.clear();
  }
}
