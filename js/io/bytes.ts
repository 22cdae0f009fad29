// SPDX-License-Identifier: Apache-2.0
// Buffers and views of them, from any realm.
import { describeError, TfwasmError } from '../core/errors.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Whether this is an ArrayBuffer, also one of an iframe. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]';
}

/** A buffer or a view as bytes, without copying. Throws E_INPUT for anything else, and for detached buffers. */
export function toBytes(value: unknown): Bytes {
  if (value instanceof Uint8Array) return value as Bytes;
  const isView = ArrayBuffer.isView(value);
  if (!isView && !isArrayBuffer(value) && Object.prototype.toString.call(value) !== '[object SharedArrayBuffer]') {
    const got = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
    throw new TfwasmError('E_INPUT', `bytes must be in ArrayBuffers or views of them, got ${got}`);
  }
  try {
    return isView
      ? new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value as ArrayBuffer);
  } catch (error) {
    throw new TfwasmError('E_INPUT', `a buffer cannot be read: ${describeError(error)}`, { cause: error });
  }
}

/** New bytes. Throws E_LIMIT if that many do not fit into one buffer. */
export function newBytes(length: number): Bytes {
  try {
    return new Uint8Array(length);
  } catch (error) {
    throw new TfwasmError('E_LIMIT', `${length} bytes do not fit into one buffer`, { cause: error });
  }
}

/** The bytes of all chunks in one array. */
export function join(chunks: readonly Bytes[], byteLength: number): Bytes {
  if (chunks.length === 1 && chunks[0]) return chunks[0];
  const whole = newBytes(byteLength);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
