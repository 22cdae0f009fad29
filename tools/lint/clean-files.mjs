// SPDX-License-Identifier: Apache-2.0
// Remembers the content of files in which nothing was found.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.mjs';

export const hashOf = (text) => createHash('sha256').update(text).digest('hex').slice(0, 32);

export class CleanFiles {
  #path;
  #version;
  #hashes;

  /**
   * `path`: where the hashes are kept; whatever is wrong with that file, nothing is known then. `version`: all else that
   * findings depend on.
   */
  constructor(path, version) {
    this.#path = path;
    this.#version = version;
    this.#hashes = readHashes(path);
  }

  /** Whether nothing was found in `file` as it is. */
  has(file) {
    return this.#hashes.get(file) === this.#hash(file);
  }

  add(files) {
    for (const file of files) this.#hashes.set(file, this.#hash(file));
  }

  save() {
    writeFileSync(this.#path, JSON.stringify(Object.fromEntries([...this.#hashes].sort()), null, 1));
  }

  #hash(file) {
    return hashOf(`${this.#version}\n${readFileSync(join(ROOT, file), 'utf8')}`);
  }
}

function readHashes(path) {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8'))));
  } catch {
    return new Map();
  }
}
