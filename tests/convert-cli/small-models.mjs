// SPDX-License-Identifier: Apache-2.0
// Small models in all formats, of our own making.
import { zipSync } from 'fflate';
import * as h5wasm from 'h5wasm';

import { hdf5 } from '../keras-files/source.mjs';
import { missing } from '../prerequisites.mjs';

export const skip = missing('dist');
export const tf = skip ? {} : await import('../../dist/index.js');
export const { convert, inspect } = skip ? {} : await import('../../dist/convert.js');

/** Layers of many kinds: a nested model, a shared layer, two directions, a wrapper, frozen weights. */
export function makeModel() {
  const inner = tf.sequential({
    name: 'inner',
    layers: [
      tf.layers.dense({ name: 'inner_dense', units: 4, inputShape: [4], activation: 'relu' }),
      tf.layers.batchNormalization({ name: 'norm' }),
    ],
  });
  const x = tf.input({ shape: [3, 4], name: 'x' });
  const both = tf.layers
    .bidirectional({ name: 'both', layer: tf.layers.lstm({ units: 2, returnSequences: true }), mergeMode: 'concat' })
    .apply(x);
  const each = tf.layers.timeDistributed({ name: 'each', layer: tf.layers.dense({ units: 4 }) }).apply(both);
  const flat = tf.layers.globalAveragePooling1d({ name: 'mean' }).apply(each);
  const nested = inner.apply(flat);
  const shared = tf.layers.dense({ name: 'shared', units: 4, activation: 'tanh' });
  const out = tf.layers.add({ name: 'sum' }).apply([shared.apply(nested), shared.apply(flat)]);
  const model = tf.model({ inputs: x, outputs: out, name: 'small' });
  let seed = 0;
  model.setWeights(
    model.weights.map(({ shape }) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return tf.tensor(
        Array.from({ length: count }, () => 0.6 + Math.sin(++seed) / 2),
        shape,
      );
    }),
  );
  return model;
}

export const inputOf = (lib) =>
  lib.tensor(
    Array.from({ length: 24 }, (_, i) => Math.cos(i)),
    [2, 3, 4],
  );

/** What a model computes, as a list. */
export function outputOf(lib, model) {
  return lib.tidy(() => Array.from(model.predict(inputOf(lib)).dataSync()));
}

/** A handler that keeps what it saves. */
export class Keeper {
  async save(artifacts) {
    this.artifacts = { ...artifacts, weightData: artifacts.weightData };
  }
}

/** The bytes of a model as a .keras or .h5 file. */
export async function fileOf(model, format) {
  const { modelTopology } = await artifactsOf(model, { format });
  return new Uint8Array(modelTopology);
}

/** The files of a model.json by path. */
export async function filesOf(model) {
  const artifacts = await artifactsOf(model);
  return filesOfArtifacts(artifacts);
}

export async function artifactsOf(model, options) {
  const keeper = new Keeper();
  await model.save(keeper, options);
  return keeper.artifacts;
}

const text = (value) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

export function filesOfArtifacts({ weightSpecs, weightData, getWeightStream, ...parts }) {
  const weightsManifest = [{ paths: ['a.bin', 'b.bin'], weights: weightSpecs }];
  const bytes = new Uint8Array(weightData);
  return new Map([
    ['model.json', text({ ...parts, weightsManifest })],
    ['a.bin', bytes.subarray(0, 13)],
    ['b.bin', bytes.subarray(13)],
  ]);
}

export const zipOf = (files) => zipSync(Object.fromEntries(files));

const BLOCK = 512;

/** The header of a file in a tar archive. */
function tarHeader(name, size, kind) {
  const header = new Uint8Array(BLOCK);
  const put = (at, value) => header.set(text(value), at);
  put(0, name);
  put(100, '0000644\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0`);
  put(148, '        ');
  put(156, kind);
  put(257, 'ustar\x0000');
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return header;
}

/** A tar archive of files by path, or of entries [path, bytes, kind]. */
export function tarOf(entries) {
  const blocks = [...entries].flatMap(([name, bytes, kind = '0']) => [
    tarHeader(name, bytes.length, kind),
    bytes,
    new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK),
  ]);
  return new Uint8Array(Buffer.concat([...blocks, new Uint8Array(2 * BLOCK)]));
}

/** The weights of a .h5 file, by layer: {layer: {name: [shape, values]}}. */
function legacyWeights(layers) {
  const group = hdf5.makeGroup();
  group.attributes.set('layer_names', Object.keys(layers));
  for (const [layer, weights] of Object.entries(layers)) {
    const own = hdf5.groupAt(group, layer);
    own.attributes.set('weight_names', Object.keys(weights));
    for (const [name, [shape, values]] of Object.entries(weights)) {
      const bytes = new Uint8Array(values.buffer);
      const type = { Float32Array: 'float32', Int32Array: 'int32', Uint8Array: 'uint8' }[values.constructor.name];
      hdf5.putDataset(own, name, { kind: 'dataset', shape, type, bytes });
    }
  }
  return group;
}

/** A .h5 file of Keras 2 with this config; without it, one with weights only. */
export function legacyFile(layers, config) {
  const weights = legacyWeights(layers);
  if (!config) return hdf5.writeHdf5(weights);
  const root = hdf5.makeGroup();
  root.attributes.set('keras_version', '2.15.0');
  root.attributes.set('backend', 'tensorflow');
  root.attributes.set('model_config', JSON.stringify(config));
  root.children.set('model_weights', weights);
  return hdf5.writeHdf5(root);
}

/** A .h5 file with one layer 'd', in the newest version of HDF5, which only its library reads. */
export async function unusualModel(kerasVersion, config, kernel, bias) {
  await h5wasm.ready;
  const file = new h5wasm.File('unusual.h5', 'w', { libver: 'latest' });
  file.create_attribute('keras_version', kerasVersion);
  file.create_attribute('backend', 'tensorflow');
  file.create_attribute('model_config', JSON.stringify(config));
  const weights = file.create_group('model_weights');
  weights.create_attribute('layer_names', ['d']);
  const layer = weights.create_group('d');
  layer.create_attribute('weight_names', ['kernel', 'bias']);
  layer.create_dataset({ name: 'kernel', data: kernel, shape: [kernel.length, 1] });
  layer.create_dataset({ name: 'bias', data: bias, shape: [bias.length] });
  file.close();
  return h5wasm.FS.readFile('unusual.h5').slice();
}
