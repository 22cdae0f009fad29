// SPDX-License-Identifier: Apache-2.0
// The messages of objects that are written.
import { MESSAGE } from './object-header.js';
import { align, Writer } from './output.js';

/** Where a text is: the address of its heap, and its index there. */
export interface HeapPlace {
  heap: number;
  index: number;
}

export type NumberType = keyof typeof NUMBER_TYPES;

const float = (size: number, exponent: number, mantissa: number, bias: number) => ({
  size,
  encoding: [0x11, 0x20, 8 * size - 1, 0, size, 0, 0, 0, 0, 0, 8 * size, 0, mantissa, exponent, 0, mantissa].concat([
    bias & 255,
    bias >> 8,
    0,
    0,
  ]),
});
const integer = (size: number, signed: boolean) => ({
  size,
  encoding: [0x10, signed ? 8 : 0, 0, 0, size, 0, 0, 0, 0, 0, 8 * size, 0],
});

/** The types of numbers that are written, and their encodings. */
export const NUMBER_TYPES = {
  float32: float(4, 8, 23, 127),
  float64: float(8, 11, 52, 1023),
  int8: integer(1, true),
  int32: integer(4, true),
  int64: integer(8, true),
  uint8: integer(1, false),
} as const;

/** Strings of any length, in ASCII or UTF-8: sequences of bytes in a heap. */
const text = (isAscii: boolean) => [0x19, 1, isAscii ? 0 : 1, 0, 16, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0];
/** The size of a reference to a text. */
const REFERENCE = 16;

/** Strings of one size, padded by NUL. */
const fixedText = (size: number) => [0x13, 1, 0, 0, size & 255, (size >> 8) & 255, size >> 16, 0];

const TYPES = { ...MESSAGE, fillValue: 5 };
/** Set for messages that never change. */
const CONSTANT = 1;

export function messageHeader(type: keyof typeof TYPES, size: number): number[] {
  const flags = type === 'datatype' || type === 'fillValue' ? CONSTANT : 0;
  return [TYPES[type], 0, size & 255, size >> 8, flags, 0, 0, 0];
}

/** A shape, and the same again as its maximum. */
function encodeShape(shape: readonly number[]): Uint8Array {
  const writer = new Writer(8 + 16 * shape.length);
  writer.bytes([1, shape.length, shape.length > 0 ? 1 : 0, 0]).u32(0);
  for (const size of [...shape, ...shape]) writer.u64(size);
  return writer.done();
}

export function shapeMessage(shape: readonly number[]): Uint8Array {
  const encoded = encodeShape(shape);
  return new Writer(8 + encoded.length).bytes(messageHeader('dataspace', encoded.length)).bytes(encoded).done();
}

/** Values in one piece. */
export function contiguous(at: number, size: number): Uint8Array {
  return new Writer(32).bytes(messageHeader('layout', 24)).bytes([3, 1]).u64(at).u64(size).done();
}

/** A text as a string of any length; names as strings of one length, as h5py does. */
export function attributeMessage(
  name: string,
  value: string | readonly string[],
  heap: ReadonlyMap<string, HeapPlace>,
): Uint8Array {
  if (typeof value === 'string') {
    const { heap: at, index } = heap.get(value) as HeapPlace;
    const length = new TextEncoder().encode(value).length;
    return attribute(
      name,
      text(length === value.length),
      [],
      new Writer(REFERENCE).u32(length).u64(at).u32(index).done(),
    );
  }
  // An empty list has no length of strings. h5py writes it as one of numbers.
  if (value.length === 0) return attribute(name, NUMBER_TYPES.float64.encoding, [0], new Uint8Array(0));
  const texts = value.map((text) => new TextEncoder().encode(text));
  const size = Math.max(1, ...texts.map(({ length }) => length));
  const data = new Uint8Array(size * texts.length);
  texts.forEach((text, i) => void data.set(text, i * size));
  return attribute(name, fixedText(size), [texts.length], data);
}

function attribute(name: string, type: readonly number[], shape: readonly number[], data: Uint8Array): Uint8Array {
  const nameBytes = new TextEncoder().encode(`${name}\0`);
  const encodedShape = encodeShape(shape);
  const size = 8 + align(nameBytes.length) + align(type.length) + align(encodedShape.length) + align(data.length);
  return new Writer(8 + size)
    .bytes(messageHeader('attribute', size))
    .bytes([1, 0])
    .u16(nameBytes.length)
    .u16(type.length)
    .u16(encodedShape.length)
    .bytes(nameBytes)
    .align()
    .bytes(type)
    .align()
    .bytes(encodedShape)
    .bytes(data)
    .done();
}
