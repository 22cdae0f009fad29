// SPDX-License-Identifier: Apache-2.0
// localstorage://name: small models in localStorage, in TensorFlow.js's format.
import { describeError } from '../core/errors.js';
import { artifactsInfo, formatParts, optionalParts, toJson } from './artifacts-json.js';
import { checkSavable, checkStored, readPart } from './artifacts-stored.js';
import { holdLock, isLockHeld, withLock } from './locks.js';
import { corrupt, notFound, storageError, unavailable } from './storage-errors.js';
import { type Items, isHalfDone, readItems, recoverItems, replaceItems } from './string-items.js';
import type { IOHandler, ModelArtifacts, ModelArtifactsInfo, SaveResult } from './types.js';
import { readWeights } from './weights-out-buffers.js';

const PREFIX = 'tensorflowjs_models/';
/** The first item decides whether the model exists. */
const PARTS = ['info', 'model_topology', 'weight_specs', 'weight_data', 'model_metadata'];

/** A handler for `localstorage://` + path. */
export function browserLocalStorage(path: string): IOHandler {
  const url = `localstorage://${path}`;
  return { load: () => load(path, url), save: (artifacts) => save(artifacts, path, url) };
}

const itemKeys = (path: string) => PARTS.map((part) => `${PREFIX}${path}/${part}`);

/**
 * Other tabs see a tab's writes late and one by one, though in order; the lock does not wait for that. So a tab holds
 * the lock a little longer than it writes, and a second lock signals that its writes may still be arriving.
 */
const SETTLE_MS = 50;
const ARRIVAL_MS = 10_000;
const WRITING = 'localstorage-writing';
/** Frozen tabs do not release locks. */
const MAX_WAITS = 300;

const pause = () => new Promise((wake) => setTimeout(wake, SETTLE_MS));
let endWriting: (() => void) | undefined;

async function beginWriting(): Promise<void> {
  const end = await holdLock(WRITING);
  const timer = setTimeout(() => endWriting?.(), ARRIVAL_MS);
  // The timer must not keep Node.js running.
  (timer as { unref?: () => void }).unref?.();
  endWriting = () => {
    clearTimeout(timer);
    endWriting = undefined;
    end();
  };
}

/** Waits until no journal is left, or its writer cannot be alive. */
async function settle(storage: Storage): Promise<void> {
  // isLockHeld() must not see our own lock.
  if (isHalfDone(storage)) endWriting?.();
  for (let wait = 0; isHalfDone(storage) && (wait < 10 || (wait < MAX_WAITS && (await isLockHeld(WRITING)))); ++wait) {
    await pause();
  }
}

/** Runs `task` on a storage without half-done changes. */
function withStorage<T>(url: string, task: (storage: Storage) => T | Promise<T>): Promise<T> {
  return withLock('localstorage', 'exclusive', async () => {
    const storage = openStorage(url);
    await settle(storage);
    if (isHalfDone(storage)) await write(() => recoverItems(storage));
    return task(storage);
  });
}

/** Like `withStorage`, for a `task` that writes. */
function changeStorage<T>(url: string, task: (storage: Storage) => T): Promise<T> {
  return withStorage(url, (storage) => write(() => task(storage)));
}

async function write<T>(task: () => T): Promise<T> {
  endWriting?.();
  await beginWriting();
  const result = task();
  await pause();
  return result;
}

/** Whether localStorage exists and is allowed. */
export function canUseLocalStorage(): boolean {
  try {
    return Boolean(openStorage('localstorage://'));
  } catch {
    return false;
  }
}

function openStorage(url: string): Storage {
  if (typeof window === 'undefined' || !('localStorage' in window)) {
    throw unavailable(url, 'there is no localStorage in workers and in Node.js; indexeddb:// or opfs:// may do');
  }
  try {
    return window.localStorage;
  } catch (error) {
    throw unavailable(url, `the browser does not allow localStorage here: ${describeError(error)}`, error);
  }
}

async function save(artifacts: ModelArtifacts, path: string, url: string): Promise<SaveResult> {
  checkSavable(artifacts, url);
  const weights = await readWeights(artifacts);
  const info = artifactsInfo(artifacts, weights.byteLength);
  const values = [
    toJson(info),
    toJson(artifacts.modelTopology ?? null),
    toJson(artifacts.weightSpecs ?? []),
    toBase64(new Uint8Array(weights)),
    toJson({ ...formatParts(artifacts), ...optionalParts(artifacts) }),
  ];
  await changeStorage(url, (storage) => {
    try {
      replaceItems(storage, itemKeys(path), values);
    } catch (error) {
      throw storageError('save', `${url} of ${values.join('').length} characters`, error);
    }
  });
  return { modelArtifactsInfo: info };
}

async function load(path: string, url: string): Promise<ModelArtifacts> {
  const items = await withStorage(url, (storage) => readItems(storage, itemKeys(path)));
  const [info, topology, specs, weights, metadata] = items as [string, ...Items];
  if (info === null) throw notFound(url);
  if (parse<ModelArtifactsInfo>(info, 'info', url).modelTopologyType !== 'JSON') {
    throw corrupt(url, 'its topology is not JSON');
  }
  const parts = metadata ? parse<Partial<ModelArtifacts>>(metadata, 'model_metadata', url) : {};
  const artifacts: ModelArtifacts = {
    modelTopology: parse<object>(topology, 'model_topology', url),
    weightSpecs: parse(specs, 'weight_specs', url),
    ...formatParts(parts),
    ...optionalParts(parts),
    weightData: fromBase64(weights, url),
  };
  checkStored(artifacts, (artifacts.weightData as ArrayBuffer).byteLength, url);
  return artifacts;
}

function parse<T extends object>(text: string | null | undefined, part: string, url: string): T {
  if (text === null || text === undefined) throw corrupt(url, `its ${part} is missing`);
  return readPart(text, part, url) as T;
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  // In chunks, since the number of arguments of a call is limited.
  for (let start = 0; start < bytes.length; start += 0x6000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x6000));
  }
  return btoa(text);
}

function fromBase64(text: string | null | undefined, url: string): ArrayBuffer {
  if (text === null || text === undefined) throw corrupt(url, 'its weight_data is missing');
  try {
    const characters = atob(text);
    const bytes = new Uint8Array(characters.length);
    for (let index = 0; index < bytes.length; ++index) bytes[index] = characters.charCodeAt(index);
    return bytes.buffer;
  } catch (error) {
    throw corrupt(url, 'its weight_data is not base64', error);
  }
}

/** The info of a model. In text, its date is an ISO string. */
function parseInfo(text: string | null, url: string): ModelArtifactsInfo {
  const info = parse<ModelArtifactsInfo>(text, 'info', url);
  const date = new Date(info.dateSaved);
  return { ...info, dateSaved: Number.isNaN(date.getTime()) ? new Date(0) : date };
}

/** All models by path. Skips items that are not a valid info. */
export async function listLocalStorage(): Promise<{ [path: string]: ModelArtifactsInfo }> {
  return withStorage('localstorage://', (storage) => {
    const models: [string, ModelArtifactsInfo][] = [];
    for (const key of Object.keys(storage)) {
      if (!key.startsWith(PREFIX) || !key.endsWith('/info')) continue;
      const path = key.slice(PREFIX.length, -'/info'.length);
      try {
        models.push([path, parseInfo(storage.getItem(key), path)]);
      } catch {
        // An item of another program or a damaged model; must not hide others.
      }
    }
    return Object.fromEntries(models);
  });
}

export async function removeFromLocalStorage(path: string): Promise<ModelArtifactsInfo> {
  const url = `localstorage://${path}`;
  return changeStorage(url, (storage) => {
    const keys = itemKeys(path);
    const info = storage.getItem(keys[0] as string);
    if (info === null) throw notFound(url);
    replaceItems(
      storage,
      keys,
      keys.map(() => null),
    );
    return parseInfo(info, url);
  });
}
