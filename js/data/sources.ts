// SPDX-License-Identifier: Apache-2.0
// Where bytes come from, and datasets of text.
import { check } from '../core/errors.js';
import { Dataset } from './dataset.js';
import { loadStreams } from './loader.js';
import type { ByteChunkIterator } from './streams/bytes.js';
import type { LazyIterator } from './streams/lazy-iterator.js';
import type { FileChunkIteratorOptions, FileElement, RequestOptions } from './types.js';

/** Bytes that can be read any number of times. */
export abstract class DataSource {
  /** Starts reading. */
  abstract iterator(): Promise<ByteChunkIterator>;
}

/** The bytes of a File, a Blob or a Uint8Array, or in Node.js of the file at a path or file:// URL. */
export class FileDataSource extends DataSource {
  protected readonly input: FileElement | string;
  protected readonly options: FileChunkIteratorOptions;

  constructor(input: FileElement | string, options: FileChunkIteratorOptions = {}) {
    super();
    this.input = input;
    this.options = options ?? {};
  }

  /** Throws E_FILE, or E_INPUT for anything else. */
  async iterator(): Promise<ByteChunkIterator> {
    return (await loadStreams()).openFileSource(this.input, this.options);
  }
}

/** The bytes of a URL, which is requested at each reading. They are read as they arrive. In Node.js also file:// URLs. */
export class URLDataSource extends DataSource {
  protected readonly url: RequestInfo | URL;
  protected readonly fileOptions: FileChunkIteratorOptions & RequestOptions;

  constructor(url: RequestInfo | URL, fileOptions: FileChunkIteratorOptions & RequestOptions = {}) {
    super();
    this.url = url;
    this.fileOptions = fileOptions ?? {};
  }

  /** Throws E_HTTP with the status, or E_FILE. */
  async iterator(): Promise<ByteChunkIterator> {
    return (await loadStreams()).openUrl(this.url, this.fileOptions);
  }
}

export function checkSource(input: DataSource): void {
  check(
    typeof (input as Partial<DataSource> | null)?.iterator === 'function',
    'text is read from a FileDataSource or a URLDataSource',
  );
}

/**
 * The lines of a text in UTF-8, without line ends. A line has at most 2^24 characters, else reading it throws E_LIMIT.
 *
 * ```js
 * const lines = new tf.data.TextLineDataset(new tf.data.FileDataSource(new Blob(['a\nb'])));
 * await lines.toArray(); // ['a', 'b']
 * ```
 */
export class TextLineDataset extends Dataset<string> {
  protected readonly input: DataSource;

  constructor(input: DataSource) {
    super();
    checkSource(input);
    this.input = input;
  }

  async iterator(): Promise<LazyIterator<string>> {
    const { lines } = await loadStreams();
    return lines((await this.input.iterator()).decodeUTF8());
  }
}
