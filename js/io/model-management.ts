// SPDX-License-Identifier: Apache-2.0
// Management of saved models. js/io/on-demand.ts documents the functions.
import { TfwasmError } from '../core/errors.js';
import { canonicalFolder, listFiles, removeFromFiles } from './file-system.js';
import { pathOfFileUrl } from './file-urls.js';
import { hasIndexedDB, listIndexedDB, removeFromIndexedDB } from './indexed-db.js';
import { loadStreamed } from './load-options.js';
import { canUseLocalStorage, listLocalStorage, removeFromLocalStorage } from './local-storage.js';
import { listOpfs, removeFromOpfs } from './opfs.js';
import { canUseOpfs } from './opfs-files.js';
import { findLoadHandler, findSaveHandler } from './router.js';
import type { ModelArtifactsInfo, ModelStoreManager } from './types.js';

interface Manager extends ModelStoreManager {
  /** Whether the medium exists and is allowed. */
  isAvailable(): boolean | Promise<boolean>;
  /** The same string for all paths of a model. */
  canonicalPath?(path: string): Promise<string>;
}

const filePath = (path: string) => pathOfFileUrl(`file://${path}`);

/** By scheme. */
const MANAGERS: ReadonlyMap<string, Manager> = new Map<string, Manager>([
  [
    'localstorage',
    { isAvailable: canUseLocalStorage, listModels: listLocalStorage, removeModel: removeFromLocalStorage },
  ],
  ['indexeddb', { isAvailable: hasIndexedDB, listModels: listIndexedDB, removeModel: removeFromIndexedDB }],
  ['opfs', { isAvailable: canUseOpfs, listModels: listOpfs, removeModel: removeFromOpfs }],
  [
    'file',
    {
      isAvailable: () => typeof globalThis.process?.getBuiltinModule === 'function',
      listModels: listFiles,
      removeModel: (path) => removeFromFiles(filePath(path)),
      canonicalPath: (path) => canonicalFolder(filePath(path)),
    },
  ],
]);

export async function listModels(): Promise<{ [url: string]: ModelArtifactsInfo }> {
  const models: [string, ModelArtifactsInfo][] = [];
  for (const [scheme, manager] of MANAGERS) {
    if (!(await manager.isAvailable())) continue;
    const listed = await manager.listModels().catch(ignoreDenied);
    for (const [path, info] of Object.entries(listed)) models.push([`${scheme}://${path}`, info]);
  }
  return Object.fromEntries(models);
}

/** A medium that is not allowed here has no models. */
function ignoreDenied(error: TfwasmError): { [path: string]: ModelArtifactsInfo } {
  if ((error.cause as Error | undefined)?.name === 'SecurityError') return {};
  throw error;
}

export async function removeModel(url: string): Promise<ModelArtifactsInfo> {
  const { manager, path } = findManager(url);
  return manager.removeModel(path);
}

export async function copyModel(sourceURL: string, destURL: string): Promise<ModelArtifactsInfo> {
  if ((await canonicalUrl(sourceURL)) === (await canonicalUrl(destURL))) {
    throw new TfwasmError('E_INPUT', `Old path and new path are the same: '${sourceURL}'`);
  }
  const source = findLoadHandler(sourceURL);
  const destination = findSaveHandler(destURL);
  return (await destination.save(await loadStreamed(source))).modelArtifactsInfo;
}

/** Copies a model, and removes the original after the copy is saved. */
export async function moveModel(sourceURL: string, destURL: string): Promise<ModelArtifactsInfo> {
  // Fails before copying if the source cannot be removed.
  const { manager, path } = findManager(sourceURL);
  const info = await copyModel(sourceURL, destURL);
  await manager.removeModel(path);
  return info;
}

function splitUrl(url: string): { scheme: string; path: string } {
  if (typeof url !== 'string')
    throw new TfwasmError('E_INPUT', `the URL of a model must be a string, got ${typeof url}`);
  const at = url.indexOf('://');
  return { scheme: url.slice(0, Math.max(at, 0)), path: url.slice(at + '://'.length) };
}

function findManager(url: string): { manager: Manager; path: string } {
  const { scheme, path } = splitUrl(url);
  const manager = MANAGERS.get(scheme);
  if (manager && path !== '') return { manager, path };
  const schemes = [...MANAGERS.keys()].join(', ');
  throw new TfwasmError(
    'E_INPUT',
    scheme === ''
      ? `The url '${url}' does not contain a scheme. Supported schemes are: ${schemes}`
      : `Cannot find model manager for '${url}'. Supported schemes are: ${schemes}`,
  );
}

async function canonicalUrl(url: string): Promise<string> {
  const { scheme, path } = splitUrl(url);
  const canonicalPath = MANAGERS.get(scheme)?.canonicalPath;
  return canonicalPath ? `${scheme}://${await canonicalPath(path)}` : url;
}
