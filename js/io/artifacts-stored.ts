// SPDX-License-Identifier: Apache-2.0
// Stored models: writes the model.json for artifacts, and reads a stored one.
import { describeError, shown, TfwasmError } from '../core/errors.js';
import { formatParts, optionalParts, toJson } from './artifacts-json.js';
import { isArrayBuffer } from './bytes.js';
import { checkManifest, checkSpecs, groupBytes } from './manifest.js';
import { corrupt } from './storage-errors.js';
import type { ModelArtifacts, ModelJSON, WeightsManifestGroup } from './types.js';

/** Larger files would have to be in memory completely to check their hash. */
export const MAX_HASHED_BYTES = 256 << 20;

/**
 * The model.json of a model, with TensorFlow.js's order of keys.
 *
 * @param paths The paths of the weight files.
 * @param sha256 The hashes of these files, as far as known.
 */
export function toModelJson(artifacts: ModelArtifacts, paths: string[], sha256?: string[]): ModelJSON {
  const { modelTopology, weightSpecs } = artifacts;
  const weightsManifest = weightSpecs ? [{ paths, weights: weightSpecs, ...(sha256 ? { sha256 } : {}) }] : [];
  return {
    modelTopology: modelTopology as object,
    ...formatParts(artifacts),
    weightsManifest,
    ...optionalParts(artifacts),
  };
}

/** Throws E_INPUT or E_MANIFEST for artifacts that cannot be stored, E_LIMIT for those that are nested too deep. */
export function checkSavable(artifacts: ModelArtifacts, url: string): void {
  const { modelTopology, weightSpecs } = artifacts ?? {};
  if (isArrayBuffer(modelTopology)) {
    throw new TfwasmError(
      'E_INPUT',
      `cannot save ${shown(url)}: a binary topology cannot be saved here; .keras and .h5 files can be saved to file://, downloads:// and http://`,
    );
  }
  if (typeof modelTopology !== 'object' || modelTopology === null || !toJson(modelTopology).startsWith('{')) {
    throw new TfwasmError('E_INPUT', `cannot save ${shown(url)}: modelTopology must be an object`);
  }
  checkSpecs(weightSpecs ?? []);
}

/** Splits a stored model.json into artifacts and manifest. Throws E_STORAGE_CORRUPT. */
export function readModelJson(
  text: string,
  url: string,
): { artifacts: ModelArtifacts; manifest: WeightsManifestGroup[] } {
  try {
    const json = JSON.parse(text) as Partial<ModelJSON> | null;
    if (typeof json?.modelTopology !== 'object' || !json.modelTopology) throw new Error('modelTopology is missing');
    const { weightsManifest, ...artifacts } = json;
    const manifest = checkManifest(weightsManifest);
    return { artifacts: { ...artifacts, weightSpecs: manifest.flatMap(({ weights }) => weights) }, manifest };
  } catch (error) {
    throw corrupt(url, `its JSON is not that of a model: ${describeError(error)}`, error);
  }
}

/** Parses a part of a stored model that is stored as separate JSON. Throws E_STORAGE_CORRUPT. */
export function readPart(text: string, part: string, url: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw corrupt(url, `its ${part} is not JSON: ${describeError(error)}`, error);
  }
  if (typeof value === 'object' && value !== null) return value;
  throw corrupt(url, `its ${part} is ${value === null ? 'null' : `a ${typeof value}`}`);
}

/** Throws E_STORAGE_CORRUPT if the stored parts are inconsistent. */
export function checkStored({ weightSpecs }: ModelArtifacts, byteLength: number, url: string): void {
  const specs: unknown = weightSpecs ?? [];
  if (!Array.isArray(specs) || specs.some((spec) => typeof spec !== 'object' || spec === null)) {
    throw corrupt(url, 'its weight specs are not a list of objects');
  }
  const expected = groupBytes(specs);
  if (expected !== undefined && expected !== byteLength) {
    throw corrupt(url, `its weights take ${expected} bytes, but ${byteLength} are stored`);
  }
}
