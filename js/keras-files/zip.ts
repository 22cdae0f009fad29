// SPDX-License-Identifier: Apache-2.0
// ZIP archives, in which .keras files are.
import { inflateSync, zipSync } from 'fflate';
import { check, describeError, TfwasmError } from '../core/errors.js';
import { newBytes } from '../io/bytes.js';
import { maxExpanded } from './limits.js';

const END = 0x06054b50;
const END_BYTES = 22;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
/** The id of the extra field with sizes of 64 bits. */
const ZIP64 = 1;
const ALL_ONES = 0xffffffff;

const MAX_MEMBERS = 10_000;
/** Archives without the extension for large files. */
const MAX_BYTES = 2 ** 32 - 2 ** 24;

interface Member {
  name: string;
  method: number;
  crc: number;
  packed: number;
  size: number;
  /** The address of its local header. */
  at: number;
}

/** Whether bytes start like a ZIP archive with members. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= END_BYTES && viewOf(bytes).getUint32(0, true) === LOCAL;
}

/**
 * The members of an archive, by path. Stored ones are views.
 *
 * @throws E_FILE if the archive is damaged, encrypted, or has members that are no plain files.
 * @throws E_PATH if a path leads out of the archive.
 * @throws E_LIMIT if it expands too much.
 */
export function unzip(bytes: Uint8Array): Map<string, Uint8Array> {
  const members = readDirectory(bytes);
  const files = new Map<string, Uint8Array>();
  const sum = (key: 'packed' | 'size') => members.reduce((total, member) => total + member[key], 0);
  if (sum('size') > maxExpanded(bytes.length)) {
    throw new TfwasmError('E_LIMIT', `the ZIP archive of ${bytes.length} bytes expands to ${sum('size')} bytes`);
  }
  checkFile(sum('packed') <= bytes.length, 'its members overlap');
  for (const member of members) {
    checkPathInside(member.name);
    if (member.name.endsWith('/')) continue;
    checkFile(!files.has(member.name), `'${member.name}' occurs twice`);
    files.set(member.name, readMember(bytes, member));
  }
  return files;
}

/** The paths in an archive, which is not unpacked. Throws E_FILE if its directory is damaged. */
export function zipPaths(bytes: Uint8Array): string[] {
  return readDirectory(bytes).map(({ name }) => name);
}

/** An archive of these files, which are stored and not compressed, as Keras does. */
export function zip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const size = Array.from(files.values()).reduce((sum, { length }) => sum + length, 0);
  check(size <= MAX_BYTES, () => `${size} bytes do not fit into a ZIP archive`, 'E_LIMIT');
  // A fixed time, so that equal models give equal files.
  return zipSync(Object.fromEntries(files), { level: 0, mtime: '1980-01-01T00:00:00' });
}

function checkFile(condition: boolean, what: string): asserts condition {
  check(condition, () => `the ZIP archive cannot be read: ${what}`, 'E_FILE');
}

/** Throws E_PATH unless the path is one of files below the archive's root. */
export function checkPathInside(path: string): void {
  const names = path.split(/[/\\]/);
  if (names.includes('..') || names[0] === '' || /^[a-z]:/i.test(path) || path.includes('\0')) {
    throw new TfwasmError('E_PATH', `the path ${JSON.stringify(path)} leads out of the model`);
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function readDirectory(bytes: Uint8Array): Member[] {
  const view = viewOf(bytes);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  checkFile(count <= MAX_MEMBERS, `it has ${count} members`);
  const members: Member[] = [];
  for (let i = 0; i < count; ++i) {
    checkFile(at + ENTRY_BYTES <= end && view.getUint32(at, true) === ENTRY, 'its directory is damaged');
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const next = at + ENTRY_BYTES + name + extra + comment;
    checkFile(next <= end, 'its directory is damaged');
    members.push(readEntry(bytes, view, at, name, extra));
    at = next;
  }
  return members;
}

/** The end of the directory is followed by a comment of at most 64 KB. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - 0xffff); --at) {
    if (view.getUint32(at, true) === END && view.getUint16(at + 20, true) === last - at) return at;
  }
  throw new TfwasmError('E_FILE', 'the ZIP archive cannot be read: it has no directory, and may be truncated');
}

function readEntry(bytes: Uint8Array, view: DataView, at: number, nameLength: number, extraLength: number): Member {
  const nameAt = at + ENTRY_BYTES;
  const name = new TextDecoder().decode(bytes.subarray(nameAt, nameAt + nameLength));
  checkFile((view.getUint16(at + 8, true) & ENCRYPTED) === 0, `'${name}' is encrypted`);
  const member: Member = {
    name,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    at: view.getUint32(at + 42, true),
  };
  readLargeSizes(view, member, nameAt + nameLength, extraLength);
  return member;
}

/** Replaces sizes that do not fit into 32 bits by those of the field for ZIP64, which has only these. */
function readLargeSizes(view: DataView, member: Member, start: number, length: number): void {
  for (let at = start; at + 4 <= start + length; ) {
    const [id, size] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    const end = Math.min(at + 4 + size, start + length);
    at += 4;
    if (id === ZIP64) {
      for (const key of ['size', 'packed', 'at'] as const) {
        if (member[key] !== ALL_ONES || at + 8 > end) continue;
        member[key] = Number(view.getBigUint64(at, true));
        at += 8;
      }
      return;
    }
    at = end;
  }
}

function readMember(bytes: Uint8Array, member: Member): Uint8Array {
  const { name, method, at, packed, size } = member;
  const view = viewOf(bytes);
  checkFile(at + LOCAL_BYTES <= bytes.length && view.getUint32(at, true) === LOCAL, `'${name}' is not there`);
  const start = at + LOCAL_BYTES + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  checkFile(start + packed <= bytes.length, `'${name}' is truncated`);
  const content = bytes.subarray(start, start + packed);
  checkFile(method === STORED || method === DEFLATED, `'${name}' is compressed with the method ${method}`);
  const file = method === STORED ? content : inflate(content, member);
  checkFile(file.length === size, `'${name}' has ${file.length} bytes instead of ${size}`);
  checkFile(crc32(file) === member.crc, `the checksum of '${name}' is wrong`);
  return file;
}

function inflate(content: Uint8Array, { name, size }: Member): Uint8Array {
  try {
    // One more byte than expected shows content that is too long.
    return inflateSync(content, { out: newBytes(size + 1) });
  } catch (error) {
    throw new TfwasmError('E_FILE', `the ZIP archive cannot be read: '${name}' is damaged: ${describeError(error)}`, {
      cause: error,
    });
  }
}

let table: Uint32Array | undefined;

/** The checksum of ZIP. */
export function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; ++bit) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  const steps = table;
  let crc = -1;
  for (let i = 0; i < bytes.length; ++i) {
    crc = (crc >>> 8) ^ (steps[(crc ^ (bytes[i] as number)) & 255] as number);
  }
  return ~crc >>> 0;
}
