// SPDX-License-Identifier: Apache-2.0
// Converts a loaded graph model to artifacts. The weights are encoded from those in the wasm heap, so no second copy is
// kept.
import type { ModelOrigin } from './artifacts-kept.js';
import { CompositeArrayBuffer } from './composite-array-buffer.js';
import type { ModelArtifacts, WeightSpec } from './types.js';
import { toWeightStream } from './weights-feed.js';
import { encodeTensor } from './weights-out.js';

/** Allocating a larger buffer is likely to fail. */
const MAX_BUFFER_BYTES = 1 << 30;

/**
 * The artifacts of a model. The weights are a stream. For handlers without stream support, `weightData` is computed on
 * access.
 *
 * @param openWeight Returns a new handle for the weight with this name.
 * @param onCancel Called when a stream of the weights is cancelled.
 */
export function toArtifacts(
  { topology, parts }: ModelOrigin,
  openWeight: (name: string) => number,
  onCancel?: () => void,
): ModelArtifacts {
  const artifacts: ModelArtifacts = { modelTopology: JSON.parse(topology), ...parts };
  const specs = parts.weightSpecs;
  if (!specs) return artifacts;
  artifacts.getWeightStream = toWeightStream(() => {
    const pieces = encodeAll(specs, openWeight);
    return {
      async run(write, arrived) {
        for (const piece of pieces) {
          arrived?.(piece.byteLength);
          if (!(await write(piece))) return;
        }
      },
      cancel: () => {
        pieces.return();
        onCancel?.();
      },
    };
  });
  // Not enumerable, so that copying the artifacts does not copy the weights.
  return Object.defineProperty(artifacts, 'weightData', {
    configurable: true,
    get: () => {
      const pieces = new CompositeArrayBuffer([...encodeAll(specs, openWeight)]);
      const count = Math.ceil(pieces.byteLength / MAX_BUFFER_BYTES);
      const buffers = Array.from({ length: count }, (_, i) =>
        pieces.slice(i * MAX_BUFFER_BYTES, (i + 1) * MAX_BUFFER_BYTES),
      );
      return count > 1 ? buffers : (buffers[0] ?? new ArrayBuffer(0));
    },
    set(value) {
      Object.defineProperty(artifacts, 'weightData', { value, writable: true, enumerable: true });
    },
  });
}

function* encodeAll(specs: readonly WeightSpec[], openWeight: (name: string) => number) {
  for (const { name, quantization } of specs) yield* encodeTensor(openWeight(name), quantization);
}
