// SPDX-License-Identifier: Apache-2.0
import { publicFunction } from '../core/public-function.js';
import { toBytes } from './bytes.js';

type Part = ArrayBuffer | ArrayBufferView;

/** A view of several buffers as one, without copying. */
export class CompositeArrayBuffer {
  readonly byteLength: number;
  readonly #parts: readonly Uint8Array<ArrayBuffer>[];

  /** @param buffers Of a typed array, only the viewed part counts. */
  constructor(buffers?: Part | readonly Part[] | null) {
    this.#parts = [buffers ?? []].flat().map(toBytes);
    this.byteLength = this.#parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** All bytes in one new buffer. */
  static join(buffers?: Part | readonly Part[] | null): ArrayBuffer {
    return new CompositeArrayBuffer(buffers).slice();
  }

  /** A copy of the bytes from `start` to `end`, clamped to the size. */
  slice(start = 0, end = this.byteLength): ArrayBuffer {
    const first = Math.max(0, Math.trunc(start) || 0);
    const last = Math.min(this.byteLength, Math.trunc(end) || 0);
    const result = new Uint8Array(Math.max(0, last - first));
    let at = 0;
    for (const part of this.#parts) {
      const from = Math.max(0, first - at);
      const to = Math.min(part.byteLength, last - at);
      if (from < to) result.set(part.subarray(from, to), at + from - first);
      at += part.byteLength;
    }
    return result.buffer;
  }
}

/** All bytes in one new buffer. */
export const concatenateArrayBuffers = publicFunction(
  'concatenateArrayBuffers',
  (buffers: ArrayBuffer | readonly ArrayBuffer[]): ArrayBuffer => {
    return CompositeArrayBuffer.join(buffers);
  },
);
