// SPDX-License-Identifier: Apache-2.0
// The iterators that datasets begin with.
import { Tensor } from '../../common.js';
import { check, TfwasmError } from '../../core/errors.js';
import { kindOf } from '../../core/public-function.js';
import { tensorsIn } from '../../tensor/memory.js';
import { isContainer, mapParts } from './columns.js';
import { chain, DONE, inTurn, LazyIterator, listed, toLazy } from './lazy-iterator.js';
import { dispose } from './ownership.js';

/** Copies of the items, so that consumers can change and dispose them. */
export function fromItems<T>(items: ArrayLike<T>): LazyIterator<T> {
  const originals = listed(items);
  const pull = async (): Promise<IteratorResult<T>> => {
    const item = await originals.next();
    return item.done ? DONE : { value: copied(item.value) as T, done: false };
  };
  return new LazyIterator(originals.summary(), pull);
}

const MOST_LEVELS = 100;

/** Copies lists, plain objects and tensors. Objects of a class become plain ones if there are tensors in them. */
function copied(value: unknown, level = 0): unknown {
  if (value instanceof Tensor) return value.clone();
  if (!isContainer(value) || !(isPlain(value) || tensorsIn(value).size > 0)) return value;
  if (level === MOST_LEVELS) {
    throw new TfwasmError('E_LIMIT', `elements have at most ${MOST_LEVELS} levels, and no circles`);
  }
  return mapParts(value, (part) => copied(part, level + 1));
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Calls `f` for each element, one call after another, and not again after the end. */
export function fromFunction<T>(f: () => IteratorResult<T> | Promise<IteratorResult<T>>): LazyIterator<T> {
  return toLazy({ next: f } as AsyncIterator<T>);
}

/** Opens what a function of the user returns: an iterator, or something that has one. Throws E_INPUT. */
export async function fromGenerator<T>(generator: () => unknown): Promise<LazyIterator<T>> {
  const made = (await generator()) as Partial<AsyncIterator<T> & AsyncIterable<T> & Iterable<T>> | undefined;
  if (typeof made?.next === 'function') return toLazy(made as AsyncIterator<T>);
  const iterator = made?.[Symbol.asyncIterator]?.() ?? made?.[Symbol.iterator]?.();
  check(iterator !== undefined, `generator() takes a function that returns an iterator, got '${kindOf(made)}'`);
  return toLazy(iterator);
}

/**
 * Elements with the structure of `datasets`, until the first iterator ends.
 *
 * @param open Opens a leaf; undefined if it is none.
 */
export async function zipped<T>(
  datasets: unknown,
  open: (leaf: unknown) => Promise<LazyIterator<unknown>> | undefined,
): Promise<LazyIterator<T>> {
  const opening: Promise<LazyIterator<unknown>>[] = [];
  const indexes = openLeaves(datasets, open, opening);
  const opened = await Promise.allSettled(opening);
  const iterators = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const close = () => Promise.all(iterators.map((iterator) => iterator.return()));
  const failed = opened.find((result) => result.status === 'rejected');
  if (failed) {
    await close();
    throw failed.reason;
  }
  const pull = async (): Promise<IteratorResult<T>> => {
    const values = await nextOfAll(iterators);
    if (values) return { value: withValues(indexes, values) as T, done: false };
    await close();
    return DONE;
  };
  return new LazyIterator(
    `{${iterators.map((iterator) => iterator.summary()).join(', ')}} -> Zip`,
    inTurn(pull),
    close,
  );
}

/** The structure, with the index of the iterator at each leaf. */
function openLeaves(
  container: unknown,
  open: (leaf: unknown) => Promise<LazyIterator<unknown>> | undefined,
  opening: Promise<LazyIterator<unknown>>[],
): unknown {
  const promise = open(container);
  if (promise) return opening.push(promise) - 1;
  return mapParts(container as object, (part) => openLeaves(part, open, opening));
}

/** undefined after the end. What the others have given is then disposed, also after an error. */
async function nextOfAll(iterators: readonly LazyIterator<unknown>[]): Promise<unknown[] | undefined> {
  const results = await Promise.allSettled(iterators.map((iterator) => iterator.next()));
  const values = results.flatMap((result) =>
    result.status === 'fulfilled' && !result.value.done ? [result.value.value] : [],
  );
  if (values.length === iterators.length && values.length > 0) return values;
  dispose(values);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return undefined;
}

function withValues(structure: unknown, values: readonly unknown[]): unknown {
  return typeof structure === 'number'
    ? values[structure]
    : mapParts(structure as object, (part) => withValues(part, values));
}

/** The elements of datasets, each of which is opened when the one before it has ended. */
export function concatenated<T>(opens: readonly (() => Promise<LazyIterator<T>>)[]): LazyIterator<T> {
  return chain(opening('Datasets', async (index) => opens[index]?.()));
}

/** Opens and reads a dataset `count` times. Ends if it is empty, since it would never end otherwise. */
export function repeated<T>(open: () => Promise<LazyIterator<T>>, count: number): LazyIterator<T> {
  let isEmpty = false;
  return chain(
    opening('Repeat', async (index) => {
      if (index >= count || isEmpty) return undefined;
      isEmpty = true;
      const iterator = await open();
      return iterator.concurrent('Pass', async () => {
        const item = await iterator.next();
        isEmpty &&= item.done === true;
        return item;
      });
    }),
  );
}

/** The iterators that `open` gives for 0, 1, ..., until it gives none. */
function opening<T>(
  summary: string,
  open: (index: number) => Promise<LazyIterator<T> | undefined>,
): LazyIterator<LazyIterator<T>> {
  let index = 0;
  return new LazyIterator<LazyIterator<T>>(summary, async () => {
    const value = await open(index++);
    return value ? { value, done: false } : DONE;
  });
}
