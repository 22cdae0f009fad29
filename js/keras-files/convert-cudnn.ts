// SPDX-License-Identifier: Apache-2.0
// Weights of the layers CuDNNLSTM and CuDNNGRU, for LSTM and GRU.
import { reshape } from './array-math.js';
import { computed, type KerasArray, sameShape } from './arrays.js';

type Arrays = KerasArray[];

/** Converts if the bias in the file has the form of cuDNN, and that of the layer does not. */
export function fromCudnn(arrays: Arrays, shapes: readonly (readonly number[])[]): Arrays {
  const [kernel, recurrent, bias] = arrays;
  const expected = shapes[2];
  if (arrays.length !== 3 || !kernel || !recurrent || !bias || !expected || bias.shape.length !== 1) return arrays;
  const units = recurrent.shape[0] as number;
  const size = bias.shape[0] as number;
  const isLstm = size === 8 * units && sameShape(expected, [4 * units]);
  const isGru = size === 6 * units && sameShape(expected, [2, 3 * units]);
  if (!isLstm && !isGru) return arrays;
  const gates = isLstm ? 4 : 3;
  return [
    mapGates(kernel, gates, (row, column, rows, columns) => {
      // The block is transposed and then read column by column.
      const at = row + column * rows;
      return [Math.floor(at / columns), at % columns];
    }),
    mapGates(recurrent, gates, (row, column) => [column, row]),
    isLstm ? sumOfHalves(bias) : reshape(bias, expected),
  ];
}

type Where = (row: number, column: number, rows: number, columns: number) => [row: number, column: number];

/** A matrix whose blocks of columns, one for each gate, are rearranged: `from` says where an element is. */
function mapGates(matrix: KerasArray, gates: number, from: Where): KerasArray {
  const [rows, width] = matrix.shape as [number, number];
  const columns = width / gates;
  return computed(matrix.shape, () => {
    const values = matrix.readFloats();
    return (i) => {
      const gate = Math.floor((i % width) / columns);
      const [row, column] = from(Math.floor(i / width), i % columns, rows, columns);
      return values[row * width + gate * columns + column] as number;
    };
  });
}

/** cuDNN has a bias for the input and one for the state. */
function sumOfHalves(bias: KerasArray): KerasArray {
  const size = (bias.shape[0] as number) / 2;
  return computed([size], () => {
    const values = bias.readFloats();
    return (i) => (values[i] as number) + (values[i + size] as number);
  });
}
