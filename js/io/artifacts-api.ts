// SPDX-License-Identifier: Apache-2.0
// Helpers for custom handlers.
import { TfwasmError } from '../core/errors.js';
import { publicAsyncFunction, publicFunction } from '../core/public-function.js';
import { artifactsInfo, optionalParts } from './artifacts-json.js';
import { isArrayBuffer } from './bytes.js';
import { CompositeArrayBuffer } from './composite-array-buffer.js';
import { checkManifest, checkSpecs, groupBytes } from './manifest.js';
import type { ModelArtifacts, ModelArtifactsInfo, ModelJSON, WeightSpec, WeightsManifestGroup } from './types.js';

type WeightData = ArrayBuffer | ArrayBuffer[];

/** All weights of a manifest, in stream order. Throws E_MANIFEST. */
export const getWeightSpecs = publicFunction(
  'getWeightSpecs',
  (weightsManifest: readonly WeightsManifestGroup[]): WeightSpec[] =>
    checkManifest(weightsManifest).flatMap(({ weights }) => weights),
);

/**
 * The artifacts of a model.json and its weights.
 *
 * @param loadWeights Called if there is a manifest.
 */
export const getModelArtifactsForJSON = publicAsyncFunction(
  'getModelArtifactsForJSON',
  async (
    modelJSON: ModelJSON,
    loadWeights: (weightsManifest: WeightsManifestGroup[]) => Promise<[WeightSpec[], WeightData]>,
  ): Promise<ModelArtifacts> => {
    const { weightsManifest } = checkObject(modelJSON);
    if (!weightsManifest) return getModelArtifactsForJSONSync(modelJSON);
    return getModelArtifactsForJSONSync(modelJSON, ...(await loadWeights(weightsManifest)));
  },
);

/** Like `getModelArtifactsForJSON`, for weights in memory. Throws E_INPUT if they are missing. */
export const getModelArtifactsForJSONSync = publicFunction(
  'getModelArtifactsForJSONSync',
  (modelJSON: ModelJSON, weightSpecs?: WeightSpec[], weightData?: WeightData): ModelArtifacts => {
    const { modelTopology, format, generatedBy, convertedBy, weightsManifest } = checkObject(modelJSON);
    const artifacts = {
      modelTopology,
      format,
      generatedBy,
      convertedBy,
      ...optionalParts(modelJSON),
    } as ModelArtifacts;
    if (!weightsManifest) return artifacts;
    if (!weightSpecs) throw new TfwasmError('E_INPUT', 'modelJSON has weightsManifest but weightSpecs is null');
    if (!weightData) throw new TfwasmError('E_INPUT', 'modelJSON has weightsManifest but weightData is null');
    return { ...artifacts, weightSpecs, weightData };
  },
);

/** The info record for a model saved now. Throws E_INPUT if the topology is not JSON. */
export const getModelArtifactsInfoForJSON = publicFunction(
  'getModelArtifactsInfoForJSON',
  (artifacts: ModelArtifacts): ModelArtifactsInfo => {
    const { modelTopology, weightSpecs, getWeightStream } = checkObject(artifacts);
    if (isArrayBuffer(modelTopology)) {
      throw new TfwasmError('E_INPUT', 'Expected JSON model topology, received ArrayBuffer.');
    }
    checkSpecs(weightSpecs ?? []);
    // With a stream, weightData may be computed lazily, so it is not read here.
    const streamed = getWeightStream && groupBytes(weightSpecs ?? []);
    return artifactsInfo(artifacts, streamed ?? new CompositeArrayBuffer(artifacts.weightData).byteLength);
  },
);

function checkObject<T>(value: T): T {
  if (typeof value === 'object' && value !== null) return value;
  throw new TfwasmError(
    'E_INPUT',
    `a model.json or artifacts must be an object, got ${value === null ? 'null' : typeof value}`,
  );
}
