// SPDX-License-Identifier: Apache-2.0
// A model of localStorage with several tabs. A tab sees its own changes at once, and those of others late and in order;
// changes to an item that it is changing itself are skipped, as in Chromium.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { importSource } from './source.mjs';

const { inner } = await importSource();
const { isHalfDone, readItems, recoverItems, replaceItems } = inner['io/string-items'];

/** All changes of all tabs, in the order in which the browser received them. */
class Disk {
  log = [];

  /** The state for a tab that is opened after `length` changes. */
  at(length) {
    const tab = new Tab(this);
    tab.apply(length);
    return tab;
  }
}

class Tab {
  #disk;
  #items = new Map();
  #seen = 0;
  #pending = new Map();
  /** The number of changes before the tab dies. */
  lives = Number.POSITIVE_INFINITY;

  constructor(disk) {
    this.#disk = disk;
  }

  /** Applies the next `count` changes of other tabs. */
  apply(count) {
    for (const end = Math.min(this.#disk.log.length, this.#seen + count); this.#seen < end; ++this.#seen) {
      const { by, key, value } = this.#disk.log[this.#seen];
      const pending = this.#pending.get(key) ?? 0;
      if (by === this) this.#pending.set(key, pending - 1);
      else if (pending === 0) this.#set(key, value);
    }
  }

  #set(key, value) {
    if (value === null) this.#items.delete(key);
    else this.#items.set(key, value);
  }

  #change(key, value) {
    if (this.lives-- <= 0) throw new Error('killed');
    this.#disk.log.push({ by: this, key, value });
    this.#pending.set(key, (this.#pending.get(key) ?? 0) + 1);
    this.#set(key, value);
  }

  /** The Storage of the tab. Its keys are those of an object. */
  get storage() {
    const methods = {
      getItem: (key) => this.#items.get(key) ?? null,
      setItem: (key, value) => this.#change(key, value),
      removeItem: (key) => this.#change(key, null),
    };
    return new Proxy(methods, {
      ownKeys: () => [...this.#items.keys()],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    });
  }
}

/** A generator of integers below `limit` (xorshift32). */
function randomNumbers(seed) {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

const MODELS = ['a', 'b'].map((name) => ['info', 'topology', 'weights'].map((part) => `${name}/${part}`));

/** Throws unless all items of a model are from the same save. */
function assertWhole({ storage }, where) {
  if (isHalfDone(storage)) return;
  for (const keys of MODELS) {
    const versions = new Set(readItems(storage, keys).map((value) => value?.slice(0, 6) ?? null));
    assert.equal(versions.size, 1, `${where}: ${keys[0]} is a mixture of ${[...versions]}`);
  }
}

describe('items of localStorage', () => {
  test('are those of one save in every tab at every moment', (context) => {
    for (let seed = 1; seed <= 200; ++seed) checkTabs(randomNumbers(seed), `seed ${seed}`, context);
  });

  function checkTabs(random, title, context) {
    // Saves are more than a millisecond apart.
    let now = 1_700_000_000_000;
    const clock = context.mock.method(Date, 'now', () => ++now);
    const disk = new Disk();
    const tabs = [new Tab(disk), new Tab(disk), new Tab(disk)];
    for (let step = 0; step < 40; ++step) {
      const tab = tabs[random(tabs.length)];
      // One in five tabs dies during a save.
      tab.lives = random(5) === 0 ? random(12) : tab.lives;
      const version = String(step).padStart(6, '0');
      try {
        recoverItems(tab.storage);
        const keys = MODELS[random(MODELS.length)];
        const values = keys.map((key) => (random(8) ? `${version} ${key} ${'x'.repeat(random(40))}` : `${version}`));
        replaceItems(tab.storage, keys, random(4) ? values : keys.map(() => null));
      } catch (error) {
        assert.match(error.message, /killed/);
        tabs[tabs.indexOf(tab)] = disk.at(random(disk.log.length + 1));
      }
      for (const each of tabs) {
        each.apply(random(14));
        assertWhole(each, `${title}, after step ${step}`);
      }
    }
    for (let length = 0; length <= disk.log.length; ++length)
      assertWhole(disk.at(length), `${title}, after change ${length}`);
    clock.mock.restore();
  }
});
