// SPDX-License-Identifier: Apache-2.0
// The bytes of a model's weights on their way into the wasm heap.
import { TfwasmError } from '../errors.js';
import { callCore } from '../runtime.js';
import { heapBytes } from '../tensor-storage.js';
import type { ModelArtifacts } from './types.js';

type Chunk = ArrayBuffer | ArrayBufferView;

/** A stream of the weights, or undefined when there are none. Streaming begins with the call. */
export function openWeights(artifacts: ModelArtifacts): ReadableStream<Chunk> | undefined {
  if (artifacts.getWeightStream) return artifacts.getWeightStream();
  const data = artifacts.weightData;
  if (data === undefined || data === null) return undefined;
  const parts = Array.isArray(data) ? [...data] : [data];
  return new ReadableStream<Chunk>({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
}

/**
 * Feeds a decoder of the core with all bytes of a stream.
 *
 * @param onProgress Called with the fraction of the bytes that has arrived; 1 is the last call.
 * @param strict Whether bytes after the last weight are an error.
 * @throws E_WEIGHT_BYTES when there are too few or too many bytes.
 */
export async function feedWeights(
  decoder: number,
  stream: ReadableStream<Chunk>,
  { onProgress, strict }: { onProgress?: ((fraction: number) => void) | undefined; strict: boolean },
): Promise<void> {
  const total = callCore((core) => core.weightStreamBytes(decoder));
  const reader = stream.getReader();
  let received = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const bytes = toBytes(part.value);
      const used = writeChunk(decoder, bytes);
      received += used;
      if (used < bytes.byteLength) {
        if (!strict) break;
        throw new TfwasmError('E_WEIGHT_BYTES', `the weights end after ${received} bytes, but more came`);
      }
      // Without a total, or before the end of it, 1 has to wait until all is checked.
      if (total > received) onProgress?.(received / total);
    }
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
  reader.cancel().catch(() => {});
  checkComplete(decoder, received, total);
  onProgress?.(1);
}

export function toBytes(chunk: Chunk): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return new Uint8Array(chunk);
}

/** Copies a chunk to where its weights belong. Returns how much of it there was room for. */
function writeChunk(decoder: number, chunk: Uint8Array): number {
  return callCore((core) => {
    let used = 0;
    while (used < chunk.byteLength) {
      const { address, byteLength } = core.weightTarget(decoder);
      const length = Math.min(byteLength, chunk.byteLength - used);
      if (length === 0) break;
      heapBytes(core, address, length).set(chunk.subarray(used, used + length));
      core.commitWeights(decoder, length);
      used += length;
    }
    return used;
  });
}

function checkComplete(decoder: number, received: number, total: number): void {
  if (callCore((core) => core.weightTarget(decoder).byteLength) === 0) return;
  const expected = total < 0 ? 'more' : String(total);
  throw new TfwasmError('E_WEIGHT_BYTES', `expected ${expected} bytes of weights, got ${received}`);
}
