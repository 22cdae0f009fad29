// SPDX-License-Identifier: Apache-2.0
// Replaces several items of localStorage as if they were one. Only a single setItem() is all or
// nothing, so one more item is a journal: while it is there, the items are those that it holds.
//
// Other tabs see all this happen one by one and late; what they see is a moment of the past, save that
// browsers skip others' changes of an item while an own one is under way. So each journal is an item of
// its own: nobody misses one.
export type Items = (string | null)[];

const JOURNAL = 'tfwasm_journal/';

const journals = (storage: Storage) =>
  Object.keys(storage)
    .filter((key) => key.startsWith(JOURNAL))
    .sort();

export function readItems(storage: Storage, keys: readonly string[]): Items {
  return keys.map((key) => storage.getItem(key));
}

/**
 * Sets the items (null removes one). After an error, or an interruption and the next
 * `recoverItems()`, all are what they were; or, after an interruption, all are new.
 *
 * It takes room for the old and the new items together, and no more.
 */
export function replaceItems(storage: Storage, keys: readonly string[], values: Items): void {
  const old = readItems(storage, keys);
  // The smaller set goes into the journal, so that the larger one is never there twice.
  const forward = textLength(values) <= textLength(old);
  // In the order of their names is the order in which they were begun.
  const journal = `${JOURNAL}${Date.now()}`;
  storage.setItem(journal, formatJournal(keys, forward ? values : old));
  try {
    writeItems(storage, keys, values);
  } catch (error) {
    if (forward) storage.removeItem(journal);
    writeItems(storage, keys, old);
    storage.removeItem(journal);
    throw error;
  }
  storage.removeItem(journal);
}

/** Whether somebody is replacing items, or was interrupted while doing so. */
export function isHalfDone(storage: Storage): boolean {
  return journals(storage).length > 0;
}

/** Ends what interruptions left half done. */
export function recoverItems(storage: Storage): void {
  for (const key of journals(storage)) {
    const journal = storage.getItem(key) as string;
    // It may be gone already, if what is seen here is late; then it has to be there again before an item
    // changes.
    storage.setItem(key, journal);
    const entries = parseJournal(journal);
    writeItems(
      storage,
      entries.map(([name]) => name),
      entries.map(([, value]) => value),
    );
    storage.removeItem(key);
  }
}

/** The first item goes first and comes last: without it, a reader sees no model. */
function writeItems(storage: Storage, keys: readonly string[], values: Items): void {
  for (const key of keys) storage.removeItem(key);
  for (const [index, key] of [...keys.entries()].reverse()) {
    const value = values[index];
    if (typeof value === 'string') storage.setItem(key, value);
  }
}

function textLength(values: Items): number {
  return values.reduce((sum, value) => sum + (value?.length ?? 0), 0);
}

/** Keys and lengths on the first line, then the values just so: escapes would need more room. */
function formatJournal(keys: readonly string[], values: Items): string {
  const entries = keys.map((key, index) => [key, values[index]?.length ?? null]);
  return `${JSON.stringify(entries)}\n${values.join('')}`;
}

function parseJournal(journal: string): [string, string | null][] {
  try {
    let offset = journal.indexOf('\n') + 1;
    const entries = JSON.parse(journal.slice(0, offset)) as [string, number | null][];
    return entries.map(([key, length]) => {
      if (length === null) return [String(key), null];
      offset += length;
      return [String(key), journal.slice(offset - length, offset)];
    });
  } catch {
    // Not written here: setItem() leaves no half of a journal.
    return [];
  }
}
