// SPDX-License-Identifier: Apache-2.0
// The content of media.js: storage media, and other code that only some programs need. js/io/media-loader.ts loads it
// on demand.
export { toArtifacts } from './io/artifacts-out.js';
export { browserDownloads } from './io/browser-downloads.js';
export { loadBrowserFiles } from './io/browser-files.js';
export { clearCache, openCache } from './io/file-cache.js';
export { fileSystem } from './io/file-system.js';
export { fetchFileUrl, pathOfFileUrl } from './io/file-urls.js';
export { saveOverHttp } from './io/http-save.js';
export { browserIndexedDB } from './io/indexed-db.js';
export { browserLocalStorage } from './io/local-storage.js';
export { copyModel, listModels, moveModel, removeModel } from './io/model-management.js';
export { originPrivateFileSystem } from './io/opfs.js';
export { loadWeights, weightsLoaderFactory } from './io/weights-api-load.js';
export { withWeightData } from './io/weights-out-buffers.js';
