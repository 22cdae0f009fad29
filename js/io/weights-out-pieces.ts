// SPDX-License-Identifier: Apache-2.0
// Reads the bytes of a model's weights for saving.
import { TfwasmError } from '../core/errors.js';
import { toBytes } from './bytes.js';
import { groupBytes } from './manifest.js';
import type { ModelArtifacts } from './types.js';
import { openWeights } from './weights-feed.js';

/** Large enough for few writes, small enough for memory. */
const PIECE_BYTES = 4 << 20;

/**
 * All weights in order, in pieces of 4 MiB, independent of the source's chunk sizes. A piece may be overwritten when
 * the next one is requested.
 *
 * @throws E_WEIGHT_BYTES at the end if the size does not match the specs.
 */
export async function* weightPieces(artifacts: ModelArtifacts): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let received = 0;
  let filled = 0;
  let piece: Uint8Array<ArrayBuffer> | undefined;
  for await (const chunk of weightChunks(artifacts)) {
    received += chunk.byteLength;
    for (let rest = chunk; rest.byteLength > 0; ) {
      const length = Math.min(rest.byteLength, PIECE_BYTES - filled);
      if (length === PIECE_BYTES) {
        yield rest.subarray(0, length);
      } else {
        piece ??= new Uint8Array(PIECE_BYTES);
        piece.set(rest.subarray(0, length), filled);
        filled += length;
        if (filled === PIECE_BYTES) {
          filled = 0;
          yield piece;
        }
      }
      rest = rest.subarray(length);
    }
  }
  checkLength(artifacts, received);
  if (piece && filled > 0) yield piece.subarray(0, filled);
}

async function* weightChunks(artifacts: ModelArtifacts): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const reader = openWeights(artifacts)?.getReader();
  if (!reader) return;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      yield toBytes(part.value);
    }
  } finally {
    // No-op after the end. Stops the source if the consumer failed.
    reader.cancel().catch(() => {});
  }
}

/** Throws E_WEIGHT_BYTES unless as many bytes came as the specs say. */
export function checkLength({ weightSpecs }: ModelArtifacts, received: number): void {
  const expected = groupBytes(weightSpecs ?? []);
  if (expected === undefined || expected === received) return;
  throw new TfwasmError(
    'E_WEIGHT_BYTES',
    `the weights take ${expected} bytes as their specs say, but ${received} came`,
  );
}
