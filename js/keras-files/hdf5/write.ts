// SPDX-License-Identifier: Apache-2.0
// Writes HDF5 files with the structures that h5py uses by default, and therefore Keras.
import { TfwasmError } from '../../core/errors.js';
import { newBytes } from '../../io/bytes.js';
import {
  attributeMessage,
  contiguous,
  type HeapPlace,
  messageHeader,
  NUMBER_TYPES,
  type NumberType,
  shapeMessage,
} from './messages.js';
import { align, NOWHERE, Output, Writer } from './output.js';
import { writeLinks } from './write-links.js';
import { writeStrings } from './write-strings.js';

export interface DatasetToWrite {
  kind: 'dataset';
  shape: readonly number[];
  type: NumberType;
  /** The elements in little-endian order. */
  bytes: Uint8Array;
}

export interface GroupToWrite {
  kind: 'group';
  /** Texts, or lists of names. */
  attributes: Map<string, string | readonly string[]>;
  children: Map<string, NodeToWrite>;
}

export type NodeToWrite = DatasetToWrite | GroupToWrite;

const SUPERBLOCK_BYTES = 96;
const OBJECT_HEADER_BYTES = 16;
/** An attribute is a message, which has at most this many bytes. */
const MAX_MESSAGE = 0xffff - 7;

export function makeGroup(): GroupToWrite {
  return { kind: 'group', attributes: new Map(), children: new Map() };
}

/** The group at a path such as 'dense/kernel:0', which is made if it is not there. */
export function groupAt(group: GroupToWrite, path: string): GroupToWrite {
  let at = group;
  for (const name of path.split('/').filter(Boolean)) {
    let child = at.children.get(name);
    if (child === undefined) {
      child = makeGroup();
      at.children.set(name, child);
    }
    if (child.kind !== 'group') throw new TfwasmError('E_DUPLICATE', `'${path}' is a group and an array`);
    at = child;
  }
  return at;
}

/** Puts a dataset at a path. Throws E_DUPLICATE if something is there. */
export function putDataset(group: GroupToWrite, path: string, dataset: DatasetToWrite): void {
  const slash = path.lastIndexOf('/');
  const parent = groupAt(group, path.slice(0, Math.max(slash, 0)));
  const name = path.slice(slash + 1);
  if (name === '' || parent.children.has(name)) {
    throw new TfwasmError('E_DUPLICATE', `there are two arrays '${path}' in an HDF5 file`);
  }
  parent.children.set(name, dataset);
}

/** The bytes of a file. Throws E_LIMIT if they, or an attribute, are too large. */
export function writeHdf5(root: GroupToWrite): Uint8Array {
  const output = new Output();
  const superblock = output.reserve(SUPERBLOCK_BYTES);
  const heap = writeStrings(output, textsIn(root));
  const { at, tree, names } = writeGroup(output, heap, root);
  superblock.bytes([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
  // Versions, the sizes of addresses and lengths, those of nodes.
  superblock.bytes([0, 0, 0, 0, 0, 8, 8, 0]).u16(4).u16(16).u32(0);
  superblock.u64(0).nowhere().u64(output.size).nowhere();
  superblock.u64(0).u64(at).u32(1).u32(0).u64(tree).u64(names);
  return output.join(newBytes(output.size));
}

/** Without recursion, since callers may nest as they like. */
function textsIn(root: GroupToWrite): Set<string> {
  const texts = new Set<string>();
  const groups = [root];
  for (const { attributes, children } of groups) {
    for (const value of attributes.values()) if (typeof value === 'string') texts.add(value);
    for (const child of children.values()) if (child.kind === 'group') groups.push(child);
  }
  return texts;
}

type Heap = ReadonlyMap<string, HeapPlace>;

function writeGroup(output: Output, heap: Heap, { attributes, children }: GroupToWrite) {
  const objects = Array.from(children, ([name, node]) => ({
    name,
    at: node.kind === 'group' ? writeGroup(output, heap, node).at : writeDataset(output, node),
  }));
  const { tree, names } = writeLinks(output, objects);
  const messages = [
    new Writer(24).bytes(messageHeader('symbolTable', 16)).u64(tree).u64(names).done(),
    ...Array.from(attributes, ([name, value]) => withinLimit(attributeMessage(name, value, heap), name)),
  ];
  return { at: writeObject(output, messages), tree, names };
}

function withinLimit(message: Uint8Array, name: string): Uint8Array {
  if (message.length <= MAX_MESSAGE + 8) return message;
  throw new TfwasmError('E_LIMIT', `the attribute '${name}' of an HDF5 file has ${message.length} bytes`);
}

function writeDataset(output: Output, { shape, type, bytes }: DatasetToWrite): number {
  const at = bytes.length === 0 ? NOWHERE : output.append(bytes);
  const { encoding } = NUMBER_TYPES[type];
  const size = align(encoding.length);
  return writeObject(output, [
    shapeMessage(shape),
    new Writer(8 + size).bytes(messageHeader('datatype', size)).bytes(encoding).done(),
    // No fill value; space is allocated when values are written.
    new Writer(16).bytes(messageHeader('fillValue', 8)).bytes([2, 2, 2, 1]).u32(0).done(),
    contiguous(at, bytes.length),
  ]);
}

function writeObject(output: Output, messages: readonly Uint8Array[]): number {
  const size = messages.reduce((sum, { length }) => sum + length, 0);
  const header = new Writer(OBJECT_HEADER_BYTES + size);
  header.bytes([1, 0]).u16(messages.length).u32(1).u32(size).u32(0);
  for (const message of messages) header.bytes(message);
  return output.append(header.done());
}
