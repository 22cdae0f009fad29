// SPDX-License-Identifier: Apache-2.0
// Reads the HDF5 files that Keras writes: the oldest version of the format, without chunks and filters. Takes time and
// memory in proportion to the size of the file, whatever is in it.
import { TfwasmError } from '../../core/errors.js';
import { readAttribute } from './attributes.js';
import { countElements, type Datatype, readDatatype, readShape } from './datatype.js';
import { readLinks } from './links.js';
import {
  type AttributeValue,
  damaged,
  type Hdf5Dataset,
  type Hdf5Group,
  type Hdf5Node,
  NeedsLibrary,
  type StoredType,
} from './nodes.js';
import { MESSAGE, type Message, readMessages } from './object-header.js';
import { isNowhere, Source } from './source.js';
import { Strings } from './strings.js';

/** Keras's layers are nested at most about ten deep. */
const MAX_DEPTH = 64;

/** Whether bytes start like an HDF5 file. */
export function isHdf5(bytes: Uint8Array): boolean {
  return [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[i] === byte);
}

/**
 * Reads a file that isHdf5(). Datasets are views of `bytes`.
 *
 * @throws NeedsLibrary if it has structures that Keras does not write.
 * @throws E_FILE if it is damaged or has links.
 */
export function readClassicHdf5(bytes: Uint8Array): Hdf5Group {
  const source = new Source(bytes);
  const version = source.u8(8);
  if (version !== 0) throw new NeedsLibrary(`a superblock of version ${version}`);
  if (source.u8(13) !== 8 || source.u8(14) !== 8) throw new NeedsLibrary('addresses that do not have 64 bits');
  if (source.u64(24) !== 0) throw new NeedsLibrary('a base address');
  const end = source.u64(40);
  if (end > source.size) throw damaged(`it has ${source.size} of its ${end} bytes`);
  const root = new Reader(source).readNode(source.u64(64), '/', 0);
  if (root.kind !== 'group') throw damaged('the root is no group');
  return root;
}

class Reader {
  readonly #strings: Strings;
  readonly #groups = new Set<number>();

  constructor(readonly source: Source) {
    this.#strings = new Strings(source);
  }

  readNode(at: number, path: string, depth: number): Hdf5Node {
    if (depth > MAX_DEPTH) throw new TfwasmError('E_LIMIT', `an HDF5 file has more than ${MAX_DEPTH} nested groups`);
    const messages = readMessages(this.source, at);
    const attributes = this.#readAttributes(messages);
    const find = (type: number) => messages.find((message) => message.type === type);
    const table = find(MESSAGE.symbolTable);
    if (table) return this.#readGroup(at, table, attributes, path, depth);
    if (find(MESSAGE.link) || find(MESSAGE.linkInfo)) throw new NeedsLibrary('groups of the new format');
    if (find(MESSAGE.externalFiles)) {
      throw new TfwasmError('E_FILE', `the values of '${path}' are in another file, which Keras refuses, too`);
    }
    if (find(MESSAGE.filters)) throw new NeedsLibrary('compressed datasets');
    const [space, type, layout] = [MESSAGE.dataspace, MESSAGE.datatype, MESSAGE.layout].map(find);
    if (!space || !type || !layout) throw damaged(`'${path}' is neither a group nor a dataset`);
    return this.#readDataset(readShape(this.source, space.at), readDatatype(this.source, type.at), layout, attributes);
  }

  #readGroup(at: number, table: Message, attributes: Map<string, AttributeValue>, path: string, depth: number) {
    if (this.#groups.has(at)) throw damaged(`the group '${path}' is in a cycle, or has two names`);
    this.#groups.add(at);
    const links = readLinks(this.source, this.source.u64(table.at), this.source.u64(table.at + 8));
    const children = new Map<string, Hdf5Node>();
    for (const [name, address] of links) {
      children.set(name, this.readNode(address, `${path === '/' ? '' : path}/${name}`, depth + 1));
    }
    return { kind: 'group', attributes, children } satisfies Hdf5Group;
  }

  #readAttributes(messages: readonly Message[]): Map<string, AttributeValue> {
    const attributes = new Map<string, AttributeValue>();
    for (const message of messages) {
      if (message.type === MESSAGE.attributeInfo) throw new NeedsLibrary('attributes of the new format');
      if (message.type !== MESSAGE.attribute) continue;
      const [name, value] = readAttribute(this.source, this.#strings, message);
      if (value !== undefined) attributes.set(name, value);
    }
    return attributes;
  }

  #readDataset(
    shape: number[],
    datatype: Datatype,
    layout: Message,
    attributes: Map<string, AttributeValue>,
  ): Hdf5Dataset {
    const [start, room] = this.#locate(layout);
    const count = countElements(shape, Math.max(datatype.size, 1), room);
    const isText = datatype.type === 'string' || datatype.type === 'vlen-string';
    const type = meaningOf(datatype.type, attributes);
    let strings: string[] | undefined;
    return {
      kind: 'dataset',
      attributes,
      shape,
      type,
      elementBytes: isText ? 0 : datatype.size,
      bytes: () => inLittleEndian(this.source.view(start, count * datatype.size, 'a dataset'), datatype),
      strings: () => {
        strings ??= this.#strings.read(datatype, start, count);
        return strings;
      },
    };
  }

  /** Where a dataset's values are: address and size in bytes. */
  #locate({ at }: Message): [number, number] {
    const version = this.source.u8(at);
    const kind = this.source.u8(at + 1);
    if (version !== 3) throw new NeedsLibrary(`data layouts of version ${version}`);
    if (kind === 0) return this.#inside(at + 4, this.source.u16(at + 2));
    if (kind !== 1) throw new NeedsLibrary('datasets in chunks');
    const address = this.source.u64(at + 2);
    return isNowhere(address) ? [0, 0] : this.#inside(address, this.source.u64(at + 10));
  }

  #inside(address: number, size: number): [number, number] {
    this.source.view(address, size, 'a dataset');
    return [address, size];
  }
}

/** Keras stores bfloat16 as two bytes without a meaning, and says so in an attribute. */
function meaningOf(type: Datatype['type'], attributes: ReadonlyMap<string, AttributeValue>): StoredType {
  if (type === 'vlen-string') return 'string';
  if (type === 'unknown') return 'opaque';
  return type === 'opaque' && attributes.get('dtype') === 'bfloat16' ? 'bfloat16' : type;
}

function inLittleEndian(bytes: Uint8Array, { size, bigEndian }: Datatype): Uint8Array {
  if (!bigEndian || size < 2) return bytes;
  const swapped = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; ++i) swapped[i - (i % size) + size - 1 - (i % size)] = bytes[i] as number;
  return swapped;
}
