// SPDX-License-Identifier: Apache-2.0
// Layers on categories and texts: numbers of Keras, adapting, vocabularies, and what is refused.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from './close.mjs';
import { skip, tf } from './small-models.mjs';
import { loadTfjsLayers } from './tfjs.mjs';

const tfjs = loadTfjsLayers();
const strings = (...values) => tf.tensor1d(values, 'string');

/** [factory, config, input, output]; the numbers are those of the documentation and the tests of Keras. */
const numbers = [
  ['discretization', { binBoundaries: [0, 10, 100] }, [[-5, 0, 9.99, 10, 99, 100, 1e6]], [[0, 1, 1, 2, 2, 3, 3]]],
  [
    'discretization',
    { binBoundaries: [0, 2], outputMode: 'one_hot' },
    [[-1], [5]],
    [
      [1, 0, 0],
      [0, 0, 1],
    ],
  ],
  ['discretization', { binBoundaries: [0, 2], outputMode: 'count' }, [[-1, 5, 6]], [[1, 0, 2]]],
  [
    'categoryEncoding',
    { numTokens: 4 },
    [
      [0, 1],
      [0, 0],
      [3, 1],
    ],
    [
      [1, 1, 0, 0],
      [1, 0, 0, 0],
      [0, 1, 0, 1],
    ],
  ],
  [
    'categoryEncoding',
    { numTokens: 4, outputMode: 'count' },
    [
      [0, 1],
      [0, 0],
    ],
    [
      [1, 1, 0, 0],
      [2, 0, 0, 0],
    ],
  ],
  [
    'categoryEncoding',
    { numTokens: 4, outputMode: 'oneHot' },
    [3, 0],
    [
      [0, 0, 0, 1],
      [1, 0, 0, 0],
    ],
  ],
  [
    'categoryEncoding',
    { numTokens: 2, outputMode: 'one_hot' },
    [[1], [0]],
    [
      [0, 1],
      [1, 0],
    ],
  ],
  [
    'integerLookup',
    { vocabulary: [12, 36, 1138] },
    [
      [12, 1138, 42],
      [36, 36, 7],
    ],
    [
      [1, 3, 0],
      [2, 2, 0],
    ],
  ],
  ['integerLookup', { vocabulary: [12, 36], numOovIndices: 2 }, [[-3, 5, 4, 36]], [[1, 1, 0, 3]]],
  ['integerLookup', { vocabulary: [7, 9], maskToken: 0 }, [[0, 9, 5]], [[0, 3, 1]]],
  ['integerLookup', { vocabulary: [7, 9], invert: true }, [[0, 1, 2, 8]], [[-1, 7, 9, -1]]],
  ['hashing', { numBins: 3 }, ['A', 'B', 'C', 'D', 'E'], [1, 0, 1, 1, 2]],
  ['hashing', { numBins: 3, maskValue: '' }, ['A', 'B', '', 'C', 'D'], [1, 1, 0, 2, 2]],
  ['hashing', { numBins: 3, salt: [133, 137] }, ['A', 'B', 'C', 'D', 'E'], [1, 2, 1, 0, 2]],
  ['hashing', { numBins: 3, salt: 133 }, ['A', 'B', 'C', 'D', 'E'], [0, 0, 2, 1, 0]],
  ['stringLookup', { vocabulary: ['a', 'b', 'c'] }, ['a', 'c', 'd', '', 'b'], [1, 3, 0, 0, 2]],
  ['stringLookup', { vocabulary: ['a', 'b', 'c'], maskToken: '' }, ['a', 'c', 'd', '', 'b'], [2, 4, 1, 0, 3]],
  ['stringLookup', { vocabulary: ['', '[UNK]', 'a'], maskToken: '' }, ['a', '', 'z'], [2, 0, 1]],
  ['stringLookup', { vocabulary: ['a', 'b', 'c'], outputMode: 'multi_hot' }, [['a', 'c', 'd']], [[1, 1, 0, 1]]],
  ['stringLookup', { vocabulary: ['a', 'b'], outputMode: 'count', maskToken: '' }, [['a', '', 'a']], [[0, 2, 0]]],
  [
    'stringLookup',
    { vocabulary: ['a'], outputMode: 'one_hot', maxTokens: 4, padToMaxTokens: true },
    ['a'],
    [[0, 1, 0, 0]],
  ],
  [
    'stringLookup',
    { vocabulary: ['a', 'b'], outputMode: 'tf_idf', idfWeights: [0.5, 1] },
    [['a', 'a', 'b', 'z']],
    [[0.75, 1, 1]],
  ],
  [
    'stringLookup',
    { vocabulary: ['[UNK]', 'a'], outputMode: 'tf_idf', idfWeights: [0.25, 1] },
    [['a', 'z', 'z']],
    [[0.5, 1]],
  ],
  [
    'textVectorization',
    { vocabulary: ['the', 'cat', 'sat'], outputSequenceLength: 5 },
    ['The cat, sat!', 'A  cat'],
    [
      [2, 3, 4, 0, 0],
      [1, 3, 0, 0, 0],
    ],
  ],
  [
    'textVectorization',
    { vocabulary: ['the', 'cat'] },
    [['the cat the'], ['cat']],
    [
      [2, 3, 2],
      [3, 0, 0],
    ],
  ],
  ['textVectorization', { vocabulary: ['the', 'cat'], outputSequenceLength: 1 }, ['the cat'], [[2]]],
  [
    'textVectorization',
    { vocabulary: ['é', 'A'], standardize: null, split: 'character' },
    ['éA', 'a'],
    [
      [2, 3],
      [1, 0],
    ],
  ],
  ['textVectorization', { vocabulary: ['a b', 'b c', 'c'], ngrams: [2] }, ['a b c'], [[2, 3]]],
  ['textVectorization', { vocabulary: ['a', 'b', 'a b'], ngrams: 2 }, ['a b'], [[2, 3, 4]]],
  ['textVectorization', { vocabulary: ['it’s', 'x'], standardize: 'lower' }, ['X it’s x.'], [[3, 2, 1]]],
  ['textVectorization', { vocabulary: ['AB'], standardize: 'strip_punctuation' }, ['A-B a_b'], [[2, 1]]],
  ['textVectorization', { vocabulary: ['a b'], split: null, standardize: null }, [['a b', 'c']], [[2, 1]]],
  [
    'textVectorization',
    { vocabulary: ['a', 'b'], outputMode: 'count' },
    ['a c a', ''],
    [
      [1, 2, 0],
      [0, 0, 0],
    ],
  ],
  ['textVectorization', { vocabulary: ['a', 'b'], outputMode: 'multi_hot' }, ['a c a b'], [[1, 1, 1]]],
];

const inputOf = (values) =>
  typeof [values].flat(3)[0] === 'string' ? tf.tensor(values, undefined, 'string') : tf.tensor(values);

describe('layers on categories', { skip }, () => {
  before(() => tf.ready());

  for (const [name, config, input, output] of numbers) {
    test(`${name} ${JSON.stringify(config)}`, () => {
      const layer = tf.layers[name](config);
      const x = inputOf(input);
      const y = layer.apply(x);
      assert.equal(
        y.dtype,
        /one|multi|count|tf/.test(config.outputMode ?? '') || name === 'categoryEncoding' ? 'float32' : 'int32',
      );
      assertClose(y.arraySync(), output, 1e-6);
      assert.deepEqual(y.shape, tf.tensor(output).shape);
      // The same inside of a model, with the whole shape known and with that of a batch.
      const shape = [null, ...x.shape.slice(1)];
      const symbol = tf.input({ batchShape: shape, dtype: x.dtype });
      const model = tf.model({ inputs: symbol, outputs: layer.apply(symbol) });
      assertClose(model.predict(x).arraySync(), output, 1e-6);
      const declared = model.outputs[0].shape;
      assert.equal(declared.length, y.shape.length);
      if (x.rank > 1)
        assert.ok(
          declared.every((size, axis) => size === null || size === y.shape[axis]),
          `${declared}`,
        );
      const again = tf.layers[name](layer.getConfig());
      assert.deepEqual(again.getConfig(), layer.getConfig());
      assertClose(again.apply(x).arraySync(), output, 1e-6);
    });
  }

  test('HashedCrossing', () => {
    const inputs = [strings('A', 'B', 'A', 'B', 'A'), tf.tensor1d([101, 101, 101, 102, 102], 'int32')];
    const expected = [1, 4, 1, 1, 3];
    assert.deepEqual(tf.layers.hashedCrossing({ numBins: 5 }).apply(inputs).arraySync(), expected);
    const columns = inputs.map((x) => x.reshape([5, 1]));
    const hot = tf.layers.hashedCrossing({ numBins: 5, outputMode: 'one_hot' }).apply(columns);
    assert.deepEqual(hot.arraySync(), tf.oneHot(tf.tensor1d(expected, 'int32'), 5).arraySync());
    assert.throws(() => tf.layers.hashedCrossing({ numBins: 5 }).apply(inputs[0]), { code: 'E_LAYER' });
    assert.throws(() => tf.layers.hashedCrossing({ numBins: 5 }).apply([inputs[0], strings('A')]), { code: 'E_SHAPE' });
  });

  test('Hashing takes integers as decimal texts', () => {
    const layer = tf.layers.hashing({ numBins: 1000 });
    const texts = layer.apply(strings('-12', '0', '2147483647')).arraySync();
    assert.deepEqual(layer.apply(tf.tensor1d([-12, 0, 2147483647], 'int32')).arraySync(), texts);
    assert.deepEqual(
      layer
        .apply(tf.tensor1d([-12.7, 0.5, 2147483647]))
        .arraySync()
        .slice(0, 2),
      texts.slice(0, 2),
    );
    // SipHash-2-4 of 15 bytes with the key 00 01 ... 0f, from the paper's appendix.
    const paper = tf.layers.hashing({ numBins: 2 ** 31, salt: [0x0706050403020100, 0] });
    assert.equal(paper.apply(strings('abc')).arraySync().length, 1);
  });

  test('count_weights', () => {
    const layer = tf.layers.categoryEncoding({ numTokens: 4, outputMode: 'count' });
    const y = layer.apply(tf.tensor2d([[0, 1, 0]], [1, 3], 'int32'), { countWeights: tf.tensor2d([[0.5, 2, 0.25]]) });
    assert.deepEqual(y.arraySync(), [[0.75, 2, 0, 0]]);
    const other = tf.layers.categoryEncoding({ numTokens: 4 });
    assert.throws(() => other.apply(tf.tensor2d([[0]]), { countWeights: tf.tensor2d([[1]]) }), /count_weights/);
  });

  test('categories that do not exist', () => {
    const layer = tf.layers.categoryEncoding({ numTokens: 2 });
    assert.throws(() => layer.apply(tf.tensor2d([[0, 2]])), { code: 'E_INPUT' });
    assert.throws(() => layer.apply(tf.tensor2d([[-1]])), { code: 'E_INPUT' });
    const lookup = tf.layers.stringLookup({ vocabulary: ['a'], numOovIndices: 0 });
    assert.deepEqual(lookup.apply(strings('a')).arraySync(), [0]);
    assert.throws(() => lookup.apply(strings('b')), /'b' is not in the vocabulary/);
  });

  test('CategoryEncoding agrees with TensorFlow.js', { skip: tfjs ? false : 'tfjs-layers is not installed' }, () => {
    for (const outputMode of ['multiHot', 'count']) {
      const values = [
        [0, 1],
        [0, 0],
        [1, 2],
        [3, 1],
      ];
      const theirs = tfjs.layers.layers.categoryEncoding({ numTokens: 4, outputMode });
      const ours = tf.layers.categoryEncoding({ numTokens: 4, outputMode });
      const expected = theirs.apply(tfjs.core.tensor2d(values, [4, 2], 'int32')).arraySync();
      assert.deepEqual(ours.apply(tf.tensor2d(values, [4, 2], 'int32')).arraySync(), expected);
    }
  });

  test('setVocabulary changes models that were run before', () => {
    const layer = tf.layers.textVectorization({ vocabulary: ['a', 'b'], inputShape: [1] });
    const model = tf.sequential({
      layers: [layer, tf.layers.embedding({ inputDim: 4, outputDim: 1, maskZero: true })],
    });
    const x = tf.tensor2d([['a b']]);
    const [[[first], [second]]] = model.predict(x).arraySync();
    layer.setVocabulary(['b', 'a']);
    assert.deepEqual(model.predict(x).arraySync(), [[[second], [first]]]);
    // Longer texts, since the length is that of the longest.
    assert.deepEqual(model.predict(tf.tensor2d([['a b a'], ['']])).shape, [2, 3, 1]);
    layer.setVocabulary(tf.tensor1d(['', '[UNK]', 'c']));
    assert.deepEqual(layer.getVocabulary(), ['', '[UNK]', 'c']);
    assert.throws(() => layer.setVocabulary([]), { code: 'E_LAYER' });
    assert.throws(() => layer.setVocabulary(['c', 'c']), /'c' twice/);
    assert.deepEqual(layer.getVocabulary(false), ['c']);
    model.dispose();
  });

  test('texts inside of a nested model need a length', () => {
    const inner = tf.sequential({ layers: [tf.layers.textVectorization({ vocabulary: ['a'], inputShape: [1] })] });
    const x = tf.input({ shape: [1], dtype: 'string' });
    const outer = tf.model({ inputs: x, outputs: inner.apply(x) });
    assert.throws(() => outer.predict(tf.tensor2d([['a']])), /give output_sequence_length/);
  });

  test('hostile configs', () => {
    const { stringLookup, integerLookup, textVectorization, discretization, categoryEncoding, hashing } = tf.layers;
    for (const make of [
      () => stringLookup({ vocabulary: ['a', 'a'] }),
      () => stringLookup({ vocabulary: [1] }),
      () => stringLookup({ vocabulary: '/etc/passwd' }),
      () => stringLookup({ vocabulary: ['a', ''], maskToken: '' }),
      () => stringLookup({ vocabulary: ['a', 'b'], maxTokens: 2 }),
      () => stringLookup({ numOovIndices: -1 }),
      () => stringLookup({ numOovIndices: 2 ** 40 }),
      () => stringLookup({ outputMode: 'many_hot' }),
      () => stringLookup({ vocabulary: ['a'], invert: true, outputMode: 'count' }),
      () => stringLookup({ vocabulary: ['a'], outputMode: 'tf_idf' }),
      () => stringLookup({ vocabulary: ['a'], outputMode: 'tf_idf', idfWeights: [1, 2, 3] }),
      () => stringLookup({ encoding: 'utf-16' }),
      () => stringLookup({ padToMaxTokens: true }),
      () => stringLookup({ maskToken: 7 }),
      () => integerLookup({ vocabulary: ['1'] }),
      () => integerLookup({ vocabulary: [1.5] }),
      () => textVectorization({ standardize: { class_name: 'function', config: 'mine' } }),
      () => textVectorization({ split: 'words' }),
      () => textVectorization({ ngrams: 0 }),
      () => textVectorization({ ngrams: 1e9 }),
      () => textVectorization({ ragged: true }),
      () => textVectorization({ outputMode: 'count', outputSequenceLength: 4 }),
      () => textVectorization({ outputSequenceLength: -1 }),
      () => discretization({}),
      () => discretization({ binBoundaries: [1, 0] }),
      () => discretization({ binBoundaries: 'all' }),
      () => discretization({ numBins: 2, epsilon: 0 }),
      () => categoryEncoding({}),
      () => categoryEncoding({ numTokens: 0 }),
      () => hashing({ numBins: 0 }),
      () => hashing({ numBins: 2 ** 33 }),
      () => hashing({ numBins: 2, salt: [1, 2, 3] }),
      () => hashing({ numBins: 2, maskValue: {} }),
    ]) {
      assert.throws(make, { code: 'E_LAYER' }, String(make));
    }
    // Only what is computed needs memory, not what is declared.
    const huge = categoryEncoding({ numTokens: 2 ** 31 });
    assert.throws(() => huge.apply(tf.zeros([9, 9], 'int32')), { name: 'TfwasmError' });
    assert.throws(() => stringLookup({ vocabulary: ['a'] }).apply(tf.tensor1d([1])), { code: 'E_DTYPE' });
    assert.throws(() => integerLookup({ vocabulary: [1] }).apply(strings('a')), { code: 'E_DTYPE' });
    assert.throws(() => textVectorization({ vocabulary: ['a'] }).apply(tf.tensor2d([['a', 'b']])), { code: 'E_SHAPE' });
  });
});
