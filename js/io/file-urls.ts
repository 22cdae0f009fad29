// SPDX-License-Identifier: Apache-2.0
// file: URLs, in Node.js.
import { describeError, TfwasmError } from '../core/errors.js';
import { builtin } from '../core/node-files.js';

/** Like fetch, with a body that is read on demand. */
export async function fetchFileUrl(url: URL): Promise<Response> {
  const fs = builtin('node:fs/promises', url.href);
  try {
    const file = await fs.open(url);
    const { Readable } = builtin('node:stream', url.href);
    const { size } = await file.stat();
    const body = Readable.toWeb(file.createReadStream()) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
    return new Response(body, { headers: { 'content-length': String(size) } });
  } catch (error) {
    throw new TfwasmError('E_FILE', `cannot read ${url.href}: ${describeError(error)}`, { cause: error });
  }
}

/**
 * The path of a file: URL. `file:///…` is a URL with percent escapes. Otherwise the rest is a literal path, relative to
 * the current directory.
 */
export function pathOfFileUrl(url: string): string {
  const path = url.slice('file://'.length);
  if (!path.startsWith('/')) return path;
  try {
    return builtin('node:url', url).fileURLToPath(url);
  } catch (error) {
    if (error instanceof TfwasmError) throw error;
    return path;
  }
}
