// SPDX-License-Identifier: Apache-2.0
// HTTP requests: errors, retries, JSON.
import { describeError, TfwasmError } from '../core/errors.js';
import { join } from './bytes.js';
import { loadMedia } from './media-loader.js';
import { cancelBody, declaredLength, headerOf, readBody, readText } from './response.js';
import type { FetchFunction, LoadOptions, OnProgressCallback, RequestDetails, RequestParts } from './types.js';

/** `fetch`, which also supports file: URLs in Node.js. */
export const platformFetch: FetchFunction = async (url, init) =>
  url.startsWith('file:') ? (await loadMedia()).fetchFileUrl(new URL(url)) : fetch(url, init);

export interface RequestContext extends RequestParts {
  maxRetries: number;
  /** Milliseconds before the first retry. */
  retryDelay: number;
}

/** The options for requests, which end when `signal` aborts. */
export function requestContext(options: LoadOptions, signal: AbortSignal): RequestContext {
  const { fetchFunc = platformFetch, requestInit, maxRetries = 2, retryDelay = 250 } = options;
  return { fetchFunc, requestInit, signal, maxRetries, retryDelay };
}

/** A failure that may be temporary. */
export class TransientError extends TfwasmError {
  /** The Retry-After of the server, in milliseconds. */
  retryAfter = 0;
}

/** The longest pause between two attempts. */
const LONGEST_PAUSE = 30_000;

/**
 * Calls `attempt` until it succeeds, fails permanently, or has failed too often in a row without progress.
 *
 * @param progress Returns a number that grows while an attempt makes progress.
 */
export async function retry<T>(
  { maxRetries, retryDelay, signal }: RequestContext,
  attempt: () => Promise<T>,
  progress = () => 0,
): Promise<T> {
  for (let failures = 0, before = progress(); ; ) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !(error instanceof TransientError)) throw error;
      if (progress() > before) failures = 0;
      before = progress();
      if (failures++ >= maxRetries || globalThis.navigator?.onLine === false) throw error;
      // Jitter, so that clients do not all retry at the same moment.
      const backoff = retryDelay * 2 ** (failures - 1) * (0.75 + Math.random() / 2);
      await pause(Math.min(Math.max(backoff, error.retryAfter), LONGEST_PAUSE), signal);
    }
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Sends one request.
 *
 * @throws E_HTTP with URL and status, transient or not. Does not convert abort errors.
 */
export async function request(
  url: string,
  context: RequestContext,
  details: RequestDetails,
  headers?: Record<string, string>,
): Promise<Response> {
  const { fetchFunc, requestInit, signal } = context;
  let response: Response | undefined;
  try {
    const init: RequestInit = { ...requestInit, signal };
    if (headers) {
      init.headers = new Headers(requestInit?.headers);
      for (const [name, value] of Object.entries(headers)) init.headers.set(name, value);
    }
    response = await fetchFunc(url, init, details);
    if (response?.ok) return response;
  } catch (error) {
    throw toHttpError(url, error, signal);
  }
  throw statusError(url, response);
}

function statusError(url: string, response: Response | undefined): TfwasmError {
  const { status = 0, statusText } = response ?? {};
  const message = `the request for ${url} failed: status ${[status || 'unknown', statusText].filter(Boolean).join(' ')}`;
  cancelBody(response);
  if (!(status >= 500 || status === 408 || status === 429)) return new TfwasmError('E_HTTP', message);
  const error = new TransientError('E_HTTP', message);
  error.retryAfter = (response && Number(headerOf(response, 'retry-after')) * 1000) || 0;
  return error;
}

/** Converts a network error to E_HTTP. Does not convert abort errors. */
export function toHttpError(url: string, error: unknown, signal: AbortSignal): unknown {
  if (error instanceof TfwasmError || signal.aborted) return error;
  return new TransientError('E_HTTP', `the request for ${url} failed: ${reasonOf(error)}`, { cause: error });
}

/** The message of a network error. Node.js says "fetch failed"; the reason is in the cause. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? ` (${describeError(error.cause)})` : '';
  return `${describeError(error)}${cause}`;
}

/** Larger files cannot be a model.json. */
const MAX_JSON_BYTES = 100_000_000;

/** The text of a model.json. Throws E_LIMIT or E_HTTP. */
export function requestText(url: string, context: RequestContext): Promise<string> {
  return retry(context, async () => {
    const response = await request(url, context, { isBinary: false });
    return readText(url, response, MAX_JSON_BYTES, (error) => toHttpError(url, error, context.signal));
  });
}

/** Larger files do not fit into one buffer everywhere. */
const MAX_FILE_BYTES = 2 ** 31 - 1;

/**
 * All bytes of a file.
 *
 * @param onProgress Gets the fraction that has arrived, if the length is known, and 1 at the end.
 * @throws E_HTTP, or E_LIMIT above 2 GiB.
 */
export function requestBytes(
  url: string,
  context: RequestContext,
  onProgress: OnProgressCallback = () => {},
): Promise<ArrayBuffer> {
  return retry(context, async () => {
    const response = await request(url, context, { isBinary: true });
    const total = declaredLength(response);
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let length = 0;
    const take = (part: Uint8Array<ArrayBuffer>) => {
      parts.push(part);
      length += part.byteLength;
      if (length > MAX_FILE_BYTES) throw new TfwasmError('E_LIMIT', `${url} is larger than 2 GiB`);
      if (total !== undefined && length < total) onProgress(length / total);
      return true;
    };
    await readBody(response, take, (error) => toHttpError(url, error, context.signal));
    onProgress(1);
    const bytes = join(parts, length);
    return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  });
}

/** Throws E_JSON that says what was received instead. */
export function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw new TfwasmError('E_LIMIT', `${url} is nested too deep`, { cause: error });
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
