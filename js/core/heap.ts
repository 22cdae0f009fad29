// SPDX-License-Identifier: Apache-2.0
// Access to the bytes of the wasm heap.
import type { CoreModule } from './core-module.js';
import { TfwasmError } from './errors.js';

/** A view of the wasm heap, valid until the next call into the core. */
export function heapBytes(core: CoreModule, address: number, byteLength: number): Uint8Array<ArrayBuffer> {
  const end = address + byteLength;
  // Another thread may have grown the heap. The glue updates HEAPU8 when it reads from the heap, as it does for every
  // string.
  if (end > core.HEAPU8.byteLength) core.version();
  const { buffer } = core.HEAPU8;
  if (end > buffer.byteLength) {
    throw new TfwasmError('E_INTERNAL', `${byteLength} bytes at ${address} are not in the wasm heap`);
  }
  return new Uint8Array(buffer as ArrayBuffer, address, byteLength);
}

/** The elements of a tensor. Validity as for heapBytes(). */
export function tensorBytes(core: CoreModule, handle: number): Uint8Array<ArrayBuffer> {
  return heapBytes(core, core.tensorAddress(handle), core.tensorBytes(handle));
}
