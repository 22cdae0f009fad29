// SPDX-License-Identifier: Apache-2.0
// Loads media.js, which lies beside index.js, once something in it is needed. Nothing here imports what it
// holds, since much of that needs this: js/index.ts says where it comes from.
import { describeError, TfwasmError } from '../core/errors.js';
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

/** What media.js holds: the exports of js/storage-media.ts, which say what each does. */
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
  toArtifacts(origin: ModelOrigin, openWeight: (name: string) => number): ModelArtifacts;
  weightsLoaderFactory(fetchWeights: (urls: string[]) => Promise<ArrayBuffer[]>): WeightsLoader;
}

let importMedia: () => Promise<Media>;
let loading: Promise<Media> | undefined;

/** Says how media.js is imported. */
export function setMediaImport(importer: () => Promise<Media>): void {
  importMedia = importer;
}

/** Throws E_FILE when it cannot be loaded; the next call tries again. */
export function loadMedia(): Promise<Media> {
  loading ??= importMedia().catch((error) => {
    loading = undefined;
    throw new TfwasmError(
      'E_FILE',
      `cannot load media.js, which has to be beside the index.js of tfwasm: ${describeError(error)}`,
      { cause: error },
    );
  });
  return loading;
}
