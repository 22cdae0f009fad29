// SPDX-License-Identifier: Apache-2.0
// The attributes of an object.
import { countElements, type Datatype, readDatatype, readShape } from './datatype.js';
import { elementReader } from './elements.js';
import { type AttributeValue, damaged, NeedsLibrary } from './nodes.js';
import type { Message } from './object-header.js';
import type { Source } from './source.js';
import type { Strings } from './strings.js';

/** Reads an attribute message: name and value. The value is undefined if it is neither text nor number. */
export function readAttribute(
  source: Source,
  strings: Strings,
  { at, size }: Message,
): [string, AttributeValue | undefined] {
  const version = source.u8(at);
  if (version < 1 || version > 3) throw new NeedsLibrary(`attributes of version ${version}`);
  if (version > 1 && source.u8(at + 1) !== 0) throw new NeedsLibrary('attributes with shared types');
  const padded = (length: number) => (version === 1 ? 8 * Math.ceil(length / 8) : length);
  const nameAt = at + (version === 3 ? 9 : 8);
  const typeAt = nameAt + padded(source.u16(at + 2));
  const shapeAt = typeAt + padded(source.u16(at + 4));
  const valueAt = shapeAt + padded(source.u16(at + 6));
  if (valueAt > at + size) throw damaged('an attribute is longer than its message');
  const name = source.textUntilNul(nameAt, source.u16(at + 2));
  const datatype = readDatatype(source, typeAt);
  const shape = readShape(source, shapeAt);
  const count = countElements(shape, Math.max(datatype.size, 1), at + size - valueAt);
  const values = readValues(source, strings, datatype, valueAt, count);
  return [name, shape.length === 0 ? (values?.[0] as AttributeValue | undefined) : values];
}

function readValues(source: Source, strings: Strings, datatype: Datatype, at: number, count: number) {
  const { type, size, bigEndian } = datatype;
  if (type === 'string' || type === 'vlen-string') return strings.read(datatype, at, count);
  const read = elementReader(type);
  if (!read) return undefined;
  const bytes = source.view(at, count * size, 'an attribute');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, i) => read(view, i * size, !bigEndian));
}
