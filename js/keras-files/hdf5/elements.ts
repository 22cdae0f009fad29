// SPDX-License-Identifier: Apache-2.0
// Numbers of all types that HDF5 files of Keras have.

type Read = (view: DataView, at: number, littleEndian: boolean) => number;

const READERS: Readonly<Record<string, Read>> = {
  float16: (view, at, little) => halfToNumber(view.getUint16(at, little)),
  bfloat16: (view, at, little) => bfloatToNumber(view.getUint16(at, little)),
  float32: (view, at, little) => view.getFloat32(at, little),
  float64: (view, at, little) => view.getFloat64(at, little),
  bool: (view, at) => view.getInt8(at),
  int8: (view, at) => view.getInt8(at),
  int16: (view, at, little) => view.getInt16(at, little),
  int32: (view, at, little) => view.getInt32(at, little),
  int64: (view, at, little) => Number(view.getBigInt64(at, little)),
  uint8: (view, at) => view.getUint8(at),
  uint16: (view, at, little) => view.getUint16(at, little),
  uint32: (view, at, little) => view.getUint32(at, little),
  uint64: (view, at, little) => Number(view.getBigUint64(at, little)),
};

/** The function that reads a number of this type; undefined if it is no type of numbers. */
export function elementReader(type: string): Read | undefined {
  return Object.hasOwn(READERS, type) ? READERS[type] : undefined;
}

/** The value of an IEEE half. */
export function halfToNumber(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  const magnitude =
    exponent === 0
      ? mantissa * 2 ** -24
      : exponent === 31
        ? mantissa === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (1024 + mantissa) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

const BITS = new Uint32Array(1);
const VALUE = new Float32Array(BITS.buffer);

/** A bfloat16 is the upper half of a float32. */
function bfloatToNumber(bits: number): number {
  BITS[0] = bits << 16;
  return VALUE[0] as number;
}
