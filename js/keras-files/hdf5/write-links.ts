// SPDX-License-Identifier: Apache-2.0
// The names in a group that is written: a B-tree of symbol tables, and a heap with the names.
import { align, type Output, Writer } from './output.js';

interface NamedObject {
  name: string;
  at: number;
}

/** A node of the tree, and the place of its greatest name in the heap. */
interface Child {
  at: number;
  greatest: number;
}

/** As the superblock says. */
const MAX_ENTRIES = 8;
const MAX_CHILDREN = 32;

const TABLE_BYTES = 8 + 40 * MAX_ENTRIES;
const TREE_BYTES = 24 + 8 * MAX_CHILDREN + 8 * (MAX_CHILDREN + 1);
/** The heap has no free space. */
const NONE = 1;

/** Returns the addresses of the tree and of the heap. */
export function writeLinks(output: Output, objects: readonly NamedObject[]): { tree: number; names: number } {
  const encoder = new TextEncoder();
  const sorted = objects
    .map(({ name, at }) => ({ at, text: encoder.encode(`${name}\0`) }))
    .sort((a, b) => compareBytes(a.text, b.text));
  // The heap begins with the empty name.
  let size = 8;
  const entries = sorted.map(({ at, text }) => {
    const entry = { at, name: size };
    size += align(text.length);
    return entry;
  });
  const data = new Writer(size).u64(0);
  for (const { text } of sorted) data.bytes(text).align();
  const segment = output.append(data.done());
  const heap = new Writer(32).text('HEAP').u32(0).u64(size).u64(NONE).u64(segment);
  const tables = groupsOf(entries, MAX_ENTRIES).map((part) => writeTable(output, part));
  return { tree: writeTree(output, tables, 0), names: output.append(heap.done()) };
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  // Names end with NUL, so that one that begins another differs from it, too.
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? 0 : (a[at] as number) - (b[at] ?? 0);
}

function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function writeTable(output: Output, entries: readonly { at: number; name: number }[]): Child {
  const writer = new Writer(TABLE_BYTES).text('SNOD').bytes([1, 0]).u16(entries.length);
  for (const { at, name } of entries) writer.u64(name).u64(at).u64(0).u64(0).u64(0);
  return { at: output.append(writer.done()), greatest: entries.at(-1)?.name ?? 0 };
}

/** Writes the levels from this one up. Returns the address of the root. */
function writeTree(output: Output, children: readonly Child[], level: number): number {
  const groups = children.length === 0 ? [[]] : groupsOf(children, MAX_CHILDREN);
  const first = output.size;
  const nodes = groups.map((group, i): Child => {
    const writer = new Writer(TREE_BYTES).text('TREE').bytes([0, level]).u16(group.length);
    writer.u64(i === 0 ? -1 : first + (i - 1) * TREE_BYTES);
    writer.u64(i === groups.length - 1 ? -1 : first + (i + 1) * TREE_BYTES);
    // A key is not less than the names before it.
    writer.u64(groups[i - 1]?.at(-1)?.greatest ?? 0);
    for (const { at, greatest } of group) writer.u64(at).u64(greatest);
    return { at: output.append(writer.done()), greatest: group.at(-1)?.greatest ?? 0 };
  });
  return nodes.length === 1 ? (nodes[0] as Child).at : writeTree(output, nodes, level + 1);
}
