// SPDX-License-Identifier: Apache-2.0
// Datasets in chunks, which are in a B-tree. Keras writes none, but programs that compress files do.
import { newBytes } from '../../io/bytes.js';
import { sizeOf } from './datatype.js';
import { applyFilters } from './filters.js';
import { damaged } from './nodes.js';
import { isNowhere, type Source } from './source.js';

const TREE_HEADER = 24;

interface Chunk {
  at: number;
  /** The bytes in the file. */
  size: number;
  skipped: number;
  /** The first element, in elements along each axis. */
  start: number[];
}

export interface ChunkedLayout {
  /** Where the layout message has the rank. */
  at: number;
  shape: readonly number[];
  elementBytes: number;
  filters: readonly number[];
}

/** Finds all chunks. Returns the function that reads them. */
export function openChunks(source: Source, { at, shape, elementBytes, filters }: ChunkedLayout): () => Uint8Array {
  const rank = source.u8(at) - 1;
  const tree = source.u64(at + 1);
  const chunkShape = shape.map((_, axis) => source.u32(at + 9 + 4 * axis));
  if (rank !== shape.length || chunkShape.includes(0) || source.u32(at + 9 + 4 * rank) !== elementBytes) {
    throw damaged('the chunks of a dataset do not have its shape');
  }
  const total = sizeOf(shape) * elementBytes;
  source.chargeExpanded(total);
  const chunks = isNowhere(tree) ? [] : chunksIn(source, tree, rank, undefined);
  checkPlaces(chunks, shape, chunkShape);
  const chunkBytes = sizeOf(chunkShape) * elementBytes;
  // The part of a chunk that is outside the dataset has been charged to nothing.
  if (chunks.length > 0) source.chargeExpanded(Math.max(0, chunks.length * chunkBytes - total));
  return () => {
    const bytes = newBytes(total);
    for (const { at: start, size, skipped, start: first } of chunks) {
      const stored = source.view(start, size, 'a chunk');
      const chunk = applyFilters(stored, filters, { skipped, size: chunkBytes, elementBytes });
      copyChunk(chunk, chunkShape, bytes, shape, first, elementBytes);
    }
    return bytes;
  };
}

/** The chunks below a node. Levels decrease, so that there are no cycles. */
function chunksIn(source: Source, at: number, rank: number, level: number | undefined): Chunk[] {
  source.charge(at, TREE_HEADER, 'a B-tree');
  source.expect('TREE', at);
  const ownLevel = source.u8(at + 5);
  if (source.u8(at + 4) !== 1 || (level !== undefined && ownLevel !== level)) {
    throw damaged(`the B-tree at ${at} is of the wrong kind or level`);
  }
  const keyBytes = 8 + 8 * (rank + 1);
  const count = source.u16(at + 6);
  source.charge(at, TREE_HEADER + count * (keyBytes + 8), 'a B-tree');
  return Array.from({ length: count }, (_, i) => at + TREE_HEADER + i * (keyBytes + 8)).flatMap((key) => {
    const child = source.u64(key + keyBytes);
    if (ownLevel > 0) return chunksIn(source, child, rank, ownLevel - 1);
    const size = source.u32(key);
    const start = Array.from({ length: rank }, (_, axis) => source.u64(key + 8 + 8 * axis));
    return [{ at: source.charge(child, size, 'a chunk'), size, skipped: source.u32(key + 4), start }];
  });
}

/** Throws E_FILE unless the chunks cover the dataset, each place once. */
function checkPlaces(chunks: readonly Chunk[], shape: readonly number[], chunkShape: readonly number[]): void {
  const counts = shape.map((size, axis) => Math.ceil(size / (chunkShape[axis] as number)));
  const places = new Set<string>();
  for (const { start } of chunks) {
    const isInside = start.every(
      (first, axis) => first < (shape[axis] as number) && first % (chunkShape[axis] as number) === 0,
    );
    if (isInside) places.add(start.join());
  }
  if (places.size !== chunks.length || places.size !== sizeOf(counts)) {
    throw damaged('chunks of a dataset are missing, or at wrong places');
  }
}

/** Copies the rows of a chunk that are inside the dataset. */
function copyChunk(
  chunk: Uint8Array,
  chunkShape: readonly number[],
  bytes: Uint8Array,
  shape: readonly number[],
  start: readonly number[],
  elementBytes: number,
): void {
  const last = shape.length - 1;
  const rowLength =
    last < 0 ? 1 : Math.min(chunkShape[last] as number, (shape[last] as number) - (start[last] as number));
  const rows = sizeOf(chunkShape.slice(0, -1));
  for (let row = 0; row < rows; ++row) {
    let rest = row;
    let stride = last < 0 ? 1 : (shape[last] as number);
    let target = last < 0 ? 0 : (start[last] as number);
    let isInside = true;
    for (let axis = last - 1; axis >= 0; --axis) {
      const position = (rest % (chunkShape[axis] as number)) + (start[axis] as number);
      isInside &&= position < (shape[axis] as number);
      target += position * stride;
      stride *= shape[axis] as number;
      rest = Math.floor(rest / (chunkShape[axis] as number));
    }
    if (!isInside) continue;
    const from = row * (chunkShape[last] ?? 1) * elementBytes;
    bytes.set(chunk.subarray(from, from + rowLength * elementBytes), target * elementBytes);
  }
}
