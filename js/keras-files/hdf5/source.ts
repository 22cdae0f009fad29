// SPDX-License-Identifier: Apache-2.0
// The bytes of an HDF5 file, with checked reads.
import { TfwasmError } from '../../core/errors.js';
import { maxExpanded } from '../limits.js';
import { damaged } from './nodes.js';

const DECODER = new TextDecoder();

/**
 * Reads numbers and texts at addresses of a file. Throws E_FILE if they are outside.
 *
 * Parts of a hostile file may refer to the same bytes again and again, so that a small file takes for ever. Each part
 * is therefore charged to a budget that is a multiple of the size of the file.
 */
export class Source {
  readonly size: number;
  readonly #view: DataView;
  #budget: number;
  #expandedBudget: number;

  constructor(readonly bytes: Uint8Array) {
    this.size = bytes.byteLength;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#budget = 8 * bytes.byteLength + 100_000;
    this.#expandedBudget = maxExpanded(bytes.byteLength);
  }

  /** To be called once for each part that is read, with its size. Returns the part's address. */
  charge(address: number, length: number, what: string): number {
    this.#check(address, length, what);
    this.#budget -= length + 16;
    if (this.#budget < 0) throw new TfwasmError('E_LIMIT', 'the HDF5 file refers to the same bytes too often');
    return address;
  }

  /** To be called once for each dataset that may be compressed, with its size. */
  chargeExpanded(size: number): void {
    this.#expandedBudget -= size;
    if (!(this.#expandedBudget >= 0)) {
      throw new TfwasmError('E_LIMIT', `the datasets of an HDF5 file of ${this.size} bytes expand too much`);
    }
  }

  u8(address: number): number {
    this.#check(address, 1, 'a number');
    return this.#view.getUint8(address);
  }

  u16(address: number): number {
    this.#check(address, 2, 'a number');
    return this.#view.getUint16(address, true);
  }

  u32(address: number): number {
    this.#check(address, 4, 'a number');
    return this.#view.getUint32(address, true);
  }

  /** Addresses and sizes. Those above 2^53, such as that of nothing, are rounded. No file has them. */
  u64(address: number): number {
    this.#check(address, 8, 'a number');
    return this.#view.getUint32(address + 4, true) * 2 ** 32 + this.#view.getUint32(address, true);
  }

  view(address: number, length: number, what: string): Uint8Array {
    this.#check(address, length, what);
    return this.bytes.subarray(address, address + length);
  }

  text(address: number, length: number): string {
    return DECODER.decode(this.view(this.charge(address, length, 'a text'), length, 'a text'));
  }

  /** A text of at most `length` bytes that ends at the first NUL. */
  textUntilNul(address: number, length: number): string {
    const nul = this.view(address, length, 'a text').indexOf(0);
    return this.text(address, nul < 0 ? length : nul);
  }

  /** Throws E_FILE unless the four bytes at an address are this signature. */
  expect(signature: string, address: number): void {
    const found = String.fromCharCode(...this.view(address, 4, `the signature ${signature}`));
    if (found !== signature) throw damaged(`there is no ${signature} at ${address}`);
  }

  #check(address: number, length: number, what: string): void {
    if (!(address >= 0 && length >= 0 && address + length <= this.size)) {
      throw damaged(`${what} of ${length} bytes at ${address} is outside the file, which has ${this.size} bytes`);
    }
  }
}

/** Whether this is the address of nothing, of which all bits are set. */
export function isNowhere(address: number): boolean {
  return address >= 2 ** 64 - 2 ** 12;
}
