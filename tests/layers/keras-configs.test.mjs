// SPDX-License-Identifier: Apache-2.0
// What files of Keras have in their configs beside the options of layers, and how configs are written for Keras.
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { unzipSync } from 'fflate';

import { assertClose } from './close.mjs';
import { numbers, skip, tf } from './small-models.mjs';

const dense = (name, id) => ({
  class_name: 'Dense',
  config: { name, units: 2, kernel_initializer: 'ones' },
  ...(id && { shared_object_id: id }),
});

/** A functional model that calls `layers` one after the other, as Keras 2 writes it. */
function chainOf(name, layers) {
  const input = { class_name: 'InputLayer', config: { name: `${name}_in`, batch_input_shape: [null, 2] } };
  const all = [input, ...layers].map((layer, i, list) => ({
    ...layer,
    name: layer.config.name,
    inbound_nodes: i === 0 ? [] : [[[list[i - 1].config.name, list[i - 1].class_name === 'Functional' ? 1 : 0, 0, {}]]],
  }));
  const last = all.at(-1);
  const output = [last.name, last.class_name === 'Functional' ? 1 : 0, 0];
  const config = { name, layers: all, input_layers: [[input.config.name, 0, 0]], output_layers: [output] };
  return { class_name: 'Functional', config };
}

describe('configs of Keras', { skip }, () => {
  before(() => tf.ready());

  test('a layer with a shared_object_id is one layer in all models that have it', async () => {
    const topology = chainOf('whole', [
      chainOf('first', [dense('twin', 7)]),
      chainOf('second', [dense('own', 8), dense('twin', 7)]),
    ]);
    const model = await tf.models.modelFromJSON({ ...topology, keras_version: '2.9.0' });
    const [first, second] = ['first', 'second'].map((name) => model.getLayer(name));
    assert.equal(first.getLayer('twin'), second.getLayer('twin'));
    assert.equal(model.weights.length, 4);
    assert.deepEqual(model.predict(tf.ones([1, 2])).arraySync(), [[8, 8]]);
    first.getLayer('twin').setWeights([tf.zeros([2, 2]), tf.ones([2])]);
    assert.deepEqual(model.predict(tf.ones([1, 2])).arraySync(), [[1, 1]]);
    model.dispose();
  });

  test('layers that models share are one layer again, from each format', async () => {
    const twin = tf.layers.dense({ units: 2, name: 'twin' });
    const chain = (name, ...layers) => tf.sequential({ name, layers });
    const inner = tf.input({ shape: [2] });
    const first = tf.model({ inputs: inner, outputs: twin.apply(inner), name: 'first' });
    const second = chain('second', tf.layers.dense({ units: 2, name: 'own', inputShape: [2] }), twin);
    const x = tf.input({ shape: [2] });
    const model = tf.model({ inputs: x, outputs: second.apply(first.apply(x)), name: 'whole' });
    assert.equal(model.weights.length, 4);
    for (const extension of ['keras', 'h5']) {
      const file = path.join(tmpdir(), `tfwasm-twins-${process.pid}.${extension}`);
      try {
        await model.save(`file://${file}`);
        const again = await tf.loadLayersModel(`file://${file}`);
        const [a, b] = ['first', 'second'].map((name) => again.getLayer(name).getLayer('twin'));
        assert.equal(a, b);
        assert.equal(again.weights.length, 4);
        const [got, wanted] = [again, model].map((each) => each.predict(tf.ones([1, 2])).arraySync());
        assert.deepEqual(got, wanted);
        again.dispose();
      } finally {
        rmSync(file, { force: true });
      }
    }
    model.dispose();
  });

  test('an id of layers with other names means nothing', async () => {
    const topology = chainOf('whole', [dense('one', 7), dense('two', 7)]);
    const model = await tf.models.modelFromJSON({ ...topology, keras_version: '2.9.0' });
    assert.equal(model.weights.length, 4);
    model.dispose();
  });

  test('names of functions are written as Keras spells them', async () => {
    const layer = tf.layers.dense({
      units: 1,
      inputShape: [1],
      kernelInitializer: 'glorotUniform',
      biasInitializer: tf.initializers.leCunNormal(),
      activation: 'softplus',
    });
    const model = tf.sequential({ layers: [layer, tf.layers.activation({ activation: 'hardSigmoid' })] });
    const file = path.join(tmpdir(), `tfwasm-names-${process.pid}.keras`);
    try {
      await model.save(`file://${file}`);
      const config = Buffer.from(unzipSync(readFileSync(file))['config.json']).toString();
      for (const name of ['glorot_uniform', 'hard_sigmoid', 'LecunNormal'])
        assert.match(config, new RegExp(`"${name}"`));
      assert.doesNotMatch(config, /LeCun|glorotUniform|hardSigmoid/);
      const again = await tf.loadLayersModel(`file://${file}`);
      assert.deepEqual(again.predict(tf.ones([1, 1])).arraySync(), model.predict(tf.ones([1, 1])).arraySync());
      again.dispose();
    } finally {
      rmSync(file, { force: true });
    }
    model.dispose();
  });

  /** A model of one layer of Keras 3. */
  const modelOf = (class_name, config) =>
    tf.models.modelFromJSON({
      class_name: 'Sequential',
      config: {
        name: 'm',
        layers: [
          { class_name: 'InputLayer', module: 'keras.layers', config: { batch_shape: [null, 1, 1, 2], name: 'x' } },
          { class_name, module: 'keras.layers', config: { name: 'a', ...config } },
        ],
      },
      keras_version: '3.9.0',
    });

  test('MixUp mixes images with others of the batch in training, by its seed', async () => {
    const count = 400;
    // The second channel is 1 minus the first, so that wrong sums of the weights would show.
    const first = Array.from({ length: count }, (_, i) => i / count);
    const x = tf.tensor(
      first.flatMap((value) => [value, 1 - value]),
      [count, 1, 1, 2],
    );
    const layerOf = async (config) => (await modelOf('MixUp', config)).getLayer('a');
    const layer = await layerOf({ alpha: 0.2, seed: 7 });
    assert.deepEqual(layer.apply(x, { training: false }).arraySync(), x.arraySync());
    const draws = [1, 2].map(() => layer.apply(x, { training: true }).arraySync().flat(2));
    for (const [a, b] of draws[0]) assert.ok(a >= 0 && a <= 1 && Math.abs(a + b - 1) < 1e-5);
    assert.notDeepEqual(draws[0], draws[1]);
    // The same order of numbers with the same seed.
    const again = await layerOf({ alpha: 0.2, seed: 7 });
    for (const draw of draws) assert.deepEqual(again.apply(x, { training: true }).arraySync().flat(2), draw);
    // Beta(0.2, 0.2): most images stay nearly as they are, or become another; with a large alpha, all are halves.
    const kept = (values) => values.filter(([a], i) => Math.abs(a - first[i]) < 0.01).length / count;
    assert.ok(kept(draws[0]) > 0.25 && kept(draws[0]) < 0.7, `${kept(draws[0])}`);
    const halves = (await layerOf({ alpha: 1000, seed: 1 })).apply(x, { training: true }).arraySync().flat(2);
    const spread = halves.reduce((sum, [a]) => sum + (a - 0.5) ** 2, 0) / count;
    // The variance of the mean of two uniform numbers.
    assert.ok(Math.abs(spread - 1 / 24) < 0.01, `${spread}`);
    await assert.rejects(modelOf('MixUp', { alpha: 0 }), { code: 'E_LAYER', message: /alpha/ });
  });

  test('a model with MixUp trains, with other numbers at each step', async () => {
    const model = await modelOf('MixUp', { alpha: 1, seed: 3 });
    model.add(tf.layers.flatten());
    model.add(tf.layers.dense({ units: 1, kernelInitializer: 'ones' }));
    model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
    const x = tf.randomUniform([8, 1, 1, 2], 0, 1, 'float32', 5);
    const losses = [];
    for (let i = 0; i < 3; ++i) losses.push(await model.trainOnBatch(x, tf.zeros([8, 1])));
    assert.equal(new Set(losses).size, 3);
    model.dispose();
  });

  test('layers that only augment images do nothing in predictions, and refuse to train', async () => {
    for (const name of ['AugMix', 'CutMix', 'RandAugment', 'RandomElasticTransform']) {
      const layers = [
        { class_name: 'InputLayer', module: 'keras.layers', config: { batch_shape: [null, 2, 2, 3], name: 'x' } },
        { class_name: name, module: 'keras.layers', config: { name: 'a', value_range: [0, 1], factor: 0.3 } },
        { class_name: 'Flatten', module: 'keras.layers', config: { name: 'f' } },
        { class_name: 'Dense', module: 'keras.layers', config: { name: 'd', units: 1 } },
      ];
      const topology = {
        class_name: 'Sequential',
        module: 'keras',
        config: { name: 'm', layers },
        keras_version: '3.9.0',
      };
      const model = await tf.models.modelFromJSON(topology);
      const x = tf.tensor(numbers(12), [1, 2, 2, 3]);
      assert.deepEqual(model.execute(x, 'a').arraySync(), x.arraySync());
      assert.deepEqual(model.getLayer('a').getConfig().valueRange, [0, 1]);
      const again = await tf.models.modelFromJSON(model.toJSON());
      assert.equal(again.getLayer('a').getClassName(), name);
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      await assert.rejects(model.trainOnBatch(x, tf.ones([1, 1])), {
        code: 'E_LAYER',
        message: new RegExp(`with ${name} is`),
      });
      for (const one of [model, again]) one.dispose();
    }
  });

  test('a layer that cannot run is refused by name', async () => {
    const layers = [
      { class_name: 'InputLayer', config: { batch_shape: [null, 2, 2, 3], name: 'x' } },
      { class_name: 'ContrastLimitedAdaptiveHistogramEqualization', config: { name: 'c' } },
    ];
    const topology = { class_name: 'Sequential', config: { name: 'm', layers }, keras_version: '3.14.0' };
    await assert.rejects(tf.models.modelFromJSON(topology), { code: 'E_LAYER', message: /layer c .*AutoContrast/ });
  });

  test('UpSampling2D resizes as Resizing does', () => {
    const x = tf.tensor(numbers(24), [1, 3, 4, 2]);
    for (const interpolation of ['bilinear', 'bicubic', 'lanczos3', 'area', 'nearest']) {
      const up = tf.layers.upSampling2d({ size: [2, 3], interpolation }).apply(x);
      const resized = tf.layers.resizing({ height: 6, width: 12, interpolation }).apply(x);
      assert.deepEqual(up.shape, [1, 6, 12, 2]);
      assertClose(up.arraySync(), resized.arraySync(), 1e-6);
    }
    assert.throws(() => tf.layers.upSampling2d({ interpolation: 'sharp' }), { code: 'E_LAYER' });
  });

  test('custom initializers get the keys of their config as they wrote them', async () => {
    class Filled extends tf.initializers.zeros().constructor {
      static className = 'FilledOfTests';
      constructor({ fillValue }) {
        super();
        this.fillValue = fillValue;
      }
      getConfig() {
        return { fillValue: this.fillValue };
      }
      apply(shape) {
        return tf.fill(shape, this.fillValue);
      }
    }
    tf.serialization.registerClass(Filled);
    const layer = tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: new Filled({ fillValue: 3 }) });
    const model = tf.sequential({ layers: [layer] });
    const again = await tf.models.modelFromJSON(model.toJSON());
    assert.deepEqual(again.predict(tf.ones([1, 2])).arraySync(), [[6]]);
    for (const one of [model, again]) one.dispose();
  });
});
