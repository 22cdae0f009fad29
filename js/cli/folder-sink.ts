// SPDX-License-Identifier: Apache-2.0
// Writes converted models to a folder, or as a file. What was there before stays until everything is written.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ConvertSink } from '../convert/types.js';
import { fail } from './failure.js';

export interface WrittenFile {
  path: string;
  bytes: number;
}

/** The names of weight files of this converter and that of TensorFlow.js. */
const SHARD = /^group\d+-shard\d+of\d+(\.bin)?$/;
const KERAS = { keras: /\.keras$/i, h5: /\.(h5|hdf5)$/i };

export class FolderSink implements ConvertSink {
  readonly #path: string;
  readonly #suffix = `.${randomUUID().slice(0, 8)}.tmp`;
  readonly #written: WrittenFile[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** In the order in which they were written: the last is the model. */
  get files(): readonly WrittenFile[] {
    return this.#written;
  }

  /** Writes a file under another name, until commit(). Throws a failure with E_FILE. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    const path = await this.#place(name);
    await this.#guard(mkdir(dirname(path), { recursive: true }));
    this.#written.push({ path, bytes: bytes.length });
    await this.#guard(writeFile(path + this.#suffix, bytes));
  }

  /** Files of models go into the folder; a file of Keras is what the path names, with its extension. */
  async #place(name: string): Promise<string> {
    const format = /^model\.(keras|h5)$/.exec(name)?.[1] as keyof typeof KERAS | undefined;
    const path = format === undefined || KERAS[format].test(this.#path) ? this.#path : `${this.#path}.${format}`;
    const info = await stat(path).catch(() => undefined);
    if (format === undefined) {
      if (info && !info.isDirectory()) fail('E_FILE', `cannot write to ${path}: it is a file, not a folder`);
      return join(path, name);
    }
    if (info?.isDirectory()) fail('E_FILE', `cannot write ${path}: it is a folder`);
    return path;
  }

  /** Gives the files their names. The last one makes the new model the current one. */
  async commit(): Promise<void> {
    for (const { path } of this.#written) await this.#guard(rename(path + this.#suffix, path));
    if (this.#written.some(({ path }) => basename(path) === 'model.json')) await this.#removeOthers();
  }

  /** Removes what was written, after an error. */
  async abort(): Promise<void> {
    for (const { path } of this.#written) await rm(path + this.#suffix, { force: true }).catch(() => {});
  }

  /** Removes the weights of an earlier model. */
  async #removeOthers(): Promise<void> {
    const own = this.#written.map(({ path }) => basename(path));
    const names = await readdir(this.#path).catch((): string[] => []);
    for (const name of names.filter((other) => SHARD.test(other) && !own.includes(other))) {
      await rm(join(this.#path, name), { force: true }).catch(() => {});
    }
  }

  #guard<T>(promise: Promise<T>): Promise<T> {
    return promise.catch((error: Error) => fail('E_FILE', `cannot write to ${this.#path}: ${error.message}`));
  }
}
