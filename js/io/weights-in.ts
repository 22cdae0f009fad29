// SPDX-License-Identifier: Apache-2.0
// Writes the bytes of weights into the wasm heap.
import { TfwasmError } from '../core/errors.js';
import { heapBytes } from '../core/heap.js';
import { callCore } from '../core/runtime.js';
import { toJson } from './artifacts-json.js';
import { checkSpecs } from './manifest.js';
import type { WeightSpec } from './types.js';
import { progressOf, type WeightFeed } from './weights-feed.js';

/** Creates a decoder in the core for these weights, and disposes it after `use`. Throws E_MANIFEST. */
export function withDecoder<T>(specs: readonly WeightSpec[], use: (decoder: number) => T): T {
  checkSpecs(specs);
  const decoder = callCore((core) => core.createWeightDecoder(toJson(specs)));
  const end = () => callCore((core) => core.disposeWeightDecoder(decoder));
  let result: T | undefined;
  try {
    result = use(decoder);
    return result instanceof Promise ? (result.finally(end) as T) : result;
  } finally {
    if (!(result instanceof Promise)) end();
  }
}

/** Writes to a decoder in the core. */
export class WeightWriter {
  readonly #decoder: number;
  readonly #strict: boolean;
  #received = 0;
  /** The size of all weights in bytes, or -1. */
  readonly total: number;

  /** @param strict Whether bytes after the last weight are an error. */
  constructor(decoder: number, strict: boolean) {
    this.#decoder = decoder;
    this.#strict = strict;
    this.total = callCore((core) => core.weightStreamBytes(decoder));
  }

  /** Copies bytes to their destination. Returns whether more are wanted. Throws E_WEIGHT_BYTES. */
  write(bytes: Uint8Array): boolean {
    const used = writeChunk(this.#decoder, bytes);
    this.#received += used;
    if (used === bytes.byteLength) return true;
    if (!this.#strict) return false;
    throw new TfwasmError('E_WEIGHT_BYTES', `the weights end after ${this.#received} bytes; more came`);
  }

  /** Throws E_WEIGHT_BYTES if bytes are missing. */
  finish(): void {
    if (callCore((core) => core.weightTargetBytes(this.#decoder)) === 0) return;
    const expected = this.total < 0 ? 'more' : this.total;
    throw new TfwasmError('E_WEIGHT_BYTES', `expected ${expected} bytes of weights, got ${this.#received}`);
  }
}

/**
 * Feeds a decoder with all weights.
 *
 * @param onProgress Called with the fraction of bytes that has arrived. The last call has 1.
 * @param strict Whether bytes after the last weight are an error.
 * @throws E_WEIGHT_BYTES if there are too few or too many bytes.
 */
export async function feedWeights(
  decoder: number,
  feed: WeightFeed | undefined,
  { onProgress = feed?.onProgress, strict = true }: FeedOptions,
): Promise<void> {
  const writer = new WeightWriter(decoder, strict);
  const progress = progressOf(writer.total, onProgress);
  await feed?.run((bytes) => writer.write(bytes), progress.arrived);
  writer.finish();
  progress.end();
}

interface FeedOptions {
  onProgress?: ((fraction: number) => void) | undefined;
  strict?: boolean | undefined;
}

/** Copies a chunk to its destination. Returns the number of bytes that fit. */
function writeChunk(decoder: number, chunk: Uint8Array): number {
  return callCore((core) => {
    let used = 0;
    while (used < chunk.byteLength) {
      const length = Math.min(core.weightTargetBytes(decoder), chunk.byteLength - used);
      if (length === 0) break;
      heapBytes(core, core.weightTargetAddress(decoder), length).set(chunk.subarray(used, used + length));
      core.commitWeights(decoder, length);
      used += length;
    }
    return used;
  });
}
