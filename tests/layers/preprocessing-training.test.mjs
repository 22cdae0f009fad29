// SPDX-License-Identifier: Apache-2.0
// Models that begin with preprocessing layers, in training.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { skip, tf } from './small-models.mjs';

describe('training with preprocessing layers', { skip }, () => {
  before(() => tf.ready());

  test('texts of any length', async () => {
    const vectorize = tf.layers.textVectorization({ inputShape: [1] });
    await vectorize.adapt(['good film', 'bad film']);
    const model = tf.sequential({
      layers: [
        vectorize,
        tf.layers.embedding({ inputDim: 5, outputDim: 4, maskZero: true }),
        tf.layers.globalAveragePooling1d(),
        tf.layers.dense({ units: 1, activation: 'sigmoid' }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.1), loss: 'binaryCrossentropy' });
    const texts = tf.tensor2d([['a good film'], ['bad'], ['good'], ['a bad bad film']]);
    const labels = tf.tensor2d([[1], [0], [1], [0]]);
    const { history } = await model.fit(texts, labels, { epochs: 30, batchSize: 2, verbose: 0 });
    assert.ok(history.loss.at(-1) < 0.2 * history.loss[0], `${history.loss}`);
    const guesses = model
      .predict(tf.tensor2d([['good good'], ['bad']]))
      .arraySync()
      .flat();
    assert.ok(guesses[0] > 0.5 && guesses[1] < 0.5, `${guesses}`);
    // With another vocabulary, what was captured is not used any more.
    vectorize.setVocabulary(['bad', 'good', 'film']);
    const swapped = model
      .predict(tf.tensor2d([['good'], ['bad']]))
      .arraySync()
      .flat();
    assert.notDeepEqual(swapped, guesses);
    assert.equal(typeof model.evaluate(texts, labels).arraySync(), 'number');
    model.dispose();
  });

  test('random images', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.randomWidth({ factor: 0.3, inputShape: [8, 8, 3] }),
        tf.layers.randomFlip({}),
        tf.layers.randomRotation({ factor: 0.1 }),
        tf.layers.randomBrightness({ factor: 0.1, valueRange: [0, 1] }),
        tf.layers.conv2d({ filters: 2, kernelSize: 3, activation: 'relu' }),
        tf.layers.globalAveragePooling2d(),
        tf.layers.dense({ units: 1 }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError' });
    const x = tf.randomUniform([16, 8, 8, 3], 0, 1, 'float32', 1);
    const y = x.mean([1, 2, 3]).reshape([16, 1]);
    const { history } = await model.fit(x, y, { epochs: 20, batchSize: 8, verbose: 0 });
    assert.ok(history.loss.at(-1) < history.loss[0], `${history.loss}`);
    // Nothing is random in inference.
    assert.deepEqual(model.predict(x).arraySync(), model.predict(x).arraySync());
    model.dispose();
  });
});
