// SPDX-License-Identifier: Apache-2.0
// A model.json: writing one for artifacts, reading one that was stored.
import { describeError, TfwasmError } from '../errors.js';
import { checkManifest, groupBytes } from './manifest.js';
import { corrupt } from './storage-errors.js';
import type { ModelArtifacts, ModelArtifactsInfo, ModelJSON, WeightsManifestGroup } from './types.js';

/**
 * The model.json of a model, its keys in the order of TensorFlow.js.
 *
 * @param paths Of the files that hold the weights.
 */
export function toModelJson(artifacts: ModelArtifacts, paths: string[]): ModelJSON {
  const { modelTopology, format, generatedBy, convertedBy, weightSpecs } = artifacts;
  const weightsManifest = weightSpecs ? [{ paths, weights: weightSpecs }] : [];
  return {
    modelTopology: modelTopology as object,
    ...withoutUndefined({ format, generatedBy, convertedBy }),
    weightsManifest,
    ...optionalParts(artifacts),
  };
}

/** What only some models have, as TensorFlow.js writes it: null is as good as nothing. */
export function optionalParts(artifacts: Partial<ModelArtifacts>): Partial<ModelArtifacts> {
  const { signature, userDefinedMetadata, modelInitializer, initializerSignature, trainingConfig } = artifacts;
  return withoutUndefined({
    signature: signature ?? undefined,
    userDefinedMetadata: userDefinedMetadata ?? undefined,
    modelInitializer: modelInitializer ?? undefined,
    initializerSignature: initializerSignature ?? undefined,
    trainingConfig: trainingConfig ?? undefined,
  });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

export function withoutUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** JSON text of a part of a model. Throws E_LIMIT where it is nested too deep, or E_INPUT. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    const isLimit = error instanceof RangeError;
    throw new TfwasmError(
      isLimit ? 'E_LIMIT' : 'E_INPUT',
      `the model cannot be written as JSON${isLimit ? ', it is nested too deep or too large' : ''}: ${describeError(error)}`,
      { cause: error },
    );
  }
}

/** Throws E_INPUT for a topology that no medium keeps. */
export function checkSavable({ modelTopology }: ModelArtifacts, url: string): void {
  if (!(modelTopology instanceof ArrayBuffer)) return;
  throw new TfwasmError('E_INPUT', `cannot save ${url}: a topology in binary form cannot be saved, only one in JSON`);
}

/** What is known of a model whose weights have been counted. */
export function artifactsInfo(
  { modelTopology, weightSpecs }: ModelArtifacts,
  weightDataBytes: number,
  dateSaved = new Date(),
): ModelArtifactsInfo {
  return {
    dateSaved,
    modelTopologyType: 'JSON',
    modelTopologyBytes: jsonBytes(modelTopology),
    weightSpecsBytes: jsonBytes(weightSpecs),
    weightDataBytes,
  };
}

function jsonBytes(value: unknown): number {
  return value === undefined || value === null ? 0 : new TextEncoder().encode(toJson(value)).length;
}

/** A model.json that was stored, in its two parts. Throws E_STORAGE_CORRUPT. */
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

/** A part of a stored model that was kept as JSON of its own. Throws E_STORAGE_CORRUPT. */
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

/** Throws E_STORAGE_CORRUPT unless the parts that were stored fit together. */
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
