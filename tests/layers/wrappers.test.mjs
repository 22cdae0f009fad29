// SPDX-License-Identifier: Apache-2.0
// Layers that contain layers, with the built core in Node. Compared with TensorFlow.js, with the layers that they contain,
// and with loops.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from './close.mjs';
import {
  assertAllClose,
  MASK,
  numbers,
  PlainCell,
  plainOutputs,
  prepare,
  setWeights,
  skip,
  tf,
  throwsCode,
} from './recurrent-models.mjs';
import { loadTfjsLayers } from './tfjs.mjs';

const tfjs = loadTfjsLayers();

describe('layers that contain layers', { skip }, () => {
  before(prepare);

  test('Bidirectional: merge modes, states, masks', () => {
    const x = numbers([2, 4, 3]);
    const inner = () => tf.layers.rnn({ cell: new PlainCell({ units: 2 }), returnSequences: true, returnState: true });
    for (const mergeMode of ['concat', 'sum', 'mul', 'ave', null]) {
      const layer = tf.layers.bidirectional({ layer: inner(), mergeMode });
      layer.apply(x);
      setWeights(layer);
      for (const mask of [undefined, MASK]) {
        const outputs = layer.apply(x, mask && { mask: tf.tensor(mask, [2, 4], 'bool') });
        const [w, u, w2, u2] = layer.getWeights();
        const options = { mask, zeroOutput: true };
        const forward = tf.tensor(plainOutputs(x, [w, u], options));
        const backward = tf.tensor(plainOutputs(x, [w2, u2], { ...options, goBackwards: true })).reverse(1);
        const expected = {
          concat: () => [tf.concat([forward, backward], -1)],
          sum: () => [tf.add(forward, backward)],
          mul: () => [tf.mul(forward, backward)],
          ave: () => [tf.add(forward, backward).div(2)],
          null: () => [forward, backward],
        }[String(mergeMode)]();
        assertAllClose(outputs.slice(0, -2), expected);
        const [a, b] = outputs.slice(-2);
        const states = tf.layers.bidirectional({ layer: inner(), mergeMode });
        states.apply(x);
        states.setWeights(layer.getWeights());
        const again = states.apply(x, { initialState: [a, b] });
        assert.equal(again.length, outputs.length);
      }
    }
    throwsCode(() => tf.layers.bidirectional({ layer: inner(), mergeMode: 'max' }), 'E_LAYER', /mergeMode/);
    throwsCode(
      () => tf.layers.bidirectional({ layer: inner(), backwardLayer: inner() }),
      'E_LAYER',
      /different directions/,
    );
  });

  test('Bidirectional and TimeDistributed: as in TensorFlow.js', { skip: tfjs ? false : 'no tfjs-layers' }, () => {
    const { core, layers: theirs } = tfjs;
    const build = (lib) => {
      const layer = lib.layers.bidirectional({
        layer: lib.layers.lstm({ units: 2, returnSequences: true, name: 'inner', recurrentInitializer: 'zeros' }),
        name: 'both',
        inputShape: [4, 3],
      });
      const steps = lib.layers.timeDistributed({ layer: lib.layers.dense({ units: 2 }), name: 'steps' });
      return lib.sequential({ layers: [layer, steps] });
    };
    const [ours, other] = [build(tf), build(theirs)];
    assert.deepEqual(
      ours.weights.map(({ originalName }) => originalName),
      other.weights.map(({ originalName }) => originalName),
    );
    setWeights(ours);
    other.setWeights(ours.getWeights().map((weight) => core.tensor(weight.dataSync(), weight.shape)));
    const x = numbers([3, 4, 3]);
    assertAllClose(ours.predict(x), other.predict(core.tensor(x.dataSync(), x.shape)));
    assert.deepEqual(ours.outputs[0].shape, other.outputs[0].shape);
  });

  test('Bidirectional: initial states in two halves', () => {
    const x = numbers([2, 4, 3]);
    const options = { units: 2, returnState: true };
    const layer = tf.layers.bidirectional({ layer: tf.layers.lstm(options) });
    const states = [1, 2, 3, 4].map((seed) => numbers([2, 2], seed));
    layer.apply(x);
    setWeights(layer);
    const [y, ...last] = layer.apply([x, ...states]);
    const single = [false, true].map((goBackwards, i) => {
      const lstm = tf.layers.lstm({ ...options, goBackwards });
      lstm.apply(x);
      lstm.setWeights(layer.getWeights().slice(3 * i, 3 * i + 3));
      return lstm.apply(x, { initialState: states.slice(2 * i, 2 * i + 2) });
    });
    assertAllClose(y, tf.concat([single[0][0], single[1][0]], -1));
    assertAllClose(last, [...single[0].slice(1), ...single[1].slice(1)]);
  });

  test('TimeDistributed: any layer, at every step', () => {
    const inner = tf.layers.rnn({ cell: new PlainCell({ units: 2 }) });
    const layer = tf.layers.timeDistributed({ layer: inner });
    const input = tf.input({ shape: [3, 4, 3] });
    const model = tf.model({ inputs: input, outputs: layer.apply(input) });
    assert.deepEqual(model.outputs[0].shape, [null, 3, 2]);
    const x = numbers([2, 3, 4, 3]);
    const steps = tf.unstack(x, 1).map((step) => inner.apply(step));
    assertAllClose(model.predict(x), tf.stack(steps, 1));
    const nested = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    const model2 = tf.sequential({ layers: [tf.layers.timeDistributed({ layer: nested, inputShape: [4, 3] })] });
    assert.equal(model2.weights.length, 2);
    const y = numbers([2, 4, 3]);
    assertAllClose(
      model2.predict(y),
      tf.stack(
        tf.unstack(y, 1).map((step) => nested.predict(step)),
        1,
      ),
    );
    throwsCode(() => layer.build([2, 3]), 'E_SHAPE', /time/);
  });

  test('TimeDistributed: masks', () => {
    const mask = tf.tensor(MASK, [2, 4], 'bool');
    const dense = tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 2 }) });
    dense.apply(numbers([2, 4, 3]));
    assertClose(dense.callWithMasks(numbers([2, 4, 3]), [mask], {}).masks[0].cast('int32'), mask.cast('int32'));
    const rnn = tf.layers.rnn({ cell: new PlainCell({ units: 2 }) });
    const layer = tf.layers.timeDistributed({ layer: rnn });
    const x = numbers([2, 2, 4, 3]);
    const own = tf.stack([mask, tf.logicalNot(mask)], 1);
    const y = layer.apply(x, {});
    assert.deepEqual(y.shape, [2, 2, 2]);
    const { outputs, masks } = layer.callWithMasks(x, [own], {});
    const expected = tf.unstack(x, 1).map((step, t) => rnn.apply(step, { mask: tf.unstack(own, 1)[t] }));
    assertAllClose(outputs[0], tf.stack(expected, 1));
    assertClose(masks[0].cast('int32'), own.any(2).cast('int32'));
  });

  test('SpectralNormalization: the kernel and its vector change in training only', () => {
    const layer = tf.layers.spectralNormalization({ layer: tf.layers.dense({ units: 2 }), powerIterations: 20 });
    const x = numbers([4, 3]);
    layer.apply(x);
    assert.deepEqual(
      layer.weights.map(({ originalName }) => originalName.split('/').at(-1)),
      ['kernel', 'bias', 'vector_u'],
    );
    setWeights(layer);
    const [kernel] = layer.getWeights();
    const before = kernel.arraySync();
    assertAllClose(layer.apply(x), tf.add(tf.matMul(x, kernel), layer.getWeights()[1]));
    assert.deepEqual(layer.getWeights()[0].arraySync(), before);
    const y = layer.apply(x, { training: true });
    // The largest singular value of a matrix with two columns.
    const [[a, b], [, d]] = tf.matMul(kernel, kernel, true).arraySync();
    const largest = Math.sqrt((a + d) / 2 + Math.sqrt(((a - d) / 2) ** 2 + b * b));
    const [scaled, bias] = layer.getWeights();
    assertClose(scaled, kernel.div(largest), 1e-4);
    assertAllClose(y, tf.add(tf.matMul(x, scaled), bias));
    throwsCode(
      () => tf.layers.spectralNormalization({ layer: tf.layers.activation({ activation: 'relu' }) }).apply(x),
      'E_LAYER',
      /kernel/,
    );
    throwsCode(
      () => tf.layers.spectralNormalization({ layer: tf.layers.dense({ units: 2 }), powerIterations: 0 }),
      'E_LAYER',
      /positive/,
    );
  });

  test('configs round trip, in the form of Keras, too', async () => {
    const x = numbers([2, 4, 3]);
    const plain = () => new PlainCell({ units: 2 });
    const made = [
      tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 2, returnSequences: true }), mergeMode: 'sum' }),
      tf.layers.bidirectional({ layer: tf.layers.gru({ units: 2, resetAfter: true }), mergeMode: 'ave' }),
      tf.layers.bidirectional({
        layer: tf.layers.simpleRNN({ units: 2 }),
        backwardLayer: tf.layers.lstm({ units: 3, goBackwards: true }),
      }),
      tf.layers.rnn({ cell: [plain(), tf.layers.gruCell({ units: 3 })], returnSequences: true }),
      tf.layers.rnn({ cell: plain(), goBackwards: true, zeroOutputForMask: true }),
      tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 2, activation: 'tanh' }) }),
      tf.layers.timeDistributed({ layer: tf.layers.bidirectional({ layer: tf.layers.rnn({ cell: plain() }) }) }),
      tf.layers.spectralNormalization({ layer: tf.layers.dense({ units: 2 }), powerIterations: 2 }),
      tf.layers.lstm({ units: 2, dropout: 0.5, recurrentInitializer: 'glorotNormal', kernelRegularizer: 'l1l2' }),
    ];
    for (const layer of made) {
      const isDeep = layer.layer?.getClassName() === 'Bidirectional';
      const input = tf.input({ shape: isDeep ? [2, 4, 3] : [4, 3] });
      const model = tf.model({ inputs: input, outputs: layer.apply(input) });
      setWeights(layer);
      const copy = await tf.models.modelFromJSON(JSON.parse(model.toJSON()));
      assert.deepEqual(JSON.parse(copy.toJSON()), JSON.parse(model.toJSON()));
      assert.deepEqual(
        copy.weights.map(({ originalName }) => originalName),
        model.weights.map(({ originalName }) => originalName),
      );
      copy.setWeights(model.getWeights());
      const data = isDeep ? numbers([2, 2, 4, 3]) : x;
      assertClose(copy.predict(data), model.predict(data), 0);
      const count = model.weights.length;
      assert.equal(model.dispose().numDisposedVariables, count);
    }
  });

  test('configs as Keras 3 writes them', async () => {
    const keras = (class_name, config) => ({ module: 'keras.layers', class_name, config, registered_name: null });
    const dtype = keras('DTypePolicy', { name: 'float32' });
    const lstm = (name, go_backwards) =>
      keras('LSTM', { name, units: 2, recurrent_activation: 'hard_sigmoid', go_backwards, seed: null, dtype });
    const config = {
      name: 'keras3',
      layers: [
        keras('InputLayer', { batch_shape: [null, 4, 3], dtype: 'float32', name: 'x' }),
        keras('Bidirectional', {
          name: 'bidirectional',
          dtype,
          merge_mode: 'concat',
          layer: lstm('forward_lstm', false),
          backward_layer: lstm('backward_lstm', true),
        }),
      ],
    };
    const model = await tf.models.modelFromJSON({ class_name: 'Sequential', config, keras_version: '3.6.0' });
    assert.deepEqual(
      model.weights.map(({ originalName }) => originalName),
      ['forward', 'backward'].flatMap((way) =>
        ['kernel', 'recurrent_kernel', 'bias'].map((name) => `bidirectional/${way}_lstm/${name}`),
      ),
    );
    const x = numbers([2, 4, 3]);
    setWeights(model);
    const old = await tf.models.modelFromJSON({ class_name: 'Sequential', config, keras_version: '2.15.0' });
    old.setWeights(model.getWeights());
    // Their hard_sigmoid differs.
    assert.notDeepEqual(old.predict(x).dataSync(), model.predict(x).dataSync());
    const cudnn = await tf.models.modelFromJSON({
      class_name: 'Sequential',
      config: [
        { class_name: 'CuDNNLSTM', config: { name: 'c', units: 2, batch_input_shape: [null, 4, 3] } },
        { class_name: 'RepeatVector', config: { name: 'r', n: 2 } },
        { class_name: 'CuDNNGRU', config: { name: 'g', units: 2 } },
      ],
      keras_version: '2.2.4',
    });
    assert.deepEqual(cudnn.weights.at(-1).shape, [2, 6]);
    assert.equal(cudnn.layers.at(-1).getConfig().recurrentActivation, 'sigmoid');
  });
});
