// SPDX-License-Identifier: Apache-2.0
// Opens the files of Keras.
import { toBytes } from '../../io/bytes.js';
import type { KerasFile } from '../../keras-files/index.js';
import { loadKerasFiles } from '../../keras-files/loader.js';
import { baseName, folderOf, type ModelFiles, readAll } from '../files/model-files.js';

export interface KerasInput {
  file: KerasFile;
  hdf5Library: boolean;
  /** The file as a whole; an unpacked .keras file is packed again. */
  bytes(): Promise<ArrayBuffer>;
}

/** Throws E_FILE and the other errors of readKerasFile(). */
export async function openKeras(files: ModelFiles, path: string, hdf5Library = false): Promise<KerasInput> {
  const { readKerasFile, zip } = await loadKerasFiles();
  const fileName = files.main === path ? files.name : `${files.name} (${path})`;
  if (!/^model\.weights\.(h5|json)$/.test(baseName(path)) || files.main === path) {
    const bytes = await readAll(await files.open(path));
    return {
      file: await readKerasFile(bytes, { fileName, hdf5Library }),
      hdf5Library,
      bytes: async () => bufferOf(bytes),
    };
  }
  const folder = folderOf(path);
  const members = new Map<string, Uint8Array>();
  for (const name of files.paths.filter((candidate) => candidate.startsWith(folder))) {
    members.set(name.slice(folder.length), await readAll(await files.open(name)));
  }
  return {
    file: await readKerasFile(members, { fileName, hdf5Library }),
    hdf5Library,
    bytes: async () => bufferOf(zip(members)),
  };
}

/** The bytes as a buffer of their own. */
export function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength;
  return (isWhole ? bytes : toBytes(bytes).slice()).buffer as ArrayBuffer;
}
