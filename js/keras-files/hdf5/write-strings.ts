// SPDX-License-Identifier: Apache-2.0
// Global heaps, in which strings of any length are.
import type { HeapPlace } from './messages.js';
import { align, type Output, Writer } from './output.js';

const HEADER = 16;
/** Smaller heaps are not allowed. */
const MIN_HEAP = 4096;
/** Their indices have 16 bits. */
const MAX_STRINGS = 1000;

/** Writes each text once. Returns where they are. */
export function writeStrings(output: Output, texts: ReadonlySet<string>): Map<string, HeapPlace> {
  const places = new Map<string, HeapPlace>();
  const rest = [...texts];
  while (rest.length > 0) {
    const strings = rest.splice(0, MAX_STRINGS);
    const heap = writeHeap(
      output,
      strings.map((text) => new TextEncoder().encode(text)),
    );
    strings.forEach((text, i) => void places.set(text, { heap, index: i + 1 }));
  }
  return places;
}

function writeHeap(output: Output, strings: readonly Uint8Array[]): number {
  const used = strings.reduce((sum, { length }) => sum + HEADER + align(length), HEADER);
  const size = Math.max(MIN_HEAP, used + HEADER);
  const writer = new Writer(size).text('GCOL').u32(1).u64(size);
  strings.forEach((text, i) => {
    writer
      .u16(i + 1)
      .u16(1)
      .u32(0)
      .u64(text.length)
      .bytes(text)
      .align();
  });
  // The free space, as an object with the index 0.
  writer.u64(0).u64(size - used);
  return output.append(writer.done());
}
