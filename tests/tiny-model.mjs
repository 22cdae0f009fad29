// SPDX-License-Identifier: Apache-2.0
// A model small enough to check by hand: relu(x * W + b) with x of [-1, 2].
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const KERNEL = [
  [1, 2, -3],
  [4, 5, -6],
];
const BIAS = [0.5, -20, 100];

/** The model in the format of the TensorFlow.js converter. */
export function tinyModel() {
  const type = { type: 'DT_FLOAT' };
  const dims = (...sizes) => ({ shape: { dim: sizes.map((size) => ({ size: String(size) })) } });
  const weight = (name, ...sizes) => ({
    name,
    op: 'Const',
    attr: { dtype: type, value: { tensor: { dtype: 'DT_FLOAT', tensorShape: dims(...sizes).shape } } },
  });
  const node = [
    { name: 'x', op: 'Placeholder', attr: { dtype: type, shape: dims(-1, 2) } },
    weight('kernel', 2, 3),
    weight('bias', 3),
    {
      name: 'product',
      op: 'MatMul',
      input: ['x', 'kernel'],
      attr: { T: type, transpose_a: { b: false }, transpose_b: { b: false } },
    },
    { name: 'sum', op: 'BiasAdd', input: ['product', 'bias'], attr: { T: type } },
    { name: 'y', op: 'Relu', input: ['sum'], attr: { T: type } },
  ];
  return {
    format: 'graph-model',
    modelTopology: { node, versions: { producer: 808 } },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [
          { name: 'kernel', shape: [2, 3], dtype: 'float32' },
          { name: 'bias', shape: [3], dtype: 'float32' },
        ],
      },
    ],
  };
}

/** Writes model.json and its weights into a folder. */
export async function writeTinyModel(folder) {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'model.json'), JSON.stringify(tinyModel()));
  await writeFile(path.join(folder, 'weights.bin'), Buffer.from(Float32Array.from([...KERNEL.flat(), ...BIAS]).buffer));
}

/** The model's output for a row [a, b]. */
export function tinyAnswer([a, b]) {
  return BIAS.map((bias, column) => Math.max(0, a * KERNEL[0][column] + b * KERNEL[1][column] + bias));
}
