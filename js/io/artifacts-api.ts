// SPDX-License-Identifier: Apache-2.0
// Helpers for handlers that programs write themselves.
import { TfwasmError } from '../core/errors.js';
import { artifactsInfo, optionalParts } from './artifacts-json.js';
import { CompositeArrayBuffer } from './composite-array-buffer.js';
import { groupBytes } from './manifest.js';
import type { ModelArtifacts, ModelArtifactsInfo, ModelJSON, WeightSpec, WeightsManifestGroup } from './types.js';

type WeightData = ArrayBuffer | ArrayBuffer[];

/** All weights of a manifest, in the order of their bytes. */
export function getWeightSpecs(weightsManifest: readonly WeightsManifestGroup[]): WeightSpec[] {
  return weightsManifest.flatMap(({ weights }) => weights);
}

/**
 * A model.json and the weights that its manifest asks for, as a handler loads them.
 *
 * @param loadWeights Is called when there is a manifest.
 */
export async function getModelArtifactsForJSON(
  modelJSON: ModelJSON,
  loadWeights: (weightsManifest: WeightsManifestGroup[]) => Promise<[WeightSpec[], WeightData]>,
): Promise<ModelArtifacts> {
  const { weightsManifest } = modelJSON;
  if (!weightsManifest) return getModelArtifactsForJSONSync(modelJSON);
  return getModelArtifactsForJSONSync(modelJSON, ...(await loadWeights(weightsManifest)));
}

/** As `getModelArtifactsForJSON`, for weights that are there already. Throws E_INPUT when they are not. */
export function getModelArtifactsForJSONSync(
  modelJSON: ModelJSON,
  weightSpecs?: WeightSpec[],
  weightData?: WeightData,
): ModelArtifacts {
  const { modelTopology, format, generatedBy, convertedBy, weightsManifest } = modelJSON;
  const artifacts = { modelTopology, format, generatedBy, convertedBy, ...optionalParts(modelJSON) } as ModelArtifacts;
  if (!weightsManifest) return artifacts;
  if (!weightSpecs) throw new TfwasmError('E_INPUT', 'modelJSON has weightsManifest but weightSpecs is null');
  if (!weightData) throw new TfwasmError('E_INPUT', 'modelJSON has weightsManifest but weightData is null');
  return { ...artifacts, weightSpecs, weightData };
}

/** What is known of a model that is saved now. Throws E_INPUT for a topology that is not JSON. */
export function getModelArtifactsInfoForJSON(artifacts: ModelArtifacts): ModelArtifactsInfo {
  if (artifacts.modelTopology instanceof ArrayBuffer) {
    throw new TfwasmError('E_INPUT', 'Expected JSON model topology, received ArrayBuffer.');
  }
  // What has a stream may have to make its weightData first.
  const streamed = artifacts.getWeightStream && groupBytes(artifacts.weightSpecs ?? []);
  return artifactsInfo(artifacts, streamed ?? new CompositeArrayBuffer(artifacts.weightData).byteLength);
}
