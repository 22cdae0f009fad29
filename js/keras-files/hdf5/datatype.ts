// SPDX-License-Identifier: Apache-2.0
// The types and shapes of datasets and attributes.
import { damaged, NeedsLibrary, type StoredType } from './nodes.js';
import type { Source } from './source.js';

export interface Datatype {
  type: StoredType | 'vlen-string' | 'unknown';
  /** The bytes of one element in the file. */
  size: number;
  bigEndian: boolean;
}

/** Classes of the file format. */
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;
const OPAQUE = 5;
const ENUM = 8;
const VARIABLE_LENGTH = 9;

/** The bits of a float: [size in bytes, bits of the exponent, bits of the mantissa]. */
const FLOATS: readonly [StoredType, number, number, number][] = [
  ['float16', 2, 5, 10],
  ['bfloat16', 2, 8, 7],
  ['float32', 4, 8, 23],
  ['float64', 8, 11, 52],
];

/** Reads a datatype message. */
export function readDatatype(source: Source, at: number): Datatype {
  const kind = source.u8(at) & 15;
  const flags = source.u8(at + 1);
  const size = source.u32(at + 4);
  const bigEndian = (flags & 1) === 1;
  switch (kind) {
    case INTEGER:
      return { type: integerType(size, (flags & 8) !== 0), size, bigEndian };
    case FLOAT:
      return { type: floatType(source, at + 8, size), size, bigEndian };
    case STRING:
      if (size === 0) throw damaged('strings have the length 0');
      return { type: 'string', size, bigEndian: false };
    case OPAQUE:
      return { type: 'opaque', size, bigEndian: false };
    case ENUM: {
      // h5py stores booleans as enumerations of int8.
      const base = readBase(source, at + 8);
      return base.type === 'int8' ? { ...base, type: 'bool' } : base;
    }
    case VARIABLE_LENGTH:
      return { type: (flags & 15) === 1 ? 'vlen-string' : 'unknown', size: 16, bigEndian: false };
    default:
      return { type: 'unknown', size, bigEndian: false };
  }
}

/** The base of an enumeration, which is no enumeration itself. */
function readBase(source: Source, at: number): Datatype {
  if ((source.u8(at) & 15) !== INTEGER) throw damaged('an enumeration is not of integers');
  return readDatatype(source, at);
}

function integerType(size: number, signed: boolean): StoredType | 'unknown' {
  if (![1, 2, 4, 8].includes(size)) return 'unknown';
  return `${signed ? 'int' : 'uint'}${8 * size}` as StoredType;
}

function floatType(source: Source, at: number, size: number): StoredType | 'unknown' {
  const exponent = source.u8(at + 5);
  const mantissa = source.u8(at + 7);
  const found = FLOATS.find(([, ...bits]) => bits[0] === size && bits[1] === exponent && bits[2] === mantissa);
  return found?.[0] ?? 'unknown';
}

/** Reads a dataspace message: the shape. */
export function readShape(source: Source, at: number): number[] {
  const version = source.u8(at);
  if (version !== 1 && version !== 2) throw new NeedsLibrary(`dataspaces of version ${version}`);
  const rank = source.u8(at + 1);
  if (rank > 32) throw damaged(`there are ${rank} dimensions`);
  if (version === 2 && source.u8(at + 3) === 2) return [0];
  const first = at + (version === 1 ? 8 : 4);
  return Array.from({ length: rank }, (_, axis) => source.u64(first + 8 * axis));
}

/** The number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The number of elements. Throws E_FILE if they do not fit into `room` bytes. */
export function countElements(shape: readonly number[], elementBytes: number, room: number): number {
  const count = shape.includes(0) ? 0 : sizeOf(shape);
  // Sizes above 2^53 are inexact, but too large in any case.
  if (!(count * elementBytes <= room)) {
    throw damaged(`the shape [${shape}] does not fit into ${room} bytes`);
  }
  return count;
}
