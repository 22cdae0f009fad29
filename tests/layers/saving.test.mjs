// SPDX-License-Identifier: Apache-2.0
// Models made of layers, saved and loaded: by files, by handlers, by TensorFlow.js.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { assertClose } from './close.mjs';
import { listOf, makeChain, makeFunctional, numbers, skip, tf } from './small-models.mjs';
import { loadTfjsLayers, MemoryHandler } from './tfjs.mjs';

const tfjs = loadTfjsLayers();

describe('saved models', { skip }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tfwasm-layers-'));
  before(() => tf.ready());
  after(() => rmSync(folder, { recursive: true }));

  for (const format of ['tfjs', 'keras', 'h5']) {
    test(`${format}: what is loaded is equal, bit for bit`, async () => {
      for (const [name, make] of Object.entries({ makeFunctional, makeChain })) {
        const model = make();
        const url = `file://${folder}/${name}${format === 'tfjs' ? '' : `.${format}`}`;
        const { modelArtifactsInfo } = await model.save(url);
        assert.ok(modelArtifactsInfo.dateSaved instanceof Date);
        const loaded = await tf.loadLayersModel(format === 'tfjs' ? `${url}/model.json` : url);
        const x = tf.tensor2d(numbers(2 * model.inputs[0].shape[1]), [2, model.inputs[0].shape[1]]);
        assert.deepEqual(listOf(loaded.predict(x)), listOf(model.predict(x)));
        assert.deepEqual(
          loaded.layers.map((layer) => layer.name),
          (format === 'keras' && name === 'makeChain' ? model.layers : model.layers).map((layer) => layer.name),
        );
        assert.deepEqual(loaded.getConfig(), model.getConfig());
        for (const one of [model, loaded]) one.dispose();
      }
    });
  }

  test('metadata and trainable flags are kept', async () => {
    const model = makeChain();
    model.layers[0].trainable = false;
    model.setUserDefinedMetadata({ labels: ['cat', 'dog'] });
    assert.throws(() => model.setUserDefinedMetadata(['list']), { code: 'E_INPUT' });
    const handler = new MemoryHandler();
    await model.save(handler);
    const loaded = await tf.loadLayersModel(handler);
    assert.deepEqual(loaded.getUserDefinedMetadata(), { labels: ['cat', 'dog'] });
    assert.equal(loaded.trainableWeights.length, 2);
    await model.save(handler, { trainableOnly: true });
    assert.equal(handler.artifacts.weightSpecs.length, 2);
    await assert.rejects(tf.loadLayersModel(handler), /2 of 4 weights are not set/);
    const partly = await tf.loadLayersModel(handler, { strict: false });
    for (const one of [model, loaded, partly]) one.dispose();
  });

  test('artifacts that are kept have the weights of then, whatever becomes of the model', async () => {
    const model = makeChain();
    model.compile({ optimizer: tf.train.momentum(0.1, 0.9), loss: 'meanSquaredError' });
    const x = tf.tensor2d(numbers(2 * model.inputs[0].shape[1]), [2, model.inputs[0].shape[1]]);
    const y = tf.zerosLike(model.predict(x));
    await model.fit(x, y);
    const valuesOf = (each) => each.getWeights().map((weight) => weight.arraySync());
    const expected = valuesOf(model);
    let artifacts;
    const save = async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date() } };
    };
    await model.save({ save }, { includeOptimizer: true });
    await model.fit(x, y);
    assert.notDeepEqual(valuesOf(model), expected);
    model.dispose();
    const again = await tf.loadLayersModel({ load: async () => artifacts });
    assert.deepEqual(valuesOf(again), expected);
    assert.equal(again.optimizer.iterations, 1);
    again.dispose();
  });

  test('modelFromJSON takes what toJSON gives', async () => {
    const model = makeFunctional();
    const again = await tf.models.modelFromJSON(JSON.parse(model.toJSON()));
    assert.deepEqual(again.getConfig(), model.getConfig());
    again.setWeights(model.getWeights());
    const x = tf.tensor2d(numbers(8), [2, 4]);
    assert.deepEqual(listOf(again.predict(x)), listOf(model.predict(x)));
    for (const one of [model, again]) one.dispose();
  });

  test('hostile topologies are refused', async () => {
    const load = (modelTopology) => tf.loadLayersModel({ load: async () => ({ modelTopology }) });
    const chain = (...layers) => ({ class_name: 'Sequential', config: { name: 'm', layers } });
    const dense = { class_name: 'Dense', config: { units: 2, batch_input_shape: [null, 2], name: 'd' } };
    await assert.rejects(load({}), { code: 'E_LAYER' });
    await assert.rejects(load(null), { code: 'E_JSON' });
    await assert.rejects(load({ node: [] }), { code: 'E_JSON' });
    await assert.rejects(load(chain({ class_name: 'Nobody', config: {} })), /unknown layer Nobody/);
    await assert.rejects(load(chain({ class_name: '__proto__', config: {} })), { code: 'E_LAYER' });
    await assert.rejects(load(chain(null)), { code: 'E_LAYER' });
    await assert.rejects(load(chain({ ...dense, config: { ...dense.config, units: -1 } })), { code: 'E_LAYER' });
    const huge = await load(chain({ ...dense, config: { ...dense.config, units: 2 ** 31 } }));
    assert.throws(() => huge.predict(tf.ones([1, 2])), { name: 'TfwasmError' });
    huge.dispose();
    await assert.rejects(load(chain(dense, dense)), { code: 'E_LAYER' });
    const graph = (nodes, ends) => ({
      class_name: 'Functional',
      config: {
        name: 'f',
        layers: [
          {
            class_name: 'InputLayer',
            name: 'x',
            config: { batch_input_shape: [null, 2], name: 'x' },
            inbound_nodes: [],
          },
          { ...dense, name: 'd', inbound_nodes: nodes },
        ],
        input_layers: [['x', 0, 0]],
        output_layers: ends,
      },
    });
    await assert.rejects(load(graph([[['y', 0, 0, {}]]], [['d', 0, 0]])), /'y', which is not there/);
    await assert.rejects(load(graph([[['d', 0, 0, {}]]], [['d', 0, 0]])), { code: 'E_LAYER' });
    await assert.rejects(load(graph([[['x', 0, 0, {}]]], [['d', 7, 0]])), { code: 'E_LAYER' });
    await assert.rejects(load(graph([[['x', 0, 0, {}]]], [])), { code: 'E_LAYER' });
    await assert.rejects(tf.loadLayersModel({ load: async () => ({ modelTopology: new ArrayBuffer(9) }) }), {
      code: 'E_FILE',
    });
  });
});

describe('TensorFlow.js', { skip: skip || (tfjs ? false : 'tfjs-layers is not installed') }, () => {
  before(() => tf.ready());

  test('loads what tfwasm saves', async () => {
    const model = makeFunctional();
    const handler = new MemoryHandler();
    await model.save(handler);
    const theirs = await tfjs.layers.loadLayersModel(handler);
    const values = numbers(8);
    assertClose(
      listOf(theirs.predict(tfjs.core.tensor2d(values, [2, 4]))),
      listOf(model.predict(tf.tensor2d(values, [2, 4]))),
    );
    assert.deepEqual(
      theirs.getNamedWeights().map(({ name }) => name),
      model.getNamedWeights().map(({ name }) => name),
    );
    model.dispose();
  });

  test('saves what tfwasm loads, and saves again with the state of the optimizer', async () => {
    const { core, layers } = tfjs;
    const theirs = layers.sequential();
    theirs.add(layers.layers.dense({ units: 5, inputShape: [3], activation: 'hardSigmoid' }));
    theirs.add(layers.layers.dense({ units: 2, kernelRegularizer: 'l1l2' }));
    theirs.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    await theirs.fit(core.ones([4, 3]), core.ones([4, 2]), { verbose: 0 });
    theirs.setUserDefinedMetadata({ from: 'tfjs' });
    const first = new MemoryHandler();
    await theirs.save(first, { includeOptimizer: true });
    const ours = await tf.loadLayersModel(first);
    assertClose(ours.predict(tf.ones([1, 3])).arraySync(), theirs.predict(core.ones([1, 3])).arraySync());
    const second = new MemoryHandler();
    await ours.save(second, { includeOptimizer: true });
    const bytes = (data) => Buffer.from(core.io.CompositeArrayBuffer.join(data));
    assert.deepEqual(bytes(second.artifacts.weightData), bytes(first.artifacts.weightData));
    assert.deepEqual(second.artifacts.trainingConfig, first.artifacts.trainingConfig);
    assert.deepEqual(second.artifacts.userDefinedMetadata, { from: 'tfjs' });
    const again = await layers.loadLayersModel(second);
    assert.equal((await again.optimizer.getWeights()).length, (await theirs.optimizer.getWeights()).length);
    ours.dispose();
  });
});

describe('hard_sigmoid, which is another function in Keras 3', { skip }, () => {
  before(() => tf.ready());

  const layer = (className, config) => ({
    module: 'keras.layers',
    class_name: className,
    config,
    registered_name: null,
  });
  /** The JSON of a model of Keras 3. */
  const topology = (...layers) => ({
    module: 'keras',
    class_name: 'Sequential',
    config: { name: 'model', layers: [layer('InputLayer', { batch_shape: [null, 3], name: 'in' }), ...layers] },
    registered_name: null,
  });
  const x = [[-1, 0.5, 2]];
  const dense = layer('Activation', { name: 'gate', activation: 'hard_sigmoid' });

  test('is kept in .keras, and refused in files of Keras 2', async () => {
    const model = await tf.models.modelFromJSON(topology(dense));
    const expected = x.map((row) => row.map((value) => Math.min(Math.max(value + 3, 0), 6) / 6));
    assertClose(model.predict(tf.tensor2d(x)).arraySync(), expected);
    let saved;
    const save = async ({ modelTopology }) => {
      saved = modelTopology;
      return { modelArtifactsInfo: { dateSaved: new Date() } };
    };
    await model.save({ save }, { format: 'keras' });
    const again = await tf.loadLayersModel({ load: async () => ({ modelTopology: saved }) });
    assertClose(again.predict(tf.tensor2d(x)).arraySync(), expected);
    for (const format of ['tfjs', 'h5']) {
      await assert.rejects(model.save({ save }, { format }), /gate uses the hard_sigmoid of Keras 3/);
    }
  });
});
