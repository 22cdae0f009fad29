// SPDX-License-Identifier: Apache-2.0
// Files that came over HTTP, kept by URL for use without a network.
import { describeError, TfwasmError } from '../core/errors.js';
import { type Directory, deleteFile, hasOpfs, openDirectory } from './opfs-files.js';
import { digest } from './sha256.js';

/** A file that is being written. It counts from close() on; until then the old one stays. */
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
  /** Writes a file. Resolves to whether that succeeded. */
  keep(url: string, chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<boolean>;
  /** A cache that fails is no reason to fail. */
  warn(error: unknown): void;
}

const NAME = 'tfwasm-cache';

/** The cache that the program wants; undefined when there is none here. */
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
  await globalThis.caches?.delete(NAME);
  if (!hasOpfs()) return;
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(NAME, { recursive: true }).catch((error) => {
    if (error?.name !== 'NotFoundError') throw error;
  });
}

const absolute = (url: string) => new URL(url, globalThis.location?.href).href;

async function openCacheStorage(): Promise<Files | undefined> {
  if (!globalThis.caches) return undefined;
  const cache = await caches.open(NAME);
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
    // Not awaited: it may wait for a write that nobody takes.
    writer?.abort().catch(() => {});
    return false;
  }
}
