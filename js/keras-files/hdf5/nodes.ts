// SPDX-License-Identifier: Apache-2.0
// An HDF5 file as a tree. Both readers produce it.
import { TfwasmError } from '../../core/errors.js';

/** How a dataset's elements are stored. 'string' is of any length, 'opaque' is bytes without a meaning. */
export type StoredType =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'string'
  | 'opaque';

/** Attributes of other types are left out. */
export type AttributeValue = string | string[] | number | number[];

export interface Hdf5Dataset {
  readonly kind: 'dataset';
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  readonly shape: readonly number[];
  readonly type: StoredType;
  /** The bytes of one element; 0 for strings. */
  readonly elementBytes: number;
  /** The elements in little-endian order: a view of the file, if possible. Not for strings. */
  bytes(): Uint8Array;
  /** The elements of a dataset of strings. */
  strings(): string[];
}

export interface Hdf5Group {
  readonly kind: 'group';
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  readonly children: ReadonlyMap<string, Hdf5Node>;
}

export type Hdf5Node = Hdf5Dataset | Hdf5Group;

/** A file is valid, but has a structure that only the HDF5 library reads. The message says which. */
export class NeedsLibrary extends Error {}

export function damaged(what: string): TfwasmError {
  return new TfwasmError('E_FILE', `the HDF5 file is damaged: ${what}`);
}

/** The node at a path such as 'dense/kernel:0'. */
export function findNode(group: Hdf5Group, path: string): Hdf5Node | undefined {
  let node: Hdf5Node | undefined = group;
  for (const name of path.split('/')) {
    if (name === '') continue;
    node = node?.kind === 'group' ? node.children.get(name) : undefined;
  }
  return node;
}

export function findGroup(group: Hdf5Group, path: string): Hdf5Group | undefined {
  const node = findNode(group, path);
  return node?.kind === 'group' ? node : undefined;
}

/** An attribute as text; undefined if there is none, or it is no text. */
export function textOf(node: Hdf5Node, attribute: string): string | undefined {
  const value = node.attributes.get(attribute);
  return typeof value === 'string' ? value : undefined;
}
