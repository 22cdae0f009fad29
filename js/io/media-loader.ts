// SPDX-License-Identifier: Apache-2.0
// Loads media.js on first use. Must not import the modules in it, since many of them import this one: js/common.ts
// passes in the import.
import { loadBundle, setBundleImport } from '../core/bundles.js';
import type { NamedTensorMap } from '../tensor/tensor.js';
import type { ModelOrigin } from './artifacts-kept.js';
import type { FileCache } from './file-cache.js';
import type {
  IOHandler,
  LoadOptions,
  ModelArtifacts,
  ModelArtifactsInfo,
  RequestParts,
  SaveResult,
  WeightsLoader,
  WeightsManifestGroup,
} from './types.js';

/** The exports of media.js, from js/storage-media.ts. See there. */
export interface Media {
  browserDownloads(prefix: string): IOHandler;
  browserIndexedDB(path: string): IOHandler;
  browserLocalStorage(path: string): IOHandler;
  clearCache(): Promise<void>;
  copyModel(sourceURL: string, destURL: string): Promise<ModelArtifactsInfo>;
  fetchFileUrl(url: URL): Promise<Response>;
  fileSystem(path: string, options: LoadOptions): IOHandler;
  listModels(): Promise<{ [url: string]: ModelArtifactsInfo }>;
  loadBrowserFiles(files: readonly File[]): Promise<ModelArtifacts>;
  loadWeights(
    manifest: WeightsManifestGroup[],
    filePathPrefix?: string,
    weightNames?: string[],
    requestInit?: RequestInit,
  ): Promise<NamedTensorMap>;
  moveModel(sourceURL: string, destURL: string): Promise<ModelArtifactsInfo>;
  openCache(kind: 'cache-storage' | 'opfs'): Promise<FileCache | undefined>;
  originPrivateFileSystem(path: string): IOHandler;
  pathOfFileUrl(url: string): string;
  removeModel(url: string): Promise<ModelArtifactsInfo>;
  saveOverHttp(artifacts: ModelArtifacts, url: string, request: RequestParts): Promise<SaveResult>;
  toArtifacts(origin: ModelOrigin, openWeight: (name: string) => number, onCancel?: () => void): ModelArtifacts;
  withWeightData(artifacts: ModelArtifacts, strict: boolean): Promise<ModelArtifacts>;
  weightsLoaderFactory(fetchWeights: (urls: string[]) => Promise<ArrayBuffer[]>): WeightsLoader;
}

/** Sets the function that imports media.js. */
export function setMediaImport(importer: () => Promise<Media>): void {
  setBundleImport('media.js', importer);
}

/** Throws E_FILE if it cannot be loaded. The next call tries again. */
export function loadMedia(): Promise<Media> {
  return loadBundle('media.js') as Promise<Media>;
}
