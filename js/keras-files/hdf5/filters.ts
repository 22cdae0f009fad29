// SPDX-License-Identifier: Apache-2.0
// The filters of chunks: DEFLATE, shuffling of bytes, and a checksum.
import { unzlibSync } from 'fflate';
import { describeError } from '../../core/errors.js';
import { newBytes } from '../../io/bytes.js';
import { damaged, NeedsLibrary } from './nodes.js';
import type { Source } from './source.js';

const DEFLATE = 1;
const SHUFFLE = 2;
const CHECKSUM = 3;
const CHECKSUM_BYTES = 4;

/** Filters with smaller numbers have no names. */
const FIRST_NAMED = 256;

/** Reads a filter message: the numbers of the filters, in the order of writing. */
export function readFilters(source: Source, at: number): number[] {
  const version = source.u8(at);
  if (version !== 1 && version !== 2) throw new NeedsLibrary(`filters of version ${version}`);
  let next = at + (version === 1 ? 8 : 2);
  return Array.from({ length: source.u8(at + 1) }, () => {
    const filter = source.u16(next);
    if (filter !== DEFLATE && filter !== SHUFFLE && filter !== CHECKSUM) {
      throw new NeedsLibrary(`the filter ${filter} of datasets`);
    }
    const hasName = version === 1 || filter >= FIRST_NAMED;
    const name = hasName ? 8 * Math.ceil(source.u16(next + 2) / 8) : 0;
    const values = source.u16(next + (hasName ? 6 : 4));
    // In version 1, an odd number of values is padded.
    const padded = version === 1 ? values + (values % 2) : values;
    next += (hasName ? 8 : 6) + name + 4 * padded;
    return filter;
  });
}

/** The content of a chunk of `size` bytes. Bits of `skipped` are set for filters that were not applied. */
export function applyFilters(
  chunk: Uint8Array,
  filters: readonly number[],
  { skipped, size, elementBytes }: { skipped: number; size: number; elementBytes: number },
): Uint8Array {
  let bytes = chunk;
  for (let i = filters.length - 1; i >= 0; --i) {
    if ((skipped >> i) & 1) continue;
    const checksums = filters.slice(0, i).filter((filter, j) => filter === CHECKSUM && !((skipped >> j) & 1)).length;
    const before = size + CHECKSUM_BYTES * checksums;
    if (filters[i] === DEFLATE) bytes = inflate(bytes, before);
    else if (filters[i] === SHUFFLE) bytes = unshuffle(bytes, elementBytes);
    else bytes = withoutChecksum(bytes);
  }
  if (bytes.length !== size) throw damaged(`a chunk has ${bytes.length} bytes instead of ${size}`);
  return bytes;
}

function inflate(bytes: Uint8Array, size: number): Uint8Array {
  try {
    // One more byte than expected shows content that is too long.
    return unzlibSync(bytes, { out: newBytes(size + 1) });
  } catch (error) {
    throw damaged(`a chunk cannot be decompressed: ${describeError(error)}`);
  }
}

/** The bytes of a chunk are ordered by their position in the elements. */
function unshuffle(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / elementBytes);
  // Bytes that are no whole element stay where they are.
  const result = bytes.slice();
  for (let byte = 0; byte < elementBytes; ++byte) {
    for (let i = 0; i < count; ++i) result[i * elementBytes + byte] = bytes[byte * count + i] as number;
  }
  return result;
}

function withoutChecksum(bytes: Uint8Array): Uint8Array {
  const content = bytes.subarray(0, -CHECKSUM_BYTES);
  if (bytes.length < CHECKSUM_BYTES) throw damaged('a chunk has no checksum');
  const view = new DataView(bytes.buffer, bytes.byteOffset + content.length, CHECKSUM_BYTES);
  if (view.getUint32(0, true) !== fletcher32(content)) throw damaged('the checksum of a chunk is wrong');
  return content;
}

/** Fletcher's checksum of words of 16 bits, with the high byte first. */
function fletcher32(bytes: Uint8Array): number {
  let [low, high] = [0, 0];
  for (let i = 0; i < bytes.length; i += 2) {
    low = (low + ((bytes[i] as number) << 8) + (bytes[i + 1] ?? 0)) % 65535;
    high = (high + low) % 65535;
  }
  return high * 65536 + low;
}
