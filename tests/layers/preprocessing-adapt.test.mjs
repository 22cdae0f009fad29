// SPDX-License-Identifier: Apache-2.0
// adapt(): what layers learn from data.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from './close.mjs';
import { skip, tf } from './small-models.mjs';

const strings = (...values) => tf.tensor1d(values, 'string');

describe('adapt', { skip }, () => {
  before(() => tf.ready());

  test('terms by how frequent they are', async () => {
    const layer = tf.layers.textVectorization({ outputMode: 'tf_idf' });
    assert.deepEqual(layer.getVocabulary(), []);
    assert.throws(() => layer.apply(strings('foo')), /the layer has no vocabulary yet/);
    await layer.adapt(['foo bar', 'bar baz', 'baz bada boom']);
    assert.deepEqual(layer.getVocabulary(), ['[UNK]', 'baz', 'bar', 'foo', 'boom', 'bada']);
    assert.deepEqual(layer.getVocabulary(false), ['baz', 'bar', 'foo', 'boom', 'bada']);
    assert.equal(layer.vocabularySize(), 6);
    const idf = [2, 2, 1, 1, 1].map((count) => Math.log(1 + 3 / (1 + count)));
    const mean = idf.reduce((sum, weight) => sum + weight, 0) / 5;
    assertClose(layer.apply(strings('foo qux bar bar')).arraySync(), [[mean, 0, 2 * idf[1], idf[2], 0, 0]], 1e-6);
    // Adapting again forgets.
    await layer.adapt(tf.tensor2d([['x y'], ['x']]));
    assert.deepEqual(layer.getVocabulary(false), ['x', 'y']);
  });

  test('batches, limits and special terms', async () => {
    const layer = tf.layers.stringLookup({ maskToken: '', maxTokens: 4 });
    async function* batches() {
      yield [
        ['c', 'a'],
        ['', 'a'],
      ];
      yield tf.tensor2d([
        ['b', '[UNK]'],
        ['b', 'c'],
      ]);
      yield [['never', 'seen']];
    }
    await layer.adapt(batches(), { steps: 2 });
    assert.deepEqual(layer.getVocabulary(), ['', '[UNK]', 'c', 'b']);
    const integers = tf.layers.integerLookup({ outputMode: 'count' });
    await integers.adapt(
      tf.tensor2d(
        [
          [5, 5, 7],
          [7, 7, -1],
        ],
        [2, 3],
        'int32',
      ),
    );
    assert.deepEqual(integers.getVocabulary(), [-1, 7, 5]);
    assert.deepEqual(integers.apply(tf.tensor2d([[5, 7, 7, 8]])).arraySync(), [[1, 2, 1]]);
    await assert.rejects(integers.adapt(['a']), { code: 'E_DTYPE' });
    await assert.rejects(layer.adapt([[1]]), { code: 'E_DTYPE' });
    await assert.rejects(layer.adapt(['']), /no terms/);
    await assert.rejects(layer.adapt(7), { code: 'E_INPUT' });
    await assert.rejects(tf.layers.stringLookup({ vocabulary: ['a'] }).adapt(['b']), { code: 'E_LAYER' });
    const { numTensors } = tf.memory();
    await layer.adapt(['p', 'q']);
    assert.equal(tf.memory().numTensors, numTensors);
  });

  test('bins of Keras', async () => {
    const layer = tf.layers.discretization({ numBins: 4, epsilon: 0.01 });
    const data = [
      [-1.5, 1, 3.4, 0.5],
      [0, 3, 1.3, 0],
    ];
    assert.throws(() => layer.apply(tf.tensor2d(data)), /no bin_boundaries yet/);
    await layer.adapt(data);
    assert.deepEqual(layer.apply(tf.tensor2d(data)).arraySync(), [
      [0, 2, 3, 2],
      [1, 3, 3, 1],
    ]);
    const uniform = tf.layers.discretization({ numBins: 10 });
    const values = Array.from({ length: 5000 }, (_, i) => ((i * 37) % 5000) / 5000);
    await uniform.adapt(
      [0, 1, 2, 3, 4].map((i) => tf.tensor1d(values.slice(i * 1000, i * 1000 + 1000)))[Symbol.iterator](),
    );
    const { binBoundaries } = uniform.getConfig();
    assertClose(binBoundaries, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], 0.02);
    await assert.rejects(tf.layers.discretization({ binBoundaries: [0] }).adapt([1]), { code: 'E_LAYER' });
  });

  test('mean and variance, the same in one batch and in several', async () => {
    const data = [
      [1, 2, 0],
      [3, 4, 0],
      [5, 9, 0],
      [7, 7, 3],
    ];
    for (const [axis, shape] of [
      [-1, [3]],
      [null, []],
      [[-1], [3]],
    ]) {
      const whole = tf.layers.normalization({ axis });
      const parts = tf.layers.normalization({ axis });
      await whole.adapt(tf.tensor2d(data));
      await parts.adapt([data.slice(0, 1), data.slice(1)].map((rows) => tf.tensor2d(rows))[Symbol.iterator]());
      for (const [i, weight] of whole.getWeights().entries()) {
        assert.deepEqual(weight.shape, i < 2 ? shape : []);
        assertClose(parts.getWeights()[i].arraySync(), weight.arraySync(), 1e-5);
      }
      const y = whole.apply(tf.tensor2d(data));
      assertClose(axis === null ? [y.mean().arraySync()] : y.mean(0).arraySync(), shape.length ? [0, 0, 0] : [0], 1e-5);
    }
    await assert.rejects(tf.layers.normalization({ mean: 0, variance: 1 }).adapt([1]), { code: 'E_LAYER' });
  });
});
