// SPDX-License-Identifier: Apache-2.0
// Handlers for models in memory and for save functions.
import type {
  IOHandler,
  IOHandlerSync,
  ModelArtifacts,
  SaveHandler,
  SaveResult,
  TrainingConfig,
  WeightSpec,
} from './types.js';

/** A handler for a model in memory. */
export function fromMemory(artifacts: ModelArtifacts): IOHandler;
/** @deprecated Pass one object with all parts. */
export function fromMemory(
  modelTopology: object,
  weightSpecs?: WeightSpec[],
  weightData?: ArrayBuffer,
  trainingConfig?: TrainingConfig,
): IOHandler;
export function fromMemory(...parts: MemoryParts): IOHandler {
  const artifacts = toArtifacts(parts);
  return { load: async () => artifacts };
}

/** Like `fromMemory`, synchronous. */
export function fromMemorySync(artifacts: ModelArtifacts): IOHandlerSync;
/** @deprecated Pass one object with all parts. */
export function fromMemorySync(
  modelTopology: object,
  weightSpecs?: WeightSpec[],
  weightData?: ArrayBuffer,
  trainingConfig?: TrainingConfig,
): IOHandlerSync;
export function fromMemorySync(...parts: MemoryParts): IOHandlerSync {
  const artifacts = toArtifacts(parts);
  return { load: () => artifacts };
}

type MemoryParts = [ModelArtifacts | object, WeightSpec[]?, ArrayBuffer?, TrainingConfig?];

/** Supports the old signature with separate parts. */
function toArtifacts(parts: MemoryParts): ModelArtifacts {
  const [first, weightSpecs, weightData, trainingConfig] = parts;
  const artifacts = first as ModelArtifacts;
  if (parts.length === 1 && ((artifacts?.modelTopology ?? artifacts?.weightSpecs) || artifacts === undefined)) {
    return artifacts;
  }
  const legacy: ModelArtifacts = { modelTopology: first };
  if (weightSpecs) legacy.weightSpecs = weightSpecs;
  if (weightData) legacy.weightData = weightData;
  if (trainingConfig) legacy.trainingConfig = trainingConfig;
  return legacy;
}

/** A handler that passes the artifacts to a function. */
export function withSaveHandler(save: SaveHandler): IOHandler {
  return { save };
}

/** Like `withSaveHandler`, synchronous. */
export function withSaveHandlerSync(save: (artifacts: ModelArtifacts) => SaveResult): IOHandlerSync {
  return { save };
}
