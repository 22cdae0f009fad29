// SPDX-License-Identifier: Apache-2.0
import { TfwasmError } from '../core/errors.js';

/** Whether hashes can be computed: not on pages without HTTPS. */
export const canHash = () => globalThis.crypto?.subtle !== undefined;

/** The SHA-256 as 64 hexadecimal digits. */
export async function digest(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Throws E_HASH if the hash differs from the manifest's. */
export async function checkHash(bytes: Uint8Array<ArrayBuffer>, expected: string, url: string): Promise<void> {
  if (!canHash()) return;
  const actual = await digest(bytes);
  if (actual === expected.toLowerCase()) return;
  throw new TfwasmError(
    'E_HASH',
    `${url} is not the file that belongs to the model: its SHA-256 is ${actual}, its length ${bytes.length} bytes`,
  );
}
