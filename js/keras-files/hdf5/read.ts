// SPDX-License-Identifier: Apache-2.0
// Reads HDF5 files in the oldest version of the format, in which Keras writes them. Takes time and memory in proportion to
// the size of the file, whatever is in it.
import { TfwasmError } from '../../core/errors.js';
import { readAttribute } from './attributes.js';
import { openChunks } from './chunks.js';
import { countElements, type Datatype, readDatatype, readShape } from './datatype.js';
import { readFilters } from './filters.js';
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

/** Classes of layouts. */
const COMPACT = 0;
const CONTIGUOUS = 1;
const CHUNKED = 2;

interface DatasetParts {
  shape: number[];
  datatype: Datatype;
  layout: Message;
  filters: Message | undefined;
}

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
    const [space, type, layout] = [MESSAGE.dataspace, MESSAGE.datatype, MESSAGE.layout].map(find);
    if (!space || !type || !layout) throw damaged(`'${path}' is neither a group nor a dataset`);
    return this.#readDataset(
      {
        shape: readShape(this.source, space.at),
        datatype: readDatatype(this.source, type.at),
        layout,
        filters: find(MESSAGE.filters),
      },
      attributes,
    );
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

  #readDataset(parts: DatasetParts, attributes: Map<string, AttributeValue>): Hdf5Dataset {
    const { shape, datatype } = parts;
    const dataset = { kind: 'dataset', attributes, shape, type: meaningOf(datatype.type, attributes) } as const;
    if (this.source.u8(parts.layout.at) !== 3) throw new NeedsLibrary('old or new layouts of data');
    if (this.source.u8(parts.layout.at + 1) === CHUNKED) {
      const bytes = this.#openChunks(parts);
      return { ...dataset, elementBytes: datatype.size, bytes, strings: () => [] };
    }
    const [start, room] = this.#locate(parts.layout);
    const count = countElements(shape, Math.max(datatype.size, 1), room);
    let strings: string[] | undefined;
    return {
      ...dataset,
      elementBytes: dataset.type === 'string' ? 0 : datatype.size,
      bytes: () => inLittleEndian(this.source.view(start, count * datatype.size, 'a dataset'), datatype),
      strings: () => {
        strings ??= this.#strings.read(datatype, start, count);
        return strings;
      },
    };
  }

  #openChunks({ shape, datatype, layout, filters }: DatasetParts): () => Uint8Array {
    if (datatype.type === 'string' || datatype.type === 'vlen-string') throw new NeedsLibrary('strings in chunks');
    const read = openChunks(this.source, {
      at: layout.at + 2,
      shape,
      elementBytes: datatype.size,
      filters: filters ? readFilters(this.source, filters.at) : [],
    });
    return () => inLittleEndian(read(), datatype);
  }

  /** Where the values of a dataset in one piece are: address and size in bytes. */
  #locate({ at }: Message): [number, number] {
    const kind = this.source.u8(at + 1);
    if (kind === COMPACT) return this.#inside(at + 4, this.source.u16(at + 2));
    if (kind !== CONTIGUOUS) throw new NeedsLibrary('unknown layouts of data');
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
