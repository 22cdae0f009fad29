// SPDX-License-Identifier: Apache-2.0
// The weight files: requests several at once, delivers them in order.
import { TfwasmError } from '../core/errors.js';
import type { FileCache } from './file-cache.js';
import type { RequestContext } from './request.js';
import { Shard } from './shard.js';
import type { WeightFeed, WriteWeights } from './weights-feed.js';

/** Files with a known total length. */
export interface ShardGroup {
  urls: string[];
  /** The SHA-256 of each file, as far as known. */
  hashes?: readonly string[] | undefined;
  /** undefined: any length. */
  byteLength: number | undefined;
}

export interface ShardOptions {
  maxParallelRequests: number;
  cache?: FileCache | undefined;
  /** Whether there is no network. */
  isOffline?: boolean;
  onProgress?: ((fraction: number) => void) | undefined;
  /** Called at the end if every file is in the cache. */
  onKept?: () => Promise<unknown>;
}

/**
 * The bytes of all shards in order. The first requests start immediately. An error or cancel() aborts all of them
 * through `stop`.
 *
 * run() rejects with E_HTTP, E_HASH, or E_WEIGHT_BYTES that names the files with a wrong length.
 */
export class ShardFeed implements WeightFeed {
  readonly onProgress: ((fraction: number) => void) | undefined;
  readonly #groups: readonly ShardGroup[];
  readonly #options: ShardOptions;
  readonly #stop: AbortController;
  readonly #shards: Shard[];
  readonly #opened: Promise<void>[] = [];
  #arrivedEarly = 0;
  #isOver = false;
  #fail: (error: unknown) => void = () => {};
  /** Rejects with the first error of a request, also of one whose turn has not come. */
  readonly #failed = new Promise<never>((_, reject) => {
    this.#fail = reject;
  });
  #arrived = (count: number): void => {
    this.#arrivedEarly += count;
  };

  constructor(groups: readonly ShardGroup[], context: RequestContext, stop: AbortController, options: ShardOptions) {
    this.onProgress = options.onProgress;
    this.#groups = groups;
    this.#options = options;
    this.#stop = stop;
    this.#failed.catch(() => {});
    const { cache, isOffline = false } = options;
    const arrived = (count: number) => this.#arrived(count);
    this.#shards = groups.flatMap(({ urls, hashes, byteLength = Number.POSITIVE_INFINITY }) => {
      const place = { context, cache, isOffline, arrived, maxBytes: byteLength };
      return urls.map((url, index) => new Shard(url, hashes?.[index], place));
    });
    this.#openUpTo(options.maxParallelRequests);
  }

  async run(write: WriteWeights, arrived: (count: number) => void = () => {}): Promise<void> {
    try {
      arrived(this.#arrivedEarly);
      this.#arrived = arrived;
      await Promise.race([this.#failed, this.#deliverAll((bytes) => !this.#isOver && write(bytes))]);
    } finally {
      this.cancel();
    }
  }

  cancel(): void {
    this.#isOver = true;
    this.#stop.abort();
    for (const shard of this.#shards) shard.cancel();
  }

  async #deliverAll(write: WriteWeights): Promise<void> {
    let next = 0;
    for (const group of this.#groups) {
      const shards = this.#shards.slice(next, next + group.urls.length);
      if (!(await this.#deliver(group, shards, next, write))) return;
      next += shards.length;
    }
    const kept = await Promise.all(this.#shards.map((shard) => shard.kept));
    if (!kept.includes(false)) await this.#options.onKept?.();
  }

  async #deliver(group: ShardGroup, shards: Shard[], first: number, write: WriteWeights): Promise<boolean> {
    const expected = group.byteLength;
    let received = 0;
    const count: WriteWeights = (bytes) => {
      received += bytes.byteLength;
      return expected !== undefined && received > expected ? false : write(bytes);
    };
    let last: Shard | undefined;
    for (last of shards) {
      const index = this.#shards.indexOf(last, first);
      this.#openUpTo(index + this.#options.maxParallelRequests);
      await this.#opened[index];
      const wantsMore = await last.deliver(count);
      if (expected !== undefined && received > expected) throw wrongLength(group, received, last);
      if (!wantsMore) return false;
    }
    if (expected !== undefined && received !== expected) throw wrongLength(group, received, last);
    return true;
  }

  #openUpTo(count: number): void {
    while (this.#opened.length < Math.min(count, this.#shards.length)) {
      const index = this.#opened.length;
      const opened = (this.#shards[index] as Shard).open(index === 0);
      opened.catch(this.#fail);
      this.#opened.push(opened);
    }
  }
}

function wrongLength({ urls, byteLength = 0 }: ShardGroup, received: number, last: Shard | undefined): TfwasmError {
  const names = urls.length > 3 ? `${urls[0]} and ${urls.length - 1} more files` : urls.join(', ') || 'no file';
  const got = received > byteLength ? `more came (${received} so far)` : `${received} came`;
  const hint = last?.isHtml ? '; it is HTML: no such file?' : '';
  return new TfwasmError('E_WEIGHT_BYTES', `the weights take ${byteLength} bytes of ${names}, but ${got}${hint}`);
}
