// SPDX-License-Identifier: Apache-2.0
// Writes protobuf messages byte by byte, for tests of readers. A message is a list of fields; fields are made by the
// functions below, so that tests can write anything, also what no library would.

const bytesOf = (value) => (typeof value === 'string' ? new TextEncoder().encode(value) : value);

export const concat = (...parts) =>
  Buffer.concat(parts.flat(Number.POSITIVE_INFINITY).map((part) => Buffer.from(bytesOf(part))));

/** A varint; negative numbers as 64-bit two's complement. */
export function varint(value) {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes = [];
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

const key = (field, type) => varint((field << 3) | type);

/** Fields by their wire type. */
export const int = (field, value) => concat(key(field, 0), varint(value));
export const bytes = (field, ...parts) => {
  const content = concat(...parts);
  return concat(key(field, 2), varint(content.length), content);
};
export const message = bytes;
export const float = (field, value) => {
  const content = Buffer.alloc(4);
  content.writeFloatLE(value);
  return concat(key(field, 5), content);
};
export const fixed32 = (field, value) => {
  const content = Buffer.alloc(4);
  content.writeUInt32LE(value);
  return concat(key(field, 5), content);
};
/** An entry of a map from text to text or message. */
export const entry = (field, name, ...value) => message(field, bytes(1, name), bytes(2, ...value));
