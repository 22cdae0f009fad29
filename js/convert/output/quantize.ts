// SPDX-License-Identifier: Apache-2.0
// Quantized weights: the numbers of tensorflowjs_converter.
import { TfwasmError } from '../../core/errors.js';
import type { WeightQuantization } from '../../io/types.js';
import { halfToNumber } from '../../keras-files/hdf5/elements.js';
import type { QuantizedDType } from '../types.js';

export interface QuantizedWeight {
  bytes: Uint8Array<ArrayBuffer>;
  quantization: WeightQuantization;
}

/** Stores the values of a weight in fewer bits. Throws E_QUANT for values that cannot be stored; `name` is for messages. */
export function quantize(values: Float32Array, dtype: QuantizedDType, name: string): QuantizedWeight {
  return dtype === 'float16' ? toHalf(values, name) : toAffine(values, dtype, name);
}

/** The values of a stored weight: what programs compute with. */
export function dequantize(bytes: Uint8Array, { dtype, scale = 1, min = 0 }: WeightQuantization): Float32Array {
  // A copy is aligned.
  const stored = dtype === 'uint8' ? bytes : new Uint16Array(bytes.slice().buffer);
  const values = new Float32Array(stored.length);
  if (dtype === 'float16') for (let i = 0; i < values.length; ++i) values[i] = halfToNumber(stored[i] as number);
  else for (let i = 0; i < values.length; ++i) values[i] = scale * (stored[i] as number) + min;
  return values;
}

/** Smaller ones are not exact as float32, with which some runtimes compute. */
const MIN_SCALE = 2 ** -126;

/** value = scale * stored + min. Zero is exact if it is in the range, which moves the ends of the range. */
function toAffine(values: Float32Array, dtype: 'uint8' | 'uint16', name: string): QuantizedWeight {
  const levels = dtype === 'uint8' ? 0xff : 0xffff;
  const stored = dtype === 'uint8' ? new Uint8Array(values.length) : new Uint16Array(values.length);
  let { min, max } = rangeOf(values, name);
  let scale = (max - min) / levels;
  if (scale < MIN_SCALE) {
    scale = 1;
  } else {
    if (min <= 0 && max >= 0) {
      const zero = roundHalfEven(-min / scale);
      [min, max] = [-zero * scale, (levels - zero) * scale];
    }
    for (let i = 0; i < values.length; ++i) {
      const clipped = Math.min(Math.max(values[i] as number, min), max);
      stored[i] = roundHalfEven((clipped - min) / scale);
    }
  }
  const bytes = new Uint8Array(stored.buffer);
  // Not -0, which JSON does not have.
  return { bytes, quantization: { dtype, min: min + 0, scale, original_dtype: 'float32' } };
}

function rangeOf(values: Float32Array, name: string): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; ++i) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) throw cannotStore(name, value, 'integers');
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

function cannotStore(name: string, value: number, as: string): TfwasmError {
  return new TfwasmError(
    'E_QUANT',
    `the weight '${name}' has the value ${value}, which cannot be stored as ${as}: quantize the other weights only, with patterns`,
  );
}

/** As NumPy rounds. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function toHalf(values: Float32Array, name: string): QuantizedWeight {
  const stored = new Uint16Array(values.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; ++i) {
    const half = halfOfFloat(bits[i] as number);
    if ((half & 0x7c00) === 0x7c00) throw cannotStore(name, values[i] as number, 'float16');
    stored[i] = half;
  }
  return {
    bytes: new Uint8Array(stored.buffer),
    quantization: { dtype: 'float16', original_dtype: 'float32' },
  };
}

/** The nearest binary16 number to a float of these bits; of two, the even one. Infinity for NaN, too. */
function halfOfFloat(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  // From 65520 on, the nearest is infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  }
  // Subnormal: a multiple of 2^-24.
  FLOAT_BITS[0] = magnitude;
  return sign | roundHalfEven((FLOAT[0] as number) * 2 ** 24);
}

const FLOAT_BITS = new Uint32Array(1);
const FLOAT = new Float32Array(FLOAT_BITS.buffer);
