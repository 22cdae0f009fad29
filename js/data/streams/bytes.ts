// SPDX-License-Identifier: Apache-2.0
// Bytes of files and URLs, read in chunks.
import { check, describeError, TfwasmError } from '../../core/errors.js';
import { fileUrl } from '../../core/node-files.js';
import { kindOf } from '../../core/public-function.js';
import { toBytes } from '../../io/bytes.js';
import { loadMedia } from '../../io/media-loader.js';
import { requestContext, retry, request as sendRequest, toHttpError } from '../../io/request.js';
import type { FetchFunction } from '../../io/types.js';
import type { FileChunkIteratorOptions, FileElement, RequestOptions } from '../types.js';
import { DONE, inTurn, LazyIterator } from './lazy-iterator.js';
import { decode, type StringIterator } from './text.js';

type Bytes = Uint8Array<ArrayBuffer>;
type Options = FileChunkIteratorOptions & RequestOptions;

const DEFAULT_CHUNK = 1 << 20;

/** Reads bytes. */
export class ByteChunkIterator extends LazyIterator<Uint8Array> {
  /** The bytes as text. A character may be split between chunks; invalid ones become U+FFFD. */
  decodeUTF8(): StringIterator {
    return decode(this);
  }
}

interface ByteReader {
  /** undefined at the end. */
  read(): Promise<Bytes | undefined>;
  close?(): unknown;
}

/** The bytes of a file that was chosen, of a file:// URL, or of a path in Node.js. Throws E_INPUT or E_FILE. */
export async function openFileSource(input: FileElement | string, options: Options): Promise<ByteChunkIterator> {
  if (typeof input === 'string') return inChunks(input, await openPath(input), options);
  if (ArrayBuffer.isView(input)) return inChunks('bytes', readerOfBytes(toBytes(input)), options);
  check(
    typeof (input as Partial<Blob> | null)?.slice === 'function' && typeof input.size === 'number',
    `files are read from a path, a File, a Blob or a Uint8Array, got '${kindOf(input)}'`,
  );
  const { offset = 0, ...rest } = options;
  return inChunks('file', readerOfBlob(input, checkOffset(offset), chunkOf(options)), rest);
}

/** The bytes that a server sends. Throws E_HTTP. */
export async function openUrl(source: RequestInfo | URL, options: Options): Promise<ByteChunkIterator> {
  check(typeof source === 'string' || (typeof source === 'object' && source !== null), 'a URL or a Request is missing');
  const request = typeof source === 'object' && 'clone' in source ? source : undefined;
  const url = request ? request.url : String(source);
  if (url.startsWith('file://')) return inChunks(url, await openPath(url), options);
  const stop = new AbortController();
  for (const signal of [options.requestInit?.signal, request?.signal]) follow(stop, signal);
  const context = requestContext(requestParts(options, request), stop.signal);
  const response = await retry(context, () => sendRequest(url, context, { isBinary: true }));
  const reader = await readerOfResponse(response, (error) => toHttpError(url, error, stop.signal));
  const close = async () => {
    await reader.close?.();
    stop.abort();
  };
  return inChunks(url, { read: reader.read, close }, options);
}

/** Aborts when another signal does. */
function follow(stop: AbortController, signal: AbortSignal | null | undefined): void {
  const abort = () => stop.abort(signal?.reason);
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort, { once: true, signal: stop.signal });
}

/** A Request is sent as it is, and again for each reading. */
function requestParts({ requestInit, fetchFunc }: RequestOptions, request: Request | undefined): RequestOptions {
  const whole: FetchFunction | undefined = request && ((_url, init) => fetch(request.clone(), init));
  const chosen = fetchFunc ?? whole;
  return { ...(requestInit && { requestInit }), ...(chosen && { fetchFunc: chosen }) };
}

async function openPath(path: string): Promise<ByteReader> {
  check(!path.includes('\0'), 'a path has no zero bytes', 'E_PATH');
  const media = await loadMedia();
  const plain = path.startsWith('file://') ? media.pathOfFileUrl(path) : path;
  return readerOfResponse(await media.fetchFileUrl(fileUrl(plain)), (error) => error);
}

/** Reads a response, also one of a `fetchFunc` that has no stream. */
async function readerOfResponse(response: Response, convert: (error: unknown) => unknown): Promise<ByteReader> {
  const converted = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      throw convert(error);
    }
  };
  const { body } = response;
  if (typeof body?.getReader !== 'function') {
    return readerOfBytes(toBytes(await converted(() => response.arrayBuffer())));
  }
  const reader = body.getReader();
  return {
    read: async () => {
      const { value } = await converted(() => reader.read());
      return value && toBytes(value);
    },
    // It fails if the stream has failed before.
    close: () => reader.cancel().catch(() => {}),
  };
}

function readerOfBytes(bytes: Bytes): ByteReader {
  let rest: Bytes | undefined = bytes;
  return {
    read: async () => {
      const all = rest;
      rest = undefined;
      return all;
    },
  };
}

function readerOfBlob(blob: Blob, offset: number, chunkSize: number): ByteReader {
  let at = offset;
  return {
    read: async () => {
      if (at >= blob.size) return undefined;
      const part = blob.slice(at, at + chunkSize);
      at += part.size;
      try {
        return new Uint8Array(await part.arrayBuffer());
      } catch (error) {
        throw new TfwasmError('E_FILE', `the file cannot be read: ${describeError(error)}`, { cause: error });
      }
    },
  };
}

function chunkOf({ chunkSize = DEFAULT_CHUNK }: FileChunkIteratorOptions): number {
  check(Number.isInteger(chunkSize) && chunkSize > 0, `chunkSize has to be a positive integer, got ${chunkSize}`);
  return chunkSize;
}

function checkOffset(offset: number): number {
  check(Number.isInteger(offset) && offset >= 0, `offset has to be an integer from 0, got ${offset}`);
  return offset;
}

/** Leaves out the offset, and splits larger chunks. */
function inChunks(name: string, reader: ByteReader, options: Options): ByteChunkIterator {
  const chunkSize = chunkOf(options);
  let left = checkOffset(options.offset ?? 0);
  let bytes: Bytes | undefined = new Uint8Array();
  const pull = async (): Promise<IteratorResult<Uint8Array>> => {
    while (bytes && bytes.length <= left) {
      left -= bytes.length;
      bytes = await reader.read();
    }
    if (!bytes) return DONE;
    const value = bytes.subarray(left, left + chunkSize);
    bytes = bytes.subarray(left + value.length);
    left = 0;
    return { value, done: false };
  };
  return new ByteChunkIterator(`Bytes of ${name}`, inTurn(pull), () => reader.close?.());
}
