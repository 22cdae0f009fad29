// SPDX-License-Identifier: Apache-2.0
// Files and folders in Node.js.
import { check, describeError, TfwasmError } from '../../core/errors.js';
import { builtin } from '../../core/node-files.js';
import { newBytes } from '../../io/bytes.js';
import { checkRange, MAX_DEPTH, MAX_FILES, type ModelFiles, type SourceFile } from './model-files.js';

/** Files that are one of several of a model. */
const STANDS_FOR_FOLDER = /^(saved_model\.pb(txt)?|tfhub_module\.pb)$/;

/**
 * The file or folder at a file: URL. Beside a file, others can be opened by their paths relative to its folder.
 *
 * @throws E_FILE, E_LIMIT.
 */
export async function openLocal(url: string): Promise<ModelFiles> {
  const path = pathOf(url);
  const { stat } = builtin('node:fs/promises', path);
  const { basename, dirname, join } = builtin('node:path', path);
  const info = await stat(path).catch((error) => {
    throw unreadable(path, error);
  });
  const isWhole = info.isDirectory() || STANDS_FOR_FOLDER.test(basename(path));
  const folder = info.isDirectory() ? path : dirname(path);
  const main = isWhole ? undefined : basename(path);
  return {
    name: path,
    main,
    paths: main === undefined ? (await listFiles(folder)).sort() : [main],
    open: (name) => openFile(join(folder, ...name.split('/'))),
  };
}

function pathOf(url: string): string {
  try {
    return builtin('node:url', url).fileURLToPath(url);
  } catch (error) {
    throw unreadable(url, error);
  }
}

function unreadable(path: string, error: unknown): TfwasmError {
  const isMissing = (error as { code?: string }).code === 'ENOENT';
  const what = isMissing ? 'there is no such file or folder' : describeError(error);
  return new TfwasmError('E_FILE', `cannot read ${path}: ${what}`, { cause: error });
}

async function listFiles(root: string): Promise<string[]> {
  const found: string[] = [];
  const { readdir } = builtin('node:fs/promises', root);
  const { join } = builtin('node:path', root);
  const visit = async (prefix: string, depth: number): Promise<void> => {
    check(depth <= MAX_DEPTH, `the folder ${root} is nested too deeply`, 'E_LIMIT');
    const entries = await readdir(join(root, prefix), { withFileTypes: true }).catch((error) => {
      throw unreadable(join(root, prefix), error);
    });
    for (const entry of entries) {
      if (entry.isDirectory()) await visit(`${prefix}${entry.name}/`, depth + 1);
      else found.push(`${prefix}${entry.name}`);
      check(found.length <= MAX_FILES, `the folder ${root} has more than ${MAX_FILES} files`, 'E_LIMIT');
    }
  };
  await visit('', 0);
  return found;
}

async function openFile(path: string): Promise<SourceFile> {
  const { open, stat } = builtin('node:fs/promises', path);
  const failed = (error: unknown) => {
    throw unreadable(path, error);
  };
  const info = await stat(path).catch(failed);
  check(info.isFile(), `cannot read ${path}: it is no file`, 'E_FILE');
  return {
    size: info.size,
    async read(offset, length) {
      checkRange(offset, length, info.size, path);
      const bytes = newBytes(length);
      const file = await open(path).catch(failed);
      try {
        for (let filled = 0; filled < length; ) {
          const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled).catch(failed);
          check(bytesRead > 0, `${path} has become shorter while it was read`, 'E_FILE');
          filled += bytesRead;
        }
      } finally {
        await file.close();
      }
      return bytes;
    },
  };
}
