// SPDX-License-Identifier: Apache-2.0
// Loads one weight file in pieces, and resumes after interruptions.
import { TfwasmError } from '../core/errors.js';
import { join } from './bytes.js';
import type { FileCache } from './file-cache.js';
import { type RequestContext, request, retry, TransientError, toHttpError } from './request.js';
import { cancelBody, declaredLength, headerOf, readBody } from './response.js';
import { checkHash } from './sha256.js';
import type { WriteWeights } from './weights-feed.js';

/** Files up to this size are read ahead of their turn. */
const READ_AHEAD_BYTES = 8 << 20;

export interface ShardPlace {
  context: RequestContext;
  cache: FileCache | undefined;
  /** Whether to use only the cache. */
  isOffline: boolean;
  /** Called with the number of bytes that arrived; negative if bytes have to arrive again. */
  arrived(count: number): void;
  /** The size limit of the file. */
  maxBytes: number;
}

export class Shard {
  readonly #url: string;
  readonly #hash: string | undefined;
  readonly #place: ShardPlace;
  #response: Response | undefined;
  /** The whole file, if it was read ahead. */
  #chunks: Uint8Array<ArrayBuffer>[] | undefined;
  #isCached = false;
  #received = 0;
  #skip = 0;
  #total: number | undefined;
  /** A validator (ETag or Last-Modified) that detects changes of the file. */
  #validator: string | undefined;
  #isHtml = false;
  #isOtherOrigin = false;
  /** Whether the file was stored in the cache; undefined if it was not to be. */
  kept: Promise<boolean> | undefined;

  constructor(url: string, hash: string | undefined, place: ShardPlace) {
    this.#url = url;
    this.#hash = hash;
    this.#place = place;
  }

  get isHtml(): boolean {
    return this.#isHtml;
  }

  /**
   * Requests the file, and reads it ahead unless it is large.
   *
   * @param isNext Whether it is delivered next; then it is not read ahead.
   */
  async open(isNext: boolean): Promise<void> {
    if (this.#mayUseCache() && (await this.#openCached())) return;
    const { context } = this.#place;
    const response = await retry(context, () => this.#request());
    this.#take(response);
    // Not exact for compressed files, but good enough here.
    const length = Number(headerOf(response, 'content-length') || Number.NaN);
    if (!this.#hash && (isNext || !(length <= READ_AHEAD_BYTES))) return;
    const chunks = await this.#readAll();
    this.kept = this.#cache?.keep(this.#url, chunks);
  }

  /** Delivers the bytes, once. Returns whether more are wanted. */
  async deliver(write: WriteWeights): Promise<boolean> {
    const chunks = this.#chunks;
    if (!chunks) return this.#cache && !this.#isCached ? this.#deliverAndKeep(this.#cache, write) : this.#read(write);
    this.#chunks = undefined;
    for (const chunk of chunks) {
      if (!(await write(chunk))) return false;
    }
    return true;
  }

  /** Closes a response that will not be read. */
  cancel(): void {
    cancelBody(this.#response);
  }

  get #cache(): FileCache | undefined {
    // Other URLs refer to local data.
    return /^(?!https?:)[a-z]+:/i.test(this.#url) ? undefined : this.#place.cache;
  }

  #mayUseCache(): boolean {
    return this.#cache !== undefined && (this.#hash !== undefined || this.#place.isOffline);
  }

  async #openCached(): Promise<boolean> {
    const response = await this.#cache?.read(this.#url).catch(() => undefined);
    if (response) {
      try {
        this.#isCached = true;
        this.#response = response;
        if (this.#hash) await this.#readAll();
        return true;
      } catch {
        // Outdated or damaged.
        this.#isCached = false;
        this.#restart();
      }
    }
    if (!this.#place.isOffline || this.#hash) return false;
    throw new TfwasmError('E_HTTP', `the request for ${this.#url} failed: there is no network, nor is it in the cache`);
  }

  #request(headers?: Record<string, string>): Promise<Response> {
    return request(this.#url, this.#place.context, { isBinary: true }, headers);
  }

  #take(response: Response): void {
    this.#response = response;
    this.#total = declaredLength(response);
    this.#validator = validatorOf(response);
    this.#isOtherOrigin = response.type === 'cors';
    this.#isHtml = /html/i.test(headerOf(response, 'content-type') ?? '');
  }

  async #readAll(): Promise<Uint8Array<ArrayBuffer>[]> {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    // If the file is too long, the length check of its group fails later.
    const add = (bytes: Uint8Array<ArrayBuffer>) => chunks.push(bytes) > 0 && !(this.#received > this.#place.maxBytes);
    await this.#read(add, () => {
      chunks.length = 0;
    });
    if (this.#hash) {
      const whole = join(chunks, this.#received);
      await checkHash(whole, this.#hash, this.#url);
      chunks.splice(0, chunks.length, whole);
    }
    this.#chunks = chunks;
    return chunks;
  }

  async #deliverAndKeep(cache: FileCache, write: WriteWeights): Promise<boolean> {
    let writer = await cache.open(this.#url).catch(cache.warn);
    const end = (error: unknown) => {
      cache.warn(error);
      writer?.abort().catch(() => {});
      writer = undefined;
    };
    this.kept = Promise.resolve(false);
    try {
      const wantsMore = await this.#read(async (bytes) => {
        const result = await write(bytes);
        await writer?.write(bytes).catch(end);
        return result;
      });
      if (wantsMore) await writer?.close().catch(end);
      else writer?.abort().catch(() => {});
      this.kept = Promise.resolve(wantsMore && writer !== undefined);
      return wantsMore;
    } catch (error) {
      writer?.abort().catch(() => {});
      throw error;
    }
  }

  /**
   * Reads the file to its end, or until `write` wants no more. Returns whether it wants more.
   *
   * @param forget Called if the written bytes are void and will come again. Without it, the file must be unchanged when
   *     resumed.
   */
  async #read(write: WriteWeights, forget?: () => void): Promise<boolean> {
    const accept: WriteWeights = (bytes) => {
      const fresh = bytes.subarray(this.#skip);
      this.#skip -= bytes.byteLength - fresh.byteLength;
      if (fresh.byteLength === 0) return true;
      this.#received += fresh.byteLength;
      this.#place.arrived(fresh.byteLength);
      return write(fresh);
    };
    const failed = (error: unknown) =>
      this.#isCached ? error : toHttpError(this.#url, error, this.#place.context.signal);
    return retry(
      this.#place.context,
      async () => {
        // The connection may have failed after the last byte.
        if (!this.#response && this.#received > 0 && this.#received === this.#total) return true;
        const response = this.#response ?? (await this.#resume(forget));
        this.#response = undefined;
        if (!(await readBody(response, accept, failed))) return false;
        if (this.#total === undefined || this.#received >= this.#total) return true;
        throw new TransientError(
          'E_WEIGHT_BYTES',
          `${this.#url} was cut: its header says ${this.#total} bytes, ${this.#received} came`,
        );
      },
      () => this.#received,
    );
  }

  /** Requests the rest, or, with `forget`, possibly the whole file. */
  async #resume(forget: (() => void) | undefined): Promise<Response> {
    if (this.#received > 0 && this.#validator) {
      const headers: Record<string, string> = { range: `bytes=${this.#received}-` };
      // If-Range would need a CORS preflight. The response is checked below anyway.
      if (!this.#isOtherOrigin) headers['if-range'] = this.#validator;
      const response = await this.#request(headers);
      if (validatorOf(response) === this.#validator && this.#goesOn(response)) return response;
      cancelBody(response);
      if (!forget) throw new TfwasmError('E_HTTP', `${this.#url} has changed while it was loaded`);
    } else if (this.#received > 0 && !forget) {
      throw new TfwasmError(
        'E_HTTP',
        `the request for ${this.#url} broke off after ${this.#received} bytes; without an ETag it cannot go on`,
      );
    }
    forget?.();
    this.#restart();
    const response = await this.#request();
    this.#take(response);
    return response;
  }

  /** Whether a response starts at the next byte, or at the start of the file. */
  #goesOn(response: Response): boolean {
    const range = headerOf(response, 'content-range');
    const isPart = response.status === 206;
    this.#skip = isPart ? 0 : this.#received;
    // Cross-origin responses may hide Content-Range.
    return !isPart || range === undefined || range.startsWith(`bytes ${this.#received}-`);
  }

  #restart(): void {
    if (this.#received > 0) this.#place.arrived(-this.#received);
    this.#received = 0;
    this.#skip = 0;
    this.#response = undefined;
  }
}

/** A string that changes with the file; undefined if the server sends none. */
function validatorOf(response: Response): string | undefined {
  const etag = headerOf(response, 'etag');
  return etag && !etag.startsWith('W/') ? etag : headerOf(response, 'last-modified');
}
