// SPDX-License-Identifier: Apache-2.0
// Models of several kinds learn what they should. Data, initial weights and the order of examples are always the same, so
// that results differ only by rounding, in other variants of the core. Comments say what is reached. The limits leave room
// for that: models with other initial weights are within them, too.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { skip, tf } from './fit-models.mjs';
import { additions, curves, digits, lookups, texts } from './tasks.mjs';

/** Initializers with seeds, each another. */
class Seeds {
  #seed = 0;
  glorot = () => tf.initializers.glorotUniform({ seed: ++this.#seed });
  orthogonal = () => tf.initializers.orthogonal({ seed: ++this.#seed });
  uniform = () => tf.initializers.randomUniform({ minval: -0.05, maxval: 0.05, seed: ++this.#seed });
}

const numbersOf = (values) => [values].flat().map((value) => value.dataSync()[0]);

describe('models learn', { skip }, () => {
  before(() => tf.ready());

  test('digits, with a convolutional net', async () => {
    const seeds = new Seeds();
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          ...{ inputShape: [8, 8, 1], filters: 16, kernelSize: 3, padding: 'same', useBias: false },
          kernelInitializer: seeds.glorot(),
        }),
        tf.layers.batchNormalization({ momentum: 0.9 }),
        tf.layers.activation({ activation: 'relu' }),
        tf.layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', kernelInitializer: seeds.glorot() }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: seeds.glorot() }),
      ],
    });
    model.compile({
      optimizer: tf.train.adam(0.004),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    });
    const [x, y] = digits(tf, 2000, 1);
    await model.fit(x, y, { epochs: 6, shuffle: false });
    const [loss, accuracy] = numbersOf(model.evaluate(...digits(tf, 1000, 101)));
    // 0.974 and 0.080.
    assert.ok(accuracy > 0.95, `accuracy ${accuracy}`);
    assert.ok(loss < 0.15, `loss ${loss}`);
  });

  test('the adding problem, with an LSTM', async () => {
    const seeds = new Seeds();
    const model = tf.sequential({
      layers: [
        tf.layers.lstm({
          ...{ inputShape: [12, 2], units: 24 },
          kernelInitializer: seeds.glorot(),
          recurrentInitializer: seeds.orthogonal(),
        }),
        tf.layers.dense({ units: 1, kernelInitializer: seeds.glorot() }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.01, 0.9, 0.999, null, { clipNorm: 1 }), loss: 'meanSquaredError' });
    await model.fit(...additions(tf, 1600, 12, 1), { epochs: 12, shuffle: false });
    const [loss] = numbersOf(model.evaluate(...additions(tf, 500, 12, 101)));
    // 0.0015. Who always answers 1 has 1/6.
    assert.ok(loss < 0.005, `loss ${loss}`);
  });

  test('looking up values, with attention', async () => {
    const [keys, values] = [6, 5];
    const seeds = new Seeds();
    const pairs = tf.input({ shape: [keys, keys + values] });
    const queries = tf.input({ shape: [1, keys] });
    const attention = tf.layers.multiHeadAttention({
      ...{ numHeads: 2, keyDim: 12 },
      kernelInitializer: seeds.glorot(),
    });
    const found = attention.apply(queries, { value: pairs });
    const answer = tf.layers.dense({ units: values, activation: 'softmax', kernelInitializer: seeds.glorot() });
    const model = tf.model({ inputs: [pairs, queries], outputs: answer.apply(found) });
    model.compile({
      optimizer: tf.train.adam(0.01),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    });
    await model.fit(...lookups(tf, 2000, keys, values, 1), { epochs: 10, shuffle: false });
    const [loss, accuracy] = numbersOf(model.evaluate(...lookups(tf, 500, keys, values, 101)));
    // 1. Without a look at the query, about 0.35.
    assert.ok(accuracy > 0.99, `accuracy ${accuracy}, loss ${loss}`);
  });

  test('a code of two numbers for curves, with an autoencoder', async () => {
    const seeds = new Seeds();
    const layers = [
      [16, 'tanh'],
      [2, 'linear'],
      [16, 'tanh'],
      [24, 'linear'],
    ].map(([units, activation], i) =>
      tf.layers.dense({
        ...{ units, activation, kernelInitializer: seeds.glorot() },
        ...(i === 0 && { inputShape: [24] }),
      }),
    );
    const model = tf.sequential({ layers });
    model.compile({ optimizer: tf.train.nadam(0.01), loss: 'mse' });
    const x = curves(tf, 800, 24, 1);
    await model.fit(x, x, { epochs: 20, shuffle: false });
    const others = curves(tf, 200, 24, 101);
    const [loss] = numbersOf(model.evaluate(others, others));
    // 0.0012. The variance of the values is 1/3.
    assert.ok(loss < 0.005, `loss ${loss}`);
    const encoder = tf.model({ inputs: model.inputs, outputs: layers[1].output });
    assert.deepEqual(encoder.predict(others).shape, [200, 2]);
  });

  test('kinds of texts, with embeddings and masks', async () => {
    const seeds = new Seeds();
    const model = tf.sequential({
      layers: [
        tf.layers.embedding({
          ...{ inputDim: 30, outputDim: 8, inputLength: 14, maskZero: true },
          embeddingsInitializer: seeds.uniform(),
        }),
        tf.layers.gru({
          ...{ units: 12, kernelInitializer: seeds.glorot() },
          recurrentInitializer: seeds.orthogonal(),
        }),
        tf.layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer: seeds.glorot() }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'binaryCrossentropy', metrics: ['accuracy', 'AUC'] });
    await model.fit(...texts(tf, 1600, 14, 1), { epochs: 8, shuffle: false });
    const [, accuracy, auc] = numbersOf(model.evaluate(...texts(tf, 500, 14, 101)));
    // 0.998 and 1.
    assert.ok(accuracy > 0.95 && auc > 0.99, `accuracy ${accuracy}, AUC ${auc}`);
  });
});
