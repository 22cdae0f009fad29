// SPDX-License-Identifier: Apache-2.0
// Writes checkpoints (TensorBundle) for tests.
import { elements, shape, TYPES } from './graph-def.mjs';
import { bytes, concat, fixed32, int, message, varint } from './proto.mjs';

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  return crc;
});

/** CRC-32C. */
export function crc32c(data, crc = 0) {
  let rest = ~crc >>> 0;
  for (const byte of data) rest = (rest >>> 8) ^ TABLE[(rest ^ byte) & 255];
  return ~rest >>> 0;
}

export const masked = (crc) => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

const fixed = (value) => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
};

/** A block of a sorted table. Keys share what they have in common with the key before. */
function block(entries) {
  let last = Buffer.alloc(0);
  const parts = entries.map(([key, value]) => {
    let shared = 0;
    while (shared < last.length && shared < key.length && last[shared] === key[shared]) ++shared;
    last = key;
    return concat(varint(shared), varint(key.length - shared), varint(value.length), key.subarray(shared), value);
  });
  return concat(parts, fixed(0), fixed(1));
}

/** Snappy without compression: literals only. */
function snappy(data) {
  const parts = [varint(data.length)];
  for (let at = 0; at < data.length; at += 60) {
    const piece = data.subarray(at, at + 60);
    parts.push(Buffer.from([(piece.length - 1) << 2]), piece);
  }
  return concat(parts);
}

/** A sorted table of [key, value] pairs. `compress`: blocks are compressed with Snappy. */
export function sortedTable(entries, { compress = false, perBlock = 3 } = {}) {
  const sorted = entries
    .map(([key, value]) => [Buffer.from(key), Buffer.from(value)])
    .sort(([a], [b]) => Buffer.compare(a, b));
  const written = [];
  let offset = 0;
  const add = (contents) => {
    const stored = compress ? snappy(contents) : contents;
    const typed = concat(stored, Buffer.from([compress ? 1 : 0]));
    written.push(typed, fixed(masked(crc32c(typed))));
    const handle = concat(varint(offset), varint(stored.length));
    offset += typed.length + 4;
    return handle;
  };
  const index = [];
  for (let at = 0; at < sorted.length; at += perBlock) {
    const group = sorted.slice(at, at + perBlock);
    index.push([group.at(-1)[0], add(block(group))]);
  }
  const meta = add(block([]));
  const main = add(block(index));
  const footer = Buffer.alloc(48);
  concat(meta, main).copy(footer);
  Buffer.from('57fb808b247547db', 'hex').copy(footer, 40);
  return concat(written, footer);
}

/** The key of a slice of a tensor: zero, name, rank, then start and length of each dimension. */
export function sliceKey(name, extents) {
  const number = (value) => (value === 0 ? Buffer.from([0]) : Buffer.from([1, value]));
  const signed = (value) => Buffer.from([0x80 ^ (value & 255)]);
  return concat(
    number(0),
    Buffer.from(name),
    Buffer.from([0, 1]),
    number(extents.length),
    extents.map(([start, length]) => [signed(start), signed(length)]),
  );
}

const sliceProto = (extents) =>
  message(
    7,
    extents.map(([start, length]) => message(1, int(1, start), length < 0 ? [] : int(2, length))),
  );

const stringBytes = (values) => {
  const lengths = values.map((value) => Buffer.byteLength(value));
  const crc = crc32c(concat(lengths.map(fixed)));
  return concat(lengths.map(varint), fixed(masked(crc)), values);
};

function stringCrc(values) {
  const lengths = crc32c(concat(values.map((value) => fixed(Buffer.byteLength(value)))));
  return masked(crc32c(concat(fixed(masked(lengths)), values), lengths));
}

/**
 * The files of a checkpoint by path. `tensors`: {key: {type, dims, values, slices?: [{extents, values}]}}. They are dealt
 * out to `shards` data files.
 */
export function checkpoint(tensors, { prefix = 'variables/variables', shards = 1, ...options } = {}) {
  const data = Array.from({ length: shards }, () => []);
  const sizes = Array(shards).fill(0);
  const entries = [['', concat(int(1, shards), message(3, int(1, 1)))]];
  let next = 0;
  const store = (type, dims, values) => {
    const shard = next++ % shards;
    const content = type === 'string' ? stringBytes(values) : elements(type, values);
    const offset = sizes[shard];
    data[shard].push(content);
    sizes[shard] += content.length;
    const crc = type === 'string' ? stringCrc(values) : masked(crc32c(content));
    return concat(
      int(1, TYPES[type]),
      message(2, shape(dims)),
      int(3, shard),
      int(4, offset),
      int(5, content.length),
      fixed32(6, crc),
    );
  };
  for (const [key, { type, dims, values, slices }] of Object.entries(tensors)) {
    if (!slices) {
      entries.push([key, store(type, dims, values)]);
      continue;
    }
    entries.push([
      key,
      concat(
        int(1, TYPES[type]),
        message(2, shape(dims)),
        slices.map(({ extents }) => sliceProto(extents)),
      ),
    ]);
    for (const slice of slices) {
      const lengths = slice.extents.map(([, length], axis) => (length < 0 ? dims[axis] : length));
      entries.push([sliceKey(key, slice.extents), store(type, lengths, slice.values)]);
    }
  }
  const number = (value) => String(value).padStart(5, '0');
  return {
    [`${prefix}.index`]: sortedTable(entries, options),
    ...Object.fromEntries(
      data.map((parts, shard) => [`${prefix}.data-${number(shard)}-of-${number(shards)}`, concat(parts)]),
    ),
  };
}

export { bytes };
