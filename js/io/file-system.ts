// SPDX-License-Identifier: Apache-2.0
// file://folder in Node.js: a model.json and its weights, in the format of tfjs-node and the converter.
import { TfwasmError } from '../core/errors.js';
import { builtin, fileUrl } from '../core/node-files.js';
import { artifactsInfo, toJson } from './artifacts-json.js';
import { checkSavable, MAX_HASHED_BYTES, readModelJson, toModelJson } from './artifacts-stored.js';
import { type OpenFile, openFile } from './file-urls.js';
import { withFolderLock } from './folder-lock.js';
import { fileBytes, fileInfo, fileName } from './keras-out.js';
import { http } from './http.js';
import { loadStreamed } from './load-options.js';
import { checkPath } from './manifest.js';
import { notFound, storageError } from './storage-errors.js';
import type { IOHandler, LoadOptions, ModelArtifacts, ModelArtifactsInfo, SaveResult } from './types.js';
import { weightPieces } from './weights-out-pieces.js';

const JSON_NAME = 'model.json';
const WEIGHTS_NAME = 'weights.bin';
/** The names of our files. No others are deleted when a model is replaced, whatever its model.json names. */
const OWN_WEIGHTS = /^weights(?:-[0-9a-f]{16})?\.bin$/;
/** Files of a save that is running or was interrupted: new weights, and the new and the old model.json. */
const UNFINISHED = /^(?:weights-[0-9a-f]{16}\.tmp|model-[0-9a-f]{16}\.json)$/;
/** Weight files of other programs, which are deleted with their model. */
const FOREIGN_WEIGHTS = /^(?:group\d+-shard\d+of\d+(?:\.bin)?|.*\.weights\.bin)$/;

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

/** Files that are replaced more often while they are opened are hardly a model. */
const MAX_ATTEMPTS = 20;

async function loadFiles(json: string, options: LoadOptions): Promise<ModelArtifacts> {
  for (let attempt = 1; ; ++attempt) {
    const before = await identityOf(json);
    try {
      const isCurrent = async () => (await identityOf(json)) === before;
      return await openFiles(json, options, isCurrent);
    } catch (error) {
      const isReplaced = (error as TfwasmError).code === 'E_FILE' && (await identityOf(json)) !== before;
      if (!isReplaced || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** Changes when a file is replaced. */
async function identityOf(path: string): Promise<string> {
  const info = await fs(path)
    .stat(path, { bigint: true })
    .catch(() => undefined);
  return `${info?.ino} ${info?.mtimeNs}`;
}

/** So many weight files may be open at once. */
const MAX_OPEN_FILES = 64;

/** Closes files that are never read. */
const forgotten = new FinalizationRegistry<ReadonlyMap<string, OpenFile>>(closeAll);

async function closeAll(files: ReadonlyMap<string, OpenFile>): Promise<void> {
  for (const file of files.values()) await file.close();
}

/** Reads model.json and opens the weights, so that they stay readable when another process replaces the model. */
async function openFiles(
  json: string,
  { strict = true }: LoadOptions,
  isCurrent: () => Promise<boolean>,
): Promise<ModelArtifacts> {
  const { dirname, join } = paths(json);
  const opened = new Map<string, OpenFile>();
  const weightUrlConverter = async (path: string) => {
    const { href } = fileUrl(join(dirname(json), checkPath(path)));
    if (!opened.has(href) && opened.size < MAX_OPEN_FILES) opened.set(href, await openFile(href));
    return href;
  };
  const fetchFunc = async (url: string) => {
    const file = opened.get(url) ?? (await openFile(url));
    opened.delete(url);
    return file.respond();
  };
  try {
    const handler = http(fileUrl(json).href, { strict, weightUrlConverter, fetchFunc });
    const artifacts = await loadStreamed(handler as Required<IOHandler>);
    // A later model may have reused the names of the weights.
    if (!(await isCurrent())) throw new TfwasmError('E_FILE', `${json} has been replaced while it was opened`);
    if (artifacts.getWeightStream) forgotten.register(artifacts.getWeightStream, opened);
    return artifacts;
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

/** Writes the files under new names. Renaming model.json replaces the old model. */
async function save(artifacts: ModelArtifacts, folder: string): Promise<SaveResult> {
  const bytes = fileBytes(artifacts);
  if (bytes) return saveFile(bytes, fileName(folder, artifacts));
  checkSavable(artifacts, folder);
  try {
    await fs(folder).mkdir(folder, { recursive: true });
    return await withFolderLock(folder, (checkHeld) => replace(artifacts, folder, checkHeld));
  } catch (error) {
    throw storageError('save', folder, error);
  }
}

/** Writes a .keras or .h5 file. Renaming replaces an old one. */
async function saveFile(bytes: ArrayBuffer, path: string): Promise<SaveResult> {
  const { dirname } = paths(path);
  const unfinished = `${path}.${newId()}.tmp`;
  try {
    await fs(path).mkdir(dirname(path), { recursive: true });
    await writeFile(unfinished, [new Uint8Array(bytes)]);
    await fs(path).rename(unfinished, path);
  } catch (error) {
    await removeFiles([unfinished]);
    throw storageError('save', path, error);
  }
  await syncFolder(dirname(path));
  return { modelArtifactsInfo: fileInfo(bytes) };
}

async function replace(artifacts: ModelArtifacts, folder: string, checkHeld: () => Promise<void>): Promise<SaveResult> {
  const { copyFile, rename } = fs(folder);
  const { join } = paths(folder);
  await removeUnfinished(folder);
  const id = newId();
  const weights = join(folder, `weights-${id}.tmp`);
  const json = join(folder, `model-${id}.json`);
  const oldJson = join(folder, `model-${newId()}.json`);
  const written = [weights, json, oldJson];
  let modelArtifactsInfo: ModelArtifactsInfo;
  try {
    const hash = builtin('node:crypto', folder).createHash('sha256');
    const byteLength = await writeFile(weights, hashed(weightPieces(artifacts), hash));
    modelArtifactsInfo = artifactsInfo(artifacts, byteLength);
    // weights.bin may belong to the current model.
    const name = (await exists(join(folder, WEIGHTS_NAME))) ? `weights-${id}.bin` : WEIGHTS_NAME;
    const sha256 = byteLength <= MAX_HASHED_BYTES ? [hash.digest('hex')] : undefined;
    await writeFile(json, [toJson(toModelJson(artifacts, [name], sha256))]);
    // Names the old weights until they are deleted.
    await copyFile(join(folder, JSON_NAME), oldJson).catch(() => {});
    await checkHeld();
    await rename(weights, join(folder, name));
    written.push(join(folder, name));
    await rename(json, join(folder, JSON_NAME));
  } catch (error) {
    await removeFiles(written);
    throw error;
  }
  // The new model is committed, even if deleting the old one fails.
  await syncFolder(folder);
  await removeUnfinished(folder).catch(() => {});
  return { modelArtifactsInfo };
}

/** 16 random digits. */
const newId = () => crypto.randomUUID().replaceAll('-', '').slice(0, 16);

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
async function writeFile(
  path: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<string | Uint8Array>,
): Promise<number> {
  const file = await fs(path).open(path, 'wx');
  try {
    await fs(path).writeFile(file, pieces);
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

function exists(path: string): Promise<boolean> {
  return fs(path)
    .lstat(path)
    .then(
      () => true,
      () => false,
    );
}

/** Makes a rename durable. Some systems do not support this, and do not need it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await fs(folder)
    .open(folder)
    .catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close().catch(() => {});
}

/** The weight files of a model. */
async function filesOfModel(folder: string, json: string): Promise<string[]> {
  const { manifest } = await readJson(folder, json);
  return manifest.flatMap((group) => group.paths).map((path) => paths(folder).join(folder, checkPath(path)));
}

/** The weight files in this folder that a model.json names and whose names are ours. */
async function ownWeights(folder: string, json: string): Promise<string[]> {
  const { manifest } = await readJson(folder, json).catch(() => ({ manifest: [] }));
  const names = manifest.flatMap((group) => group.paths).map((path) => paths(folder).normalize(path));
  return names.filter((name) => OWN_WEIGHTS.test(name)).map((name) => paths(folder).join(folder, name));
}

async function readJson(folder: string, json: string) {
  const url = `file://${folder}`;
  const { join } = paths(folder);
  const text = await fs(folder)
    .readFile(join(folder, json), 'utf8')
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

/** Removes what saves have left: old weights, and everything of interrupted saves. Needs the lock. */
async function removeUnfinished(folder: string): Promise<void> {
  const names = (await fs(folder).readdir(folder)).filter((name) => UNFINISHED.test(name));
  const current = names.length > 0 ? await ownWeights(folder, JSON_NAME) : [];
  for (const name of names) {
    // The weights may have their final name already.
    const weights = name.endsWith('.json') ? await ownWeights(folder, name) : [];
    await removeFiles([...weights.filter((file) => !current.includes(file)), paths(folder).join(folder, name)]);
  }
}

/** A canonical path of a model's folder. */
export async function canonicalFolder(path: string): Promise<string> {
  const folder = paths(path).resolve((await placeOf(path)).folder);
  return fs(folder)
    .realpath(folder)
    .catch(() => folder);
}

/** The folder and the JSON file of the model at a path. */
async function placeOf(path: string): Promise<{ folder: string; json: string }> {
  const { dirname, basename } = paths(path);
  const info = await fs(path)
    .stat(path)
    .catch(() => undefined);
  return info?.isFile() ? { folder: dirname(path), json: basename(path) } : { folder: path, json: JSON_NAME };
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
    const info = await describeModel(name, JSON_NAME).catch(() => undefined);
    if (info) models.push([name, info]);
  }
  return Object.fromEntries(models);
}

async function describeModel(folder: string, json: string): Promise<ModelArtifactsInfo> {
  const { stat } = fs(folder);
  const { artifacts } = await readJson(folder, json);
  const { mtime } = await stat(paths(folder).join(folder, json));
  let byteLength = 0;
  for (const file of await filesOfModel(folder, json)) byteLength += (await stat(file)).size;
  return artifactsInfo(artifacts, byteLength, mtime);
}

/**
 * Removes the JSON file and the weights of a model, and the folder if it is then empty. Files whose names are not those of
 * weights stay.
 */
export async function removeFromFiles(path: string): Promise<ModelArtifactsInfo> {
  const { folder, json } = await placeOf(path);
  const files = await filesOfModel(folder, json);
  const { rm, rmdir } = fs(folder);
  const { basename, join } = paths(folder);
  const isWeights = (name: string) => OWN_WEIGHTS.test(name) || FOREIGN_WEIGHTS.test(name);
  try {
    const info = await withFolderLock(folder, async () => {
      // A model with missing weights can be removed too.
      const described = await describeModel(folder, json).catch(() => artifactsInfo({}, 0));
      await rm(join(folder, json));
      const others = await filesOfModel(folder, JSON_NAME).catch((): string[] => []);
      await removeFiles(files.filter((file) => isWeights(basename(file)) && !others.includes(file)));
      await removeUnfinished(folder);
      return described;
    });
    await rmdir(folder).catch(() => {});
    return info;
  } catch (error) {
    throw storageError('remove', `file://${folder}`, error);
  }
}
