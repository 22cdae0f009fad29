// SPDX-License-Identifier: Apache-2.0
// Models made of layers: building, running, saving, with the built core in Node. The layers of the core are tested in
// tests/cpp/layers.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { assertClose } from './close.mjs';
import { loadTfjsLayers, MemoryHandler } from './tfjs.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');
const tfjs = loadTfjsLayers();

const numbers = (count, scale = 1) => Array.from({ length: count }, (_, i) => scale * Math.sin(i + 1));
const listOf = (outputs) => [outputs].flat().map((tensor) => tensor.arraySync());

/** Two outputs, a layer that is called twice. */
function makeFunctional() {
  const x = tf.input({ shape: [4] });
  const hidden = tf.layers.dense({ units: 8, activation: 'tanh', name: 'hidden' }).apply(x);
  const shared = tf.layers.dense({ units: 8, useBias: false, name: 'shared' });
  const outputs = [shared.apply(hidden), shared.apply(shared.apply(hidden))];
  return tf.model({ inputs: x, outputs, name: 'functional' });
}

function makeChain() {
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 5, inputShape: [3], activation: 'relu', biasInitializer: 'randomNormal' }),
      tf.layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
}

class Antirectifier extends tf.layers.Layer {
  static className = 'Antirectifier';

  call(inputs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    return tf.concat([tf.relu(x), tf.relu(tf.neg(x))], -1);
  }
}

class Scale extends tf.layers.Layer {
  static className = 'ScaleOfTests';

  constructor(config = {}) {
    super(config);
    this.start = config.start ?? 1;
  }

  build(inputShape) {
    const size = inputShape.at(-1);
    this.scale = this.addWeight('scale', [size], 'float32', tf.initializers.constant({ value: this.start }));
    super.build(inputShape);
  }

  call(inputs) {
    return tf.mul([inputs].flat()[0], this.scale.read());
  }

  getConfig() {
    return { ...super.getConfig(), start: this.start };
  }
}

describe('models made of layers', { skip }, () => {
  before(() => tf.ready());

  test('a chain computes what its formula says', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], activation: 'relu' })] });
    model.setWeights([tf.tensor2d([1, -1, 2, 0, 3, 1], [3, 2]), tf.tensor1d([0.5, 0])]);
    assert.deepEqual(model.predict(tf.tensor2d([1, 2, 3], [1, 3])).arraySync(), [[14.5, 2]]);
    assert.equal(model.countParams(), 8);
    model.dispose();
  });

  test('predict() splits examples into batches, and calls on tensors give the same', () => {
    const model = makeChain();
    const x = tf.tensor2d(numbers(3 * 70), [70, 3]);
    const whole = model.predict(x, { batchSize: 70 }).arraySync();
    assertClose(model.predict(x).arraySync(), whole, 1e-6);
    assertClose(model.predictOnBatch(x).arraySync(), whole, 1e-6);
    assertClose(model.apply(x).arraySync(), whole, 1e-6);
    model.dispose();
  });

  test('changed weights are used at once', () => {
    const model = makeChain();
    const x = tf.ones([1, 3]);
    model.predict(x);
    const old = model.getWeights();
    model.setWeights(old.map((weight) => tf.zerosLike(weight)));
    assert.deepEqual(model.predict(x).arraySync(), [[0.5, 0.5]]);
    model.setWeights(old);
    const first = model.predict(x).arraySync();
    // The second run packs the weights: its sums have another order.
    for (let i = 0; i < 3; ++i) assertClose(model.predict(x).arraySync(), first, 1e-6);
    model.dispose();
  });

  test('inputs that do not fit are refused', () => {
    const model = makeFunctional();
    assert.throws(() => model.predict(tf.ones([2, 5])), /expected .* to have shape \[null,4\] but got .* \[2,5\]/);
    assert.throws(() => model.predict([tf.ones([2, 4]), tf.ones([2, 4])]), { code: 'E_INPUT' });
    assert.throws(() => model.predict([[1, 2, 3, 4]]), { code: 'E_INPUT' });
    assert.throws(() => model.predict(tf.ones([2, 4]), { batchSize: 0 }), { code: 'E_INPUT' });
    model.dispose();
  });

  test('getLayer, execute and names', () => {
    const model = makeFunctional();
    const x = tf.tensor2d(numbers(8), [2, 4]);
    assert.equal(model.getLayer('hidden').name, 'hidden');
    assert.equal(model.getLayer(null, 0), model.layers[0]);
    assert.throws(() => model.getLayer('nobody'), /No such layer: nobody/);
    const hidden = model.execute(x, 'hidden');
    assert.deepEqual(hidden.shape, [2, 8]);
    assert.deepEqual(listOf(model.execute({ [model.inputNames[0]]: x }, ['hidden'])), listOf(hidden));
    model.dispose();
  });

  test('a model is a layer', () => {
    const inner = makeChain();
    const x = tf.input({ shape: [6, 3] });
    const outer = tf.sequential();
    outer.add(tf.layers.dense({ units: 3, inputShape: [7] }));
    outer.add(inner);
    assert.deepEqual(outer.outputs[0].shape, [null, 2]);
    assert.equal(outer.weights.length, 6);
    outer.layers[1].trainable = false;
    assert.equal(outer.trainableWeights.length, 2);
    assert.equal(x.shape.length, 3);
    const values = tf.tensor2d(numbers(14), [2, 7]);
    assertClose(outer.predict(values).arraySync(), inner.predict(outer.layers[0].apply(values)).arraySync(), 1e-6);
    outer.dispose();
  });

  test('layers are removed', () => {
    const model = makeChain();
    model.pop();
    assert.deepEqual(model.predict(tf.ones([1, 3])).shape, [1, 5]);
    model.add(tf.layers.dense({ units: 7 }));
    assert.deepEqual(model.predict(tf.ones([1, 3])).shape, [1, 7]);
    model.dispose();
  });

  test('faults of building are named', () => {
    assert.throws(() => tf.sequential({ layers: [tf.layers.dense({ units: 1 })] }), /inputShape/);
    assert.throws(() => tf.layers.dense({}), /dense_Dense\d+ \(Dense\).*'units': expected an integer/);
    assert.throws(() => tf.layers.dense({ units: 'many' }), { code: 'E_LAYER' });
    assert.throws(() => tf.layers.dense({ units: 2, activation: 'rectify' }), /unknown activation/);
    const x = tf.input({ shape: [2] });
    const y = tf.layers.dense({ units: 2, name: 'twin' }).apply(x);
    const z = tf.layers.dense({ units: 2, name: 'twin' }).apply(y);
    assert.throws(() => tf.model({ inputs: x, outputs: z }), /"twin" is used by two layers/);
    const other = tf.input({ shape: [2] });
    assert.throws(() => tf.model({ inputs: other, outputs: y }), /Graph disconnected/);
    assert.throws(() => tf.input({}), { code: 'E_LAYER' });
  });

  test('memory: dispose() frees what the model has', () => {
    const before = tf.memory().numTensors;
    const model = makeFunctional();
    const x = tf.ones([2, 4]);
    for (let i = 0; i < 5; ++i) tf.dispose(model.predict(x));
    x.dispose();
    assert.equal(tf.memory().numTensors, before + 3);
    assert.deepEqual(model.dispose(), { refCountAfterDispose: 0, numDisposedVariables: 3 });
    assert.equal(tf.memory().numTensors, before);
    assert.throws(() => model.dispose(), { code: 'E_DISPOSED' });
  });

  test('summary() prints the table', () => {
    const lines = [];
    const model = makeChain();
    model.summary(undefined, undefined, (line) => lines.push(line));
    assert.match(lines[1], /^Layer \(type\) +Input Shape +Output shape +Param #/);
    assert.match(lines[3], /\(Dense\) +\[\[null,3\]\] +\[null,5\] +20 *$/);
    assert.ok(lines.includes('Total params: 32'));
    model.dispose();
  });
});

describe('custom layers', { skip }, () => {
  before(() => tf.ready());

  test('are captured: shapes are inferred, and values follow', () => {
    const model = tf.sequential({ layers: [new Antirectifier({ inputShape: [3] }), new Scale({ start: 2 })] });
    assert.deepEqual(model.outputs[0].shape, [null, 6]);
    assert.deepEqual(model.predict(tf.tensor2d([1, -2, 3], [1, 3])).arraySync(), [[2, 0, 6, 0, 4, 0]]);
    const [scale] = model.getWeights();
    model.setWeights([tf.mul(scale, 10)]);
    assert.deepEqual(model.predict(tf.tensor2d([1, -2, 3], [1, 3])).arraySync(), [[20, 0, 60, 0, 40, 0]]);
    model.dispose();
  });

  test('that read values are told what to do', () => {
    class Peeking extends tf.layers.Layer {
      static className = 'Peeking';
      computeOutputShape(shape) {
        return shape;
      }
      call(inputs) {
        const x = [inputs].flat()[0];
        return x.dataSync()[0] > 0 ? x : tf.neg(x);
      }
    }
    const model = tf.sequential({ layers: [new Peeking({ inputShape: [3], name: 'peeking' })] });
    assert.throws(() => model.predict(tf.ones([1, 3])), /layer peeking \(Peeking\): .*must not read values.*tf\.where/);
    model.dispose();
  });

  test('are saved and loaded once they are registered', async () => {
    const model = tf.sequential({ layers: [new Scale({ inputShape: [2], start: 3 })] });
    const handler = new MemoryHandler();
    await model.save(handler);
    await assert.rejects(tf.loadLayersModel(handler), /unknown layer ScaleOfTests/);
    const given = await tf.loadLayersModel(handler, { customObjects: { ScaleOfTests: Scale } });
    assert.deepEqual(given.predict(tf.ones([1, 2])).arraySync(), [[3, 3]]);
    tf.serialization.registerClass(Scale);
    const loaded = await tf.loadLayersModel(handler);
    assert.equal(loaded.layers[0].start, 3);
    assert.deepEqual(loaded.predict(tf.ones([1, 2])).arraySync(), [[3, 3]]);
    for (const one of [model, given, loaded]) one.dispose();
  });

  test('say what inputs they take', () => {
    class Picky extends tf.layers.Layer {
      static className = 'Picky';
      inputSpec = [{ ndim: 3, axes: { [-1]: 4 } }];
    }
    assert.throws(() => new Picky().apply(tf.ones([2, 4])), {
      code: 'E_SHAPE',
      message: /expected ndim=3, found ndim=2/,
    });
    assert.throws(() => new Picky().apply(tf.input({ shape: [5, 3] })), /expected axis -1 to have value 4, found 3/);
    assert.deepEqual(new Picky().apply(tf.input({ shape: [5, 4] })).shape, [null, 5, 4]);
  });

  test('activations are classes, too', async () => {
    class Cube extends tf.serialization.Serializable {
      static className = 'CubeOfTests';
      apply(x) {
        return tf.mul(x, tf.square(x));
      }
      getConfig() {
        return {};
      }
    }
    tf.serialization.registerClass(Cube);
    for (const activation of [new Cube(), 'CubeOfTests']) {
      const layer = tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones', activation });
      const model = tf.sequential({ layers: [layer] });
      assert.deepEqual(model.predict(tf.tensor2d([[2]])).arraySync(), [[8]]);
      const handler = new MemoryHandler();
      await model.save(handler);
      const loaded = await tf.loadLayersModel(handler);
      assert.deepEqual(loaded.predict(tf.tensor2d([[2]])).arraySync(), [[8]]);
      for (const one of [model, loaded]) one.dispose();
    }
  });

  test('inputs of many sizes, whose graphs differ', () => {
    class Counting extends tf.layers.Layer {
      static className = 'Counting';
      call(inputs) {
        const x = [inputs].flat()[0];
        return tf.add(x, x.shape[1]);
      }
    }
    const model = tf.sequential({ layers: [new Counting({ inputShape: [null] })] });
    for (let size = 1; size <= 70; ++size) {
      assert.deepEqual(model.predict(tf.zeros([1, size])).dataSync()[0], size);
    }
    assert.deepEqual(model.predict(tf.zeros([1, 1])).dataSync()[0], 1);
    model.dispose();
  });

  test('random ops draw again in each run', () => {
    class Noisy extends tf.layers.Layer {
      static className = 'Noisy';
      call(inputs) {
        const x = [inputs].flat()[0];
        return tf.add(x, tf.randomUniform(x.shape));
      }
    }
    const model = tf.sequential({ layers: [new Noisy({ inputShape: [8] })] });
    const x = tf.zeros([1, 8]);
    assert.notDeepEqual(model.predict(x).arraySync(), model.predict(x).arraySync());
    model.dispose();
  });
});

describe('gradients of layers', { skip }, () => {
  before(() => tf.ready());

  test('reach the weights', () => {
    const layer = tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones' });
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    layer.apply(x);
    const variables = layer.weights.map((weight) => weight.read());
    const { grads } = tf.variableGrads(() => tf.sum(tf.square(layer.apply(x))), variables);
    // dL/dW = 2 X^T (X W), dL/db = 2 sum(X W)
    assertClose(grads[variables[0].name].arraySync(), [[2 * (3 + 21)], [2 * (6 + 28)]]);
    assertClose(grads[variables[1].name].arraySync(), [20]);
  });
});

describe('training by gradients', { skip }, () => {
  before(() => tf.ready());

  test('starts with weights that nothing has used', () => {
    const model = makeChain();
    const x = tf.tensor2d(numbers(12), [4, 3]);
    const loss = () => tf.mean(tf.square(tf.sub(model.apply(x), 0.25)));
    const optimizer = tf.train.sgd(0.5);
    const first = optimizer.minimize(loss, true).dataSync()[0];
    for (let i = 0; i < 50; ++i) optimizer.minimize(loss);
    assert.ok(loss().dataSync()[0] < first);
    model.dispose();
  });

  test('goes through predict()', () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones' })],
    });
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    model.predict(x);
    const { grads } = tf.variableGrads(() => tf.sum(model.predict(x)));
    const [kernel, bias] = model.weights.map((weight) => grads[weight.name].arraySync());
    assertClose(kernel, [[4], [6]]);
    assertClose(bias, [2]);
    model.dispose();
  });

  test('leaves frozen layers alone, frozen before or after they are used', () => {
    const model = makeChain();
    const [first, second] = model.layers;
    const x = tf.ones([1, 3]);
    const names = () => Object.keys(tf.variableGrads(() => tf.sum(tf.square(model.apply(x)))).grads).sort();
    const namesOf = (layers) => layers.flatMap((layer) => layer.weights.map(({ name }) => name)).sort();
    first.trainable = false;
    assert.deepEqual(names(), namesOf([second]));
    first.trainable = true;
    second.trainable = false;
    assert.deepEqual(names(), namesOf([first]));
    model.trainable = true;
    assert.deepEqual(names(), namesOf([first, second]));
    model.dispose();
  });
});

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
