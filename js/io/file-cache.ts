// SPDX-License-Identifier: Apache-2.0
// A cache of files fetched over HTTP, by URL, for offline use.
import { describeError, TfwasmError } from '../core/errors.js';
import { type Directory, deleteFile, hasOpfs, openDirectory } from './opfs-files.js';
import { digest } from './sha256.js';
import { storageError } from './storage-errors.js';

/** A file that is being written. close() replaces the old file. */
export interface CacheWriter {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<unknown>;
  close(): Promise<unknown>;
  abort(): Promise<unknown>;
}

interface Files {
  read(url: string): Promise<Response | undefined>;
  open(url: string): Promise<CacheWriter>;
  remove(url: string): Promise<unknown>;
}

export interface FileCache extends Files {
  /** Writes a file. Resolves to whether this succeeded. */
  keep(url: string, chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<boolean>;
  /** Logs a failure of the cache; loading continues. */
  warn(error: unknown): void;
}

const NAME = 'tfwasm-cache';

/** The cache of this kind; undefined if the browser does not have it. */
export async function openCache(kind: 'cache-storage' | 'opfs'): Promise<FileCache | undefined> {
  if (kind !== 'cache-storage' && kind !== 'opfs') {
    throw new TfwasmError('E_INPUT', `cache must be 'cache-storage', 'opfs' or false, got ${JSON.stringify(kind)}`);
  }
  try {
    const files = await (kind === 'opfs' ? openOpfs() : openCacheStorage());
    return files && { ...files, keep: (url, chunks) => keepFile(files, url, chunks), warn };
  } catch (error) {
    warn(error);
    return undefined;
  }
}

function warn(error: unknown): void {
  console.warn(`tfwasm does not keep this model for offline use: ${describeError(error)}`);
}

export async function clearCache(): Promise<void> {
  try {
    await globalThis.caches?.delete(NAME);
    if (!hasOpfs()) return;
    const root = await navigator.storage.getDirectory();
    await root.removeEntry(NAME, { recursive: true });
  } catch (error) {
    // Where the browser does not allow them, nothing is stored.
    const { name } = error as Error;
    if (name !== 'NotFoundError' && name !== 'SecurityError') throw storageError('remove', 'the cache', error);
  }
}

const absolute = (url: string) => new URL(url, globalThis.location?.href).href;

async function openCacheStorage(): Promise<Files | undefined> {
  if (!globalThis.caches) return undefined;
  const cache = await caches.open(NAME);
  // Keys are different URLs, so that service workers that search all caches do not find these entries.
  const key = (url: string) => `https://tfwasm.invalid/?${encodeURIComponent(absolute(url))}`;
  return {
    read: (url) => cache.match(key(url)),
    remove: (url) => cache.delete(key(url)),
    open: async (url) => {
      const { readable, writable } = new TransformStream<Uint8Array>();
      const writer = writable.getWriter();
      const stored = cache.put(key(url), new Response(readable));
      // write() and close() report rejections; this avoids an unhandled one in between.
      stored.catch(() => {});
      return {
        write: (bytes) => Promise.race([writer.write(bytes), stored]),
        close: () => Promise.all([writer.close(), stored]),
        abort: () => writer.abort(),
      };
    },
  };
}

/** Other APIs would leave a partial file if the page is closed. */
function canWriteAtOnce(): boolean {
  return typeof FileSystemFileHandle === 'function' && 'createWritable' in FileSystemFileHandle.prototype;
}

async function openOpfs(): Promise<Files | undefined> {
  if (!hasOpfs() || !canWriteAtOnce()) return undefined;
  const folder = (await openDirectory(undefined, NAME, true, 'opfs://')) as Directory;
  const name = (url: string) => digest(new TextEncoder().encode(absolute(url)));
  return {
    async read(url) {
      const handle = await folder.getFileHandle(await name(url)).catch(() => undefined);
      return handle && new Response(await handle.getFile());
    },
    remove: async (url) => deleteFile(folder, await name(url)),
    open: async (url) => (await folder.getFileHandle(await name(url), { create: true })).createWritable(),
  };
}

async function keepFile(cache: Files, url: string, chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<boolean> {
  let writer: CacheWriter | undefined;
  try {
    writer = await cache.open(url);
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
    return true;
  } catch (error) {
    warn(error);
    // Not awaited: it may wait for a write that never completes.
    writer?.abort().catch(() => {});
    return false;
  }
}
