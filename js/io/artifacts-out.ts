// SPDX-License-Identifier: Apache-2.0
// A loaded graph model as artifacts again. The weights are encoded from those in the wasm heap, so
// that no second copy of them has to be kept.
import type { ModelOrigin } from './artifacts-kept.js';
import { CompositeArrayBuffer } from './composite-array-buffer.js';
import type { ModelArtifacts, WeightSpec } from './types.js';
import { toWeightStream } from './weights-feed.js';
import { encodeTensor } from './weights-out.js';

/** Above this, weights in one buffer would be likely to fail. */
const MAX_BUFFER_BYTES = 1 << 30;

/**
 * The artifacts of a model. Its weights come as a stream; `weightData`, for handlers that know
 * nothing of streams, is made when it is asked for.
 *
 * @param openWeight Returns a new handle on the weight of a name.
 */
export function toArtifacts({ topology, parts }: ModelOrigin, openWeight: (name: string) => number): ModelArtifacts {
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
      cancel: () => void pieces.return(),
    };
  });
  // Not enumerable: what copies the artifacts does not want a copy of the weights.
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
