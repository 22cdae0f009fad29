// SPDX-License-Identifier: Apache-2.0
// Reads responses: those of `fetch`, and those of a program's own `fetchFunc`, which may have nothing but `ok`, `status`,
// `json()` and `arrayBuffer()`.
import { TfwasmError } from '../core/errors.js';
import { join, toBytes } from './bytes.js';
import type { WriteWeights } from './weights-feed.js';

/** Converts what reading a response threw. */
type Converter = (error: unknown) => unknown;
type Bytes = Uint8Array<ArrayBuffer>;

/** A header; undefined if the response does not have it. */
export function headerOf({ headers }: Response, name: string): string | undefined {
  try {
    return headers.get(name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** The Content-Length, if the body will have exactly this length. */
export function declaredLength(response: Response): number | undefined {
  const length = headerOf(response, 'content-length');
  // Content-Length counts the compressed body, and cross-origin responses hide the encoding.
  if (!length || headerOf(response, 'content-encoding') !== undefined || response.type === 'cors') return undefined;
  const bytes = Number(length);
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined;
}

/** Closes a response that will not be read. */
export function cancelBody(response: Response | undefined): void {
  cancel(response?.body);
}

async function cancel(stream: Pick<ReadableStream, 'cancel'> | null | undefined): Promise<void> {
  try {
    await stream?.cancel();
  } catch {
    // It is being read, or is no stream.
  }
}

const canStream = ({ body }: Response) => typeof body?.getReader === 'function';

/**
 * Calls `write` with the bytes of a response, until it wants no more. Returns whether it wants more.
 *
 * @throws E_INPUT for a body that is not bytes.
 */
export async function readBody(response: Response, write: WriteWeights, convert: Converter): Promise<boolean> {
  if (!canStream(response)) return write(toBytes(await converting(convert, () => response.arrayBuffer())));
  let reader: ReadableStreamDefaultReader<Bytes> | undefined;
  try {
    for (;;) {
      let part: ReadableStreamReadResult<Bytes>;
      try {
        reader ??= (response.body as ReadableStream<Bytes>).getReader();
        part = await reader.read();
        if (part.done) return true;
      } catch (error) {
        throw convert(error);
      }
      const wantsMore = write(toBytes(part.value));
      if (wantsMore !== true && !(await wantsMore)) return false;
    }
  } finally {
    // No-op after the end. Closes the connection if the consumer stopped early.
    cancel(reader);
  }
}

async function converting<T>(convert: Converter, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw convert(error);
  }
}

/**
 * The text of a response. Reads no more than `limit` bytes of a stream.
 *
 * @throws E_LIMIT if it is longer.
 */
export async function readText(url: string, response: Response, limit: number, convert: Converter): Promise<string> {
  if ((declaredLength(response) ?? 0) <= limit) {
    const text = await (canStream(response) ? streamedText(response, limit, convert) : wholeText(response, convert));
    if (text !== undefined && text.length <= limit) return text;
  }
  cancelBody(response);
  throw new TfwasmError('E_LIMIT', `${url} is longer than ${limit} bytes, which no model.json may be`);
}

/** undefined if it is longer. */
async function streamedText(response: Response, limit: number, convert: Converter): Promise<string | undefined> {
  const chunks: Bytes[] = [];
  let length = 0;
  const add = (bytes: Bytes) => {
    length += bytes.byteLength;
    return length <= limit && chunks.push(bytes) > 0;
  };
  if (!(await readBody(response, add, convert))) return undefined;
  // TextDecoder drops a byte order mark.
  return new TextDecoder().decode(join(chunks, length));
}

function wholeText(response: Response, convert: Converter): Promise<string> {
  return converting(convert, async () => {
    if (typeof response.text === 'function') return String(await response.text());
    return JSON.stringify(await response.json()) ?? '';
  });
}
