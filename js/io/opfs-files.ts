// SPDX-License-Identifier: Apache-2.0
// Folders and files of the origin-private file system.
import { describeError } from '../core/errors.js';
import { unavailable } from './storage-errors.js';

/** Methods that TypeScript's DOM library lacks. */
export type Directory = FileSystemDirectoryHandle & { keys(): AsyncIterable<string> };

/** Workers only. Writes synchronously, and can flush. */
interface SyncAccessHandle {
  write(bytes: Uint8Array, options: { at: number }): number;
  flush(): void;
  close(): void;
}

type Writable = Partial<Pick<FileSystemFileHandle, 'createWritable'>> & {
  createSyncAccessHandle?: () => Promise<SyncAccessHandle>;
};

export function hasOpfs(): boolean {
  return typeof globalThis.navigator?.storage?.getDirectory === 'function';
}

/** Whether it exists and is allowed. Firefox blocks it in private windows. */
export function canUseOpfs(): Promise<boolean> {
  return openFileSystem('opfs://').then(
    () => true,
    () => false,
  );
}

/**
 * A folder in `parent`, or in the root of the file system.
 *
 * @returns undefined if it does not exist and `create` is false.
 */
export async function openDirectory(
  parent: Directory | undefined,
  name: string,
  create: boolean,
  url: string,
): Promise<Directory | undefined> {
  try {
    const folder = parent ?? (await openFileSystem(url));
    return (await folder.getDirectoryHandle(name, { create })) as Directory;
  } catch (error) {
    if ((error as Error | null)?.name === 'NotFoundError' && !create) return undefined;
    throw error;
  }
}

async function openFileSystem(url: string): Promise<FileSystemDirectoryHandle> {
  if (!hasOpfs()) {
    throw unavailable(url, 'there is no origin-private file system here; pages need HTTPS for it');
  }
  try {
    return await navigator.storage.getDirectory();
  } catch (error) {
    throw unavailable(url, `the browser does not allow its file system here: ${describeError(error)}`, error);
  }
}

/**
 * Writes a new file and returns its length. Leaves partial data after an error.
 *
 * @param how 'whole': if supported, the file stays empty until it is complete.
 */
export async function writeFile(
  folder: Directory,
  name: string,
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>,
  how: 'fast' | 'whole',
): Promise<number> {
  const file: Writable = await folder.getFileHandle(name, { create: true });
  // Sync access handles are exclusive. That is no problem here, since the file is new.
  const isWhole = how === 'whole' && file.createWritable;
  if (file.createSyncAccessHandle && !isWhole) return writeSync(await file.createSyncAccessHandle(), pieces);
  if (!file.createWritable) throw new Error('this browser can write such files only in a worker');
  return writeAsync(await file.createWritable.call(file as FileSystemFileHandle), pieces);
}

async function writeSync(
  handle: SyncAccessHandle,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  try {
    let at = 0;
    for await (const piece of pieces) {
      for (let rest = piece; rest.byteLength > 0; ) {
        const written = handle.write(rest, { at });
        if (!(written > 0)) throw new DOMException('the file system takes no more bytes', 'QuotaExceededError');
        at += written;
        rest = rest.subarray(written);
      }
    }
    handle.flush();
    return at;
  } finally {
    handle.close();
  }
}

async function writeAsync(
  writable: FileSystemWritableFileStream,
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>,
): Promise<number> {
  try {
    let written = 0;
    for await (const piece of pieces) {
      await writable.write(piece);
      written += piece.byteLength;
    }
    await writable.close();
    return written;
  } catch (error) {
    await writable.abort().catch(() => {});
    throw error;
  }
}

export async function deleteFile(folder: Directory, name: string): Promise<void> {
  await folder.removeEntry(name).catch(() => {});
}
