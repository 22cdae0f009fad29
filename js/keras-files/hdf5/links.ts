// SPDX-License-Identifier: Apache-2.0
// The names in a group: a B-tree of symbol tables, whose names are in a heap.
import { TfwasmError } from '../../core/errors.js';
import { damaged } from './nodes.js';
import type { Source } from './source.js';

const TREE_HEADER = 24;
const TABLE_HEADER = 8;
const ENTRY = 40;
/** What the cache of an entry for a soft link has. */
const SOFT_LINK = 2;

interface Names {
  address: number;
  size: number;
}

/** The addresses of the objects in a group, by name. */
export function readLinks(source: Source, treeAddress: number, heapAddress: number): Map<string, number> {
  const names = readHeap(source, heapAddress);
  const links = new Map<string, number>();
  for (const table of tablesIn(source, treeAddress, undefined)) readTable(source, table, names, links);
  return links;
}

function readHeap(source: Source, at: number): Names {
  source.charge(at, 32, 'a heap of names');
  source.expect('HEAP', at);
  const size = source.u64(at + 8);
  const address = source.u64(at + 24);
  source.view(address, size, 'a heap of names');
  return { address, size };
}

/** The addresses of the symbol tables. Levels decrease, so that there are no cycles. */
function tablesIn(source: Source, at: number, level: number | undefined): number[] {
  source.charge(at, TREE_HEADER, 'a B-tree');
  source.expect('TREE', at);
  const ownLevel = source.u8(at + 5);
  if (source.u8(at + 4) !== 0 || (level !== undefined && ownLevel !== level)) {
    throw damaged(`the B-tree at ${at} is of the wrong kind or level`);
  }
  const count = source.u16(at + 6);
  source.charge(at, TREE_HEADER + 16 * count, 'a B-tree');
  const children = Array.from({ length: count }, (_, i) => source.u64(at + TREE_HEADER + 16 * i + 8));
  return ownLevel === 0 ? children : children.flatMap((child) => tablesIn(source, child, ownLevel - 1));
}

function readTable(source: Source, at: number, names: Names, links: Map<string, number>): void {
  source.charge(at, TABLE_HEADER, 'a symbol table');
  source.expect('SNOD', at);
  const count = source.u16(at + 6);
  source.charge(at, TABLE_HEADER + ENTRY * count, 'a symbol table');
  for (let i = 0; i < count; ++i) {
    const entry = at + TABLE_HEADER + ENTRY * i;
    const name = nameAt(source, names, source.u64(entry));
    if (source.u32(entry + 16) === SOFT_LINK) {
      throw new TfwasmError('E_FILE', `'${name}' is a link in an HDF5 file, which Keras refuses, too`);
    }
    if (links.has(name)) throw damaged(`the name '${name}' occurs twice in a group`);
    links.set(name, source.u64(entry + 8));
  }
}

function nameAt(source: Source, { address, size }: Names, offset: number): string {
  if (!(offset < size)) throw damaged('a name is outside its heap');
  return source.textUntilNul(address + offset, size - offset);
}
