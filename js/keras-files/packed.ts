// SPDX-License-Identifier: Apache-2.0
// Small numbers of which several are in a byte.
import { sizeOf } from './arrays.js';

/**
 * Signed numbers of 4 bits, two in a byte along an axis, the lower half first. The last one of an odd number of them is
 * padding.
 */
export function nibbles(
  bytes: ArrayLike<number>,
  shape: readonly number[],
  packedShape: readonly number[],
  axis: number,
): Int8Array {
  const inner = sizeOf(shape.slice(axis + 1));
  const [size, packedSize] = [shape[axis] as number, packedShape[axis] as number];
  return Int8Array.from({ length: sizeOf(shape) }, (_, i) => {
    const position = Math.floor(i / inner) % size;
    const outer = Math.floor(i / (inner * size));
    const byte = bytes[(outer * packedSize + (position >> 1)) * inner + (i % inner)] as number;
    const nibble = (byte >> (4 * (position & 1))) & 15;
    return nibble > 7 ? nibble - 16 : nibble;
  });
}

/** The numbers -1, 0 and 1, five in a byte along the first axis: as digits of base 3, the lowest first. */
export function trits(bytes: Uint8Array, shape: readonly number[]): Int8Array {
  const inner = sizeOf(shape.slice(1));
  return Int8Array.from({ length: sizeOf(shape) }, (_, i) => {
    const row = Math.floor(i / inner);
    const byte = bytes[Math.floor(row / 5) * inner + (i % inner)] as number;
    return (Math.floor(byte / 3 ** (row % 5)) % 3) - 1;
  });
}

/** A matrix of unsigned numbers, `perByte` in a byte along the first axis, the lowest bits first. */
export function unpackRows(bytes: Uint8Array, rows: number, columns: number, perByte: number): Uint8Array {
  const bits = 8 / perByte;
  return Uint8Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    const byte = bytes[Math.floor(row / perByte) * columns + (i % columns)] as number;
    return (byte >> (bits * (row % perByte))) & (2 ** bits - 1);
  });
}
