// SPDX-License-Identifier: Apache-2.0
// Archives as folders.
import { TfwasmError } from '../../core/errors.js';
import { loadKerasFiles } from '../../keras-files/loader.js';
import { fileOfBytes, filesOfMap, type ModelFiles, readAll, readStart } from './model-files.js';
import { gunzip, isGzip, isTar, untar } from './tar.js';

const START_BYTES = 512;

/**
 * The files in a ZIP, tar or compressed tar archive; other files are left as they are, .keras files too.
 *
 * @throws E_FILE, E_PATH or E_LIMIT for archives that are damaged or dangerous.
 */
export async function expandArchive(files: ModelFiles): Promise<ModelFiles> {
  if (files.main === undefined) return files;
  const file = await files.open(files.main);
  const start = await readStart(file, START_BYTES);
  const isZip = start[0] === 0x50 && start[1] === 0x4b;
  if (!isZip && !isGzip(start) && !isTar(start)) return files;
  const members = isZip ? await unzipModel(await readAll(file)) : await untarModel(await readAll(file), files.name);
  if (!members) return files;
  const found = Array.from(
    members,
    ([path, bytes]) => [path, fileOfBytes(bytes, `'${path}' in ${files.name}`)] as const,
  );
  return filesOfMap(files.name, new Map(found.filter(([path]) => !isOfSystem(path))));
}

/** Files that macOS adds to archives. */
const isOfSystem = (path: string) => /(^|\/)(__MACOSX\/|\.DS_Store$|\._)/.test(path);

/** undefined for a .keras file. */
async function unzipModel(bytes: Uint8Array): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
  const { unzip, zipPaths } = await loadKerasFiles();
  return zipPaths(bytes).some((path) => /^model\.weights\.\w+$/.test(path)) ? undefined : unzip(bytes);
}

async function untarModel(bytes: Uint8Array, name: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const content = isGzip(bytes) ? await gunzip(bytes) : bytes;
  if (isTar(content)) return untar(content);
  throw new TfwasmError('E_FILE', `${name} is compressed, but what is in it is no tar archive`);
}
