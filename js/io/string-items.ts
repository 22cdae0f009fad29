// SPDX-License-Identifier: Apache-2.0
// Atomic replacement of several localStorage items. Only a single setItem() is atomic, so another item serves as a
// journal: while it exists, its content overrides the items.
//
// Other tabs see the changes late and one by one, in order. But browsers skip others' changes to an item while the
// tab's own change to it is pending. So each journal is a separate item, which no tab misses.
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
 * Sets the items (null removes one). After an error, all have their old values. After an interruption and the next
 * `recoverItems()`, all have their old or all have their new values.
 *
 * Needs room for the old and the new items together, and no more.
 */
export function replaceItems(storage: Storage, keys: readonly string[], values: Items): void {
  const old = readItems(storage, keys);
  // The smaller set goes into the journal, so that the larger one is never stored twice.
  const forward = textLength(values) <= textLength(old);
  // Journals sort by their start time.
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

/** Whether a replacement is in progress or was interrupted. */
export function isHalfDone(storage: Storage): boolean {
  return journals(storage).length > 0;
}

/** Completes or undoes interrupted replacements. */
export function recoverItems(storage: Storage): void {
  for (const key of journals(storage)) {
    const journal = storage.getItem(key) as string;
    // If this view is outdated, the journal may already be gone. It must exist before an item changes.
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

/** Removes the first item first and writes it last: without it, readers see no model. */
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

/** Keys and lengths in the first line, then the raw values, since escapes would need more room. */
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
    // Written by another program: setItem() is atomic.
    return [];
  }
}
