// SPDX-License-Identifier: Apache-2.0
// Graph models whose weights are trained, with the built core in Node.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from '../layers/close.mjs';
import { noise, skip, tensorOf, tf } from './fit-models.mjs';

const attrs = { T: { type: 'DT_FLOAT' } };
const constant = (name, shape) => ({
  name,
  op: 'Const',
  attr: {
    dtype: { type: 'DT_FLOAT' },
    value: { tensor: { dtype: 'DT_FLOAT', tensorShape: { dim: shape.map((size) => ({ size: String(size) })) } } },
  },
});

/** A convolution and a dense layer, with fused ops as the converter writes them. */
function artifacts({ quantization } = {}) {
  const weights = { filter: [3, 3, 2, 4], bias: [4], kernel: [16, 3] };
  const node = [
    { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' } } },
    ...Object.entries(weights).map(([name, shape]) => constant(name, shape)),
    {
      name: 'conv',
      op: '_FusedConv2D',
      input: ['x', 'filter', 'bias'],
      attr: {
        ...attrs,
        strides: { list: { i: ['1', '2', '2', '1'] } },
        padding: { s: Buffer.from('SAME').toString('base64') },
        data_format: { s: Buffer.from('NHWC').toString('base64') },
        fused_ops: { list: { s: ['BiasAdd', 'Relu'].map((name) => Buffer.from(name).toString('base64')) } },
        num_args: { i: '1' },
      },
    },
    {
      ...constant('shape', [2]),
      attr: {
        dtype: { type: 'DT_INT32' },
        value: { tensor: { dtype: 'DT_INT32', tensorShape: { dim: [{ size: '2' }] }, intVal: [-1, 16] } },
      },
    },
    { name: 'flat', op: 'Reshape', input: ['conv', 'shape'], attr: attrs },
    { name: 'logits', op: 'MatMul', input: ['flat', 'kernel'], attr: attrs },
  ];
  const all = Object.values(weights).map((shape, i) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return quantization
      ? Uint8Array.from(noise(count, i + 1), (value) => 100 + 100 * value)
      : Float32Array.from(noise(count, i + 1));
  });
  const bytes = Buffer.concat(all.map((values) => Buffer.from(values.buffer)));
  return {
    format: 'graph-model',
    modelTopology: { node, versions: { producer: 1 } },
    weightSpecs: Object.entries(weights).map(([name, shape]) => ({
      name,
      shape,
      dtype: 'float32',
      ...(quantization && { quantization: { dtype: 'uint8', scale: 0.01, min: -1 } }),
    })),
    weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  };
}

const load = (options, given) => tf.loadGraphModel({ load: async () => artifacts(given) }, options);
const images = () => tensorOf(tf, [5, 4, 4, 2], 7);
const targets = () => tensorOf(tf, [5, 3], 8);
const lossOf = (model) => tf.tidy(() => tf.mean(tf.square(tf.sub(model.predict(images()), targets()))));

describe('training of graph models', { skip }, () => {
  before(() => tf.ready());

  test('predictions are as before, and follow the variables', async () => {
    const plain = await load();
    const model = await load({ trainable: true });
    for (let run = 0; run < 3; ++run) assertClose(model.predict(images()), plain.predict(images()), 1e-5);
    const [kernel] = model.weights.kernel;
    assert.ok(kernel instanceof tf.Variable);
    kernel.assign(tf.zeros([16, 3]));
    assertClose(model.predict(images()), new Array(15).fill(0), 0);
    assertClose(model.execute(images(), 'conv'), plain.execute(images(), 'conv'), 1e-5);
    model.dispose();
    plain.dispose();
  });

  test('gradients agree with finite differences', async () => {
    const model = await load({ trainable: true });
    const variables = Object.values(model.weights).map(([variable]) => variable);
    const { grads } = tf.variableGrads(() => lossOf(model), variables);
    assert.equal(Object.keys(grads).length, 3);
    for (const variable of variables) {
      const gradient = grads[variable.name].dataSync();
      const values = variable.dataSync().slice();
      for (const place of [0, values.length - 1]) {
        const at = (step) => {
          const moved = values.slice();
          moved[place] += step;
          variable.assign(tf.tensor(moved, variable.shape));
          return lossOf(model).dataSync()[0];
        };
        const slope = (at(1e-2) - at(-1e-2)) / 2e-2;
        variable.assign(tf.tensor(values, variable.shape));
        assertClose([gradient[place]], [slope], 1e-3, 1e-2);
      }
    }
  });

  test('what is learned is saved, also from quantized weights', async () => {
    for (const quantization of [false, true]) {
      const model = await load({ trainable: true }, { quantization });
      const before = lossOf(model).dataSync()[0];
      const optimizer = tf.train.adam(0.01);
      for (let i = 0; i < 20; ++i) optimizer.minimize(() => lossOf(model));
      const after = lossOf(model).dataSync()[0];
      assert.ok(after < 0.5 * before, `${before} -> ${after}`);
      let saved;
      const save = async (given) => {
        saved = { ...given, weightData: given.weightData };
        return { modelArtifactsInfo: { dateSaved: new Date() } };
      };
      await model.save({ save });
      const again = await tf.loadGraphModel({ load: async () => saved });
      assertClose(again.predict(images()), model.predict(images()), 1e-5);
    }
  });

  test('a graph model as a layer of a model that is trained', async () => {
    const base = await load({ trainable: true });
    class Base extends tf.layers.Layer {
      static className = 'GraphBaseForTest';
      call(inputs) {
        return base.execute(Array.isArray(inputs) ? inputs[0] : inputs, 'flat');
      }
    }
    const model = tf.sequential();
    model.add(new Base({ inputShape: [4, 4, 2] }));
    model.add(tf.layers.dense({ units: 3, kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) }));
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'mse' });
    const frozen = base.weights.filter[0].dataSync();
    const { history } = await model.fit(images(), targets(), { epochs: 30 });
    assert.ok(history.loss.at(-1) < 0.5 * history.loss[0], history.loss.join());
    assert.deepEqual(base.weights.filter[0].dataSync(), frozen);
  });

  test('memory', async () => {
    const before = tf.memory().numTensors;
    const model = await load({ trainable: true });
    const x = images();
    model.predict(x).dispose();
    const optimizer = tf.train.sgd(0.01);
    for (let i = 0; i < 3; ++i) optimizer.minimize(() => tf.sum(model.predict(x)));
    x.dispose();
    model.dispose();
    optimizer.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
});
