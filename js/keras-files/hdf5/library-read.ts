// SPDX-License-Identifier: Apache-2.0
// Reads HDF5 files with the HDF5 library: those of newer versions of the format, and with rare filters.
import { describeError, TfwasmError } from '../../core/errors.js';
import { newBytes } from '../../io/bytes.js';
import { maxExpanded } from '../limits.js';
import type { Hdf5Module, LibraryMetadata } from './library.js';
import {
  type AttributeValue,
  damaged,
  type Hdf5Dataset,
  type Hdf5Group,
  type Hdf5Node,
  type StoredType,
} from './nodes.js';
import { elementReader } from './elements.js';

const PATH = '/file.h5';
const MAX_DEPTH = 64;
const MAX_NODES = 100_000;

/** Reads a whole file. `module` is of no use afterwards, since a hostile file may have damaged it. */
export function readWithLibrary(module: Hdf5Module, bytes: Uint8Array): Hdf5Group {
  try {
    module.activate_throwing_error_handler();
    module.FS.writeFile(PATH, bytes);
    const file = module.open(PATH, 0, false, -1, -1);
    return new LibraryReader(module, file, bytes.length).readGroup('/', 0);
  } catch (error) {
    if (error instanceof TfwasmError) throw error;
    // Errors of HDF5 have a line for each function, the innermost last.
    const text = describeError(error);
    const reason = Array.from(text.matchAll(/\(\): (.+)/g)).at(-1)?.[1] ?? text;
    throw new TfwasmError('E_FILE', `the HDF5 file is damaged: ${reason}`, { cause: error });
  }
}

class LibraryReader {
  #nodes = 0;
  #room: number;

  constructor(
    readonly module: Hdf5Module,
    readonly file: bigint,
    size: number,
  ) {
    this.#room = maxExpanded(size);
  }

  readGroup(path: string, depth: number): Hdf5Group {
    if (depth > MAX_DEPTH) throw new TfwasmError('E_LIMIT', `an HDF5 file has more than ${MAX_DEPTH} nested groups`);
    const children = new Map<string, Hdf5Node>();
    for (const name of this.module.get_names(this.file, path, false)) {
      children.set(name, this.#readNode(`${path === '/' ? '' : path}/${name}`, depth + 1));
    }
    return { kind: 'group', attributes: this.#readAttributes(path), children };
  }

  #readNode(path: string, depth: number): Hdf5Node {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) throw new TfwasmError('E_LIMIT', `an HDF5 file has more than ${MAX_NODES} objects`);
    const { module, file } = this;
    const type = module.get_symbolic_link(file, path) === null ? module.get_type(file, path) : undefined;
    if (type === module.H5G_GROUP) return this.readGroup(path, depth);
    if (type === module.H5G_DATASET) return this.#readDataset(path);
    throw new TfwasmError(
      'E_FILE',
      `'${path}' is a link in an HDF5 file, or of an unknown kind, which Keras refuses, too`,
    );
  }

  #readDataset(path: string): Hdf5Dataset {
    const metadata = this.module.get_dataset_metadata(this.file, path);
    if (metadata.virtual_sources !== undefined) {
      throw new TfwasmError('E_FILE', `the values of '${path}' are in another file, which Keras refuses, too`);
    }
    const attributes = this.#readAttributes(path);
    const values = this.#readValues(metadata, path, (pointer) =>
      this.module.get_dataset_data(this.file, path, null, null, null, pointer),
    );
    return {
      kind: 'dataset',
      attributes,
      shape: metadata.shape ?? [0],
      type: typeOf(metadata, attributes),
      elementBytes: metadata.type === 3 ? 0 : metadata.size,
      bytes: () => values as Uint8Array,
      strings: () => values as string[],
    };
  }

  #readAttributes(path: string): Map<string, AttributeValue> {
    const attributes = new Map<string, AttributeValue>();
    for (const name of this.module.get_attribute_names(this.file, path)) {
      const metadata = this.module.get_attribute_metadata(this.file, path, name);
      const values = this.#readValues(metadata, name, (pointer) =>
        this.module.get_attribute_data(this.file, path, name, pointer),
      );
      const list = Array.isArray(values) ? values : numbersIn(values, metadata);
      const value = metadata.shape?.length === 0 ? list?.[0] : list;
      if (value !== undefined) attributes.set(name, value);
    }
    return attributes;
  }

  /** The bytes of numbers, or strings. */
  #readValues(metadata: LibraryMetadata, name: string, read: (pointer: bigint) => number): Uint8Array | string[] {
    const { shape, size, type, vlen } = metadata;
    const count = (shape ?? [0]).reduce((product, length) => product * length, 1);
    const bytes = count * size;
    this.#room -= bytes;
    if (!(this.#room >= 0)) throw new TfwasmError('E_LIMIT', `'${name}' in an HDF5 file has ${bytes} bytes`);
    // Values of other kinds, such as references, are of no use.
    if (![0, 1, 3, 5, 8].includes(type) || bytes === 0) return type === 3 ? [] : newBytes(0);
    const pointer = this.module._malloc(bytes);
    if (pointer === 0) throw new TfwasmError('E_OOM', `no memory for the ${bytes} bytes of '${name}'`);
    if (read(BigInt(pointer)) < 0) throw damaged(`'${name}' cannot be read`);
    const values = this.module.HEAPU8.slice(pointer, pointer + bytes);
    const result = type !== 3 ? values : vlen ? this.#variableStrings(values) : fixedStrings(values, size);
    this.module._free(pointer);
    return result;
  }

  /** They are pointers. What they point to is not freed, since the instance is not used again. */
  #variableStrings(pointers: Uint8Array): string[] {
    return Array.from(new Uint32Array(pointers.buffer), (pointer) => {
      const text = pointer === 0 ? '' : this.module.UTF8ToString(pointer);
      this.#room -= text.length;
      if (this.#room < 0) throw new TfwasmError('E_LIMIT', 'the HDF5 file has too many strings');
      return text;
    });
  }
}

function fixedStrings(bytes: Uint8Array, size: number): string[] {
  return Array.from({ length: bytes.length / size }, (_, i) => {
    const text = bytes.subarray(i * size, (i + 1) * size);
    const nul = text.indexOf(0);
    return new TextDecoder().decode(nul < 0 ? text : text.subarray(0, nul));
  });
}

function typeOf({ type, size, signed }: LibraryMetadata, attributes: ReadonlyMap<string, AttributeValue>): StoredType {
  if (type === 3) return 'string';
  if (attributes.get('dtype') === 'bfloat16' && size === 2) return 'bfloat16';
  if (type === 8 && size === 1) return 'bool';
  if (type === 1 && [2, 4, 8].includes(size)) return `float${8 * size}` as StoredType;
  if (type === 0 && [1, 2, 4, 8].includes(size)) return `${signed ? 'int' : 'uint'}${8 * size}` as StoredType;
  return 'opaque';
}

function numbersIn(bytes: Uint8Array, metadata: LibraryMetadata): number[] | undefined {
  const read = elementReader(typeOf(metadata, new Map()));
  if (!read) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / metadata.size }, (_, i) => read(view, i * metadata.size, true));
}
