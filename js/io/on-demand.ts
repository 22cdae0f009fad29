// SPDX-License-Identifier: Apache-2.0
// Functions whose code comes with their first call: they look the same to programs.
import { TfwasmError } from '../core/errors.js';
import type { NamedTensorMap } from '../tensor/tensor.js';
import { loadMedia, type Media } from './media-loader.js';
import type { IOHandler, LoadOptions, ModelArtifactsInfo, WeightsLoader, WeightsManifestGroup } from './types.js';

/** A handler that is made when it is used for the first time. */
export function handlerOnDemand(make: (media: Media) => IOHandler): Required<IOHandler> {
  const open = async () => make(await loadMedia()) as Required<IOHandler>;
  return {
    load: async () => (await open()).load(),
    save: async (artifacts) => (await open()).save(artifacts),
  };
}

/**
 * A handler for a folder, or for loading also the model.json itself. Node.js only.
 *
 * @param path Of this machine, relative to the current folder or absolute.
 */
export function fileSystem(path: string, options: LoadOptions = {}): IOHandler {
  checkPath(path);
  return handlerOnDemand((media) => media.fileSystem(path, options));
}

/** The same for "file://" and a path. */
export function fileUrlHandler(path: string, options: LoadOptions = {}): IOHandler {
  checkPath(path);
  return handlerOnDemand((media) => media.fileSystem(media.pathOfFileUrl(`file://${path}`), options));
}

function checkPath(path: string): void {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new TfwasmError('E_PATH', `${JSON.stringify(path)} is not the path of a folder`);
  }
}

/**
 * A handler that loads from files: a model.json and the files with its weights, in any order.
 * Without the latter it loads the topology only.
 */
export function browserFiles(files: Iterable<File>): IOHandler {
  const list = Array.from(files ?? []);
  if (list.length === 0) throw new TfwasmError('E_INPUT', 'browserFiles() takes at least one file, the model.json');
  return { load: async () => (await loadMedia()).loadBrowserFiles(list) };
}

/**
 * All models in localStorage, IndexedDB and the origin-private file system, or in Node.js those in
 * the folders of the current folder, by URL.
 */
export async function listModels(): Promise<{ [url: string]: ModelArtifactsInfo }> {
  return (await loadMedia()).listModels();
}

/** Removes a model. Throws E_STORAGE when it is not there. */
export async function removeModel(url: string): Promise<ModelArtifactsInfo> {
  return (await loadMedia()).removeModel(url);
}

/** Copies a model from one URL to another, of the same medium or another one. */
export async function copyModel(sourceURL: string, destURL: string): Promise<ModelArtifactsInfo> {
  return (await loadMedia()).copyModel(sourceURL, destURL);
}

/** Copies a model and, once the copy is saved, removes the original. */
export async function moveModel(sourceURL: string, destURL: string): Promise<ModelArtifactsInfo> {
  return (await loadMedia()).moveModel(sourceURL, destURL);
}

/** Removes all that the option `cache` has kept. */
export async function clearCache(): Promise<void> {
  return (await loadMedia()).clearCache();
}

/**
 * Makes a function that loads weights.
 *
 * @param fetchWeights Gets all URLs at once, and answers with the bytes behind each.
 */
export function weightsLoaderFactory(fetchWeights: (urls: string[]) => Promise<ArrayBuffer[]>): WeightsLoader {
  return async (...parameters) => (await loadMedia()).weightsLoaderFactory(fetchWeights)(...parameters);
}

/** Loads the weights of a manifest, or those of some names, from the files in a folder of the web. */
export async function loadWeights(
  manifest: WeightsManifestGroup[],
  filePathPrefix?: string,
  weightNames?: string[],
  requestInit?: RequestInit,
): Promise<NamedTensorMap> {
  return (await loadMedia()).loadWeights(manifest, filePathPrefix, weightNames, requestInit);
}
