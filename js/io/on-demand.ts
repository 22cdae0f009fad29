// SPDX-License-Identifier: Apache-2.0
// Functions that load media.js at their first call.
import { TfwasmError } from '../core/errors.js';
import type { NamedTensorMap } from '../tensor/tensor.js';
import { checkOptions, loaderOf } from './load-options.js';
import { loadMedia, type Media } from './media-loader.js';
import type { IOHandler, LoadOptions, ModelArtifactsInfo, WeightsLoader, WeightsManifestGroup } from './types.js';

/** A handler that is created on first use. Loads with weightData, unless `options.streamWeights` is set. */
export function handlerOnDemand(
  make: (media: Media) => IOHandler,
  options: LoadOptions | undefined,
): Required<IOHandler> {
  const open = async () => make(await loadMedia()) as Required<IOHandler>;
  return {
    load: loaderOf(async () => (await open()).load(), options),
    save: async (artifacts) => (await open()).save(artifacts),
  };
}

/**
 * A handler for a folder, or for loading a model.json. Node.js only.
 *
 * @param path A local path, absolute or relative to the current directory.
 */
export function fileSystem(path: string, options: LoadOptions = {}): IOHandler {
  checkPath(path);
  const checked = checkOptions(options);
  return handlerOnDemand((media) => media.fileSystem(path, checked), checked);
}

/** The same for the path in a file:// URL. */
export function fileUrlHandler(path: string, options: LoadOptions = {}): IOHandler {
  checkPath(path);
  const checked = checkOptions(options);
  return handlerOnDemand((media) => media.fileSystem(media.pathOfFileUrl(`file://${path}`), checked), checked);
}

function checkPath(path: string): void {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    const got = typeof path === 'string' ? JSON.stringify(path) : typeof path;
    throw new TfwasmError('E_PATH', `${got} is not the path of a folder`);
  }
}

/**
 * A handler that loads from File objects: a model.json and its weight files, in any order. Without weight files it
 * loads only the topology.
 */
export function browserFiles(files: Iterable<File>, options?: Pick<LoadOptions, 'streamWeights'>): IOHandler {
  const list = listOf(files);
  if (list.length === 0 || !list.every(isFile)) {
    throw new TfwasmError('E_INPUT', 'browserFiles() takes at least one File: the model.json, and its weight files');
  }
  return { load: loaderOf(async () => (await loadMedia()).loadBrowserFiles(list), checkOptions(options)) };
}

function listOf(files: Iterable<File>): File[] {
  try {
    return Array.from(files ?? []);
  } catch {
    return [];
  }
}

/** Whether this is a File, also one of an iframe. */
const isFile = (value: unknown) => typeof (value as Partial<File> | null)?.arrayBuffer === 'function';

/**
 * All models in localStorage, IndexedDB and the origin-private file system, or, in Node.js, in the subfolders of the
 * current directory, by URL.
 */
export async function listModels(): Promise<{ [url: string]: ModelArtifactsInfo }> {
  return (await loadMedia()).listModels();
}

/** Removes a model. Throws E_STORAGE if it does not exist. */
export async function removeModel(url: string): Promise<ModelArtifactsInfo> {
  return (await loadMedia()).removeModel(url);
}

/** Copies a model from one URL to another, between any media. */
export async function copyModel(sourceURL: string, destURL: string): Promise<ModelArtifactsInfo> {
  return (await loadMedia()).copyModel(sourceURL, destURL);
}

/** Copies a model, and removes the original after the copy is saved. */
export async function moveModel(sourceURL: string, destURL: string): Promise<ModelArtifactsInfo> {
  return (await loadMedia()).moveModel(sourceURL, destURL);
}

/** Clears the cache of the option `cache`. */
export async function clearCache(): Promise<void> {
  return (await loadMedia()).clearCache();
}

/**
 * Creates a function that loads weights.
 *
 * @param fetchWeights Takes all URLs at once and returns the bytes of each.
 */
export function weightsLoaderFactory(fetchWeights: (urls: string[]) => Promise<ArrayBuffer[]>): WeightsLoader {
  return async (...parameters) => (await loadMedia()).weightsLoaderFactory(fetchWeights)(...parameters);
}

/** Loads all or some weights of a manifest from a base URL. */
export async function loadWeights(
  manifest: WeightsManifestGroup[],
  filePathPrefix?: string,
  weightNames?: string[],
  requestInit?: RequestInit,
): Promise<NamedTensorMap> {
  return (await loadMedia()).loadWeights(manifest, filePathPrefix, weightNames, requestInit);
}
