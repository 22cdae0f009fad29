// SPDX-License-Identifier: Apache-2.0
// The layer RNN with cells: own ones, those of the core, and stacks of them. Compared with loops and with recurrent layers.
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

describe('RNN', { skip }, () => {
  before(prepare);

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
