// SPDX-License-Identifier: Apache-2.0
// file: URLs, in Node.js.
import { describeError, TfwasmError } from '../core/errors.js';
import { builtin } from '../core/node-files.js';

/** A file that is open for reading. Its content stays readable when another process replaces or deletes the file. */
export interface OpenFile {
  /** A response whose body is read on demand, and closes the file at the end. Once. */
  respond(): Response;
  close(): Promise<void>;
}

const READ_BYTES = 1 << 20;

/** Throws E_FILE. */
export async function openFile(url: string): Promise<OpenFile> {
  const failure = (error: unknown) =>
    new TfwasmError('E_FILE', `cannot read ${url}: ${describeError(error)}`, { cause: error });
  try {
    const file = await builtin('node:fs/promises', url).open(new URL(url));
    const close = () => file.close().catch(() => {});
    const info = await file.stat();
    if (info.isDirectory()) {
      await close();
      throw new Error('it is a folder');
    }
    const { size } = info;
    const source: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> = {
      async pull(controller) {
        try {
          // Special files have no size.
          const { bytesRead, buffer } = await file.read(new Uint8Array(Math.min(size || READ_BYTES, READ_BYTES)));
          if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead));
          await close();
          controller.close();
        } catch (error) {
          await close();
          throw failure(error);
        }
      },
      cancel: close,
    };
    const headers: HeadersInit = info.isFile() ? { 'content-length': String(size) } : {};
    return { respond: () => new Response(new ReadableStream(source, { highWaterMark: 0 }), { headers }), close };
  } catch (error) {
    throw failure(error);
  }
}

/** Like fetch, for file: URLs. */
export async function fetchFileUrl(url: URL): Promise<Response> {
  return (await openFile(url.href)).respond();
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
