// SPDX-License-Identifier: Apache-2.0
// The namespace `io`: where models come from.
export { browserHTTPRequest, http, isHTTPScheme } from './http.js';
export { fromMemory } from './memory.js';
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
