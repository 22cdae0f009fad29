// SPDX-License-Identifier: Apache-2.0
// The namespace `io`: loading and saving.
export {
  getModelArtifactsForJSON,
  getModelArtifactsForJSONSync,
  getModelArtifactsInfoForJSON,
  getWeightSpecs,
} from './artifacts-api.js';
export { CompositeArrayBuffer, concatenateArrayBuffers } from './composite-array-buffer.js';
export { browserHTTPRequest, http, isHTTPScheme } from './http.js';
export { fromMemory, fromMemorySync, withSaveHandler, withSaveHandlerSync } from './memory-handlers.js';
export {
  browserFiles,
  clearCache,
  copyModel,
  fileSystem,
  listModels,
  loadWeights,
  moveModel,
  removeModel,
  weightsLoaderFactory,
} from './on-demand.js';
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
  OnProgressCallback,
  RequestDetails,
  SaveConfig,
  SaveHandler,
  SaveResult,
  Signature,
  SignatureTensorInfo,
  TrainingConfig,
  UserDefinedMetadata,
  WeightData,
  WeightGroup,
  WeightQuantization,
  WeightSpec,
  WeightsLoader,
  WeightsManifestConfig,
  WeightsManifestEntry,
  WeightsManifestGroup,
  WeightsManifestGroupConfig,
} from './types.js';
export {
  decodeWeights,
  decodeWeightsStream,
  encodeWeights,
  type NamedTensor,
} from './weights-api.js';
