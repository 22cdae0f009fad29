// SPDX-License-Identifier: Apache-2.0
// Results of TensorFlow.js's cpu backend, the reference of the parity tests. They take seconds per model, so they are
// cached in node_modules/.cache by a hash of all inputs.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';

import { ROOT } from '../../tools/lib/paths.mjs';
import { readPhotograph } from '../../tools/photo.mjs';
import { installedVersion } from '../prerequisites.mjs';
import { imageInput, MODELS } from './models.mjs';
import { randomValues } from '../../web/common/random.js';

const CACHE = path.join(ROOT, 'node_modules/.cache/tfwasm-parity');
const CACHE_FORMAT = 1;

export const MODEL_FOLDER = path.join(ROOT, 'node_modules/@vladmandic/human/models');

/** The parsed model.json of a model of the table. */
export async function readTopology(model) {
  return JSON.parse(await readFile(path.join(MODEL_FOLDER, `${model}.json`), 'utf8'));
}

/**
 * Input values for a model of the table.
 *
 * @param {string} model
 * @param {{kind?: 'noise' | 'photo', batch?: number, seed?: number}} [options]
 * @returns {Promise<{name: string, dtype: string, shape: number[], data: Float32Array | Int32Array}>}
 */
export async function makeInput(model, { kind = 'noise', batch = 1, seed = 1 } = {}) {
  const { name, dtype, shape: declared } = imageInput(await readTopology(model));
  const shape = declared.map((size) => (size < 0 ? batch : size));
  const { range } = MODELS[model];
  if (kind === 'noise') {
    const length = shape.reduce((product, size) => product * size, 1);
    return { name, dtype, shape, data: randomValues(dtype, length, range, seed) };
  }
  const pixels = await readPhotograph(shape[1]);
  const [low, high] = range;
  const data = dtype === 'int32' ? pixels : Float32Array.from(pixels, (value) => low + (value / 255) * (high - low));
  return { name, dtype, shape, data };
}

/**
 * The result of TensorFlow.js 4.22 (cpu) for an input.
 *
 * @param {string} model
 * @param {{name: string, dtype: string, shape: number[], data: Float32Array | Int32Array}} input
 * @param {string[]} [fetches] Node names; by default the model's own outputs.
 * @returns {Promise<{inputs: object[], outputs: {name: string, dtype: string, shape: number[], data:
 *     ArrayLike<number>}[]}>} `inputs` as the loaded model describes them.
 */
export async function referenceOutputs(model, input, fetches) {
  const key = await cacheKey(model, input, fetches);
  const file = path.join(CACHE, `${model}-${key}.bin`);
  const kept = await readFile(file).catch(() => null);
  if (kept) return deserialize(kept);
  const result = await compute(model, input, fetches);
  await mkdir(CACHE, { recursive: true });
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, serialize(result));
  await rename(partial, file);
  return result;
}

async function cacheKey(model, input, fetches) {
  const hash = createHash('sha256');
  hash.update(`${CACHE_FORMAT} ${installedVersion('@tensorflow/tfjs-core')} ${JSON.stringify(fetches ?? null)}`);
  for (const extension of ['json', 'bin'])
    hash.update(await readFile(path.join(MODEL_FOLDER, `${model}.${extension}`)));
  hash.update(JSON.stringify([input.name, input.dtype, input.shape]));
  hash.update(new Uint8Array(input.data.buffer, input.data.byteOffset, input.data.byteLength));
  return hash.digest('hex').slice(0, 24);
}

async function compute(model, input, fetches) {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-cpu');
  const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
  await tf.setBackend('cpu');
  const fetchFunc = async (url) => new Response(await readFile(new URL(url)));
  const loaded = await loadGraphModel(new URL(`file://${MODEL_FOLDER}/${model}.json`).href, { fetchFunc });
  const { node } = (await readTopology(model)).modelTopology;
  const isDynamic = node.some(({ op }) => /^(LoopCond|NonMaxSuppression|Where$)/.test(op));
  const x = tf.tensor(input.data, input.shape, input.dtype);
  const results = isDynamic ? await loaded.executeAsync(x, fetches) : loaded.execute(x, fetches);
  const names = fetches ?? loaded.outputs.map(({ name }) => name);
  const outputs = [results].flat().map((tensor, index) => ({
    name: names[index],
    dtype: tensor.dtype,
    shape: tensor.shape,
    data: tensor.dataSync(),
  }));
  const inputs = loaded.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
  loaded.dispose();
  tf.disposeVariables();
  return { inputs, outputs };
}
