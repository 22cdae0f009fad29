// SPDX-License-Identifier: Apache-2.0
// Parts of a model.json.
import { describeError, TfwasmError } from '../core/errors.js';
import type { ModelArtifacts, ModelArtifactsInfo } from './types.js';

/** The optional parts of artifacts. Null counts as absent, as in TensorFlow.js. */
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

/** In which format a model is and what wrote it, as far as it says so. */
export function formatParts({ format, generatedBy, convertedBy }: Partial<ModelArtifacts>): Partial<ModelArtifacts> {
  return withoutUndefined({ format, generatedBy, convertedBy });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** The JSON text of a part of a model. Throws E_LIMIT if it is nested too deeply, or E_INPUT. */
export function toJson(value: unknown): string {
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text !== undefined) return text;
    throw new TypeError(`${typeof value} is not a JSON value`);
  } catch (error) {
    const isLimit = error instanceof RangeError;
    throw new TfwasmError(
      isLimit ? 'E_LIMIT' : 'E_INPUT',
      `the model cannot be written as JSON${isLimit ? ', it is nested too deep or too large' : ''}: ${describeError(error)}`,
      { cause: error },
    );
  }
}

/** The info record of a model with weights of this size. */
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
