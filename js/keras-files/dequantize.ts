// SPDX-License-Identifier: Apache-2.0
// Quantized kernels of Keras 3 as float32. The form follows from what is stored: dtypes, shapes and the number of arrays.
import { computed, type KerasArray, sameShape, sizeOf } from './arrays.js';
import { indexAt } from './array-math.js';
import type { WeightVariable } from './holders.js';
import { nibbles, trits, unpackRows } from './packed.js';

type Arrays = readonly KerasArray[];
type Variables = readonly WeightVariable[];

/**
 * The arrays for the variables of a layer whose first one, the kernel, is float32 while the stored kernel is quantized.
 * Undefined if it is not, or in an unknown way.
 */
export function dequantizedKernel(className: string, variables: Variables, stored: Arrays): KerasArray[] | undefined {
  const kernel = variables[0];
  if (kernel?.dtype !== 'float32' || kernel.shape.length < 2) return undefined;
  const hasBias = variables.length > 1;
  const first = stored[0];
  if (first?.dtype === 'float32' && stored.length === variables.length + 6) {
    // float8 has scales and histories behind the kernel and the bias.
    return stored.slice(0, variables.length);
  }
  const bias = hasBias ? 1 : 0;
  if (first?.dtype === 'int8' || isTernary(stored, bias)) {
    const [packed, ...rest] = stored as [KerasArray, ...KerasArray[]];
    const values = rest.slice(bias);
    const dense =
      packed.dtype === 'int8'
        ? fromInt8(className, kernel.shape, packed, values)
        : fromTernary(kernel.shape, packed, values);
    return dense && [dense, ...rest.slice(0, bias)];
  }
  const dense = fromGroups(kernel.shape, stored.slice(bias));
  return dense && [dense, ...stored.slice(0, bias)];
}

/** A kernel of bytes, a bias, and one scale for everything. */
function isTernary(stored: Arrays, bias: number): boolean {
  return stored.length === bias + 2 && stored[0]?.dtype === 'uint8' && stored[bias + 1]?.size === 1;
}

type Shape = readonly number[];

/** The modes int8 and int4. Two signed numbers of 4 bits are in a byte, along the axis that is half as long. */
function fromInt8(className: string, shape: Shape, packed: KerasArray, rest: Arrays): KerasArray | undefined {
  const axis = sameShape(packed.shape, shape) ? -1 : packedAxis(shape, packed.shape, 2);
  if (axis === undefined) return undefined;
  const read = () => {
    const bytes = packed.read() as Int8Array;
    return axis < 0 ? bytes : nibbles(bytes, shape, packed.shape, axis);
  };
  const [scale, zero, groups] = rest;
  if (!scale || rest.length === 2 || rest.length > 3) return undefined;
  if (zero && groups) return fromGroupedRows(shape, read, scale, zero, groups);
  const isEmbedding = className === 'Embedding' || className === 'ReversibleEmbedding';
  const strides = scaleStrides(shape, scale.shape, isEmbedding);
  if (!strides) return undefined;
  return computed(shape, () => {
    const values = read();
    const scales = scale.readFloats();
    return (i) => (values[i] as number) / (scales[indexAt(i, shape, strides)] as number);
  });
}

/** The axis along which `count` numbers are in a byte; undefined if the shapes do not fit. */
function packedAxis(shape: Shape, packed: Shape, count: number): number | undefined {
  if (shape.length !== packed.length) return undefined;
  const fits = (axis: number) =>
    shape.every((size, i) => packed[i] === (i === axis ? Math.ceil(size / count) : size)) || undefined;
  return shape.map((_, axis) => axis).find(fits);
}

/** The strides of the scales, with 0 for the axes of the kernel that share a scale; undefined if they do not fit. */
function scaleStrides(shape: Shape, scaleShape: Shape, alongFirst: boolean): number[] | undefined {
  const sizes = scaleShape.filter((size) => size !== 1);
  const strides = shape.map(() => 0);
  let stride = 1;
  let axis = alongFirst ? 0 : shape.length - 1;
  for (const size of sizes.reverse()) {
    while (axis >= 0 && shape[axis] !== size) axis -= 1;
    if (axis < 0) return undefined;
    strides[axis] = stride;
    stride *= size;
    axis -= 1;
  }
  return strides;
}

/** int4 with blocks: rows of the kernel have groups, and each group has a scale and a zero per column. */
function fromGroupedRows(
  shape: Shape,
  read: () => Int8Array,
  scale: KerasArray,
  zero: KerasArray,
  groups: KerasArray,
): KerasArray | undefined {
  const columns = scale.shape.at(-1) as number;
  if (!fitsGroups(shape, scale, zero, groups, columns, sizeOf(scale.shape) / columns)) return undefined;
  return computed(shape, () => {
    const [values, scales, zeros, rows] = [read(), numbers(scale), numbers(zero), numbers(groups)];
    return (i) => {
      const at = (rows[Math.floor(i / columns)] as number) * columns + (i % columns);
      return ((values[i] as number) - (zeros[at] as number)) * (scales[at] as number);
    };
  });
}

function fitsGroups(
  shape: Shape,
  scale: KerasArray,
  zero: KerasArray,
  groups: KerasArray,
  columns: number,
  groupCount: number,
): boolean {
  const rows = sizeOf(shape) / columns;
  return (
    scale.dtype === 'float32' &&
    sameShape(scale.shape, zero.shape) &&
    groups.size === rows &&
    numbers(groups).every((group) => Number.isInteger(group) && group >= 0 && group < groupCount)
  );
}

/** The values of an array of any type of numbers. */
function numbers(array: KerasArray): ArrayLike<number> & { every(test: (value: number) => boolean): boolean } {
  return array.read() as Float32Array;
}

/** The mode ternary: -1, 0 or 1, five in a byte along the first axis. */
function fromTernary(shape: Shape, packed: KerasArray, [scale]: Arrays): KerasArray | undefined {
  if (!scale || packedAxis(shape, packed.shape, 5) === undefined) return undefined;
  return computed(shape, () => {
    const factor = scale.readFloats()[0] as number;
    const values = trits(packed.read() as Uint8Array, shape);
    return (i) => (values[i] as number) * factor;
  });
}

/**
 * The modes gptq and awq: the transposed kernel of `bits` each, a scale and a zero per output and group, with awq
 * factors of the inputs, and the groups of the inputs.
 */
function fromGroups(shape: Shape, stored: Arrays): KerasArray | undefined {
  const [packed, scale, zero] = stored;
  const groups = stored.at(-1);
  const isKnown = packed?.dtype === 'uint8' && scale && zero && groups && (stored.length === 4 || stored.length === 5);
  if (!isKnown || packed.shape.length !== 2 || scale.shape.length !== 2) return undefined;
  const factors = stored.length === 5 ? stored[3] : undefined;
  const [columns, groupCount] = scale.shape as [number, number];
  const rows = sizeOf(shape) / columns;
  const perByte = [1, 2, 4].find((count) => sameShape(packed.shape, [Math.ceil(columns / count), rows]));
  if (!perByte || !fitsGroups(shape, scale, zero, groups, columns, groupCount)) return undefined;
  if (factors && factors.size !== rows) return undefined;
  return computed(shape, () => {
    const values = unpackRows(packed.read() as Uint8Array, columns, rows, perByte);
    const [scales, zeros, groupOf] = [numbers(scale), numbers(zero), numbers(groups)];
    const factorOf = factors?.readFloats();
    return (i) => {
      const row = Math.floor(i / columns);
      const column = i % columns;
      const at = column * groupCount + (groupOf[row] as number);
      const value = ((values[column * rows + row] as number) - (zeros[at] as number)) * (scales[at] as number);
      return factorOf ? value / (factorOf[row] as number) : value;
    };
  });
}
