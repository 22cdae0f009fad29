// SPDX-License-Identifier: Apache-2.0
// Models made of layers as graph models: what these compute, here and in TensorFlow.js, and their names.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from '../layers/close.mjs';
import { loadTfjsLayers } from '../layers/tfjs.mjs';
import { convert, fileOf, filesOf, inputOf, makeModel, outputOf, skip, tf } from './small-models.mjs';

const tfjs = loadTfjsLayers();
const outputFormat = 'tfjs_graph_model';

/** Numbers that look like noise. */
const numbers = (count) => Array.from({ length: count }, (_, i) => Math.sin(1.7 * i + 1) / 1.5);
const tensorOf = (lib, shape) => lib.tensor(numbers(shape.reduce((a, b) => a * b, 1)), shape);

/** Gives all weights values; variances are not negative. */
function fillWeights(model) {
  model.setWeights(
    model.weights.map(({ shape, name }) => {
      const values = tensorOf(tf, shape);
      return name.includes('variance') ? tf.abs(values) : values;
    }),
  );
  return model;
}

/** Converts a model, and checks that the graph computes for `inputs` what the model does. */
async function checkGraph(model, shapes, options = {}) {
  const converted = await convert(await filesOf(model), { outputFormat, ...options });
  for (const sizes of shapes) {
    const expected = [model.predict(sizes.map((shape) => tensorOf(tf, shape)))].flat();
    for (const [lib, loadGraphModel] of [[tf, tf.loadGraphModel], tfjs && [tfjs.core, await tfjsLoader()]]) {
      if (!lib) continue;
      const graph = await loadGraphModel(lib === tf ? converted : { load: async () => converted.load() });
      const feeds = Object.fromEntries(model.inputNames.map((name, i) => [name, tensorOf(lib, sizes[i])]));
      const names = model.outputNames.map((key) => converted.signature.outputs[key].name);
      const results = [await graph.executeAsync(feeds, names)].flat();
      for (const [i, result] of results.entries()) {
        assert.deepEqual(result.shape, expected[i].shape);
        assertClose(Array.from(result.dataSync()), Array.from(expected[i].dataSync()), 1e-5, 1e-5);
      }
    }
  }
  return converted;
}

async function tfjsLoader() {
  return (await import('@tensorflow/tfjs-converter')).loadGraphModel;
}

const opsOf = ({ modelTopology: { node, library } }) =>
  new Set([...node, ...(library?.function ?? []).flatMap(({ nodeDef }) => nodeDef)].map(({ op }) => op));

describe('layers models as graph models', { skip }, () => {
  before(() => tf.ready());

  test('compute the same from every format', async () => {
    const model = makeModel();
    const expected = outputOf(tf, model);
    for (const source of [await filesOf(model), await fileOf(model, 'h5'), await fileOf(model, 'keras')]) {
      const converted = await convert(source, { outputFormat });
      assert.equal(converted.format, 'graph-model');
      const graph = await tf.loadGraphModel(converted);
      assertClose(Array.from(graph.predict(inputOf(tf)).dataSync()), expected, 1e-6, 1e-6);
      assert.equal(converted.report.layers.Bidirectional, 1);
      graph.dispose();
    }
  });

  test('have the names of the official converter', async () => {
    const x = tf.input({ shape: [4], name: 'x' });
    const hidden = tf.layers.dense({ name: 'hidden', units: 3, activation: 'relu' }).apply(x);
    const b = tf.layers.dense({ name: 'b', units: 2 }).apply(hidden);
    const a = tf.layers.dense({ name: 'a', units: 1 }).apply(hidden);
    const model = fillWeights(tf.model({ name: 'net', inputs: x, outputs: [b, a] }));
    const { signature, modelTopology, weightSpecs } = await checkGraph(model, [[[3, 4]]]);
    assert.deepEqual(Object.keys(signature.inputs), ['x']);
    assert.equal(signature.inputs.x.name, 'x:0');
    assert.deepEqual(
      Object.entries(signature.outputs).map(([key, { name }]) => [key, name]),
      [
        ['a', 'Identity:0'],
        ['b', 'Identity_1:0'],
      ],
    );
    const names = modelTopology.node.map(({ name }) => name);
    assert.ok(names.includes('StatefulPartitionedCall/net/hidden/Relu'), String(names));
    assert.ok(
      weightSpecs.some(({ name }) => name === 'StatefulPartitionedCall/net/hidden/MatMul/ReadVariableOp'),
      String(weightSpecs.map(({ name }) => name)),
    );
    const numbered = await convert(await fileOf(model, 'keras'), { outputFormat });
    assert.deepEqual(Object.keys(numbered.signature.outputs), ['output_0', 'output_1']);
    assert.equal(numbered.signature.outputs.output_1.name, 'Identity_1:0');
  });

  for (const [name, layer] of Object.entries({
    lstm: () => tf.layers.lstm({ units: 3, returnSequences: true, returnState: true }),
    'lstm backwards': () => tf.layers.lstm({ units: 3, goBackwards: true, recurrentActivation: 'hardSigmoid' }),
    gru: () => tf.layers.gru({ units: 3, resetAfter: false, returnSequences: true }),
    'gru with reset after': () => tf.layers.gru({ units: 3, resetAfter: true, recurrentActivation: 'sigmoid' }),
    simple: () => tf.layers.simpleRNN({ units: 3, activation: 'softsign', returnSequences: true }),
  })) {
    test(`run recurrent layers as loops: ${name}`, async () => {
      for (const isMasked of [false, true]) {
        const x = tf.input({ shape: [null, 2], name: 'x' });
        // -0.66 is the value of the third step of the first example.
        const inner = isMasked ? tf.layers.masking({ maskValue: tensorOf(tf, [1, 5, 2]).dataSync()[4] }).apply(x) : x;
        const model = fillWeights(tf.model({ inputs: x, outputs: layer().apply(inner) }));
        const sizes = [[[2, 5, 2]], [[1, 3, 2]]];
        const outputs = model.outputs.length > 1 ? tf.model({ inputs: x, outputs: model.outputs.at(-1) }) : model;
        const converted = await checkGraph(outputs, sizes);
        const ops = opsOf(converted);
        assert.ok(
          [...ops].every((op) => !/^_(Lstm|Gru|SimpleRnn)/.test(op)),
          String([...ops]),
        );
        assert.ok(ops.has('StatelessWhile'));
      }
    });
  }

  test('accept images of any size', async () => {
    const model = fillWeights(
      tf.sequential({
        layers: [
          tf.layers.conv2d({ inputShape: [null, null, 3], filters: 4, kernelSize: 3, strides: 2, padding: 'same' }),
          tf.layers.batchNormalization(),
          tf.layers.separableConv2d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same' }),
          tf.layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' }),
          tf.layers.upSampling2d({ size: [2, 2] }),
          tf.layers.globalAveragePooling2d({}),
        ],
      }),
    );
    await checkGraph(model, [[[2, 8, 8, 3]], [[1, 12, 10, 3]]]);
  });

  test('are refused with the layer that needs a known size', async () => {
    const step = tf.layers.timeDistributed({ name: 'each', layer: tf.layers.lstm({ units: 2 }) });
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [null, 3, 2] }), step] });
    await assert.doesNotReject(convert(await filesOf(model), { outputFormat }));
    const convLstm = tf.layers.convLstm2d({ name: 'movie', filters: 1, kernelSize: 1, inputShape: [null, 4, 4, 1] });
    const movie = tf.sequential({ layers: [convLstm] });
    await assert.rejects(convert(await filesOf(movie), { outputFormat }), {
      code: 'E_SHAPE',
      message: /movie \(\w+\) depends on the sizes of the inputs/,
    });
  });

  test('do not change their state', async () => {
    const layer = tf.layers.lstm({ units: 2, stateful: true, batchInputShape: [1, 3, 2] });
    const model = fillWeights(tf.sequential({ layers: [layer] }));
    const files = await filesOf(model);
    await assert.rejects(convert(files, { outputFormat }), { code: 'E_STATE', message: /freezeState/ });
    const graph = await tf.loadGraphModel(await convert(files, { outputFormat, freezeState: true }));
    const expected = Array.from(model.predict(tensorOf(tf, [1, 3, 2])).dataSync());
    for (let run = 0; run < 2; ++run) {
      assertClose(Array.from(graph.predict(tensorOf(tf, [1, 3, 2])).dataSync()), expected, 1e-6, 1e-6);
    }
  });

  test('can be quantized, and have metadata', async () => {
    const model = fillWeights(tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [16], name: 'd' })] }));
    const converted = await convert(await filesOf(model), {
      outputFormat,
      quantize: { uint8: ['*/MatMul/*'] },
      metadata: { labels: ['a'] },
    });
    assert.deepEqual(converted.userDefinedMetadata, { labels: ['a'] });
    const quantized = converted.weightSpecs.filter(({ quantization }) => quantization);
    assert.deepEqual(
      quantized.map(({ shape, quantization }) => [shape, quantization.dtype]),
      [[[16, 8], 'uint8']],
    );
  });

  test('keep what was converted out of memory', async () => {
    const layer = tf.layers.gru({ units: 2, inputShape: [null, 2] });
    const files = await filesOf(fillWeights(tf.sequential({ layers: [layer] })));
    const before = tf.memory();
    await convert(files, { outputFormat });
    assert.deepEqual(tf.memory(), before);
  });
});
