// SPDX-License-Identifier: Apache-2.0
// Archives of tar, also compressed ones, in which modules of TensorFlow Hub are.
import { check, describeError, TfwasmError } from '../../core/errors.js';
import { join } from '../../io/bytes.js';
import { maxExpanded } from '../../keras-files/limits.js';
import { checkPathInside } from '../../keras-files/zip.js';
import { MAX_FILES } from './model-files.js';

const BLOCK = 512;

export function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

export function isTar(start: Uint8Array): boolean {
  return textAt(start, 257, 5) === 'ustar';
}

/** Throws E_FILE if it is damaged, E_LIMIT if it expands too much. */
export async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const limit = maxExpanded(bytes.length);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let total = 0;
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'));
    const reader = stream.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      total += part.value.length;
      check(total <= limit, () => `the archive of ${bytes.length} bytes expands to more than ${limit}`, 'E_LIMIT');
      chunks.push(part.value);
    }
  } catch (error) {
    if (error instanceof TfwasmError) throw error;
    throw new TfwasmError('E_FILE', `the compressed archive is damaged: ${describeError(error)}`, { cause: error });
  }
  return join(chunks, total);
}

/**
 * The files of an archive, by path, as views.
 *
 * @throws E_FILE if it is damaged, or has links or devices; E_PATH if a path leads out of it; E_LIMIT.
 */
export function untar(bytes: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    checkTar(isRightSum(header), `the header at ${at} is damaged`);
    const size = numberAt(header, 124, 12);
    checkTar(at + BLOCK + size <= bytes.length, 'it is truncated');
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const kind = textAt(header, 156, 1);
    if (kind === 'L') longName = textAt(content, 0, size);
    else if (kind === 'x') longName = paxPath(content) ?? longName;
    else if (kind !== 'g') {
      addFile(files, kind, longName ?? nameIn(header), content);
      longName = undefined;
    }
  }
  return files;
}

function addFile(files: Map<string, Uint8Array>, kind: string, name: string, content: Uint8Array): void {
  if (kind === '5') return;
  checkTar(kind === '' || kind === '0', `'${name}' is a link or a device`);
  const path = name.replace(/^(\.\/+)+/, '');
  checkPathInside(path);
  checkTar(!files.has(path), `'${path}' occurs twice`);
  check(files.size < MAX_FILES, `the archive has more than ${MAX_FILES} files`, 'E_LIMIT');
  files.set(path, content);
}

function checkTar(condition: boolean, what: string): asserts condition {
  check(condition, () => `the tar archive cannot be read: ${what}`, 'E_FILE');
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  const part = bytes.subarray(at, at + length);
  const end = part.indexOf(0);
  return new TextDecoder().decode(end < 0 ? part : part.subarray(0, end));
}

/** Octal digits; large numbers are in base 256. */
function numberAt(header: Uint8Array, at: number, length: number): number {
  const first = header[at] as number;
  const value =
    first & 0x80
      ? header.subarray(at + 1, at + length).reduce((sum, byte) => sum * 256 + byte, first & 0x7f)
      : Number.parseInt(textAt(header, at, length).trim() || '0', 8);
  checkTar(Number.isSafeInteger(value) && value >= 0, 'a size in it is no number');
  return value;
}

/** The sum is that of all bytes, with blanks in the place of the sum itself. */
function isRightSum(header: Uint8Array): boolean {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  return sum === numberAt(header, 148, 8);
}

function nameIn(header: Uint8Array): string {
  const [name, prefix] = [textAt(header, 0, 100), isTar(header) ? textAt(header, 345, 155) : ''];
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** The path in an extended header, which has lines "<length> <key>=<value>". */
function paxPath(content: Uint8Array): string | undefined {
  return /^\d+ path=(.*)$/m.exec(new TextDecoder().decode(content))?.[1];
}
