// SPDX-License-Identifier: Apache-2.0
// Encodes tensors as weight bytes, the inverse of src/graph/weight_receiver.cc.
import { tensorBytes } from '../core/heap.js';
import { callCore } from '../core/runtime.js';
import type { WeightQuantization } from './types.js';
import { encodeStrings } from './weights-out-strings.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** In bytes of the tensor. Small, so that encoding a piece does not block for long. */
const PIECE_BYTES = 1 << 20;

/**
 * The bytes of a weight in pieces, in its original quantization: decoding them gives the same values.
 *
 * @param handle A tensor handle. It is disposed at the end.
 */
export function* encodeTensor(handle: number, quantization?: WeightQuantization): Generator<Bytes, void, void> {
  try {
    const { dtype } = callCore((core) => core.describeTensor(handle));
    if (dtype === STRING) {
      yield encodeStrings(callCore((core) => core.stringElements(handle)));
      return;
    }
    const { byteLength } = callCore((core) => tensorBytes(core, handle));
    for (let at = 0; at < byteLength; at += PIECE_BYTES) {
      const piece = callCore((core) => tensorBytes(core, handle).slice(at, at + PIECE_BYTES));
      yield quantization ? quantize(piece, dtype === INT32, quantization) : piece;
    }
  } finally {
    callCore((core) => core.disposeTensor(handle));
  }
}

/** Numbers of js/tensor/dtype.ts. */
const INT32 = 1;
const STRING = 3;

function quantize({ buffer }: Bytes, isInt: boolean, { dtype, scale = 1, min = 0 }: WeightQuantization): Bytes {
  if (dtype === 'float16') return new Uint8Array(Uint16Array.from(new Uint32Array(buffer), halfOfFloat).buffer);
  const values = isInt ? new Int32Array(buffer) : new Float32Array(buffer);
  const stored = dtype === 'uint8' ? new Uint8Array(values.length) : new Uint16Array(values.length);
  const largest = dtype === 'uint8' ? 0xff : 0xffff;
  for (let i = 0; i < stored.length; ++i) {
    const rounded = Math.round(((values[i] as number) - min) / scale);
    stored[i] = Math.max(0, Math.min(rounded, largest));
  }
  return new Uint8Array(stored.buffer);
}

/** The binary16 number for the bits of a float that was converted from binary16. */
function halfOfFloat(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction >>> 13);
  // 127 - 15, the difference of the biases.
  const halfExponent = exponent - 112;
  if (halfExponent > 0) return sign | (halfExponent << 10) | (fraction >>> 13);
  // Subnormal, or zero.
  return halfExponent < -9 ? sign : sign | ((fraction | 0x800000) >>> (14 - halfExponent));
}
