// SPDX-License-Identifier: Apache-2.0
// Weights on their way into a converted model.
import { TfwasmError } from '../../core/errors.js';
import type { WeightQuantization, WeightSpec } from '../../io/types.js';
import type { WeightReport } from '../report.js';
import type { QuantizedDType } from '../types.js';
import type { QuantizationRules } from './quantization-rules.js';
import { dequantize, quantize } from './quantize.js';

/** A weight of the source. */
export interface WeightSource {
  name: string;
  shape: readonly number[];
  dtype: WeightSpec['dtype'];
  /** 'optimizer' for its state. */
  group?: string;
  /** How it is stored in the source. */
  quantization?: WeightQuantization;
  /** Of what read() returns. */
  byteLength: number;
  /** The bytes as they are stored, little-endian. Called once, in the order of the weights. */
  read(): Uint8Array | Promise<Uint8Array>;
}

/** A weight, and how it is to be stored. */
export interface PlannedWeight {
  source: WeightSource;
  /** undefined: as in the source. */
  dtype: QuantizedDType | undefined;
  byteLength: number;
}

const BYTES: Readonly<Record<QuantizedDType, number>> = { float16: 2, uint8: 1, uint16: 2 };

/** Smaller weights than `minElements` are not quantized, nor is anything but float32. */
export function planWeight(source: WeightSource, rules: QuantizationRules, minElements: number): PlannedWeight {
  const { name, shape, dtype, group, byteLength } = source;
  const size = shape.reduce((product, length) => product * length, 1);
  const wanted = dtype === 'float32' && group !== 'optimizer' ? rules.dtypeOf(name) : undefined;
  if (wanted === undefined || size === 0 || size < minElements) return { source, dtype: undefined, byteLength };
  return { source, dtype: wanted, byteLength: size * BYTES[wanted] };
}

export interface EncodedWeight {
  spec: WeightSpec;
  bytes: Uint8Array;
  report: WeightReport;
}

/** Reads a weight and stores it as planned. Throws E_WEIGHT_BYTES, E_QUANT. */
export async function encodeWeight({ source, dtype, byteLength }: PlannedWeight): Promise<EncodedWeight> {
  const { name, shape, quantization, group } = source;
  const stored = await source.read();
  if (stored.length !== source.byteLength) {
    throw new TfwasmError('E_WEIGHT_BYTES', `'${name}' takes ${source.byteLength} bytes, but ${stored.length} came`);
  }
  const spec: WeightSpec = { name, shape: [...shape], dtype: source.dtype, ...(group !== undefined && { group }) };
  const report: WeightReport = { name, shape: [...shape], dtype: source.dtype, bytes: byteLength };
  if (dtype === undefined) {
    const kept = quantization && { quantization };
    return { spec: { ...spec, ...kept }, bytes: stored, report: { ...report, ...kept } };
  }
  const values = quantization ? dequantize(stored, quantization) : floatsOf(stored);
  const encoded = quantize(values, dtype, name);
  const errors = errorsOf(values, dequantize(encoded.bytes, encoded.quantization));
  return {
    spec: { ...spec, quantization: encoded.quantization },
    bytes: encoded.bytes,
    report: { ...report, quantization: encoded.quantization, ...errors },
  };
}

function floatsOf(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/** The largest difference, and the signal-to-noise ratio in decibels; null if there is no noise. */
function errorsOf(values: Float32Array, stored: Float32Array): { maxError: number; snr: number | null } {
  let [maxError, signal, noise] = [0, 0, 0];
  for (let i = 0; i < values.length; ++i) {
    const value = values[i] as number;
    const error = Math.abs(value - (stored[i] as number));
    if (error > maxError) maxError = error;
    noise += error * error;
    signal += value * value;
  }
  return { maxError, snr: noise === 0 ? null : 10 * Math.log10(signal / noise) };
}
