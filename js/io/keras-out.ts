// SPDX-License-Identifier: Apache-2.0
// Artifacts that are a whole .keras or .h5 file, which only some media take.
import { isArrayBuffer } from './bytes.js';
import { isKerasFile } from './keras-names.js';
import type { ModelArtifacts, ModelArtifactsInfo } from './types.js';

/** The bytes of the file; undefined if the artifacts are parts of a model.json. */
export function fileBytes(artifacts: ModelArtifacts | undefined): ArrayBuffer | undefined {
  const { modelTopology, format } = artifacts ?? {};
  return isArrayBuffer(modelTopology) && (format === 'keras' || format === 'h5') ? modelTopology : undefined;
}

/** The name of the file, which ends in .keras or .h5. */
export function fileName(name: string, { format }: ModelArtifacts): string {
  return isKerasFile(name) ? name : `${name}.${format === 'h5' ? 'h5' : 'keras'}`;
}

/** The info record of a model in one file. */
export function fileInfo(bytes: ArrayBuffer): ModelArtifactsInfo {
  return {
    dateSaved: new Date(),
    modelTopologyType: 'JSON',
    modelTopologyBytes: bytes.byteLength,
    weightSpecsBytes: 0,
    weightDataBytes: 0,
  };
}
