// SPDX-License-Identifier: Apache-2.0
// Files that are written, and read again: by us, by the HDF5 library and by jsfive.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unzipSync } from 'fflate';

import { assertSameFile, readWithJsfive } from './compare-hdf5.mjs';
import { dense, holder, model, readVariable, smallModel, variable, variablesOf } from './small-model.mjs';
import { coded, hdf5, keras, readWithHdf5Library, zip } from './source.mjs';

const CONFIG = { class_name: 'Functional', config: { name: 'small', layers: [], limit: Number.POSITIVE_INFINITY } };
const TRAINING = { optimizer: 'adam', loss: 'mse' };
const FORMATS = ['keras', 'weights.h5', 'h5', 'h5-weights'];

const write = (format, root = smallModel(), more = {}) =>
  keras.writeKerasFile({ format, kerasVersion: '3.5.0', modelConfig: CONFIG, root, readVariable, ...more });

const array = (dtype, shape, values) => new keras.KerasArray(shape, dtype, () => values);

describe('a file in the format', () => {
  for (const format of FORMATS) {
    test(`'${format}' has all weights`, async () => {
      const root = smallModel();
      const bytes = await write(format, root);
      const matches = keras.matchWeights(await keras.readKerasFile(bytes), root);
      const names = variablesOf(root);
      assert.equal(matches.length, names.size);
      for (const [one, found] of matches) assert.deepEqual(found.read(), one.values, names.get(one));
    });

    test(`'${format}' is read alike by other readers`, async () => {
      const bytes = await write(format);
      const payload = format === 'keras' ? unzipSync(bytes)['model.weights.h5'] : bytes;
      const ours = hdf5.readClassicHdf5(payload);
      assertSameFile(ours, await readWithHdf5Library(payload), format);
      assertSameFile(ours, readWithJsfive(payload), format);
    });

    test(`'${format}' is the same every time`, async () => {
      const root = smallModel();
      const savedAt = new Date(0);
      assert.deepEqual(await write(format, root, { savedAt }), await write(format, root, { savedAt }));
    });
  }

  test("'h5' has what Keras reads", async () => {
    const optimizerWeights = [
      { name: 'iteration:0', array: array('int32', [], Int32Array.of(7)) },
      { name: 'Adam/m/first/kernel:0', array: array('float32', [2, 3], new Float32Array(6)) },
    ];
    const bytes = await write('h5', smallModel(), { trainingConfig: TRAINING, optimizerWeights });
    const file = await keras.readKerasFile(bytes);
    assert.equal(file.layout, 'legacy');
    assert.equal(file.kerasVersion, '3.5.0');
    assert.equal(file.backend, 'tensorflow');
    assert.deepEqual(file.modelConfig, CONFIG);
    assert.deepEqual(file.trainingConfig, TRAINING);
    assert.deepEqual(
      file.layers.map(({ name, weights }) => [name, ...weights.map((weight) => weight.name)]),
      [
        ['input'],
        ['first', 'first/kernel:0', 'first/bias:0'],
        ['dropout'],
        [
          'inner',
          'inner/norm/gamma:0',
          'inner/norm/beta:0',
          'inner/free/kernel:0',
          'inner/free/bias:0',
          'inner/norm/moving_mean:0',
          'inner/norm/moving_variance:0',
          'inner/frozen/kernel:0',
          'inner/frozen/bias:0',
        ],
        [
          'both_ways',
          ...['forward', 'backward'].flatMap((way) =>
            ['kernel', 'recurrent_kernel', 'bias'].map((name) => `both_ways/${way}_lstm/lstm_cell/${name}:0`),
          ),
        ],
        ['attention', 'attention/query/kernel:0', 'attention/attention_output/kernel:0'],
        ['shared', 'shared/kernel:0', 'shared/bias:0'],
        ['each', 'each/shared/kernel:0', 'each/shared/bias:0'],
        ['last/scope', 'last/scope/kernel:0', 'last/scope/bias:0'],
      ],
    );
    assert.deepEqual(
      file.optimizerWeights.map((weight) => [weight.name, weight.array.storedAs, weight.array.read()[0]]),
      [
        ['iteration:0', 'int64', 7],
        ['Adam/m/first/kernel:0', 'float32', 0],
      ],
    );
    const root = hdf5.readClassicHdf5(bytes);
    assert.deepEqual(hdf5.findGroup(root, 'model_weights/dropout').attributes.get('weight_names'), []);
    assert.ok(hdf5.findGroup(root, 'model_weights/top_level_model_weights'));
  });

  test("'keras' has the members, paths and names of Keras", async () => {
    const bytes = await write('keras', smallModel(), {
      trainingConfig: TRAINING,
      optimizerWeights: [
        { name: 'iteration', array: array('int32', [], Int32Array.of(7)) },
        { name: 'learning_rate', array: array('float32', [], Float32Array.of(0.5)) },
      ],
      assets: new Map([['layers/text_vectorization/vocabulary.txt', ['', '[UNK]', 'é']]]),
      savedAt: new Date(Date.UTC(2024, 1, 3, 4, 5, 6)),
    });
    const members = Object.entries(unzipSync(bytes)).map(([name, content]) => [name, Buffer.from(content).toString()]);
    assert.deepEqual(
      members.map(([name]) => name),
      ['metadata.json', 'config.json', 'model.weights.h5', 'assets/layers/text_vectorization/vocabulary.txt'],
    );
    assert.equal(members[0][1], '{"keras_version":"3.5.0","date_saved":"2024-02-03@04:05:06"}');
    assert.match(members[1][1], /"limit":Infinity/);
    const file = await keras.readKerasFile(bytes);
    assert.equal(file.layout, 'tree');
    assert.equal(file.kerasVersion, '3.5.0');
    assert.deepEqual(file.trainingConfig, TRAINING);
    assert.deepEqual(keras.readVocabulary(file.assets.get('layers/text_vectorization/vocabulary.txt')), [
      '',
      '[UNK]',
      'é',
    ]);
    const objects = [];
    const visit = ({ path, name, variables, children }) => {
      if (variables.size > 0) objects.push(`${path} ${name} ${variables.size}`);
      for (const child of children.values()) visit(child);
    };
    visit(file.root);
    assert.deepEqual(objects.sort(), [
      'layers/bidirectional/backward_layer/cell lstm_cell 3',
      'layers/bidirectional/forward_layer/cell lstm_cell 3',
      'layers/dense first 2',
      'layers/dense_1 shared 2',
      'layers/dense_2 last/scope 2',
      'layers/functional/layers/batch_normalization norm 4',
      'layers/functional/layers/dense frozen 2',
      'layers/functional/layers/dense_1 free 2',
      'layers/multi_head_attention/output_dense attention_output 1',
      'layers/multi_head_attention/query_dense query 1',
      'optimizer undefined 2',
    ]);
    assert.deepEqual(
      file.optimizerWeights.map((weight) => [weight.name, weight.array.storedAs, weight.array.read()[0]]),
      [
        ['optimizer/vars/0', 'int64', 7],
        ['optimizer/vars/1', 'float32', 0.5],
      ],
    );
  });

  test('has long lists of names in several attributes', async () => {
    const layers = Array.from({ length: 2000 }, (_, i) => dense(`layer_with_a_rather_long_name_${i}`, 1, 1));
    const root = model('long', layers);
    const bytes = await write('h5', root);
    const { attributes } = hdf5.findGroup(hdf5.readClassicHdf5(bytes), 'model_weights');
    assert.ok(!attributes.has('layer_names'));
    assert.deepEqual([attributes.get('layer_names0').length, attributes.get('layer_names1').length], [1000, 1000]);
    const file = await keras.readKerasFile(bytes);
    assert.deepEqual(
      file.layers.map(({ name }) => name),
      layers.map(({ name }) => name),
    );
    for (const [one, found] of keras.matchWeights(file, root)) assert.deepEqual(found.read(), one.values);
    assertSameFile(hdf5.readClassicHdf5(bytes), await readWithHdf5Library(bytes), 'long');
  });

  test('has int8, uint8, int32 and empty arrays', async () => {
    const variables = ['int8', 'uint8', 'int32'].map((dtype) => variable(dtype, [2, 2], { dtype }));
    const root = model('types', [holder('Custom', 'custom', [...variables, variable('empty', [0, 3])])]);
    for (const format of FORMATS) {
      const matches = keras.matchWeights(await keras.readKerasFile(await write(format, root)), root);
      assert.equal(matches.length, 4);
      for (const [one, found] of matches) assert.deepEqual(found.read(), one.values, `${format} ${one.name}`);
    }
  });
});

describe('writing throws', () => {
  const one = (...variables) => model('one', [holder('Custom', 'custom', variables)]);
  for (const [what, given, code] of [
    ['E_INPUT without a config', ['keras', smallModel(), { modelConfig: undefined }], 'E_INPUT'],
    ['E_INPUT for an unknown format', ['hdf5'], 'E_INPUT'],
    ['E_SHAPE for missing values', ['h5', one({ ...variable('a', [2]), values: new Float32Array(1) })], 'E_SHAPE'],
    ['E_DTYPE for values of another dtype', ['h5', one({ ...variable('a', [2]), dtype: 'int32' })], 'E_DTYPE'],
    ['E_DTYPE for strings', ['h5', one({ ...variable('a', [1]), dtype: 'string', values: ['x'] })], 'E_DTYPE'],
    [
      'E_DUPLICATE for two layers with one name',
      ['h5', model('m', [dense('a', 1, 1), dense('a', 1, 1)])],
      'E_DUPLICATE',
    ],
    [
      'E_DUPLICATE for a layer inside a weight',
      ['h5', model('m', [dense('a', 1, 1), dense('a/a/kernel:0', 1, 1)])],
      'E_DUPLICATE',
    ],
    ['E_LIMIT for a name of 100 KB', ['h5', model('m', [dense('a'.repeat(100_000), 1, 1)])], 'E_LIMIT'],
    ['E_PATH for assets elsewhere', ['keras', smallModel(), { assets: new Map([['../x', []]]) }], 'E_PATH'],
  ]) {
    test(what, () => assert.rejects(write(...given), coded(code)));
  }
});

test('checksums are those of ZIP', () => assert.equal(zip.crc32(Buffer.from('123456789')), 0xcbf43926));
