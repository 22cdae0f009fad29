// SPDX-License-Identifier: Apache-2.0
// Reads the bytes of a model's weights into buffers.
import { isArrayBuffer, newBytes, toBytes } from './bytes.js';
import { groupBytes } from './manifest.js';
import type { ModelArtifacts } from './types.js';
import { openFeed, progressOf } from './weights-feed.js';
import { checkLength } from './weights-out-pieces.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Allocating a larger buffer is likely to fail. */
const MAX_BUFFER_BYTES = 1 << 30;

/**
 * All weights in one buffer; the artifacts' own if they have only one.
 *
 * @throws E_WEIGHT_BYTES, E_LIMIT, and the errors of the stream.
 */
export async function readWeights(artifacts: ModelArtifacts): Promise<ArrayBuffer> {
  // With a stream, weightData may be computed lazily, so it is not read here.
  const weightData = artifacts.getWeightStream ? undefined : artifacts.weightData;
  if (!isArrayBuffer(weightData)) return onlyBuffer(await readBuffers(artifacts, Number.POSITIVE_INFINITY, true));
  checkLength(artifacts, toBytes(weightData).byteLength);
  return weightData;
}

/**
 * Artifacts with weightData instead of a stream: one buffer, or several of 1 GiB.
 *
 * @param strict Whether bytes after the last weight are an error.
 * @throws Like `readWeights`.
 */
export async function withWeightData(artifacts: ModelArtifacts, strict: boolean): Promise<ModelArtifacts> {
  if (!artifacts.getWeightStream) return artifacts;
  const buffers = await readBuffers(artifacts, MAX_BUFFER_BYTES, strict);
  const { getWeightStream: _, ...parts } = artifacts;
  return { ...parts, weightData: buffers.length > 1 ? buffers : onlyBuffer(buffers) };
}

const onlyBuffer = ([buffer = new ArrayBuffer(0)]: readonly ArrayBuffer[]) => buffer;

/** All weights in as few buffers of at most `maxBytes` as possible. */
async function readBuffers(artifacts: ModelArtifacts, maxBytes: number, strict: boolean): Promise<ArrayBuffer[]> {
  const feed = openFeed(artifacts);
  const expected = groupBytes(artifacts.weightSpecs ?? []);
  const progress = progressOf(expected ?? -1, feed?.onProgress);
  let received = 0;
  // Without a known length, everything has to be there before there can be a buffer for it.
  const pieces: Bytes[] = [];
  const known = expected === undefined ? undefined : new BufferFiller(expected, maxBytes);
  await feed?.run((bytes) => {
    received += bytes.byteLength;
    if (known) known.add(bytes);
    else pieces.push(bytes.slice());
    return expected === undefined || received < expected + (strict ? 1 : 0);
  }, progress.arrived);
  if (strict || received < (expected ?? 0)) checkLength(artifacts, received);
  progress.end();
  const filler = known ?? new BufferFiller(received, maxBytes);
  for (const piece of pieces) filler.add(piece);
  return filler.buffers;
}

/** Copies bytes to buffers that together have a length. Drops bytes beyond it. */
class BufferFiller {
  readonly buffers: ArrayBuffer[] = [];
  readonly #byteLength: number;
  readonly #maxBytes: number;
  #filled = 0;

  constructor(byteLength: number, maxBytes: number) {
    this.#byteLength = byteLength;
    this.#maxBytes = maxBytes;
  }

  add(bytes: Bytes): void {
    for (let rest = bytes; rest.byteLength > 0 && this.#filled < this.#byteLength; ) {
      const start = this.#filled % this.#maxBytes;
      if (start === 0) this.buffers.push(newBytes(Math.min(this.#maxBytes, this.#byteLength - this.#filled)).buffer);
      const room = new Uint8Array(this.buffers.at(-1) as ArrayBuffer, start);
      const taken = rest.subarray(0, room.byteLength);
      room.set(taken);
      this.#filled += taken.byteLength;
      rest = rest.subarray(taken.byteLength);
    }
  }
}
