// SPDX-License-Identifier: Apache-2.0
// Strings of fixed length, and those of any length, which are in global heaps.
import type { Datatype } from './datatype.js';
import { damaged } from './nodes.js';
import type { Source } from './source.js';

const HEAP_HEADER = 16;

export class Strings {
  /** By address of the heap and index: address and length. */
  readonly #heaps = new Map<number, Map<number, [number, number]>>();

  constructor(readonly source: Source) {}

  /** `count` strings from an address on. The caller has checked that so many elements are there. */
  read({ type, size }: Datatype, at: number, count: number): string[] {
    const read = type === 'string' ? (address: number) => this.#fixed(address, size) : this.#variable;
    return Array.from({ length: count }, (_, i) => read(at + i * size));
  }

  #fixed(at: number, size: number): string {
    return this.source.textUntilNul(at, size);
  }

  readonly #variable = (at: number): string => {
    const length = this.source.u32(at);
    if (length === 0) return '';
    const place = this.#heap(this.source.u64(at + 4)).get(this.source.u32(at + 12));
    if (place === undefined || length > place[1]) throw damaged('a string is not in its heap');
    return this.source.text(place[0], length);
  };

  #heap(at: number): Map<number, [number, number]> {
    let heap = this.#heaps.get(at);
    if (heap === undefined) {
      heap = readHeap(this.source, at);
      this.#heaps.set(at, heap);
    }
    return heap;
  }
}

function readHeap(source: Source, at: number): Map<number, [number, number]> {
  source.expect('GCOL', at);
  const size = source.u64(at + 8);
  source.charge(at, size, 'a heap of strings');
  const objects = new Map<number, [number, number]>();
  for (let next = at + HEAP_HEADER; next + HEAP_HEADER <= at + size; ) {
    const index = source.u16(next);
    if (index === 0) break;
    const length = source.u64(next + 8);
    if (!(next + HEAP_HEADER + length <= at + size)) throw damaged('a string is longer than its heap');
    objects.set(index, [next + HEAP_HEADER, length]);
    next += HEAP_HEADER + 8 * Math.ceil(length / 8);
  }
  return objects;
}
