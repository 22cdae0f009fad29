// SPDX-License-Identifier: Apache-2.0
// Files, where there are any: Node.js and what is like it. Its modules are not imported, so that
// bundlers for browsers find nothing to complain about.
import { describeError, TfwasmError } from './errors.js';

/** The bytes of the file that a file: URL names. Throws E_FILE. */
export async function readFileUrl(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const fs = builtin('node:fs/promises', url.href);
  try {
    return (await fs.readFile(url)) as Uint8Array<ArrayBuffer>;
  } catch (error) {
    throw new TfwasmError('E_FILE', `cannot read ${url.href}: ${describeError(error)}`, { cause: error });
  }
}

/** Answers as fetch would, with a body that is read while it is consumed. */
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

/** The file: URL of a path of this machine. */
export function fileUrl(path: string): URL {
  return builtin('node:url', path).pathToFileURL(path);
}

/**
 * The path that a file: URL names. After file:/// it is a URL, whose escapes are decoded; any other
 * is a path as it stands, relative to the current folder.
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

/** A module of Node.js. Throws E_FILE where there is none. */
export function builtin<Name extends keyof BuiltinModules>(name: Name, file: string): BuiltinModules[Name] {
  const load = globalThis.process?.getBuiltinModule;
  if (typeof load !== 'function') {
    throw new TfwasmError('E_FILE', `cannot use ${file}: files need Node.js 20.16 or later`);
  }
  return load(name) as unknown as BuiltinModules[Name];
}

interface BuiltinModules {
  'node:crypto': typeof import('node:crypto');
  'node:fs/promises': typeof import('node:fs/promises');
  'node:path': typeof import('node:path');
  'node:stream': typeof import('node:stream');
  'node:url': typeof import('node:url');
}
