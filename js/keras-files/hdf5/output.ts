// SPDX-License-Identifier: Apache-2.0
// Bytes that are written.

/** The address of nothing. */
export const NOWHERE = -1;

/** The next multiple of eight, where all parts of an HDF5 file begin. */
export function align(size: number): number {
  return 8 * Math.ceil(size / 8);
}

/** Fills a part of known size. What is not written is zero. */
export class Writer {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  bytes(bytes: ArrayLike<number>): this {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  text(text: string): this {
    return this.bytes(new TextEncoder().encode(text));
  }

  u16(value: number): this {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  u64(value: number): this {
    this.#view.setBigInt64(this.#at, BigInt(value), true);
    this.#at += 8;
    return this;
  }

  nowhere(): this {
    return this.u64(NOWHERE);
  }

  /** Goes on at a multiple of eight bytes from the start. */
  align(): this {
    this.#at = align(this.#at);
    return this;
  }

  done(): Uint8Array {
    return this.#bytes;
  }
}

/** The parts of a file, in order. */
export class Output {
  size = 0;
  readonly #parts: { at: number; bytes: Uint8Array }[] = [];

  /** Returns the address. The bytes are not copied before join(). */
  append(bytes: Uint8Array): number {
    const at = this.size;
    this.#parts.push({ at, bytes });
    this.size = at + align(bytes.length);
    return at;
  }

  /** Appends a part that is filled later. */
  reserve(size: number): Writer {
    const writer = new Writer(size);
    this.append(writer.done());
    return writer;
  }

  join(file: Uint8Array): Uint8Array {
    for (const { at, bytes } of this.#parts) file.set(bytes, at);
    return file;
  }
}
