// SPDX-License-Identifier: Apache-2.0
// Converted models in memory.
import type { ModelArtifacts, ModelJSON } from '../../io/types.js';
import type { ConvertSink } from '../types.js';

/** Larger buffers can often not be allocated, so weights are in files of this size at most. */
export const MAX_BUFFER_BYTES = 2 ** 30;

/** Collects the files of a model. */
export class MemorySink implements ConvertSink {
  readonly #weights: ArrayBuffer[] = [];
  #artifacts: ModelArtifacts = {};

  write(name: string, bytes: Uint8Array): void {
    const isWhole = bytes.byteLength === bytes.buffer.byteLength;
    const buffer = (isWhole ? bytes : bytes.slice()).buffer as ArrayBuffer;
    if (name === 'model.json') this.#artifacts = artifactsOfJson(bytes, this.#weights);
    else if (name.endsWith('.bin')) this.#weights.push(buffer);
    else this.#artifacts = { modelTopology: buffer, format: name.endsWith('.keras') ? 'keras' : 'h5' };
  }

  /** The model, once it is written. */
  get artifacts(): ModelArtifacts {
    return this.#artifacts;
  }
}

function artifactsOfJson(json: Uint8Array, weights: readonly ArrayBuffer[]): ModelArtifacts {
  const { modelTopology, weightsManifest, ...head } = JSON.parse(new TextDecoder().decode(json)) as ModelJSON;
  const [first = new ArrayBuffer(0), ...more] = weights;
  return {
    ...(modelTopology && { modelTopology }),
    ...head,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: more.length === 0 ? first : [...weights],
  };
}
