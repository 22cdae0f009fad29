// SPDX-License-Identifier: Apache-2.0
// The files of a model, wherever they are.
import { describeError, TfwasmError } from '../../core/errors.js';
import { newBytes } from '../../io/bytes.js';

/** A file of which parts can be read. */
export interface SourceFile {
  readonly size: number;
  /** Exactly these bytes. Throws E_FILE if they cannot be read, or the file is shorter. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface ModelFiles {
  /** For messages: a path or a URL. */
  readonly name: string;
  /** The path of the file that was named; undefined for a folder or an archive. */
  readonly main: string | undefined;
  /** The paths of all files, with "/" between names. For a URL only that of its file. */
  readonly paths: readonly string[];
  /** Throws E_FILE if there is no such file. */
  open(path: string): Promise<SourceFile>;
}

export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) as string;

/** The folder of a path, with the "/" at its end; '' for the root. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

export function readAll(file: SourceFile): Promise<Uint8Array> {
  return file.read(0, file.size);
}

/** More files, or folders in folders, are hardly a model. */
export const MAX_FILES = 10_000;
export const MAX_DEPTH = 20;

/** The first bytes of a file: `length` or fewer. */
export function readStart(file: SourceFile, length: number): Promise<Uint8Array> {
  return file.read(0, Math.min(length, file.size));
}

/** The whole file as text. */
export async function readText(files: ModelFiles, path: string): Promise<string> {
  // TextDecoder drops a byte order mark.
  return new TextDecoder().decode(await readAll(await files.open(path)));
}

export function fileOfBytes(bytes: Uint8Array, name: string): SourceFile {
  return {
    size: bytes.length,
    async read(offset, length) {
      checkRange(offset, length, bytes.length, name);
      return bytes.subarray(offset, offset + length);
    },
  };
}

export function fileOfBlob(blob: Blob, name: string): SourceFile {
  return {
    size: blob.size,
    async read(offset, length) {
      checkRange(offset, length, blob.size, name);
      try {
        return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch (error) {
        throw new TfwasmError('E_FILE', `cannot read ${name}: ${describeError(error)}`, { cause: error });
      }
    },
  };
}

/** Throws E_FILE. */
export function checkRange(offset: number, length: number, size: number, name: string): void {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  throw new TfwasmError(
    'E_FILE',
    `${name} has ${size} bytes, but those from ${offset} to ${offset + length} are needed`,
  );
}

/** Files by path. */
export function filesOfMap(
  name: string,
  files: ReadonlyMap<string, SourceFile>,
  main: string | undefined = files.size === 1 ? files.keys().next().value : undefined,
): ModelFiles {
  return {
    name,
    main,
    paths: [...files.keys()].sort(),
    async open(path) {
      const file = files.get(path);
      if (file) return file;
      throw new TfwasmError('E_FILE', `${name} has no file '${path}'`);
    },
  };
}

/** The bytes of several files one after another. */
export class ByteReader {
  readonly #files: readonly SourceFile[];
  #file = 0;
  #at = 0;

  constructor(files: readonly SourceFile[]) {
    this.#files = files;
  }

  /** The next bytes. Throws E_WEIGHT_BYTES if there are not so many. */
  async take(length: number): Promise<Uint8Array> {
    const current = this.#files[this.#file];
    if (current && this.#at + length <= current.size) {
      this.#at += length;
      return current.read(this.#at - length, length);
    }
    const left = this.#files.slice(this.#file).reduce((sum, { size }) => sum + size, -this.#at);
    if (left < length)
      throw new TfwasmError('E_WEIGHT_BYTES', `${length} bytes of weights are needed, ${left} are left`);
    const bytes = newBytes(length);
    for (let filled = 0; filled < length; ) {
      const file = this.#files[this.#file] as SourceFile;
      const count = Math.min(length - filled, file.size - this.#at);
      bytes.set(await file.read(this.#at, count), filled);
      filled += count;
      this.#at += count;
      if (this.#at === file.size) {
        this.#file += 1;
        this.#at = 0;
      }
    }
    return bytes;
  }
}
