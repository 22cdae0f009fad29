// SPDX-License-Identifier: Apache-2.0
// The namespace `io`: where models come from.
export { browserHTTPRequest, http, isHTTPScheme } from './http.js';
export { fromMemory } from './memory.js';
export type {
  FetchFunction,
  IOHandler,
  LoadOptions,
  ModelArtifacts,
  RequestDetails,
  Signature,
  SignatureTensorInfo,
  UserDefinedMetadata,
  WeightQuantization,
  WeightSpec,
  WeightsManifestGroup,
} from './types.js';
