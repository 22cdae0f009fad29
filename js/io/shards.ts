// SPDX-License-Identifier: Apache-2.0
// The files that hold the weights: asked for a few at a time, read one after the other.
import { TfwasmError } from '../errors.js';
import { declaredLength, type RequestContext, readChunks, request } from './request.js';

/** Some files whose bytes together have to be of a known length. */
export interface ShardGroup {
  urls: string[];
  /** undefined: any length will do. */
  byteLength: number | undefined;
}

/** How many requests are under way at once. */
const PARALLEL_REQUESTS = 4;

/**
 * The bytes of all shards in order. The first requests start at once; an error or `cancel()` ends
 * all of them.
 *
 * The stream fails with E_HTTP, or E_WEIGHT_BYTES that names the files whose length is wrong.
 */
export function streamShards(
  groups: readonly ShardGroup[],
  context: RequestContext,
  stop: AbortController,
): ReadableStream<Uint8Array> {
  const requests = new ShardRequests(groups, context);
  const chunks = readInOrder(groups, requests, context.signal);
  const end = () => {
    stop.abort();
    requests.discard();
  };
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        end();
        controller.error(error);
      }
    },
    cancel: end,
  };
  return new ReadableStream<Uint8Array>(source, { highWaterMark: 0 });
}

/** Requests for all shards, some of them ahead of the one that is read. */
class ShardRequests {
  readonly #urls: string[];
  readonly #context: RequestContext;
  readonly #responses: Promise<Response>[] = [];
  #next = 0;

  constructor(groups: readonly ShardGroup[], context: RequestContext) {
    this.#urls = groups.flatMap((group) => group.urls);
    this.#context = context;
    this.#requestUpTo(PARALLEL_REQUESTS);
  }

  /** The response of the next shard. */
  next(): Promise<Response> {
    this.#requestUpTo(this.#next + PARALLEL_REQUESTS);
    return this.#responses[this.#next++] as Promise<Response>;
  }

  /** Closes what was asked for and will not be read. */
  discard(): void {
    for (const response of this.#responses.slice(this.#next)) {
      response.then(({ body }) => body?.cancel()).catch(() => {});
    }
  }

  #requestUpTo(count: number): void {
    while (this.#responses.length < Math.min(count, this.#urls.length)) {
      const response = request(this.#urls[this.#responses.length] as string, this.#context, { isBinary: true });
      // It is awaited later, or never when an earlier one fails.
      response.catch(() => {});
      this.#responses.push(response);
    }
  }
}

async function* readInOrder(
  groups: readonly ShardGroup[],
  requests: ShardRequests,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  for (const group of groups) {
    const expected = group.byteLength;
    let received = 0;
    let last: Response | undefined;
    for (const url of group.urls) {
      last = await requests.next();
      for await (const chunk of readShard(last, url, signal)) {
        received += chunk.byteLength;
        if (expected !== undefined && received > expected) throw wrongLength(group, received, last);
        yield chunk;
      }
    }
    if (expected !== undefined && received !== expected) throw wrongLength(group, received, last);
  }
}

async function* readShard(
  response: Response,
  url: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const declared = declaredLength(response);
  let received = 0;
  for await (const chunk of readChunks(response, url, signal)) {
    received += chunk.byteLength;
    yield chunk;
  }
  if (declared !== undefined && received !== declared) {
    throw new TfwasmError('E_WEIGHT_BYTES', `${url} was cut: its header says ${declared} bytes, ${received} came`);
  }
}

function wrongLength(
  { urls, byteLength = 0 }: ShardGroup,
  received: number,
  response: Response | undefined,
): TfwasmError {
  const names = urls.length > 3 ? `${urls[0]} and ${urls.length - 1} more files` : urls.join(', ') || 'no file';
  const got = received > byteLength ? `more came (${received} so far)` : `${received} came`;
  const type = response?.headers?.get('content-type') ?? '';
  const hint = /html/i.test(type) ? '; the server sent HTML, as many do instead of a file that is not there' : '';
  return new TfwasmError('E_WEIGHT_BYTES', `the weights take ${byteLength} bytes of ${names}, but ${got}${hint}`);
}
