// SPDX-License-Identifier: Apache-2.0
// File access in Node.js and compatible environments. Node.js modules are not imported, since bundlers for browsers
// would complain.
import { describeError, TfwasmError } from './errors.js';

/** Reads the file of a file: URL. Throws E_FILE. */
export async function readFileUrl(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const fs = builtin('node:fs/promises', url.href);
  try {
    return (await fs.readFile(url)) as Uint8Array<ArrayBuffer>;
  } catch (error) {
    throw new TfwasmError('E_FILE', `cannot read ${url.href}: ${describeError(error)}`, { cause: error });
  }
}

/** The file: URL of a local path. */
export function fileUrl(path: string): URL {
  return builtin('node:url', path).pathToFileURL(path);
}

/**
 * A module of Node.js. Throws E_FILE in other environments.
 *
 * @internal
 */
export function builtin<Name extends keyof BuiltinModules>(name: Name, file: string): BuiltinModules[Name] {
  const load = globalThis.process?.getBuiltinModule;
  if (typeof load !== 'function') {
    throw new TfwasmError('E_FILE', `cannot use ${file}: files need Node.js 20.16 or later`);
  }
  return load(name) as unknown as BuiltinModules[Name];
}

/** @internal */
interface BuiltinModules {
  'node:crypto': typeof import('node:crypto');
  'node:fs/promises': typeof import('node:fs/promises');
  'node:os': typeof import('node:os');
  'node:path': typeof import('node:path');
  'node:url': typeof import('node:url');
  'node:worker_threads': typeof import('node:worker_threads');
}
