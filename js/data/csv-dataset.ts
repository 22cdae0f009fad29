// SPDX-License-Identifier: Apache-2.0
// Datasets of tables in text form.
import { check } from '../core/errors.js';
import type { TensorContainer } from '../tensor/tensor.js';
import { Dataset } from './dataset.js';
import { loadStreams } from './loader.js';
import { checkSource, DataSource, FileDataSource, TextLineDataset, URLDataSource } from './sources.js';
import type { LazyIterator } from './streams/lazy-iterator.js';
import type { CSVConfig, FileElement } from './types.js';

/**
 * The rows of a CSV file (RFC 4180) in UTF-8, as {column: value}. Fields that look like numbers become numbers; empty
 * ones undefined. Empty lines are skipped. A row has at most 2^24 characters.
 */
export class CSVDataset extends Dataset<TensorContainer> {
  /** The lines. */
  readonly base: TextLineDataset;
  protected readonly input: DataSource;
  readonly #config: CSVConfig;
  #names: Promise<string[]> | undefined;

  /** Throws E_INPUT. Names and dtypes of columns are checked when the file is read. */
  constructor(input: DataSource, csvConfig: CSVConfig = {}) {
    super();
    checkSource(input);
    check(typeof csvConfig === 'object', 'the configuration of a CSVDataset is an object');
    this.#config = csvConfig ?? {};
    const { delimiter, delimWhitespace } = this.#config;
    check(!(delimWhitespace && delimiter), 'Delimiter should not be provided when delimWhitespace is true.');
    this.input = input;
    this.base = new TextLineDataset(input);
  }

  /** The names of the columns that elements have. Reads the header, once. */
  async columnNames(): Promise<string[]> {
    this.#names ??= this.#readNames();
    try {
      return [...(await this.#names)];
    } catch (error) {
      this.#names = undefined;
      throw error;
    }
  }

  async #readNames(): Promise<string[]> {
    const { readColumnNames } = await loadStreams();
    return readColumnNames((await this.input.iterator()).decodeUTF8(), this.#config);
  }

  /** Throws E_INPUT for a wrong header or configuration; `next()` throws it for wrong rows, with the line number. */
  async iterator(): Promise<LazyIterator<TensorContainer>> {
    const { readCsv } = await loadStreams();
    return readCsv((await this.input.iterator()).decodeUTF8(), this.#config);
  }
}

/**
 * A dataset of the rows of a CSV file. With labels, elements are {xs, ys}.
 *
 * ```js
 * const csv = new Blob(['size,price\n70,200\n90,250\n']);
 * const dataset = tf.data.csv(csv, { columnConfigs: { price: { isLabel: true } } });
 * await dataset.toArray(); // [{ xs: { size: 70 }, ys: { price: 200 } }, { xs: { size: 90 }, ys: { price: 250 } }]
 * ```
 *
 * @param source A URL or a Request, in Node.js also a file:// URL; a File, a Blob or a Uint8Array; or a source.
 */
export function csv(source: RequestInfo | URL | FileElement | DataSource, csvConfig: CSVConfig = {}): CSVDataset {
  return new CSVDataset(toSource(source, csvConfig ?? {}), csvConfig);
}

function toSource(source: RequestInfo | URL | FileElement | DataSource, config: CSVConfig): DataSource {
  if (source instanceof DataSource) return source;
  if (ArrayBuffer.isView(source) || isBlob(source)) return new FileDataSource(source);
  const isUrl = typeof source === 'string' || (typeof source === 'object' && source !== null);
  check(isUrl, 'tf.data.csv() takes a URL, a Request, a File, a Blob, a Uint8Array or a source');
  return new URLDataSource(source as RequestInfo | URL, config);
}

/** Blobs of other realms, too. A Request has no size. */
const isBlob = (value: unknown): value is Blob => typeof (value as Partial<Blob> | null)?.size === 'number';
