// SPDX-License-Identifier: Apache-2.0
// Datasets of values, functions and other datasets.
import { check } from '../core/errors.js';
import type { TensorContainer } from '../tensor/tensor.js';
import { type Dataset, DerivedDataset, isDataset } from './dataset.js';
import { loadStreams } from './loader.js';

/** Datasets in lists and objects. */
export type DatasetContainer = { [name: string]: DatasetContainer | Dataset<TensorContainer> } | DatasetList;
interface DatasetList extends Array<DatasetContainer | Dataset<TensorContainer>> {}

/**
 * A dataset of the items of a list. Each reading has copies of them, also of tensors, whose originals stay yours.
 *
 * ```js
 * await tf.data.array([{ x: 1 }, { x: 2 }]).forEachAsync(({ x }) => console.log(x));
 * ```
 */
export function array<T extends TensorContainer>(items: T[]): Dataset<T> {
  check(Number.isInteger((items as Partial<T[]> | null)?.length), 'tf.data.array() takes a list');
  return new DerivedDataset(items.length, async () => (await loadStreams()).fromItems(items));
}

/**
 * A dataset of what a function returns, `{value, done}`. It is called for each element of each reading, and not again
 * after the end. Elements belong to the dataset.
 */
export function func<T extends TensorContainer>(f: () => IteratorResult<T> | Promise<IteratorResult<T>>): Dataset<T> {
  check(typeof f === 'function', 'tf.data.func() takes a function');
  return new DerivedDataset(undefined, async () => (await loadStreams()).fromFunction(f));
}

/**
 * A dataset of what a generator yields: a function that returns an iterator, which may be asynchronous.
 *
 * ```js
 * const dataset = tf.data.generator(function* () {
 *   for (let i = 0; i < 3; ++i) yield tf.scalar(i);
 * });
 * ```
 */
export function generator<T extends TensorContainer>(
  generator: () => Iterator<T> | Promise<Iterator<T>> | AsyncIterator<T>,
): Dataset<T> {
  check(typeof generator === 'function', 'tf.data.generator() takes a function that returns an iterator');
  return new DerivedDataset(undefined, async () => (await loadStreams()).fromGenerator<T>(generator));
}

/**
 * A dataset whose elements have the structure of `datasets`, with an element of each. It ends with the shortest one.
 *
 * ```js
 * const pairs = tf.data.zip({ xs: tf.data.array([1, 2]), ys: tf.data.array([3, 4]) });
 * ```
 */
export function zip<O extends TensorContainer>(datasets: DatasetContainer): Dataset<O> {
  check(typeof datasets === 'object' && datasets !== null, 'The argument to zip() must be an object or array.');
  const sizes = leavesOf(datasets).map(({ size }) => size ?? Number.NaN);
  const size = sizes.length > 0 ? Math.min(...sizes) : 0;
  return new DerivedDataset(Number.isNaN(size) ? undefined : size, async () =>
    (await loadStreams()).zipped<O>(datasets, (leaf) => (isDataset(leaf) ? open(leaf) : undefined)),
  );
}

const open = async (dataset: Dataset<TensorContainer>) => (await loadStreams()).toLazy(await dataset.iterator());

const MOST_LEVELS = 100;

/** Throws E_INPUT for other leaves than datasets. */
function leavesOf(structure: unknown, level = 0): Dataset<TensorContainer>[] {
  if (isDataset(structure)) return [structure];
  check(
    typeof structure === 'object' && structure !== null,
    'Leaves of the structure passed to zip() must be Datasets, not primitives.',
  );
  check(level < MOST_LEVELS, `zip() takes at most ${MOST_LEVELS} levels, and no circles`, 'E_LIMIT');
  return Object.values(structure).flatMap((part) => leavesOf(part, level + 1));
}
