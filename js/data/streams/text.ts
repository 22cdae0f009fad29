// SPDX-License-Identifier: Apache-2.0
// Text in pieces, and in lines.
import { check } from '../../core/errors.js';
import { DONE, inTurn, LazyIterator } from './lazy-iterator.js';

/** A line, or a row of a CSV file, has at most so many characters. */
export const MOST_CHARACTERS = 1 << 24;

/** Throws E_LIMIT. */
export function checkLength(length: number, what: string): void {
  check(length <= MOST_CHARACTERS, `${what} has more than ${MOST_CHARACTERS} characters`, 'E_LIMIT');
}

/** Reads text in pieces of any length. */
export class StringIterator extends LazyIterator<string> {
  /**
   * The text between separators, as if all pieces were one text. There is none after a separator at the end.
   *
   * @throws E_LIMIT if a part has more than 2^24 characters.
   */
  split(separator: string): StringIterator {
    check(typeof separator === 'string' && separator !== '', 'split() takes a separator');
    const splitter = new Splitter(this, separator);
    const pull = async (): Promise<IteratorResult<string>> => {
      for (;;) {
        const part = splitter.next();
        if (part !== undefined) return { value: part, done: false };
        if (!(await splitter.read())) return DONE;
      }
    };
    return new StringIterator(`${this.summary()} -> Split`, inTurn(pull), () => this.return());
  }
}

/** Splits text that arrives in pieces. Every character is searched once, however many pieces a part has. */
export class Splitter {
  readonly #text: LazyIterator<string>;
  readonly #separator: string;
  #parts: string[] = [];
  #at = 0;
  /** Pieces of the part that has not ended. */
  #open: string[] = [];
  #length = 0;
  /** The end of the last piece, where a separator may begin. */
  #tail = '';
  #hasEnded = false;

  constructor(text: LazyIterator<string>, separator: string) {
    this.#text = text;
    this.#separator = separator;
  }

  /** The next part of what has been read. */
  next(): string | undefined {
    return this.#at < this.#parts.length ? this.#parts[this.#at++] : undefined;
  }

  /** Reads a piece, after next() has given undefined. False at the end. */
  async read(): Promise<boolean> {
    if (this.#hasEnded) return false;
    const piece = await this.#text.next();
    if (piece.done) this.#end();
    else this.#add(piece.value);
    return true;
  }

  #add(piece: string): void {
    const parts = (this.#tail + piece).split(this.#separator);
    const last = parts.pop() as string;
    if (parts.length > 0) {
      this.#push(parts[0] as string);
      parts[0] = this.#open.join('');
      this.#parts = parts;
      this.#at = 0;
      this.#open = [];
      this.#length = 0;
    }
    const tail = Math.max(0, last.length - this.#separator.length + 1);
    this.#tail = last.slice(tail);
    this.#push(last.slice(0, tail));
  }

  #push(text: string): void {
    this.#length += text.length;
    checkLength(this.#length, 'a line');
    if (text !== '') this.#open.push(text);
  }

  #end(): void {
    const last = this.#open.join('') + this.#tail;
    this.#parts = last === '' ? [] : [last];
    this.#at = 0;
    this.#hasEnded = true;
  }
}

/** Decodes UTF-8. Drops a byte order mark. */
export function decode(bytes: LazyIterator<Uint8Array>): StringIterator {
  const decoder = new TextDecoder();
  let hasEnded = false;
  const pull = async (): Promise<IteratorResult<string>> => {
    if (hasEnded) return DONE;
    const chunk = await bytes.next();
    hasEnded = chunk.done === true;
    const value = chunk.done ? decoder.decode() : decoder.decode(chunk.value, { stream: true });
    return hasEnded && value === '' ? DONE : { value, done: false };
  };
  return new StringIterator(`${bytes.summary()} -> Utf8`, inTurn(pull), () => bytes.return());
}

/** The lines of a text, without "\n" and "\r\n". */
export function lines(text: StringIterator): LazyIterator<string> {
  return text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}
