// SPDX-License-Identifier: Apache-2.0
// Caches which file contents had no findings.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.mjs';

export const hashOf = (text) => createHash('sha256').update(text).digest('hex').slice(0, 32);

export class CleanFiles {
  #path;
  #version;
  #hashes;

  /** `path`: the cache file; an unreadable one counts as empty. `version`: everything else that findings depend on. */
  constructor(path, version) {
    this.#path = path;
    this.#version = version;
    this.#hashes = readHashes(path);
  }

  /** Whether the current content of `file` is known to have no findings. */
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
