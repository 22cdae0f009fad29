// SPDX-License-Identifier: Apache-2.0
// The weights manifest of a model.json. It is untrusted input.
import { TfwasmError } from '../core/errors.js';
import type { WeightSpec, WeightsManifestGroup } from './types.js';

/** Throws E_MANIFEST, with the location, if `manifest` is malformed. */
export function checkManifest(manifest: unknown): WeightsManifestGroup[] {
  const groups = checkList(manifest, '/weightsManifest');
  groups.forEach((group, index) => {
    const place = `/weightsManifest/${index}`;
    const { paths, weights, sha256 } = checkObject(group, place) as Partial<WeightsManifestGroup>;
    checkList(paths, `${place}/paths`).forEach((path, i) => {
      if (typeof path !== 'string') throw unexpected('a string', path, `${place}/paths/${i}`);
    });
    if (sha256 !== undefined) checkHashes(sha256, (paths as string[]).length, `${place}/sha256`);
    checkSpecs(weights, `${place}/weights`);
  });
  return groups as WeightsManifestGroup[];
}

/** Throws E_MANIFEST unless `specs` is a list of objects. The core checks what is in them. */
export function checkSpecs(specs: unknown, place = 'weightSpecs'): void {
  checkList(specs, place).forEach((spec, i) => void checkObject(spec, `${place}/${i}`));
}

function checkHashes(hashes: unknown, count: number, place: string): void {
  const isRight =
    Array.isArray(hashes) &&
    hashes.length === count &&
    hashes.every((hash) => typeof hash === 'string' && /^[0-9a-f]{64}$/i.test(hash));
  if (!isRight) throw unexpected('a list of as many SHA-256 hashes, in hexadecimal, as there are paths', hashes, place);
}

function checkList(value: unknown, place: string): unknown[] {
  if (!Array.isArray(value)) throw unexpected('a list', value, place);
  return value;
}

function checkObject(value: unknown, place: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unexpected('an object', value, place);
  return value;
}

function unexpected(expected: string, value: unknown, place: string): TfwasmError {
  const got = Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value;
  return new TfwasmError('E_MANIFEST', `${place} of the model must be ${expected}, got ${got}`);
}

/**
 * Checks that a path in the manifest stays inside its base folder.
 *
 * @throws E_PATH
 */
export function checkPath(path: string): string {
  // A malformed percent escape is literal; it must not hide others.
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
  // URL parsers drop blanks at both ends.
  const trimmed = decoded.trim();
  const problem =
    trimmed === ''
      ? 'is empty'
      : // biome-ignore lint/suspicious/noControlCharactersInRegex: URL parsers drop them, which would join two dots
        /[\\\x00-\x1f]/.test(decoded)
        ? 'has a backslash or a control character'
        : trimmed.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(trimmed)
          ? 'is not relative'
          : trimmed.split(/[/?#]/).some((part) => part.trim() === '..')
            ? 'leads out of the folder of the model'
            : undefined;
  if (problem === undefined) return path;
  throw new TfwasmError(
    'E_PATH',
    `the weights path ${JSON.stringify(path)} ${problem}; weightUrlConverter can map paths to any URL`,
  );
}

const STORED_BYTES: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ['float32', 4],
  ['int32', 4],
  ['bool', 1],
  ['complex64', 8],
  ['float16', 2],
  ['uint16', 2],
  ['uint8', 1],
]);

/** The size of a group's files in bytes; undefined if its weights do not determine it. */
export function groupBytes(weights: readonly WeightSpec[]): number | undefined {
  let sum = 0;
  for (const { shape, dtype, quantization } of weights) {
    const bytes = STORED_BYTES.get(quantization?.dtype ?? dtype);
    if (bytes === undefined || !Array.isArray(shape)) return undefined;
    sum += shape.reduce<number>(
      (product, size) => product * (Number.isInteger(size) && size >= 0 ? size : Number.NaN),
      bytes,
    );
  }
  return Number.isSafeInteger(sum) ? sum : undefined;
}
