// SPDX-License-Identifier: Apache-2.0
// What programs pass as the files of a model.
import { check, shown } from '../../core/errors.js';
import { isNode } from '../../core/node-detection.js';
import { isArrayBuffer, toBytes } from '../../io/bytes.js';
import { checkPath } from '../../io/manifest.js';
import { requestBytes, requestContext } from '../../io/request.js';
import type { FetchFunction } from '../../io/types.js';
import { expandArchive } from './archives.js';
import { openLocal } from './local.js';
import {
  baseName,
  fileOfBlob,
  fileOfBytes,
  filesOfMap,
  MAX_DEPTH,
  MAX_FILES,
  type ModelFiles,
  type SourceFile,
} from './model-files.js';

/**
 * The files of a model: a File, all files of a model, a folder that the user has chosen, bytes, bytes by path, or the URL of
 * a file. Archives (ZIP, tar.gz) stand for the files in them.
 */
export type ModelSource =
  | string
  | URL
  | Blob
  | ArrayLike<File>
  | FileSystemDirectoryHandle
  | FileSystemFileHandle
  | ArrayBuffer
  | Uint8Array
  | ReadonlyMap<string, Uint8Array | Blob>;

export interface OpenOptions {
  /** Replaces the global `fetch`. */
  fetchFunc?: FetchFunction | undefined;
  signal?: AbortSignal | undefined;
  /** As in loadLayersModel(): the HDF5 library may read unusual .h5 files, which you trust. Default: false. */
  hdf5Library?: boolean | undefined;
}

/** Throws E_INPUT for what is no source, E_FILE, E_HTTP, and for archives E_PATH and E_LIMIT. */
export async function openSource(source: ModelSource, options: OpenOptions = {}): Promise<ModelFiles> {
  const files = await openFiles(source, options);
  options.signal?.throwIfAborted();
  return expandArchive(files);
}

async function openFiles(source: ModelSource, options: OpenOptions): Promise<ModelFiles> {
  if (typeof source === 'string' || source instanceof URL) return openUrl(String(source), options);
  if (source instanceof Blob) {
    const name = (source as Partial<File>).name ?? 'the file';
    return filesOfMap(name, new Map([[baseName(name), fileOfBlob(source, name)]]));
  }
  if (isArrayBuffer(source) || ArrayBuffer.isView(source)) {
    return filesOfMap('the file', new Map([['file', fileOfBytes(toBytes(source), 'the file')]]));
  }
  if (source instanceof Map) return filesOfMap('the model', mapFiles(source));
  const { kind } = (source ?? {}) as Partial<FileSystemHandle>;
  if (kind === 'directory') return openDirectory(source as FileSystemDirectoryHandle);
  if (kind === 'file') return openFiles(await (source as FileSystemFileHandle).getFile(), options);
  const list = Array.from((source as ArrayLike<File> | null) ?? []);
  check(
    list.length > 0 && list.every((file) => file instanceof Blob),
    'a model to convert is a URL, a File, a list of Files, the handle of a folder, bytes, or a Map of bytes by path',
  );
  const paths = list.map((file) => [file.webkitRelativePath || file.name, file] as const);
  return filesOfMap('the files', mapFiles(new Map(paths)));
}

function mapFiles(source: ReadonlyMap<string, Uint8Array | Blob>): Map<string, SourceFile> {
  return new Map(
    Array.from(source, ([path, content]) => [
      path,
      content instanceof Blob ? fileOfBlob(content, path) : fileOfBytes(toBytes(content), path),
    ]),
  );
}

async function openDirectory(root: FileSystemDirectoryHandle): Promise<ModelFiles> {
  const files = new Map<string, SourceFile>();
  const visit = async (folder: FileSystemDirectoryHandle, prefix: string, depth: number): Promise<void> => {
    check(depth <= MAX_DEPTH, `the folder '${root.name}' is nested too deeply`, 'E_LIMIT');
    for await (const entry of (folder as unknown as { values(): AsyncIterable<FileSystemHandle> }).values()) {
      const path = `${prefix}${entry.name}`;
      if (entry.kind === 'directory') await visit(entry as FileSystemDirectoryHandle, `${path}/`, depth + 1);
      else files.set(path, fileOfBlob(await (entry as FileSystemFileHandle).getFile(), path));
      check(files.size <= MAX_FILES, `the folder '${root.name}' has more than ${MAX_FILES} files`, 'E_LIMIT');
    }
  };
  await visit(root, '', 0);
  return filesOfMap(root.name, files, undefined);
}

async function openUrl(url: string, { fetchFunc, signal }: OpenOptions): Promise<ModelFiles> {
  if (/^file:/i.test(url)) {
    check(isNode(), `${shown(url)}: pages cannot read files by their paths: pass File objects`);
    return openLocal(url);
  }
  const address = withHubFormat(url);
  const [, folder = '', name = '', query = ''] = /^([^?#]*\/)?([^?#]*)(\?[^#]*)?/.exec(address) ?? [];
  const fetched = new Map<string, Promise<SourceFile>>();
  const options = fetchFunc ? { fetchFunc } : {};
  const context = requestContext(options, signal ?? new AbortController().signal);
  const fetchPath = async (path: string) => {
    const from = path === name ? address : `${folder}${checkPath(path)}${query}`;
    return fileOfBytes(toBytes(await requestBytes(from, context, undefined)), shown(from));
  };
  return {
    name: shown(url),
    main: name,
    paths: [name],
    open(path) {
      const known = fetched.get(path) ?? fetchPath(path);
      fetched.set(path, known);
      return known;
    },
  };
}

/** TensorFlow Hub gives the archive of a module only if it is asked for. */
function withHubFormat(url: string): string {
  const isHub = /^https:\/\/(www\.)?tfhub\.dev\//i.test(url) && !/[?#]/.test(url);
  return isHub ? `${url.replace(/\/$/, '')}?tf-hub-format=compressed` : url;
}
