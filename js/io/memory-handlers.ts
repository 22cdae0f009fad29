// SPDX-License-Identifier: Apache-2.0
// Models that are in memory already, and functions that take one.
import type {
  IOHandler,
  IOHandlerSync,
  ModelArtifacts,
  SaveHandler,
  SaveResult,
  TrainingConfig,
  WeightSpec,
} from './types.js';

/** A handler for a model that is in memory. */
export function fromMemory(artifacts: ModelArtifacts): IOHandler;
/** @deprecated Pass one object with all the parts. */
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

/** As `fromMemory`, for code that cannot wait. */
export function fromMemorySync(artifacts: ModelArtifacts): IOHandlerSync;
/** @deprecated Pass one object with all the parts. */
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

/** The first form of these functions took the parts one by one. */
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

/** A handler that saves a model by calling a function with its parts. */
export function withSaveHandler(save: SaveHandler): IOHandler {
  return { save };
}

/** As `withSaveHandler`, for code that cannot wait. */
export function withSaveHandlerSync(save: (artifacts: ModelArtifacts) => SaveResult): IOHandlerSync {
  return { save };
}
