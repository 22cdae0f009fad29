// SPDX-License-Identifier: Apache-2.0
// Preprocessing layers in files: every format, vocabularies beside the config, configs as Keras 2 and 3 write them.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { unzipSync, zipSync } from 'fflate';

import { skip, tf } from './small-models.mjs';

const texts = () => tf.tensor2d([['the cat'], ['sat the mat']]);

/** Adapted and given vocabularies, twice the same class, one in a nested model. */
async function makeModel() {
  const adapted = tf.layers.textVectorization({ outputMode: 'tf_idf', name: 'adapted' });
  await adapted.adapt(['the cat sat', 'the mat', 'x']);
  const given = tf.layers.textVectorization({ vocabulary: ['mat', 'cat'], outputSequenceLength: 3, name: 'given' });
  const lookup = tf.layers.stringLookup({ outputMode: 'count', name: 'lookup' });
  await lookup.adapt([['the cat', 'the']]);
  const words = tf.input({ shape: [1], dtype: 'string', name: 'words' });
  const inner = tf.sequential({ name: 'inner' });
  inner.add(tf.layers.stringLookup({ name: 'inside', inputShape: [1], outputMode: 'one_hot', vocabulary: ['a'] }));
  const hashed = tf.layers.hashing({ numBins: 7, salt: 3 }).apply(words);
  const parts = [adapted, given, lookup, inner].map((layer) => layer.apply(words));
  const bins = tf.layers.discretization({ numBins: 3 });
  await bins.adapt([1, 2, 3, 4, 5, 6]);
  const binned = bins.apply(tf.layers.rescaling({ scale: 0.5 }).apply(hashed));
  const all = [...parts, hashed, binned];
  return tf.model({ inputs: words, outputs: all, name: 'all' });
}

const listOf = (model, x) => [model.predict(x)].flat().map((y) => y.arraySync());
const filesIn = (file) => unzipSync(new Uint8Array(readFileSync(file)));
const textOf = (bytes) => new TextDecoder().decode(bytes);

describe('preprocessing layers in files', { skip }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tfwasm-preprocessing-'));
  before(() => tf.ready());
  after(() => rmSync(folder, { recursive: true }));

  for (const format of ['tfjs', 'keras', 'h5']) {
    test(`${format}: what is loaded computes the same`, async () => {
      const model = await makeModel();
      const url = `file://${folder}/all${format === 'tfjs' ? '' : `.${format}`}`;
      await model.save(url);
      const expected = listOf(model, texts());
      const loaded = await tf.loadLayersModel(format === 'tfjs' ? `${url}/model.json` : url);
      assert.deepEqual(listOf(loaded, texts()), expected);
      for (const name of ['adapted', 'given', 'lookup']) {
        assert.deepEqual(loaded.getLayer(name).getVocabulary(), model.getLayer(name).getVocabulary());
      }
      // Once more, from what was loaded.
      await loaded.save(`file://${folder}/again.keras`);
      const again = await tf.loadLayersModel(`file://${folder}/again.keras`);
      assert.deepEqual(listOf(again, texts()), expected);
      for (const one of [model, loaded, again]) one.dispose();
    });
  }

  test('.keras files have learned vocabularies as Keras does', async () => {
    const model = await makeModel();
    await model.save(`file://${folder}/layout.keras`);
    const files = filesIn(`${folder}/layout.keras`);
    const assets = Object.keys(files).filter((name) => name.startsWith('assets/'));
    assert.deepEqual(assets.sort(), [
      'assets/layers/string_lookup/vocabulary.txt',
      'assets/layers/text_vectorization/_lookup_layer/vocabulary.txt',
      'assets/layers/text_vectorization/vocabulary.txt',
    ]);
    assert.equal(textOf(files['assets/layers/string_lookup/vocabulary.txt']), '[UNK]\nthe cat\nthe');
    const { layers } = JSON.parse(textOf(files['config.json'])).config;
    const configOf = (name) => layers.find((layer) => layer.name === name).config;
    assert.equal(configOf('adapted').vocabulary, null);
    assert.equal(configOf('adapted').idf_weights, null);
    assert.equal(configOf('adapted').vocabulary_size, 6);
    assert.deepEqual(configOf('given').vocabulary, ['mat', 'cat']);
    assert.equal(configOf('given').dtype, 'string');
    assert.equal('vocabulary_is_adapted' in configOf('adapted'), false);
    // Without one of them, the layer says what it needs.
    delete files['assets/layers/string_lookup/vocabulary.txt'];
    const bytes = zipSync(files, { level: 0 });
    const load = async () => ({ modelTopology: bytes.buffer });
    const partly = await tf.loadLayersModel({ load });
    assert.throws(() => partly.predict(texts()), /no vocabulary yet/);
    for (const one of [model, partly]) one.dispose();
  });

  test('a .keras file with an IntegerLookup whose vocabulary is no list of integers', async () => {
    const layer = tf.layers.integerLookup({ inputShape: [1] });
    await layer.adapt(tf.tensor1d([5, 6, 6], 'int32'));
    const model = tf.sequential({ layers: [layer] });
    await model.save(`file://${folder}/integers.keras`);
    const load = (files) =>
      tf.loadLayersModel({ load: async () => ({ modelTopology: zipSync(files, { level: 0 }).buffer }) });
    const files = filesIn(`${folder}/integers.keras`);
    const loaded = await load(files);
    assert.deepEqual(loaded.predict(tf.tensor2d([[6], [5], [4]], [3, 1], 'int32')).arraySync(), [[1], [2], [0]]);
    files['assets/layers/integer_lookup/vocabulary.txt'] = new TextEncoder().encode('-1\nsix');
    await assert.rejects(load(files), { code: 'E_FILE' });
    files['assets/layers/integer_lookup/vocabulary.txt'] = new TextEncoder().encode('-1\n5\n5');
    await assert.rejects(load(files), /'5' twice/);
    for (const one of [model, loaded]) one.dispose();
  });

  /** [version of Keras, class, config as it writes it, input, output]. */
  const written = [
    [
      2,
      'TextVectorization',
      {
        name: 'text_vectorization',
        trainable: true,
        dtype: 'string',
        batch_input_shape: [null],
        max_tokens: null,
        standardize: 'lower_and_strip_punctuation',
        split: 'whitespace',
        ngrams: null,
        output_mode: 'int',
        output_sequence_length: 3,
        pad_to_max_tokens: false,
        sparse: false,
        ragged: false,
        vocabulary: ['a', 'b'],
        idf_weights: null,
        encoding: 'utf-8',
        vocabulary_size: 4,
      },
      ['B, a.'],
      [[3, 2, 0]],
    ],
    [
      3,
      'StringLookup',
      {
        name: 'string_lookup',
        trainable: true,
        dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: 'string' }, registered_name: null },
        invert: false,
        max_tokens: null,
        num_oov_indices: 1,
        oov_token: '[UNK]',
        mask_token: null,
        output_mode: 'multi_hot',
        sparse: false,
        pad_to_max_tokens: false,
        idf_weights: null,
        vocabulary: ['a', 'b'],
        vocabulary_size: 3,
        vocabulary_dtype: 'string',
        oov_method: 'floormod',
        encoding: 'utf-8',
      },
      [['b', 'c']],
      [[1, 0, 1]],
    ],
    [
      2,
      'IntegerLookup',
      {
        name: 'integer_lookup',
        trainable: true,
        dtype: 'int64',
        invert: false,
        max_tokens: null,
        num_oov_indices: 1,
        oov_token: -1,
        mask_token: null,
        output_mode: 'int',
        pad_to_max_tokens: false,
        vocabulary_dtype: 'int64',
        idf_weights: null,
        vocabulary: [4, 2],
        vocabulary_size: 3,
      },
      [[2], [3]],
      [[2], [0]],
    ],
    [
      2,
      'Discretization',
      {
        name: 'd',
        dtype: 'int64',
        bin_boundaries: [0, 1],
        num_bins: null,
        epsilon: 0.01,
        output_mode: 'int',
        sparse: false,
      },
      [[0.5]],
      [[1]],
    ],
    [
      3,
      'Discretization',
      {
        name: 'd',
        dtype: 'float32',
        bin_boundaries: [0, 1],
        num_bins: 3,
        epsilon: 0.01,
        output_mode: 'int',
        sparse: false,
      },
      [[0.5]],
      [[1]],
    ],
    [
      3,
      'CategoryEncoding',
      { name: 'c', trainable: true, dtype: 'float32', num_tokens: 3, output_mode: 'multi_hot' },
      [[1, 2]],
      [[0, 1, 1]],
    ],
    [
      2,
      'Hashing',
      {
        name: 'h',
        trainable: true,
        dtype: 'int64',
        num_bins: 3,
        mask_value: null,
        salt: null,
        output_mode: 'int',
        sparse: false,
      },
      [['A'], ['B']],
      [[1], [0]],
    ],
    [2, 'Rescaling', { name: 'r', trainable: true, dtype: 'float32', scale: 2, offset: 1 }, [[1, 2]], [[3, 5]]],
    [
      3,
      'RandomRotation',
      {
        name: 'rr',
        trainable: true,
        dtype: 'float32',
        factor: [-0.2, 0.2],
        data_format: 'channels_last',
        fill_mode: 'reflect',
        fill_value: 0,
        interpolation: 'bilinear',
        seed: null,
      },
      [[[[1], [2]]]],
      [[[[1], [2]]]],
    ],
  ];

  for (const [generation, className, config, input, output] of written) {
    test(`${className} as Keras ${generation} writes it`, async () => {
      const isText = typeof [input].flat(3)[0] === 'string';
      const x = isText ? tf.tensor(input, undefined, 'string') : tf.tensor(input);
      const shape = [null, ...x.shape.slice(1)];
      const dtype = isText ? 'string' : 'float32';
      const layers = [
        { class_name: 'InputLayer', config: { batch_input_shape: shape, dtype, name: 'x', sparse: false } },
        { class_name: className, config },
      ];
      const warnings = [];
      const { warn } = console;
      console.warn = (message) => warnings.push(message);
      try {
        const topology = {
          class_name: 'Sequential',
          config: { name: 'm', layers },
          keras_version: `${generation}.3.0`,
        };
        const model = await tf.models.modelFromJSON(topology);
        assert.deepEqual(model.predict(x).arraySync(), output);
        const again = await tf.models.modelFromJSON(JSON.parse(model.toJSON()));
        assert.deepEqual(again.predict(x).arraySync(), output);
        assert.deepEqual(again.getConfig(), model.getConfig());
        assert.deepEqual(warnings, []);
        for (const one of [model, again]) one.dispose();
      } finally {
        console.warn = warn;
      }
    });
  }
});
