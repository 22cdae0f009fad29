// SPDX-License-Identifier: Apache-2.0
// Recurrent layers, with the built core in Node. Compared with TensorFlow.js, with numbers that were computed in float64,
// and with loops.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
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

const GOLDENS = path.join(ROOT, '../shared/goldens/keras/recurrent.json');
const noGoldens = existsSync(GOLDENS) ? false : 'there are no golden numbers beside the repository';

/** The changes of a function's sum for small changes of a variable, at some places. */
function assertGradients(f, weights) {
  const { grads } = tf.variableGrads(f);
  for (const weight of weights) {
    const variable = weight.read();
    const values = variable.dataSync().slice();
    const gradient = grads[variable.name].dataSync();
    for (const place of [0, values.length >> 1, values.length - 1]) {
      const at = (step) => {
        const moved = values.slice();
        moved[place] += step;
        weight.write(tf.tensor(moved, weight.shape));
        return f().dataSync()[0];
      };
      const slope = (at(1e-2) - at(-1e-2)) / 2e-2;
      weight.write(tf.tensor(values, weight.shape));
      assert.ok(
        Math.abs(slope - gradient[place]) < 5e-3 * Math.max(1, Math.abs(slope)),
        `${slope}, ${gradient[place]}`,
      );
    }
  }
}

describe('recurrent layers', { skip }, () => {
  before(prepare);

  test('LSTM, GRU and SimpleRNN: golden numbers of Keras', { skip: noGoldens }, () => {
    const { cases } = JSON.parse(readFileSync(GOLDENS, 'utf8'));
    const byName = Object.fromEntries(cases.map((entry) => [entry.name, entry]));
    const camel = (key) => key.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
    const layerOf = (factory, { generation, ...config }, more) => {
      const args = Object.fromEntries(Object.entries(config).map(([key, value]) => [camel(key), value]));
      return tf.layers[factory]({ recurrentActivation: 'sigmoid', ...args, ...more });
    };
    const run = (name, factory) => {
      const { config, x, weights, mask, ...expected } = byName[name];
      const layer = layerOf(factory, config, { returnSequences: true });
      const input = tf.tensor(x);
      layer.build(input.shape);
      layer.setWeights(weights.map((weight) => tf.tensor(weight)));
      assertClose(layer.apply(input, mask && { mask: tf.tensor(mask, undefined, 'bool') }), expected.sequences);
      const last = layerOf(factory, config, { returnState: true });
      last.build(input.shape);
      last.setWeights(weights.map((weight) => tf.tensor(weight)));
      const [y, h, c] = last.apply(input, mask && { mask: tf.tensor(mask, undefined, 'bool') });
      if (expected.last && !config.return_sequences) assertClose(y, expected.last);
      if (expected.state_h) assertClose(h, expected.state_h);
      if (expected.state_c) assertClose(c, expected.state_c);
    };
    for (const name of ['lstm_sigmoid', 'lstm_hard_sigmoid_keras2', 'lstm_masked', 'lstm_go_backwards'])
      run(name, 'lstm');
    for (const name of ['gru_reset_after_true', 'gru_reset_after_false', 'gru_reset_after_false_hard_sigmoid_keras2']) {
      run(name, 'gru');
    }
    run('simple_rnn', 'simpleRNN');
    run('conv_lstm2d', 'convLstm2d');
    const { x, weights, ...expected } = byName.bidirectional_lstm;
    for (const mergeMode of ['concat', 'sum', 'mul', 'ave']) {
      const layer = tf.layers.bidirectional({
        layer: tf.layers.lstm({ units: 2, recurrentActivation: 'sigmoid', returnSequences: true }),
        mergeMode,
      });
      layer.build([null, 4, 3]);
      layer.setWeights(weights.map((weight) => tf.tensor(weight)));
      assertClose(layer.apply(tf.tensor(x)), expected[`${mergeMode}_sequences`]);
    }
  });

  test('the same outputs, shapes, weights and names as TensorFlow.js', {
    skip: tfjs ? false : 'no tfjs-layers',
  }, () => {
    const { core, layers: theirs } = tfjs;
    const variants = [
      ['lstm', { units: 3 }],
      ['lstm', { units: 3, returnSequences: true, goBackwards: true, useBias: false }],
      ['lstm', { units: 2, returnState: true, recurrentActivation: 'sigmoid', activation: 'relu' }],
      ['gru', { units: 3, returnSequences: true }],
      ['gru', { units: 3, returnState: true, recurrentActivation: 'sigmoid' }],
      ['simpleRNN', { units: 3, returnSequences: true, returnState: true, activation: 'sigmoid' }],
      ['convLstm2d', { filters: 2, kernelSize: 2, returnSequences: true }],
      ['convLstm2d', { filters: 2, kernelSize: [2, 3], padding: 'same', returnState: true }],
    ];
    for (const [name, options] of variants) {
      const shape = name === 'convLstm2d' ? [2, 3, 5, 6, 2] : [2, 4, 5];
      // Their orthogonal initializer needs methods that are registered only with the union package.
      const args = { ...options, name: `ours_${name}`, recurrentInitializer: 'zeros' };
      const [ours, other] = [tf, theirs].map((lib) => lib.layers[name](args));
      const x = numbers(shape);
      const [y, z] = [ours, other].map((layer, i) => {
        const lib = i === 0 ? tf : theirs;
        const input = lib.input({ shape: shape.slice(1) });
        const output = layer.apply(input);
        return [lib.model({ inputs: input, outputs: output }), [output].flat()];
      });
      assert.deepEqual(
        ours.weights.map(({ shape: own }) => own),
        other.weights.map(({ shape: own }) => own),
      );
      assert.deepEqual(
        ours.weights.map(({ originalName }) => originalName),
        other.weights.map(({ originalName }) => originalName),
      );
      assert.deepEqual(
        y[1].map((tensor) => tensor.shape),
        z[1].map((tensor) => tensor.shape),
      );
      setWeights(ours);
      other.setWeights(ours.getWeights().map((weight) => core.tensor(weight.dataSync(), weight.shape)));
      const [a, b] = [y[0].predict(x), z[0].predict(core.tensor(x.dataSync(), shape))];
      assertAllClose(a, b);
    }
  });

  test('initial states as inputs and as an argument, in models of any batch size', () => {
    const x = tf.input({ shape: [4, 5] });
    const h = tf.input({ shape: [3] });
    const c = tf.input({ shape: [3] });
    const lstm = tf.layers.lstm({ units: 3 });
    const y = lstm.apply(x, { initialState: [h, c] });
    const model = tf.model({ inputs: [x, h, c], outputs: [y, lstm.apply([x, h, c])] });
    setWeights(lstm);
    for (const batch of [1, 3]) {
      const given = [numbers([batch, 4, 5]), numbers([batch, 3], 2), numbers([batch, 3], 3)];
      const [a, b] = model.predict(given);
      assertClose(a, b, 0);
      assertAllClose(a, lstm.apply(given[0], { initialState: given.slice(1) }));
      assert.notDeepEqual(a.dataSync(), lstm.apply(given[0]).dataSync());
    }
    throwsCode(() => lstm.apply(numbers([1, 4, 5]), { initialState: [numbers([1, 3])] }), 'E_LAYER', /states/);
  });

  test('state is kept between batches', () => {
    const makers = [
      () => tf.layers.lstm({ units: 3, stateful: true, batchInputShape: [2, 4, 5] }),
      () => tf.layers.gru({ units: 3, stateful: true, batchInputShape: [2, 4, 5], returnState: true }),
      () => tf.layers.rnn({ cell: new PlainCell({ units: 3 }), stateful: true, batchInputShape: [2, 4, 5] }),
      () =>
        tf.layers.rnn({
          cell: [tf.layers.lstmCell({ units: 2 }), tf.layers.gruCell({ units: 3 })],
          stateful: true,
          batchInputShape: [2, 4, 5],
        }),
    ];
    for (const make of makers) {
      const layer = make();
      const x = tf.input({ batchShape: [2, 4, 5] });
      const model = tf.model({ inputs: x, outputs: layer.apply(x) });
      setWeights(layer);
      const data = numbers([2, 4, 5]);
      const predict = () => [...[model.predict(data)].flat()[0].dataSync()];
      const first = predict();
      const state = layer.states.map((value) => [...value.dataSync()]);
      const second = predict();
      assert.notDeepEqual(first, second);
      assert.notDeepEqual(
        state,
        layer.states.map((value) => [...value.dataSync()]),
      );
      // By the states of the first batch.
      layer.resetStates(state.map((values, i) => tf.tensor(values, layer.states[i].shape)));
      assert.deepEqual(predict(), second);
      model.resetStates();
      assert.deepEqual(predict(), first);
      model.resetStates();
      assertClose([layer.apply(data)].flat()[0], first);
      assertClose([layer.apply(data)].flat()[0], second);
      assert.equal(model.weights.length, layer.weights.length);
      assert.ok(!model.weights.some(({ originalName }) => originalName.includes('state_')));
      const { numTensors } = tf.memory();
      tf.dispose(model.predict(data));
      assert.equal(tf.memory().numTensors, numTensors);
      model.dispose();
    }
    throwsCode(
      () => tf.layers.lstm({ units: 2, stateful: true }).apply(tf.input({ shape: [4, 5] })),
      'E_LAYER',
      /size of its batches/,
    );
  });

  test('masks of Masking reach recurrent layers', () => {
    const layer = tf.layers.rnn({ cell: new PlainCell({ units: 2 }), returnSequences: true });
    const model = tf.sequential({ layers: [tf.layers.masking({ inputShape: [4, 3] }), layer] });
    setWeights(layer);
    const x = numbers([2, 4, 3]).mul(tf.tensor(MASK, [2, 4], 'bool').cast('float32').reshape([2, 4, 1]));
    assertClose(model.predict(x), plainOutputs(x, layer.getWeights(), { mask: MASK }));
    const lstm = tf.sequential({ layers: [tf.layers.masking({ inputShape: [4, 3] }), tf.layers.lstm({ units: 2 })] });
    setWeights(lstm);
    const mask = tf.tensor(MASK, [2, 4], 'bool');
    assertAllClose(lstm.predict(x), lstm.layers[1].apply(x, { mask }));
  });

  test('gradients', () => {
    const x = numbers([2, 4, 3]);
    const layers = [
      tf.layers.lstm({ units: 2, recurrentActivation: 'sigmoid' }),
      tf.layers.gru({ units: 2, resetAfter: true, recurrentActivation: 'sigmoid', returnSequences: true }),
      tf.layers.bidirectional({ layer: tf.layers.simpleRNN({ units: 2, returnSequences: true }) }),
      tf.layers.rnn({ cell: [new PlainCell({ units: 2 }), tf.layers.gruCell({ units: 3 })] }),
      tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 2, activation: 'tanh' }) }),
    ];
    for (const layer of layers) {
      layer.apply(x);
      setWeights(layer);
      assertGradients(() => layer.apply(x).sum(), layer.weights);
    }
  });

  test('forgetting starts at one', () => {
    for (const layer of [tf.layers.lstm({ units: 2 }), tf.layers.lstmCell({ units: 2 })]) {
      layer.build([1, 3, 3].slice(layer.getClassName() === 'LSTM' ? 0 : 1));
      assert.deepEqual([...layer.getWeights()[2].dataSync()], [0, 0, 1, 1, 0, 0, 0, 0]);
    }
    const plain = tf.layers.lstm({ units: 1, unitForgetBias: false });
    plain.build([1, 3, 3]);
    assert.deepEqual([...plain.getWeights()[2].dataSync()], [0, 0, 0, 0]);
  });
});
