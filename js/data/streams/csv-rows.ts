// SPDX-License-Identifier: Apache-2.0
// Splits the lines of a CSV file into fields (RFC 4180). A quoted field may contain delimiters, line ends, and quotes,
// which are doubled.
import { check, TfwasmError } from '../../core/errors.js';
import { DONE, type LazyIterator } from './lazy-iterator.js';
import { checkLength, Splitter, type StringIterator } from './text.js';

/** What separates fields: a text, or any white space. */
export type Delimiter = string | typeof WHITE_SPACE;

export const WHITE_SPACE: unique symbol = Symbol('white space');

/** A row, and the number of its first line for errors. */
export interface Row {
  fields: string[];
  line: number;
}

/** The rows of a text. Throws E_INPUT for a quote that is never closed, and E_LIMIT for rows without an end. */
export function readRows(text: StringIterator, delimiter: Delimiter): LazyIterator<Row> {
  const lines = new Splitter(text, '\n');
  const reader = new RowReader(delimiter);
  let line = 0;
  return text.derive('Rows', async () => {
    const first = line + 1;
    for (;;) {
      const next = lines.next();
      if (next !== undefined) {
        ++line;
        const fields = reader.add(next);
        if (fields) return { value: { fields, line: first }, done: false };
      } else if (!(await lines.read())) {
        check(!reader.isQuoted, () => `line ${first}: a quote is never closed`);
        return DONE;
      }
    }
  });
}

/** Takes a row line by line. */
class RowReader {
  readonly #delimiter: string;
  readonly #isWhite: boolean;
  #fields: string[] = [];
  /** The pieces of the field whose quote is open. */
  #quoted: string[] = [];
  #length = 0;
  isQuoted = false;

  constructor(delimiter: Delimiter) {
    this.#isWhite = delimiter === WHITE_SPACE;
    this.#delimiter = delimiter === WHITE_SPACE ? ' ' : delimiter;
  }

  /** The fields of the row, or undefined if it goes on in the next line. */
  add(text: string): string[] | undefined {
    if (!this.isQuoted && !text.includes('"')) return this.#splitPlain(withoutReturn(text));
    this.#length += text.length + 1;
    checkLength(this.#length, 'a row');
    this.#readLine(text);
    if (this.isQuoted) return undefined;
    const fields = this.#fields;
    this.#fields = [];
    this.#length = 0;
    return fields;
  }

  #splitPlain(text: string): string[] {
    if (!this.#isWhite) return text.split(this.#delimiter);
    const trimmed = text.trim();
    return trimmed === '' ? [''] : trimmed.split(/\s+/);
  }

  #readLine(text: string): void {
    let at = this.isQuoted ? this.#readQuoted(text, 0) : this.#startOfField(text, 0);
    while (at < text.length || (at === text.length && !this.#isWhite)) {
      at = text[at] === '"' ? this.#readQuoted(text, at + 1) : this.#readPlain(text, at, '');
    }
  }

  /** With white space, also that before the field. */
  #startOfField(text: string, at: number): number {
    if (!this.#isWhite) return at;
    while (at < text.length && /\s/.test(text[at] as string)) ++at;
    return at;
  }

  /** Adds a field that begins with `before`. Returns where the next field begins, or more than the length. */
  #readPlain(text: string, at: number, before: string): number {
    const end = this.#endOfField(text, at);
    this.#fields.push(before + (end < 0 ? withoutReturn(text.slice(at)) : text.slice(at, end)));
    return end < 0 ? text.length + 1 : this.#startOfField(text, end + this.#delimiter.length);
  }

  #endOfField(text: string, at: number): number {
    if (!this.#isWhite) return text.indexOf(this.#delimiter, at);
    const found = text.slice(at).search(/\s/);
    return found < 0 ? -1 : at + found;
  }

  /** Reads up to the closing quote, or to the end of the line. What follows a closing quote belongs to the field. */
  #readQuoted(text: string, at: number): number {
    for (let from = at; ; ) {
      const quote = text.indexOf('"', from);
      if (quote < 0) {
        this.#quoted.push(`${text.slice(from)}\n`);
        this.isQuoted = true;
        return text.length + 1;
      }
      this.#quoted.push(text.slice(from, quote));
      if (text[quote + 1] !== '"') {
        const field = this.#quoted.join('');
        this.#quoted = [];
        this.isQuoted = false;
        return this.#readPlain(text, quote + 1, field);
      }
      this.#quoted.push('"');
      from = quote + 2;
    }
  }
}

const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);

/** Throws E_INPUT. */
export function checkDelimiter(delimiter: string | undefined, delimWhitespace: boolean | undefined): Delimiter {
  if (delimWhitespace) {
    check(!delimiter, 'Delimiter should not be provided when delimWhitespace is true.');
    return WHITE_SPACE;
  }
  if (delimiter === undefined || delimiter === null || delimiter === '') return ',';
  if (typeof delimiter === 'string' && !/["\r\n]/.test(delimiter)) return delimiter;
  throw new TfwasmError('E_INPUT', 'the delimiter has to be a text without quotes and line ends');
}
