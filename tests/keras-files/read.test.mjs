// SPDX-License-Identifier: Apache-2.0
// Variants of files that our writer does not write.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import * as h5wasm from 'h5wasm';

import { matched } from './in-memory.mjs';
import { dense, model } from './small-model.mjs';
import { coded, hdf5, keras } from './source.mjs';

const floats = (...values) => ({ type: 'float32', bytes: new Uint8Array(Float32Array.from(values).buffer) });
await h5wasm.ready;

const ints = (...values) => ({ type: 'int32', bytes: new Uint8Array(Int32Array.from(values).buffer) });

/** An HDF5 file: datasets by path, and attributes by the path of their group. */
function hdf5File(datasets, attributes = {}) {
  const root = hdf5.makeGroup();
  for (const [path, { shape, type, bytes }] of Object.entries(datasets)) {
    hdf5.putDataset(root, path, { kind: 'dataset', type, bytes, shape: shape ?? [bytes.length / 4] });
  }
  for (const [path, values] of Object.entries(attributes)) {
    for (const [name, value] of Object.entries(values)) hdf5.groupAt(root, path).attributes.set(name, value);
  }
  return hdf5.writeHdf5(root);
}

const legacy = (datasets, layers, root = {}) =>
  hdf5File(datasets, {
    '': { layer_names: layers.map(([name]) => name), ...root },
    ...Object.fromEntries(layers.map(([name, ...weights]) => [name, { weight_names: weights }])),
  });

/** Replaces each occurrence of some bytes by others. */
function replace(bytes, from, to) {
  const text = Buffer.from(bytes).toString('latin1');
  const [old, wanted] = [from, to].map((part) => Buffer.from(part).toString('latin1'));
  assert.ok(text.includes(old));
  return new Uint8Array(Buffer.from(text.replaceAll(old, wanted), 'latin1'));
}

describe('the types of arrays', () => {
  const FLOAT32 = [0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0];
  const file = (dataset) => legacy({ 'a/w': dataset }, [['a', 'w']], { keras_version: '2.4.0' });
  const readOne = async (bytes) => (await keras.readKerasFile(bytes)).layers[0].weights[0].array;

  /** A file of float32 whose type says otherwise: the first elements are used. */
  const retyped = (type, dataset) => replace(file(dataset), FLOAT32, type);
  const halves = (...bits) => {
    const bytes = new Uint8Array(4 * bits.length);
    bytes.set(new Uint8Array(Uint16Array.from(bits).buffer));
    return { type: 'float32', bytes };
  };

  test('float16', async () => {
    const type = [0x11, 0x20, 15, 0, 2, 0, 0, 0, 0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0];
    const array = await readOne(retyped(type, halves(0x3c00, 0xc000, 0x0001, 0x7c00, 0x7e00, 0x7bff)));
    assert.equal(array.dtype, 'float32');
    assert.equal(array.storedAs, 'float16');
    assert.deepEqual([...array.read()], [1, -2, 2 ** -24, Number.POSITIVE_INFINITY, Number.NaN, 65504]);
  });

  test('bfloat16, as a type of HDF5', async () => {
    const type = [0x11, 0x20, 15, 0, 2, 0, 0, 0, 0, 0, 16, 0, 7, 8, 0, 7, 127, 0, 0, 0];
    assert.deepEqual([...(await readOne(retyped(type, halves(0x3f80, 0xc049)))).read()], [1, -3.140625]);
  });

  test('float32 with the highest byte first', async () => {
    const type = FLOAT32.with(1, 0x21);
    const swapped = { type: 'float32', bytes: new Uint8Array([0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0]) };
    assert.deepEqual([...(await readOne(retyped(type, swapped))).read()], [1, -2.5]);
  });

  test('float64', async () => {
    const bytes = new Uint8Array(Float64Array.of(1.5, 1e300).buffer);
    const array = await readOne(file({ type: 'float64', bytes, shape: [2] }));
    assert.deepEqual([...array.read()], [1.5, Number.POSITIVE_INFINITY]);
  });

  test('int64, if the values fit into int32', async () => {
    const of = (...values) => ({
      type: 'int64',
      shape: [values.length],
      bytes: new Uint8Array(BigInt64Array.from(values).buffer),
    });
    assert.deepEqual((await readOne(file(of(5n, -(2n ** 31n))))).read(), Int32Array.of(5, -(2 ** 31)));
    const large = await readOne(file(of(2n ** 31n)));
    assert.throws(() => large.read(), coded('E_DTYPE', /'w' has the value 2147483648/));
  });

  test('bfloat16, as bytes with an attribute', async () => {
    const make = (attributes) => {
      const path = 'bfloat16.h5';
      const writer = new h5wasm.File(path, 'w', { libver: ['earliest', 'latest'] });
      const group = writer.create_group('layers').create_group('dense').create_group('vars');
      const dataset = group.create_dataset({ name: '0', data: Int16Array.of(0x3f80, 0x4000), shape: [2], dtype: '<h' });
      if (attributes) dataset.create_attribute('dtype', 'bfloat16');
      writer.close();
      // The type without a meaning, of two bytes.
      return replace(h5wasm.FS.readFile(path), [0x10, 8, 0, 0, 2, 0, 0, 0], [0x15, 0, 0, 0, 2, 0, 0, 0]);
    };
    const file = await keras.readKerasFile(make(true));
    assert.deepEqual([...file.root.children.get('layers').children.get('dense').variables.get(0).read()], [1, 2]);
    await assert.rejects(keras.readKerasFile(make(false)), coded('E_DTYPE', /a type that Keras does not write/));
  });

  test('at odd addresses of the memory', async () => {
    const bytes = file(floats(1, 2, 3));
    const shifted = new Uint8Array(bytes.length + 1).subarray(1);
    shifted.set(bytes);
    assert.deepEqual([...(await readOne(shifted)).read()], [1, 2, 3]);
  });

  test('views of the file, not copies', async () => {
    const bytes = file(floats(1, 2, 3));
    assert.equal((await readOne(bytes)).read().buffer, bytes.buffer);
  });
});

describe('.h5 files', () => {
  test('of Keras 1 have no version', async () => {
    const file = await keras.readKerasFile(legacy({ 'd/d_W': floats(1) }, [['d', 'd_W']]));
    assert.equal(file.kerasVersion, undefined);
    assert.equal(file.backend, undefined);
    assert.equal(file.layers[0].weights[0].name, 'd_W');
  });

  test('have configs with the numbers of Python', async () => {
    const config = '{"a": [NaN, -Infinity, "NaN \\" Infinity"], "__proto__": 1}';
    const file = await keras.readKerasFile(legacy({}, [], { model_config: config }));
    assert.deepEqual(file.modelConfig.a, [null, Number.NEGATIVE_INFINITY, 'NaN " Infinity']);
    assert.ok(Object.hasOwn(file.modelConfig, '__proto__'));
  });

  test('have names of all kinds', async () => {
    const names = ['__proto__', 'constructor', 'a/b', 'ключ', ' '];
    const datasets = Object.fromEntries(names.map((name, i) => [`${name}/w:0`, floats(i)]));
    const file = await keras.readKerasFile(
      legacy(
        datasets,
        names.map((name) => [name, 'w:0']),
      ),
    );
    assert.deepEqual(
      file.layers.map(({ name }) => name),
      names,
    );
    assert.deepEqual(
      file.layers.map(({ weights }) => weights[0].array.read()[0]),
      [0, 1, 2, 3, 4],
    );
  });

  for (const [what, bytes, message] of [
    ['a layer', legacy({}, [['a'], ['b']], { layer_names: ['a', 'c'] }), /names the layer 'c', but does not have it/],
    ['an array', legacy({}, [['a', 'w']]), /no values for 'w' of 'a'/],
    [
      'the list of weights',
      hdf5File({}, { '': { layer_names: ['a'] }, a: { weight_names: 'text' } }),
      /weight_names .* is no list of names/,
    ],
  ]) {
    test(`without ${what} that they name are an error`, () =>
      assert.rejects(keras.readKerasFile(bytes), coded('E_FILE', message)));
  }

  test('with malformed configs are an error', async () => {
    const read = (config) => keras.readKerasFile(legacy({}, [], { model_config: config }));
    await assert.rejects(read('{"a":'), coded('E_JSON', /model_config/));
    await assert.rejects(read('[1]'), coded('E_JSON', /is no JSON object/));
    await assert.rejects(read(`{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`), coded('E_LIMIT', /nesting levels/));
  });
});

describe('folders', () => {
  const root = model('m', [dense('a', 1, 1), dense('b', 1, 1)]);
  const weights = hdf5File({
    'layers/dense/vars/0': { ...floats(1), shape: [1, 1] },
    'layers/dense/vars/1': floats(2),
  });
  const rest = hdf5File({
    'layers/dense_1/vars/0': { ...floats(3), shape: [1, 1] },
    'layers/dense_1/vars/1': floats(4),
  });
  const text = (value) => new TextEncoder().encode(JSON.stringify(value));
  const EXPECTED = { 'a/kernel': [1], 'a/bias': [2], 'b/kernel': [3], 'b/bias': [4] };

  test('are unpacked .keras files', async () => {
    const files = new Map([
      ['metadata.json', text({ keras_version: '3.6.0' })],
      ['config.json', text({ class_name: 'Sequential', compile_config: { loss: 'mse' } })],
      ['model.weights.h5', weights],
    ]);
    const file = await keras.readKerasFile(files);
    assert.equal(file.kerasVersion, '3.6.0');
    assert.equal(file.modelConfig.class_name, 'Sequential');
    assert.deepEqual(file.trainingConfig, { loss: 'mse' });
  });

  test('have weights in shards', async () => {
    const list = { weight_map: { '/layers/dense/vars': 'a.weights.h5', '/layers/dense_1/vars': ['b.weights.h5'] } };
    const files = new Map([
      ['model.weights.json', text(list)],
      ['a.weights.h5', weights],
      ['b.weights.h5', rest],
    ]);
    assert.deepEqual(matched(await keras.readKerasFile(files), root), EXPECTED);
    files.delete('b.weights.h5');
    await assert.rejects(keras.readKerasFile(files), coded('E_FILE', /'b\.weights\.h5' is missing/));
    files.set('model.weights.json', text({ weight_map: { a: 1 } }));
    await assert.rejects(keras.readKerasFile(files), coded('E_FILE', /is malformed/));
  });

  test('without weights, or with those of NumPy, are an error', async () => {
    await assert.rejects(keras.readKerasFile(new Map()), coded('E_FILE', /has no model\.weights\.h5/));
    const files = new Map([['model.weights.npz', new Uint8Array(1)]]);
    await assert.rejects(keras.readKerasFile(files), coded('E_FILE', /needs Python/));
  });

  test('may have groups with backslashes, as on Windows', async () => {
    const bytes = hdf5File({
      'layers\\dense/vars/0': { ...floats(1), shape: [1, 1] },
      'layers\\dense/vars/1': floats(2),
    });
    const first = { ...root, children: [['layers', [root.children[0][1][0]]]] };
    assert.deepEqual(matched(await keras.readKerasFile(bytes), first), { 'a/kernel': [1], 'a/bias': [2] });
  });

  test('have arrays with names, and numbers in numeric order', async () => {
    const numbers = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`optimizer/vars/${i}`, ints(i)]));
    const file = await keras.readKerasFile(hdf5File({ 'layers/lookup/vars/idf_weights': floats(1, 2), ...numbers }));
    assert.deepEqual(
      [...file.root.children.get('layers').children.get('lookup').named.get('idf_weights').read()],
      [1, 2],
    );
    assert.deepEqual(
      file.optimizerWeights.map(({ array }) => array.read()[0]),
      Array.from({ length: 12 }, (_, i) => i),
    );
  });
});

describe('files with structures that Keras does not write', () => {
  const VALUES = Float32Array.from({ length: 1000 }, (_, i) => i);

  function make(options, settings) {
    const path = 'unusual.h5';
    const writer = new h5wasm.File(path, 'w', options);
    writer.create_attribute('layer_names', ['a'], [1], 'S1');
    writer.create_attribute('model_config', '{"é": 1}');
    const group = writer.create_group('a');
    group.create_attribute('weight_names', ['w'], [1], 'S1');
    group.create_dataset({ name: 'w', data: VALUES, shape: [10, 100], ...settings });
    writer.close();
    return h5wasm.FS.readFile(path);
  }

  function assertRead(file) {
    assert.deepEqual(file.modelConfig, { é: 1 });
    assert.deepEqual(file.layers[0].weights[0].array.shape, [10, 100]);
    assert.deepEqual(file.layers[0].weights[0].array.read(), VALUES);
  }

  const old = { libver: ['earliest', 'latest'] };
  for (const [what, settings] of [
    ['chunks', { chunks: [3, 30] }],
    ['compressed chunks', { chunks: [10, 50], compression: 'gzip' }],
    ['many chunks', { chunks: [1, 1] }],
  ]) {
    test(`are read: ${what}`, async () => assertRead(await keras.readKerasFile(make(old, settings))));
  }

  test('are read: chunks with all filters of h5py, with the highest byte first', async () => {
    const bytes = readFileSync(new URL('fixtures/chunked.weights.h5', import.meta.url));
    const { variables } = (await keras.readKerasFile(bytes)).root.children.get('layers').children.get('dense');
    const [first, second] = [0, 1].map((number) => variables.get(number));
    assert.deepEqual(first.shape, [7, 5, 4]);
    assert.deepEqual(
      first.read(),
      Float32Array.from({ length: 140 }, (_, i) => i / 4),
    );
    assert.deepEqual(
      second.read(),
      Int32Array.from({ length: 10 }, (_, i) => i),
    );
  });

  test('are read by the HDF5 library, if asked for: the newest format', async () => {
    const bytes = make({ libver: 'latest' });
    await assert.rejects(
      keras.readKerasFile(bytes),
      coded('E_FILE', /does not write HDF5 files with a superblock of version .*use the option hdf5Library/),
    );
    assertRead(await keras.readKerasFile(bytes, { hdf5Library: true }));
  });

  test('are an error if they are damaged', async () => {
    const bytes = make({ libver: 'latest' });
    await assert.rejects(
      keras.readKerasFile(bytes.subarray(0, 500), { hdf5Library: true }),
      coded('E_FILE', /damaged/),
    );
  });

  test('are not read if they have links', async () => {
    for (const link of [
      (file) => file.create_soft_link('/a', 'b'),
      (file) => file.create_external_link('x.h5', '/a', 'b'),
    ]) {
      const path = 'links.h5';
      const writer = new h5wasm.File(path, 'w', { libver: 'latest' });
      writer.create_group('a');
      link(writer);
      writer.close();
      const read = keras.readKerasFile(h5wasm.FS.readFile(path), { hdf5Library: true });
      await assert.rejects(read, coded('E_FILE', /'\/b' is a link/));
    }
  });
});
