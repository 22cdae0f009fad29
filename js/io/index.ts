// SPDX-License-Identifier: Apache-2.0
// The namespace `io`: where models come from and where they go.
export {
  getModelArtifactsForJSON,
  getModelArtifactsForJSONSync,
  getModelArtifactsInfoForJSON,
  getWeightSpecs,
} from './artifacts.js';
export { browserFiles } from './browser-files.js';
export { CompositeArrayBuffer, concatenateArrayBuffers } from './composite-array-buffer.js';
export { clearCache } from './file-cache.js';
export { fileSystem } from './file-system.js';
export { browserHTTPRequest, http, isHTTPScheme } from './http.js';
export { fromMemory, fromMemorySync, withSaveHandler, withSaveHandlerSync } from './memory.js';
export { copyModel, listModels, moveModel, removeModel } from './model-management.js';
export { getLoadHandlers, getSaveHandlers, type IORouter, registerLoadRouter, registerSaveRouter } from './router.js';
export type {
  FetchFunction,
  IOHandler,
  IOHandlerSync,
  LoadHandler,
  LoadOptions,
  ModelArtifacts,
  ModelArtifactsInfo,
  ModelJSON,
  ModelStoreManager,
  RequestDetails,
  SaveConfig,
  SaveHandler,
  SaveResult,
  Signature,
  SignatureTensorInfo,
  TrainingConfig,
  UserDefinedMetadata,
  WeightQuantization,
  WeightSpec,
  WeightsManifestGroup,
} from './types.js';
export {
  decodeWeights,
  decodeWeightsStream,
  encodeWeights,
  loadWeights,
  type NamedTensor,
  type WeightsLoader,
  weightsLoaderFactory,
} from './weight-codec.js';
