// SPDX-License-Identifier: Apache-2.0
// Files that came over HTTP, kept by URL for use without a network.
import { describeError, TfwasmError } from '../errors.js';
import { type Directory, deleteFile, hasOpfs, openDirectory } from './opfs-files.js';
import { digest } from './sha256.js';
import type { LoadOptions } from './types.js';

/** A file that is being written. It counts from close() on; until then the old one stays. */
export interface CacheWriter {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<unknown>;
  close(): Promise<unknown>;
  abort(): Promise<unknown>;
}

export interface FileCache {
  read(url: string): Promise<Response | undefined>;
  open(url: string): Promise<CacheWriter>;
  remove(url: string): Promise<unknown>;
}

const NAME = 'tfwasm-cache';

/** The cache that the program wants; undefined when it wants none, or there is none here. */
export async function openCache(kind: LoadOptions['cache']): Promise<FileCache | undefined> {
  if (!kind) return undefined;
  if (kind !== 'cache-storage' && kind !== 'opfs') {
    throw new TfwasmError('E_INPUT', `cache must be 'cache-storage', 'opfs' or false, got ${JSON.stringify(kind)}`);
  }
  try {
    if (kind === 'opfs') return hasOpfs() && canWriteAtOnce() ? await openOpfs() : undefined;
    return globalThis.caches ? openCacheStorage(await caches.open(NAME)) : undefined;
  } catch (error) {
    warnOfCache(error);
    return undefined;
  }
}

/** A cache that fails is no reason to fail. */
export function warnOfCache(error: unknown): void {
  console.warn(`tfwasm does not keep this model for offline use: ${describeError(error)}`);
}

/** Removes all that the option `cache` has kept. */
export async function clearCache(): Promise<void> {
  await globalThis.caches?.delete(NAME);
  if (!hasOpfs()) return;
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(NAME, { recursive: true }).catch((error) => {
    if (error?.name !== 'NotFoundError') throw error;
  });
}

const absolute = (url: string) => new URL(url, globalThis.location?.href).href;

function openCacheStorage(cache: Cache): FileCache {
  // The key is a URL of its own: with the file's, service workers that search all caches would find it.
  const key = (url: string) => `https://tfwasm.invalid/?${encodeURIComponent(absolute(url))}`;
  return {
    read: (url) => cache.match(key(url)),
    remove: (url) => cache.delete(key(url)),
    open: async (url) => {
      const { readable, writable } = new TransformStream<Uint8Array>();
      const writer = writable.getWriter();
      const stored = cache.put(key(url), new Response(readable));
      // It is awaited with every write; this is for the time between.
      stored.catch(() => {});
      return {
        write: (bytes) => Promise.race([writer.write(bytes), stored]),
        close: () => Promise.all([writer.close(), stored]),
        abort: () => writer.abort(),
      };
    },
  };
}

/** Other ways to write would leave half a file when the page ends. */
function canWriteAtOnce(): boolean {
  return typeof FileSystemFileHandle === 'function' && 'createWritable' in FileSystemFileHandle.prototype;
}

async function openOpfs(): Promise<FileCache> {
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

/** Writes a file to the cache. Resolves to whether that succeeded. */
export async function keepFile(
  cache: FileCache,
  url: string,
  chunks: readonly Uint8Array<ArrayBuffer>[],
): Promise<boolean> {
  let writer: CacheWriter | undefined;
  try {
    writer = await cache.open(url);
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
    return true;
  } catch (error) {
    warnOfCache(error);
    // Not awaited: it may wait for a write that nobody takes.
    writer?.abort().catch(() => {});
    return false;
  }
}
