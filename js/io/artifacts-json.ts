// SPDX-License-Identifier: Apache-2.0
// The parts of a model.json.
import { describeError, TfwasmError } from '../core/errors.js';
import type { ModelArtifacts, ModelArtifactsInfo } from './types.js';

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
