// SPDX-License-Identifier: Apache-2.0
// One request: its errors, its text, its bytes.
import { describeError, TfwasmError } from '../errors.js';
import { fetchFileUrl } from '../node-files.js';
import type { FetchFunction, RequestDetails } from './types.js';

/** `fetch`, which in Node.js also reads file: URLs. */
export const platformFetch: FetchFunction = (url, init) =>
  url.startsWith('file:') ? fetchFileUrl(new URL(url)) : fetch(url, init);

export interface RequestContext {
  fetchFunc: FetchFunction;
  requestInit: RequestInit | undefined;
  signal: AbortSignal;
}

/**
 * Sends a request. There are no retries.
 *
 * @throws E_HTTP that names URL and status; an AbortError when the program aborted it.
 */
export async function request(url: string, context: RequestContext, details: RequestDetails): Promise<Response> {
  const { fetchFunc, requestInit, signal } = context;
  let response: Response;
  try {
    response = await fetchFunc(url, { ...requestInit, signal }, details);
  } catch (error) {
    throw toHttpError(url, error, signal);
  }
  if (response?.ok) return response;
  const status = [response?.status, response?.statusText].filter(Boolean).join(' ');
  throw new TfwasmError('E_HTTP', `the request for ${url} failed: status ${status || 'unknown'}`);
}

/** An error of the network as E_HTTP; what an abort throws stays what it is. */
function toHttpError(url: string, error: unknown, signal: AbortSignal): unknown {
  if (error instanceof TfwasmError || signal.aborted) return error;
  // Node.js says "fetch failed", and why only in the cause.
  const cause = error instanceof Error && error.cause !== undefined ? ` (${describeError(error.cause)})` : '';
  return new TfwasmError('E_HTTP', `the request for ${url} failed: ${describeError(error)}${cause}`, { cause: error });
}

/** Larger files than this are no model.json. */
const MAX_JSON_CHARACTERS = 100_000_000;

/** The JSON behind a URL. Throws E_JSON that says what came instead, E_LIMIT, or E_HTTP. */
export async function requestJson(url: string, context: RequestContext): Promise<unknown> {
  const response = await request(url, context, { isBinary: false });
  const text = await response.text().catch((error) => {
    throw toHttpError(url, error, context.signal);
  });
  if (text.length > MAX_JSON_CHARACTERS) {
    throw new TfwasmError(
      'E_LIMIT',
      `${url} has ${text.length} characters; at most ${MAX_JSON_CHARACTERS} are accepted`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TfwasmError('E_JSON', `${url} is not JSON: ${describeError(error)}${hintAt(text, url)}`, {
      cause: error,
    });
  }
}

function hintAt(text: string, url: string): string {
  if (/^\s*</.test(text)) return '; it looks like HTML, which many servers send instead of a file that is not there';
  if (/\.pb($|\?)/.test(url)) return '; .pb files have to be converted first';
  return text.trim() === '' ? '; it is empty' : '';
}

/** The response's length as its header gives it, when the body will have just that length. */
export function declaredLength(response: Response): number | undefined {
  const headers = response.headers;
  const length = headers?.get('content-length');
  // Lengths are of the compressed body, and other origins hide whether it is compressed.
  if (!length || headers.has('content-encoding') || response.type === 'cors') return undefined;
  const bytes = Number(length);
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined;
}

/** The chunks of a body as they arrive. */
export async function* readChunks(
  response: Response,
  url: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    if (!response.body) {
      yield new Uint8Array(await response.arrayBuffer());
      return;
    }
    const reader = response.body.getReader();
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
    } finally {
      // Does nothing after the end; frees the connection when the consumer stopped before.
      reader.cancel().catch(() => {});
    }
  } catch (error) {
    throw toHttpError(url, error, signal);
  }
}
