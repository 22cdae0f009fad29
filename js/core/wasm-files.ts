// SPDX-License-Identifier: Apache-2.0
// Locates and compiles the wasm binaries.
import { describeError, TfwasmError } from './errors.js';
import { WASM_VARIANTS, type WasmVariant } from './features.js';
import { type Link, type WasmFileName, wasmFileName } from './links.js';
import { isNode } from './node-detection.js';
import { fileUrl, readFileUrl } from './node-files.js';

/** The URL of a folder (ending with a slash), or URLs of individual files, or the compiled files. */
export type WasmPaths = string | Partial<Record<WasmFileName, string | WebAssembly.Module>>;

/** Where the binary of a variant is, or the compiled binary if the program has passed it in. */
export function wasmSource(
  link: Link,
  variant: WasmVariant,
  paths: WasmPaths | undefined,
): string | WebAssembly.Module {
  const name = wasmFileName(link, variant);
  if (typeof paths === 'string') return `${paths}${paths === '' || paths.endsWith('/') ? '' : '/'}${name}`;
  return paths?.[name] ?? (link.urls[variant] as () => string)();
}

/** The variants to choose from: those whose compiled binaries the program has passed in, otherwise all. */
export function variantsIn(link: Link, paths: WasmPaths | undefined): readonly WasmVariant[] {
  if (typeof paths !== 'object') return WASM_VARIANTS;
  const compiled = WASM_VARIANTS.filter((variant) => typeof paths[wasmFileName(link, variant)] === 'object');
  return compiled.length > 0 ? compiled : WASM_VARIANTS;
}

/** Whether both have the same files. */
export function samePaths(a: WasmPaths | undefined, b: WasmPaths | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  const names = Object.keys({ ...a, ...b }) as WasmFileName[];
  return names.every((name) => a[name] === b[name]);
}

/**
 * Fetches and compiles a binary. Compiles while it arrives, if the server sends the right content type.
 *
 * @throws E_WASM that says what was received instead.
 */
export async function compileWasm(url: string): Promise<WebAssembly.Module> {
  const file = localFile(url);
  if (file) return compileBytes(await readFileUrl(file).catch(cannotGet), url);
  const response = await fetchWasm(url);
  const type = response.headers.get('content-type') ?? '';
  if (/^application\/wasm\b/i.test(type) && typeof WebAssembly.compileStreaming === 'function') {
    return WebAssembly.compileStreaming(response).catch((error) => {
      throw compileError(url, error);
    });
  }
  return compileBytes(new Uint8Array(await response.arrayBuffer()), url, type);
}

/** In Node.js, the file that `url` refers to: a file: URL or a path. */
function localFile(url: string): URL | undefined {
  if (url.startsWith('file:')) return new URL(url);
  return isNode() && !URL.canParse(url) ? fileUrl(url) : undefined;
}

async function fetchWasm(url: string): Promise<Response> {
  const response = await fetch(url, { credentials: 'same-origin' }).catch((error) => {
    return cannotGet(new Error(`cannot fetch ${url}: ${describeError(error)}`, { cause: error }));
  });
  if (!response.ok) cannotGet(new Error(`cannot fetch ${url}: status ${response.status}`));
  return response;
}

const PATHS_HINT = 'setWasmPaths() says where the files of tfwasm are';

function cannotGet(error: unknown): never {
  throw new TfwasmError('E_WASM', `${describeError(error)}; ${PATHS_HINT}`, { cause: error });
}

/** The magic number of wasm binaries. */
const MAGIC = [0x00, 0x61, 0x73, 0x6d];

async function compileBytes(bytes: Uint8Array<ArrayBuffer>, url: string, type = ''): Promise<WebAssembly.Module> {
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) {
    const start = new TextDecoder('latin1').decode(bytes.subarray(0, 24));
    throw new TfwasmError(
      'E_WASM',
      `${url} is not WebAssembly: ${type ? `it is served as ${type} and ` : ''}it begins with ${JSON.stringify(start)}; ${PATHS_HINT}`,
    );
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw compileError(url, error);
  }
}

function compileError(url: string, error: unknown): TfwasmError {
  const text = describeError(error);
  const hint = /content security policy|unsafe-eval/i.test(text)
    ? "; the page's Content-Security-Policy needs script-src 'wasm-unsafe-eval'"
    : '';
  return new TfwasmError('E_WASM', `cannot compile ${url}: ${text}${hint}`, { cause: error });
}
