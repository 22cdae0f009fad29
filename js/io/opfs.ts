// SPDX-License-Identifier: Apache-2.0
// opfs://name: models of any size in the origin-private file system, streamed. Each model has a folder. Each save
// writes a generation of two files. model.json is written last, which commits the generation.
import { describeError, shown, TfwasmError } from '../core/errors.js';
import { artifactsInfo, toJson } from './artifacts-json.js';
import { checkSavable, checkStored, readModelJson, toModelJson } from './artifacts-stored.js';
import { filePieces } from './file-pieces.js';
import { holdLock, withFreeLock, withLock } from './locks.js';
import { type Directory, deleteFile, openDirectory, writeFile } from './opfs-files.js';
import { corrupt, notFound, storageError } from './storage-errors.js';
import type { IOHandler, ModelArtifacts, ModelArtifactsInfo, SaveResult } from './types.js';
import { toWeightStream, type WeightFeed } from './weights-feed.js';
import { weightPieces } from './weights-out-pieces.js';

const ROOT = 'tfwasm-models';
/** Numbers above are not exact, or are not written as digits. Files with other names are not ours. */
const LAST_GENERATION = 999_999_999_999_999;
const FILE = /^(?:model-([1-9]\d{0,14})\.json|weights-([1-9]\d{0,14})\.bin)$/;
const jsonName = (generation: number) => `model-${generation}.json`;
const weightsName = (generation: number) => `weights-${generation}.bin`;

/** Held while a model is replaced or looked up. */
const modelLock = (url: string) => url;
/** Shared by all readers of a generation's weights. */
const weightsLock = (url: string, generation: number) => `${url}#${generation}`;

/** A handler for `opfs://` + path. */
export function originPrivateFileSystem(path: string): IOHandler {
  const url = `opfs://${path}`;
  const name = folderName(path, url);
  return { load: () => load(name, url), save: (artifacts) => save(artifacts, name, url) };
}

/** The file system's limit for the name of a folder, which has one byte per character here. */
const LONGEST_NAME = 255;

/** A folder name for any path. */
function folderName(path: string, url: string): string {
  const refuse = (why: string) => new TfwasmError('E_INPUT', `${shown(url)} cannot be the name of a model: ${why}`);
  if (path === '') throw refuse('it is empty');
  let name: string;
  try {
    name = encodeURIComponent(path).replace(/^\.|\.$/g, '%2E');
  } catch {
    throw refuse('it has half of a surrogate pair');
  }
  if (name.length > LONGEST_NAME) {
    throw refuse(`percent-encoded, it has ${name.length} characters, more than the ${LONGEST_NAME} of a file name`);
  }
  return name;
}

const openRoot = (url: string) => openDirectory(undefined, ROOT, true, url) as Promise<Directory>;

async function openFolder(name: string, url: string): Promise<Directory | undefined> {
  return openDirectory(await openRoot(url), name, false, url);
}

/** The generations of each kind of file in a folder, oldest first. */
async function generationsOf(folder: Directory): Promise<{ json: number[]; weights: number[] }> {
  const found = { json: [] as number[], weights: [] as number[] };
  for await (const name of folder.keys()) {
    const [, json, weights] = FILE.exec(name) ?? [];
    if (json) found.json.push(Number(json));
    if (weights) found.weights.push(Number(weights));
  }
  for (const list of Object.values(found)) list.sort((a, b) => a - b);
  return found;
}

async function save(artifacts: ModelArtifacts, name: string, url: string): Promise<SaveResult> {
  checkSavable(artifacts, url);
  try {
    return await withLock(modelLock(url), 'exclusive', async () => {
      const root = await openRoot(url);
      const folder = (await openDirectory(root, name, true, url)) as Directory;
      const old = await generationsOf(folder);
      const generation = Math.max(0, ...old.json, ...old.weights) + 1;
      if (generation > LAST_GENERATION) throw corrupt(url, 'it has no number left for another save; remove it');
      const result = await writeGeneration(artifacts, folder, generation).catch(async (error) => {
        await deleteGenerations(folder, { json: [generation], weights: [generation] }, url);
        // Fails if an older model is left, as it should.
        if (old.json.length === 0) await root.removeEntry(name).catch(() => {});
        throw error;
      });
      // The new model is committed, even if deleting the old one fails.
      await deleteGenerations(folder, old, url).catch(() => {});
      return result;
    });
  } catch (error) {
    throw storageError('save', url, error);
  }
}

async function writeGeneration(artifacts: ModelArtifacts, folder: Directory, generation: number): Promise<SaveResult> {
  const weights = weightsName(generation);
  const json = toJson(toModelJson(artifacts, [weights]));
  const byteLength = await writeFile(folder, weights, weightPieces(artifacts), 'fast');
  await writeFile(folder, jsonName(generation), [new TextEncoder().encode(json)], 'whole');
  return { modelArtifactsInfo: artifactsInfo(artifacts, byteLength) };
}

/** Files that are being read, or cannot be deleted now, are left for the next save. */
async function deleteGenerations(
  folder: Directory,
  { json, weights }: { json: number[]; weights: number[] },
  url: string,
): Promise<void> {
  for (const generation of json) await deleteFile(folder, jsonName(generation));
  for (const generation of weights) {
    await withFreeLock(weightsLock(url, generation), () => deleteFile(folder, weightsName(generation)));
  }
}

interface StoredModel {
  artifacts: ModelArtifacts;
  info: ModelArtifactsInfo;
  generation: number;
  weights: File | undefined;
}

/** The newest complete generation. Throws E_STORAGE, or E_STORAGE_CORRUPT about the newest one. */
async function findModel(folder: Directory | undefined, url: string): Promise<StoredModel> {
  const { json } = folder ? await generationsOf(folder) : { json: [] };
  if (!folder || json.length === 0) throw notFound(url);
  let problem: unknown;
  for (const generation of json.reverse()) {
    try {
      return await readGeneration(folder, generation, url);
    } catch (error) {
      problem ??= error;
    }
  }
  throw problem;
}

async function readGeneration(folder: Directory, generation: number, url: string): Promise<StoredModel> {
  const file = await (await folder.getFileHandle(jsonName(generation))).getFile();
  // Files stay empty until they are complete: a save was interrupted.
  if (file.size === 0) throw notFound(url);
  const { artifacts, manifest } = readModelJson(await file.text(), url);
  const weights = manifest.length > 0 ? await findWeights(folder, generation, url) : undefined;
  const byteLength = weights?.size ?? 0;
  checkStored(artifacts, byteLength, url);
  const info = artifactsInfo(artifacts, byteLength, new Date(file.lastModified));
  return { artifacts, info, generation, weights };
}

async function findWeights(folder: Directory, generation: number, url: string): Promise<File> {
  try {
    return await (await folder.getFileHandle(weightsName(generation))).getFile();
  } catch (error) {
    throw corrupt(url, `its weights are missing: ${describeError(error)}`, error);
  }
}

async function load(name: string, url: string): Promise<ModelArtifacts> {
  try {
    return await withLock(modelLock(url), 'shared', async () => {
      const { artifacts, generation, weights } = await findModel(await openFolder(name, url), url);
      if (!weights) return artifacts;
      const release = await holdLock(weightsLock(url, generation));
      const getWeightStream = toWeightStream(() => {
        forgotten.unregister(weights);
        return fileFeed(weights, release, url);
      });
      forgotten.register(getWeightStream, release, weights);
      return { ...artifacts, getWeightStream };
    });
  } catch (error) {
    throw storageError('load', url, error);
  }
}

/** Releases the locks of streams that are never read. */
const forgotten = new FinalizationRegistry<() => void>((release) => release());

/** Feeds the bytes of a file. Nobody deletes the file until `release` is called. */
function fileFeed(file: File, release: () => void, url: string): WeightFeed {
  let isOver = false;
  const end = () => {
    isOver = true;
    release();
  };
  return {
    async run(write, arrived) {
      const pieces = filePieces(file);
      try {
        // Reuses the buffer if `write` returns synchronously.
        for (let spare: ArrayBuffer | undefined; ; ) {
          const { done, value } = await pieces.next(spare).catch((error) => {
            throw storageError('load', url, error);
          });
          if (done || isOver) return;
          arrived?.(value.byteLength);
          const wantsMore = write(value);
          spare = typeof wantsMore === 'boolean' ? value.buffer : undefined;
          if (wantsMore !== true && !(await wantsMore)) return;
        }
      } finally {
        pieces.return().catch(() => {});
        end();
      }
    },
    cancel: end,
  };
}

/** All complete models by path. Deletes leftovers of interrupted saves. */
export async function listOpfs(): Promise<{ [path: string]: ModelArtifactsInfo }> {
  const models: [string, ModelArtifactsInfo][] = [];
  try {
    const root = await openRoot('opfs://');
    for await (const name of root.keys()) {
      // Skips folders without a valid model.
      await sweep(root, name).catch(() => {});
      await describeModel(name).then(
        (info) => models.push([decodeURIComponent(name), info]),
        () => {},
      );
    }
  } catch (error) {
    throw storageError('list', 'opfs://', error);
  }
  return Object.fromEntries(models);
}

async function describeModel(name: string): Promise<ModelArtifactsInfo> {
  const url = `opfs://${decodeURIComponent(name)}`;
  return withLock(modelLock(url), 'shared', async () => (await findModel(await openFolder(name, url), url)).info);
}

/** Deletes everything in a folder but the current model, unless the model is in use or damaged. */
async function sweep(root: Directory, name: string): Promise<void> {
  const url = `opfs://${decodeURIComponent(name)}`;
  await withFreeLock(modelLock(url), async () => {
    const folder = await openDirectory(root, name, false, url);
    if (!folder) return;
    const all = await generationsOf(folder);
    const model = await findModel(folder, url).catch((error) => {
      if (error?.code !== 'E_STORAGE') throw error;
    });
    const isLeft = (generation: number) => generation !== model?.generation;
    await deleteGenerations(folder, { json: all.json.filter(isLeft), weights: all.weights.filter(isLeft) }, url);
    if (!model) await root.removeEntry(name);
  });
}

export async function removeFromOpfs(path: string): Promise<ModelArtifactsInfo> {
  const url = `opfs://${path}`;
  const name = folderName(path, url);
  try {
    return await withLock(modelLock(url), 'exclusive', async () => {
      const root = await openRoot(url);
      const folder = await openDirectory(root, name, false, url);
      const info = await findModel(folder, url).then(
        (model) => model.info,
        (error) => {
          // A damaged model can be removed too.
          if (!folder || error?.code !== 'E_STORAGE_CORRUPT') throw error;
          return artifactsInfo({}, 0);
        },
      );
      // Deletes the newest model.json last, so that an interruption does not bring back an older model.
      for (const generation of (await generationsOf(folder as Directory)).json) {
        await deleteFile(folder as Directory, jsonName(generation));
      }
      await root.removeEntry(name, { recursive: true });
      return info;
    });
  } catch (error) {
    throw storageError('remove', url, error);
  }
}
