// SPDX-License-Identifier: Apache-2.0
// file://folder in Node.js: a model.json and its weights, in the format of tfjs-node and the converter.
import { builtin, fileUrl } from '../core/node-files.js';
import { artifactsInfo, toJson } from './artifacts-json.js';
import { checkSavable, MAX_HASHED_BYTES, readModelJson, toModelJson } from './artifacts-stored.js';
import { http } from './http.js';
import { checkPath } from './manifest.js';
import { notFound, storageError } from './storage-errors.js';
import type { IOHandler, LoadOptions, ModelArtifacts, ModelArtifactsInfo, SaveResult } from './types.js';
import { weightPieces } from './weights-out-pieces.js';

const JSON_NAME = 'model.json';
const WEIGHTS_NAME = 'weights.bin';
/** Temporary files with such names that are older than this are abandoned. */
const TEMPORARY = /^(?:weights-[0-9a-f]{16}\.bin|model-[0-9a-f]{16}\.json)$/;
const ABANDONED_MS = 60 * 60 * 1000;

const fs = (path: string) => builtin('node:fs/promises', path);
const paths = (path: string) => builtin('node:path', path);

export function fileSystem(path: string, options: LoadOptions = {}): Required<IOHandler> {
  return {
    load: async () => loadFiles(await findJson(path), options),
    save: (artifacts) => save(artifacts, paths(path).resolve(path)),
  };
}

/** The model.json at a path or in the folder at a path. */
async function findJson(path: string): Promise<string> {
  const info = await fs(path)
    .stat(path)
    .catch(() => undefined);
  return paths(path).resolve(path, info?.isDirectory() ? JSON_NAME : '');
}

function loadFiles(json: string, { strict = true }: LoadOptions): Promise<ModelArtifacts> | ModelArtifacts {
  const { dirname, join } = paths(json);
  const weightUrlConverter = (path: string) => fileUrl(join(dirname(json), checkPath(path))).href;
  const { load } = http(fileUrl(json).href, { strict, weightUrlConverter }) as Required<IOHandler>;
  return load();
}

/** Writes the files under new names. Renaming model.json replaces the old model. */
async function save(artifacts: ModelArtifacts, folder: string): Promise<SaveResult> {
  checkSavable(artifacts, folder);
  const { rename, mkdir } = fs(folder);
  const { join, basename } = paths(folder);
  const id = crypto.getRandomValues(new BigUint64Array(1))[0]?.toString(16).padStart(16, '0');
  const json = join(folder, `model-${id}.json`);
  let weights = join(folder, `weights-${id}.bin`);
  let old: string[];
  let modelArtifactsInfo: ModelArtifactsInfo;
  try {
    await mkdir(folder, { recursive: true });
    const hash = builtin('node:crypto', folder).createHash('sha256');
    const byteLength = await writeFile(weights, hashed(weightPieces(artifacts), hash));
    modelArtifactsInfo = artifactsInfo(artifacts, byteLength);
    weights = await takeUsualName(weights, folder);
    const sha256 = byteLength <= MAX_HASHED_BYTES ? [hash.digest('hex')] : undefined;
    await writeFile(json, [toJson(toModelJson(artifacts, [basename(weights)], sha256))]);
    old = await filesOfModel(folder).catch(() => []);
    await rename(json, join(folder, JSON_NAME));
  } catch (error) {
    await removeFiles([weights, json]);
    throw storageError('save', folder, error);
  }
  // The new model is committed, even if deleting the old one fails.
  await syncFolder(folder);
  await removeFiles(old.filter((file) => file !== weights));
  await removeAbandoned(folder, weights);
  return { modelArtifactsInfo };
}

/** Passes pieces through and updates `hash`. */
async function* hashed(
  pieces: AsyncIterable<Uint8Array>,
  hash: { update(piece: Uint8Array): unknown },
): AsyncGenerator<Uint8Array, void, void> {
  for await (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
}

/** Writes and syncs a new file. Returns its length. */
async function writeFile(path: string, pieces: AsyncIterable<Uint8Array> | Iterable<string>): Promise<number> {
  const file = await fs(path).open(path, 'wx');
  try {
    await fs(path).writeFile(file, pieces);
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** Renames the weights to weights.bin, unless that file exists: it may belong to the current model. */
async function takeUsualName(weights: string, folder: string): Promise<string> {
  const usual = paths(folder).join(folder, WEIGHTS_NAME);
  try {
    await fs(folder).link(weights, usual);
  } catch {
    return weights;
  }
  await removeFiles([weights]);
  return usual;
}

/** Makes a rename durable. Some systems do not support this, and do not need it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await fs(folder)
    .open(folder)
    .catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close().catch(() => {});
}

/** The weight files of the model in a folder. */
async function filesOfModel(folder: string): Promise<string[]> {
  const { manifest } = await readJson(folder);
  return manifest.flatMap((group) => group.paths).map((path) => paths(folder).join(folder, checkPath(path)));
}

async function readJson(folder: string) {
  const url = `file://${folder}`;
  const { join } = paths(folder);
  const text = await fs(folder)
    .readFile(join(folder, JSON_NAME), 'utf8')
    .catch((error) => {
      throw error?.code === 'ENOENT' || error?.code === 'ENOTDIR' ? notFound(url) : storageError('load', url, error);
    });
  return readModelJson(text, url);
}

async function removeFiles(files: string[]): Promise<void> {
  // Deleting fails if a file is open on Windows; ignored.
  for (const file of files)
    await fs(file)
      .rm(file, { force: true })
      .catch(() => {});
}

async function removeAbandoned(folder: string, weights: string): Promise<void> {
  const { join } = paths(folder);
  const { readdir, stat } = fs(folder);
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name);
    if (!TEMPORARY.test(name) || file === weights) continue;
    const info = await stat(file).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > ABANDONED_MS) await removeFiles([file]);
  }
}

/** A canonical path of a model's folder. */
export async function canonicalFolder(path: string): Promise<string> {
  const folder = paths(path).resolve(await folderOf(path));
  return fs(folder)
    .realpath(folder)
    .catch(() => folder);
}

async function folderOf(path: string): Promise<string> {
  const info = await fs(path)
    .stat(path)
    .catch(() => undefined);
  return info?.isFile() ? paths(path).dirname(path) : path;
}

/** The models in the subfolders of the current directory, by folder name. */
export async function listFiles(): Promise<{ [path: string]: ModelArtifactsInfo }> {
  const models: [string, ModelArtifactsInfo][] = [];
  const entries = await fs('.')
    .readdir('.', { withFileTypes: true })
    .catch((error) => {
      throw storageError('list', 'file://', error);
    });
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    // Skips folders without a valid model.
    const info = await describeModel(name).catch(() => undefined);
    if (info) models.push([name, info]);
  }
  return Object.fromEntries(models);
}

async function describeModel(folder: string): Promise<ModelArtifactsInfo> {
  const { stat } = fs(folder);
  const { artifacts } = await readJson(folder);
  const { mtime } = await stat(paths(folder).join(folder, JSON_NAME));
  let byteLength = 0;
  for (const file of await filesOfModel(folder)) byteLength += (await stat(file)).size;
  return artifactsInfo(artifacts, byteLength, mtime);
}

/** Removes the files of a model, and the folder if it is then empty. */
export async function removeFromFiles(path: string): Promise<ModelArtifactsInfo> {
  const folder = await folderOf(path);
  const files = await filesOfModel(folder);
  try {
    // A model with missing weights can be removed too.
    const info = await describeModel(folder).catch(() => artifactsInfo({}, 0));
    await fs(folder).rm(paths(folder).join(folder, JSON_NAME));
    await removeFiles(files);
    await fs(folder)
      .rmdir(folder)
      .catch(() => {});
    return info;
  } catch (error) {
    throw storageError('remove', `file://${folder}`, error);
  }
}
