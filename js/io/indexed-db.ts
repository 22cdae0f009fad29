// SPDX-License-Identifier: Apache-2.0
// indexeddb://name: models in TensorFlow.js's database, one record each. Also works in workers.
import { artifactsInfo } from './artifacts-json.js';
import { checkSavable, checkStored } from './artifacts-stored.js';
import { corrupt, notFound, storageError, unavailable } from './storage-errors.js';
import type { IOHandler, ModelArtifacts, ModelArtifactsInfo, SaveResult } from './types.js';
import { readWeights } from './weights-out-buffers.js';

const DATABASE = 'tensorflowjs';
const VERSION = 1;
const MODELS = 'models_store';
const INFOS = 'model_info_store';

/** A deletion of the database waits for every tab that has it open, and everything else waits for the deletion. */
const PATIENCE_MS = 30_000;
const TRANSACTION_PATIENCE_MS = 5 * 60_000;

interface InfoRecord {
  modelPath: string;
  modelArtifactsInfo: ModelArtifactsInfo;
}

interface ModelRecord extends InfoRecord {
  modelArtifacts: ModelArtifacts;
}

/** A handler for `indexeddb://` + path. */
export function browserIndexedDB(path: string): IOHandler {
  const url = `indexeddb://${path}`;
  return { load: () => load(path, url), save: (artifacts) => save(artifacts, path, url) };
}

export function hasIndexedDB(): boolean {
  return 'indexedDB' in globalThis;
}

function openDatabase(url: string): Promise<IDBDatabase> {
  if (!hasIndexedDB()) throw unavailable(url, 'there is no IndexedDB here');
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, VERSION);
    const timer = setTimeout(() => {
      // It may still open, after another tab has closed it.
      request.onsuccess = () => request.result.close();
      reject(new Error(`the database ${DATABASE} does not open: another tab holds it; close the other tabs`));
    }, PATIENCE_MS);
    request.onupgradeneeded = () => {
      for (const name of [MODELS, INFOS]) request.result.createObjectStore(name, { keyPath: 'modelPath' });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    for (const event of ['success', 'error']) request.addEventListener(event, () => clearTimeout(timer));
  });
}

/**
 * Runs a transaction on both stores and waits until it is durable.
 *
 * @param start Issues the requests. Returns a function that gives the result when they are done.
 */
async function transact<T>(
  url: string,
  mode: IDBTransactionMode,
  start: (models: IDBObjectStore, infos: IDBObjectStore) => () => T,
): Promise<T> {
  const database = await openDatabase(url);
  // Does not block others from deleting the database.
  database.onversionchange = () => database.close();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction([MODELS, INFOS], mode, { durability: 'strict' });
      let result: () => T;
      // If a record is too large, the request gets no event; the transaction aborts.
      transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was aborted'));
      transaction.oncomplete = () => resolve(result());
      database.onclose = () => reject(new Error('the browser closed the database'));
      // A transaction starts when those of other tabs have ended. From then on it takes as long as the data needs.
      const timer = setTimeout(() => {
        reject(new Error(`another tab has been writing to the database ${DATABASE} for minutes`));
        transaction.abort();
      }, TRANSACTION_PATIENCE_MS);
      transaction.objectStore(INFOS).count().onsuccess = () => clearTimeout(timer);
      transaction.addEventListener('abort', () => clearTimeout(timer));
      try {
        result = start(transaction.objectStore(MODELS), transaction.objectStore(INFOS));
      } catch (error) {
        reject(error);
        transaction.abort();
      }
    });
  } finally {
    database.close();
  }
}

async function save(artifacts: ModelArtifacts, path: string, url: string): Promise<SaveResult> {
  checkSavable(artifacts, url);
  const { getWeightStream: _, ...parts } = artifacts;
  const weightData = await readWeights(artifacts);
  const modelArtifactsInfo = artifactsInfo(artifacts, weightData.byteLength);
  const info: InfoRecord = { modelPath: path, modelArtifactsInfo };
  const model: ModelRecord = { modelPath: path, modelArtifacts: { ...parts, weightData }, modelArtifactsInfo };
  try {
    await transact(url, 'readwrite', (models, infos) => {
      models.put(model);
      infos.put(info);
      return () => undefined;
    });
  } catch (error) {
    throw storageError('save', `${url} with ${weightData.byteLength} bytes of weights`, error);
  }
  return { modelArtifactsInfo };
}

async function load(path: string, url: string): Promise<ModelArtifacts> {
  const record = await transact(url, 'readonly', (models) => {
    const request: IDBRequest<ModelRecord | undefined> = models.get(path);
    return () => request.result;
  }).catch((error) => {
    throw storageError('load', url, error);
  });
  if (record === undefined) throw notFound(url);
  const { modelArtifacts: artifacts } = record;
  if (typeof artifacts !== 'object' || artifacts === null) throw corrupt(url, 'its record holds no model');
  const { weightData, modelTopology } = artifacts;
  if (typeof modelTopology !== 'object') throw corrupt(url, 'its topology is missing');
  checkStored(artifacts, weightBytes(weightData, url), url);
  return artifacts;
}

function weightBytes(data: ModelArtifacts['weightData'], url: string): number {
  return [data ?? []].flat().reduce((sum, part) => {
    if (!(part instanceof ArrayBuffer)) throw corrupt(url, 'its weights are not an ArrayBuffer');
    return sum + part.byteLength;
  }, 0);
}

/** All complete models by path. An info record without a model is left by an interrupted save. */
export async function listIndexedDB(): Promise<{ [path: string]: ModelArtifactsInfo }> {
  const url = 'indexeddb://';
  const [infos, paths] = await transact(url, 'readonly', (models, infos) => {
    const records: IDBRequest<InfoRecord[]> = infos.getAll();
    const keys = models.getAllKeys();
    return () => [records.result, new Set(keys.result)] as const;
  }).catch((error) => {
    throw storageError('list', url, error);
  });
  return Object.fromEntries(
    infos
      .filter(({ modelPath }) => paths.has(modelPath))
      .map(({ modelPath, modelArtifactsInfo }) => [modelPath, modelArtifactsInfo]),
  );
}

export async function removeFromIndexedDB(path: string): Promise<ModelArtifactsInfo> {
  const url = `indexeddb://${path}`;
  const info = await transact(url, 'readwrite', (models, infos) => {
    const request: IDBRequest<InfoRecord | undefined> = infos.get(path);
    models.delete(path);
    infos.delete(path);
    return () => request.result;
  }).catch((error) => {
    throw storageError('remove', url, error);
  });
  if (info === undefined) throw notFound(url);
  return info.modelArtifactsInfo;
}
