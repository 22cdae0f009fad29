// SPDX-License-Identifier: Apache-2.0
// Recurrent layers and layers that contain layers, with the built core in Node. Compared with TensorFlow.js, with numbers
// that were computed in float64, and with loops.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import { loadTfjsLayers } from './tfjs.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');
const tfjs = loadTfjsLayers();

const GOLDENS = path.join(ROOT, '../shared/goldens/keras/recurrent.json');
const noGoldens = existsSync(GOLDENS) ? false : 'there are no golden numbers beside the repository';

const numbers = (shape, seed = 1) => {
  const count = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Array.from({ length: count }, (_, i) => Math.sin(7 * i + seed)),
    shape,
  );
};

function assertClose(actual, expected, tolerance = 1e-5) {
  const [a, b] = [actual, expected].map((value) => (value.dataSync ? [...value.dataSync()] : [value].flat(Infinity)));
  assert.equal(a.length, b.length);
  for (const [i, value] of a.entries()) assert.ok(Math.abs(value - b[i]) <= tolerance, `${i}: ${value}, ${b[i]}`);
}

const assertAllClose = (actual, expected) => {
  const [a, b] = [[actual].flat(), [expected].flat()];
  assert.equal(a.length, b.length);
  for (const [i, tensor] of a.entries()) {
    assert.deepEqual(tensor.shape, b[i].shape);
    assertClose(tensor, b[i]);
  }
};

const throwsCode = (call, code, message) =>
  assert.throws(call, (error) => {
    assert.equal(error.code, code, error.stack);
    assert.match(error.message, message);
    return true;
  });

/** Gives a layer weights that differ. */
function setWeights(layer) {
  layer.setWeights(layer.weights.map(({ shape }, i) => numbers(shape, 20 + i).mul(0.5)));
}

/** h = tanh(x W + h U + c), with a constant c if there is one. */
class PlainCell extends (skip ? Object : tf.layers.RNNCell) {
  static className = 'PlainCellOfTests';

  constructor(config) {
    super(config);
    this.units = config.units;
    this.stateSize = config.units;
  }

  build(shape) {
    const features = (Array.isArray(shape[0]) ? shape[0] : shape).at(-1);
    this.w = this.addWeight('kernel', [features, this.units], 'float32', 'glorotUniform');
    this.u = this.addWeight('recurrent_kernel', [this.units, this.units], 'float32', 'glorotUniform');
    this.built = true;
  }

  call([x, h], { constants = [] }) {
    let sum = tf.add(tf.matMul(x, this.w.read()), tf.matMul(h, this.u.read()));
    for (const constant of constants) sum = tf.add(sum, constant);
    const y = tf.tanh(sum);
    return [y, y];
  }

  getConfig() {
    return { ...super.getConfig(), units: this.units };
  }
}

/** The outputs of a PlainCell, by loops. */
function plainOutputs(x, [w, u], { mask, goBackwards = false, zeroOutput = false } = {}) {
  const values = x.arraySync();
  return values.map((sample, n) => {
    let h = new Array(u.shape[0]).fill(0);
    let last = h;
    const [kernel, recurrent] = [w.arraySync(), u.arraySync()];
    const order = sample.map((_, t) => (goBackwards ? sample.length - 1 - t : t));
    return order.map((t) => {
      if (mask && !mask[n][t]) {
        if (zeroOutput) last = h.map(() => 0);
        return last;
      }
      h = h.map((_, j) => {
        const own = sample[t].reduce((sum, value, i) => sum + value * kernel[i][j], 0);
        return Math.tanh(own + h.reduce((sum, value, i) => sum + value * recurrent[i][j], 0));
      });
      last = h;
      return h;
    });
  });
}

const MASK = [
  [false, true, true, false],
  [true, true, false, true],
];

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
  before(async () => {
    await tf.ready();
    tf.serialization.registerClass(PlainCell);
  });

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

describe('RNN', { skip }, () => {
  test('a custom cell: sequences, states, masks, directions', () => {
    const x = numbers([2, 4, 3]);
    for (const goBackwards of [false, true]) {
      for (const zeroOutput of [false, true]) {
        for (const mask of [undefined, MASK]) {
          const layer = tf.layers.rnn({
            cell: new PlainCell({ units: 2 }),
            returnSequences: true,
            returnState: true,
            goBackwards,
            zeroOutputForMask: zeroOutput,
          });
          layer.apply(x);
          setWeights(layer);
          const kwargs = mask && { mask: tf.tensor(mask, [2, 4], 'bool') };
          const [sequence, state] = layer.apply(x, kwargs);
          const expected = plainOutputs(x, layer.getWeights(), { mask, goBackwards, zeroOutput });
          assertClose(sequence, expected);
          const kept = plainOutputs(x, layer.getWeights(), { mask, goBackwards });
          assertClose(
            state,
            kept.map((outputs) => outputs.at(-1)),
          );
        }
      }
    }
  });

  test('cells of the core give what their layers give', () => {
    const x = numbers([2, 4, 3]);
    for (const [cell, name, options] of [
      ['lstmCell', 'lstm', {}],
      ['gruCell', 'gru', { resetAfter: true }],
      ['simpleRNNCell', 'simpleRNN', {}],
    ]) {
      const layer = tf.layers[name]({ units: 2, returnSequences: true, ...options });
      const rnn = tf.layers.rnn({ cell: tf.layers[cell]({ units: 2, ...options }), returnSequences: true });
      layer.apply(x);
      rnn.apply(x);
      setWeights(layer);
      rnn.setWeights(layer.getWeights());
      assertAllClose(rnn.apply(x), layer.apply(x));
    }
    const images = numbers([1, 3, 4, 4, 1]);
    const options = { filters: 2, kernelSize: 2 };
    const layer = tf.layers.convLstm2d(options);
    const rnn = tf.layers.rnn({ cell: tf.layers.convLstm2dCell(options) });
    layer.apply(images);
    rnn.apply(images);
    rnn.setWeights(layer.getWeights());
    assertAllClose(rnn.apply(images), layer.apply(images));
  });

  test('stacked cells: the output of each is the input of the next; orders of states', () => {
    const x = numbers([2, 4, 3]);
    const cells = () => [tf.layers.simpleRNNCell({ units: 2 }), tf.layers.lstmCell({ units: 3 })];
    const stack = tf.layers.rnn({ cell: cells(), returnState: true });
    const outputs = stack.apply(x);
    assert.deepEqual(
      outputs.map(({ shape }) => shape),
      [
        [2, 3],
        [2, 3],
        [2, 3],
        [2, 2],
      ],
    );
    const chain = [tf.layers.simpleRNN({ units: 2, returnSequences: true }), tf.layers.lstm({ units: 3 })];
    const single = () => chain.reduce((value, layer) => layer.apply(value), x);
    single();
    setWeights(stack);
    chain[0].setWeights(stack.getWeights().slice(0, 3));
    chain[1].setWeights(stack.getWeights().slice(3));
    assertClose(stack.apply(x)[0], single());
    assert.match(stack.weights[3].originalName, /^rnn_RNN\d+\/RNNCell_1\/kernel$/);
    const straight = tf.layers.rnn({
      cell: tf.layers.stackedRNNCells({ cells: cells(), reverseStateOrder: false }),
      returnState: true,
    });
    assert.deepEqual(
      straight.apply(x).map(({ shape }) => shape),
      [
        [2, 3],
        [2, 2],
        [2, 3],
        [2, 3],
      ],
    );
    straight.setWeights(stack.getWeights());
    const [, h, ...states] = straight.apply(x);
    const [, ...reversed] = stack.apply(x);
    assertAllClose([...states, h], reversed);
    const [y] = straight.apply(x, { initialState: [numbers([2, 2]), numbers([2, 3]), numbers([2, 3])] });
    assert.notDeepEqual(y.dataSync(), single().dataSync());
  });

  test('constants', () => {
    const x = tf.input({ shape: [4, 3] });
    const c = tf.input({ shape: [2] });
    const rnn = tf.layers.rnn({ cell: new PlainCell({ units: 2 }), numConstants: 1 });
    const model = tf.model({ inputs: [x, c], outputs: rnn.apply([x, c]) });
    const data = numbers([2, 4, 3]);
    const zeros = model.predict([data, tf.zeros([2, 2])]);
    assertClose(
      zeros,
      plainOutputs(data, rnn.getWeights()).map((outputs) => outputs.at(-1)),
    );
    const other = model.predict([data, tf.ones([2, 2])]);
    assert.notDeepEqual(other.dataSync(), zeros.dataSync());
    assertAllClose(rnn.apply(data, { constants: [tf.ones([2, 2])] }), other);
  });

  test('dropout of cells: the same at all steps, none outside of training', () => {
    const cell = tf.layers.simpleRNNCell({
      units: 8,
      dropout: 0.5,
      activation: 'linear',
      kernelInitializer: 'identity',
      recurrentInitializer: 'zeros',
    });
    const rnn = tf.layers.rnn({ cell, returnSequences: true });
    const x = tf.ones([1, 5, 8]);
    assertClose(rnn.apply(x), x);
    const steps = rnn.apply(x, { training: true }).arraySync()[0];
    for (const step of steps) assert.deepEqual(step, steps[0]);
    assert.ok(steps[0].every((value) => value === 0 || value === 2));
  });

  test('refusals', () => {
    throwsCode(() => tf.layers.rnn({ cell: tf.layers.dense({ units: 2 }) }), 'E_LAYER', /stateSize/);
    throwsCode(() => tf.layers.rnn({ cell: [] }), 'E_LAYER', /list of cells/);
    throwsCode(() => tf.layers.rnn({}), 'E_LAYER', /layer/);
    throwsCode(() => tf.layers.lstm({}), 'E_LAYER', /units/);
    throwsCode(() => tf.layers.lstm({ units: 2 }).apply(numbers([2, 3])), 'E_SHAPE', /time/);
  });
});

describe('layers that contain layers', { skip }, () => {
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
