// SPDX-License-Identifier: Apache-2.0
// Models with calls of functions: running and saving them, both generations of Keras, loading operations.js.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../../tools/lib/paths.mjs';
import { nested, skip, tf, withCalls, x } from './operation-cube.mjs';
import { assertValues, checkModel, keras2, keras3, kerasTensor } from './operation-models.mjs';
import { MemoryHandler } from './tfjs.mjs';

describe('models that call functions', { skip }, () => {
  before(() => tf.ready());

  test('any batch size, and sizes that the model leaves open', async () => {
    const json = keras2('math.reduce_mean', ['x', 0, 0, { axis: 1 }], [x]);
    json.config.layers[0].config.batch_input_shape = [null, null, 4];
    const model = await tf.models.modelFromJSON(json);
    assert.deepEqual(model.outputs[0].shape, [null, 4]);
    for (const [batch, steps] of [
      [1, 5],
      [70, 2],
      [3, 1],
    ]) {
      assertValues(
        model.predict(tf.ones([batch, steps, 4])),
        [Array.from({ length: batch }, () => [1, 1, 1, 1])],
        'mean',
      );
    }
  });

  test('layers with weights beside calls keep their weights', async () => {
    const dense = {
      class_name: 'Dense',
      config: { name: 'dense', trainable: true, dtype: 'float32', units: 2, activation: 'linear', use_bias: true },
      name: 'dense',
      inbound_nodes: [[['twice', 0, 0, {}]]],
    };
    const json = withCalls(
      [
        ['TFOpLambda', 'twice', 'math.multiply', ['x', 0, 0, { y: 2, name: null }]],
        ['TFOpLambda', 'sum', 'math.add', ['dense', 0, 0, { y: ['dense', 0, 0], name: null }]],
      ],
      'sum',
      [dense],
    );
    const model = await tf.models.modelFromJSON(json);
    assert.deepEqual(
      model.weights.map(({ name }) => name),
      ['dense/kernel', 'dense/bias'],
    );
    model.setWeights([tf.ones([4, 2]), tf.tensor1d([1, 2])]);
    const expected = [
      [
        [18, 20],
        [18, 20],
        [18, 20],
      ],
    ];
    assertValues(model.predict(tf.ones([1, 3, 4])), [expected], 'dense');
    const handler = new MemoryHandler();
    await model.save(handler);
    const loaded = await tf.loadLayersModel(handler);
    assertValues(loaded.predict(tf.ones([1, 3, 4])), [expected], 'loaded');
  });

  for (const [generation, json] of [
    [2, keras2('math.multiply', ['x', 0, 0, { y: 3 }], [x])],
    [3, keras3('Multiply', {}, [kerasTensor('x'), 3], [x])],
  ]) {
    for (const format of ['keras', 'h5']) {
      test(`a .${format} file with a function of Keras ${generation}`, async () => {
        const model = await tf.models.modelFromJSON(json);
        const handler = new MemoryHandler();
        await model.save(handler, { format });
        const loaded = await tf.loadLayersModel(handler);
        assert.equal(loaded.toJSON(), model.toJSON());
        assert.equal(loaded.predict(tf.ones([1, 3, 4])).dataSync()[5], 3);
      });
    }
  }

  test('a model with calls inside of a Sequential', async () => {
    const inner = keras2('math.multiply', ['x', 0, 0, { y: 3 }], [x]);
    const json = { class_name: 'Sequential', config: { name: 's', layers: [inner] }, keras_version: '2.9.0' };
    const model = await tf.models.modelFromJSON(json);
    const again = await tf.models.modelFromJSON(model.toJSON());
    for (const each of [model, again]) assert.equal(each.predict(tf.ones([1, 3, 4])).dataSync()[5], 3);
  });

  test('a call that is used twice', async () => {
    const json = keras2('math.multiply', ['x', 0, 0, { y: 3 }], [x]);
    json.config.layers[1].inbound_nodes.push(['the_call', 0, 0, { y: 2 }]);
    json.config.output_layers = [['the_call', 1, 0]];
    await checkModel(tf, json, [x], [nested.map((rows) => rows.map((row) => row.map((v) => 6 * v)))], 'twice');
  });

  test('AddLoss and AddMetric give their input', async () => {
    const json = withCalls([['AddLoss', 'loss', undefined, [['x', 0, 0, {}]]]], 'loss');
    json.config.layers[1].config = { name: 'loss', trainable: true, dtype: 'float32', unconditional: true };
    await checkModel(tf, json, [x], [nested], 'AddLoss');
  });

  test('the entries of Keras 3 in .h5 files have no module', async () => {
    const json = keras3('Add', {}, [kerasTensor('x'), 2], [x]);
    const strip = ({ module: _, registered_name: _name, ...rest }) => rest;
    json.config.layers = json.config.layers.map(strip);
    await checkModel(tf, strip(json), [x], [nested.map((rows) => rows.map((row) => row.map((v) => v + 2)))], 'Add');
  });

  test('Keras 3 operations have the form of Keras 3 when saved', async () => {
    const model = await tf.models.modelFromJSON(keras3('Add', {}, [kerasTensor('x'), 2], [x]));
    const entry = JSON.parse(model.toJSON()).config.layers[1];
    assert.equal(entry.module, 'keras.src.ops.numpy');
    assert.equal(entry.registered_name, 'Add');
    const [{ args, kwargs }] = entry.inbound_nodes;
    assert.equal(args[0].class_name, '__keras_tensor__');
    assert.deepEqual(args[0].config.keras_history, ['x', 0, 0]);
    assert.equal(args[1], 2);
    assert.deepEqual(kwargs, {});
  });
});

describe('files that are loaded on demand', { skip }, () => {
  let folder;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-operations-'));
    for (const name of ['index.js', 'common.js', 'glue.js', 'tfwasm-simd.wasm'])
      await cp(path.join(ROOT, 'dist', name), path.join(folder, name));
  });
  after(() => rm(folder, { recursive: true }));

  test('are only needed by what they are for', async () => {
    const copy = await import(pathToFileURL(path.join(folder, 'index.js')));
    copy.setWasmVariant?.('simd');
    await copy.ready();
    const plain = {
      class_name: 'Sequential',
      config: { name: 's', layers: [{ class_name: 'Dense', config: { units: 1, batch_input_shape: [null, 2] } }] },
    };
    const isMissing = (file) => (error) => error.code === 'E_FILE' && error.message.includes(`cannot load ${file}`);
    await assert.rejects(copy.models.modelFromJSON(plain), isMissing('model-files.js'));
    const model = copy.sequential({ layers: [copy.layers.dense({ units: 1, inputShape: [2] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await assert.rejects(model.fit(copy.ones([2, 2]), copy.ones([2, 1])), isMissing('training.js'));
    for (const name of ['model-files.js', 'training.js']) {
      await cp(path.join(ROOT, 'dist', name), path.join(folder, name));
    }
    assert.equal((await copy.models.modelFromJSON(plain)).weights.length, 2);
    await assert.rejects(
      copy.models.modelFromJSON(keras2('math.add', ['x', 0, 0, { y: 1 }], [x])),
      isMissing('operations.js'),
    );
    await cp(path.join(ROOT, 'dist/operations.js'), path.join(folder, 'operations.js'));
  });
});
