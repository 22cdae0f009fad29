// SPDX-License-Identifier: Apache-2.0
// Weights of .h5 files: by position, by name, and in old forms.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { CUDNN_GRU, CUDNN_LSTM, KERAS_1_LSTM } from './goldens.mjs';
import { array, assertClose, filled, layer, legacyFile, matched, shapeOf } from './in-memory.mjs';
import { batchNormalization, dense, holder, model } from './small-model.mjs';
import { coded } from './source.mjs';

const KERAS_1 = { kerasVersion: undefined, backend: undefined };

describe('weights of .h5 files', () => {
  test('belong to layers by position, whatever their names', () => {
    const root = model('m', [layer('Dropout', 'none', []), layer('Dense', 'a', [[1]]), layer('Dense', 'b', [[1]])]);
    const file = legacyFile([['b', array([1])], ['none'], ['c', array([2])]]);
    assert.deepEqual(matched(file, root), { 'a/v0': [1], 'b/v0': [2] });
  });

  test('belong to layers by name, if asked for', () => {
    const root = model('m', [layer('Dense', 'a', [[1]]), layer('Dense', 'b', [[1]]), layer('Dense', 'new', [[5]])]);
    const file = legacyFile([
      ['b', array([1])],
      ['a', array([2])],
      ['old', array([3])],
    ]);
    assert.deepEqual(matched(file, root, { byName: true }), { 'a/v0': [2], 'b/v0': [1] });
  });

  test('of nested models are first the trainable ones, then the others', () => {
    const root = model('m', [
      model('inner', [batchNormalization('norm', 1), dense('frozen', 1, 1, { trainable: false }), dense('free', 1, 1)]),
    ]);
    const numbers = [0, 1, [2], 3, 4, 5, [6], 7].map((value) => array([value]));
    assert.deepEqual(matched(legacyFile([['inner', ...numbers]]), root), {
      'norm/gamma': [0],
      'norm/beta': [1],
      'free/kernel': [2],
      'free/bias': [3],
      'norm/moving_mean': [4],
      'norm/moving_variance': [5],
      'frozen/kernel': [6],
      'frozen/bias': [7],
    });
  });

  test('of frozen models may be layer by layer', () => {
    const root = model('m', [model('inner', [batchNormalization('norm', 2), dense('last', 1, 3)])]);
    const norm = [1, 2, 3, 4].map((value) => array([value, value]));
    const file = legacyFile([['inner', ...norm, array([[5, 5, 5]]), array([6, 6, 6])]]);
    const values = matched(file, root);
    assert.deepEqual(values['norm/moving_mean'], [3, 3]);
    assert.deepEqual(values['last/bias'], [6, 6, 6]);
  });

  test('of the model itself are separate', () => {
    const root = { ...model('m', [layer('Dense', 'a', [[1]])]), variables: layer('Dense', 'm', [[1]]).variables };
    const file = legacyFile([['a', array([1])]]);
    file.ownWeights = [{ name: 'w', array: array([2]) }];
    assert.deepEqual(matched(file, root), { 'm/v0': [2], 'a/v0': [1] });
  });

  describe('that do not fit', () => {
    const root = model('m', [layer('Dense', 'a', [[1]]), layer('Dense', 'b', [[2], [1]])]);
    const good = ['a', array([1])];
    for (const [what, layers, code, message, rest] of [
      [
        'by the number of layers',
        [good],
        'E_WEIGHT_MISSING',
        /has 1 layers with weights \('a'\), but .* 2 \('a', 'b'\)/,
        { 'a/v0': [1] },
      ],
      [
        'by the number of weights',
        [good, ['b', array([1, 2])]],
        'E_WEIGHT_MISSING',
        /'b' in the file has 1 weights \(b\/0\), .* 2/,
        { 'a/v0': [1] },
      ],
      [
        'by their shape',
        [good, ['b', array([1]), array([1])]],
        'E_SHAPE',
        /'b\/0' .* 'b\/v0': its shape is \[1\], expected \[2\]/,
        { 'a/v0': [1], 'b/v1': [1] },
      ],
      [
        'by their dtype',
        [good, ['b', array([1, 2], 'uint8'), array([1])]],
        'E_SHAPE',
        /dtype is uint8, expected float32/,
        { 'a/v0': [1], 'b/v1': [1] },
      ],
    ]) {
      test(`${what} are an error, or are left out`, () => {
        assert.throws(() => matched(legacyFile(layers), root), coded(code, message));
        assert.deepEqual(matched(legacyFile(layers), root, { strict: false }), rest);
      });
    }
  });

  test('are converted from int32 to float32, and back if they are integers', () => {
    const root = model('m', [layer('Normalization', 'n', [[1], []])]);
    root.children[0][1][0].variables[1].dtype = 'int32';
    assert.deepEqual(matched(legacyFile([['n', array([3], 'int32'), array(5)]]), root), { 'n/v0': [3], 'n/v1': [5] });
    assert.throws(
      () => matched(legacyFile([['n', array([3]), array(5.5)]]), root),
      coded('E_DTYPE', /5\.5 is no integer/),
    );
  });
});

describe('old forms of weights', () => {
  const recurrent = (className, arrays, name = 'rnn') =>
    holder(className, name, [], [['cell', layer(`${className}Cell`, `${name}_cell`, arrays.map(shapeOf))]]);
  const values = (file, root) => Object.values(matched(file, root));
  const assertAllClose = (found, expected) => {
    assert.equal(found.length, expected.length);
    for (const [i, one] of expected.entries()) assertClose(found[i], one);
  };

  for (const [what, className, { from, to }, origin] of [
    ['of CuDNNLSTM', 'LSTM', CUDNN_LSTM],
    ['of CuDNNGRU', 'GRU', CUDNN_GRU],
    ['of an LSTM of Keras 1', 'LSTM', KERAS_1_LSTM, KERAS_1],
  ]) {
    const arrays = from.map((one) => array(one));
    test(what, () => {
      const root = model('m', [recurrent(className, to)]);
      assertAllClose(values(legacyFile([['rnn', ...arrays]], origin), root), to);
    });

    test(`${what}, inside wrappers and nested models`, () => {
      const wrapped = holder(
        'Bidirectional',
        'both',
        [],
        [
          ['forward_layer', recurrent(className, to, 'forward')],
          ['backward_layer', recurrent(className, to, 'backward')],
        ],
      );
      const found = values(legacyFile([['both', ...arrays, ...arrays]], origin), model('m', [wrapped]));
      assertAllClose(found, [...to, ...to]);
      if (arrays.length !== to.length) return;
      const nested = model('m', [model('inner', [dense('before', 1, 1), recurrent(className, to)])]);
      const file = legacyFile([['inner', filled([1, 1]), filled([1]), ...arrays]], origin);
      assertAllClose(values(file, nested).slice(2), to);
    });
  }

  test('of a GRU of Keras 1', () => {
    const gate = (value) => [
      filled([1, 2], () => value),
      filled([2, 2], () => value + 10),
      filled([2], () => value + 20),
    ];
    const root = model('m', [
      recurrent('GRU', [
        [[0, 0, 0, 0, 0, 0]],
        [
          [0, 0, 0, 0, 0, 0],
          [0, 0, 0, 0, 0, 0],
        ],
        [0, 0, 0, 0, 0, 0],
      ]),
    ]);
    const file = legacyFile([['gru', ...gate(1), ...gate(2), ...gate(3)]], KERAS_1);
    assert.deepEqual(values(file, root), [
      [1, 1, 2, 2, 3, 3],
      [11, 11, 12, 12, 13, 13, 11, 11, 12, 12, 13, 13],
      [21, 21, 22, 22, 23, 23],
    ]);
  });

  const filters = (name, shape) => layer(name, 'conv', [shape]);
  for (const [what, root, from, expected, origin] of [
    ['of Conv1D of Keras 1', filters('Conv1D', [2, 3, 1]), [2, 1, 3, 1], [0, 1, 2, 3, 4, 5], KERAS_1],
    ['of Conv1D of Keras 1 with Theano', filters('Conv1D', [2, 1, 3]), [3, 1, 2, 1], [0, 2, 4, 1, 3, 5], KERAS_1],
    [
      'of Conv2DTranspose of Keras 1',
      filters('Conv2DTranspose', [1, 1, 2, 3]),
      [1, 1, 3, 2],
      [0, 2, 4, 1, 3, 5],
      KERAS_1,
    ],
    [
      'of Conv2D of Keras 1 with channels first',
      filters('Conv2D', [1, 2, 1, 3]),
      [3, 1, 1, 2],
      [0, 2, 4, 1, 3, 5],
      KERAS_1,
    ],
    ['with channels first', filters('Conv2D', [2, 1, 3, 1]), [3, 1, 1, 2], [0, 2, 4, 1, 3, 5], {}],
    ['of Theano', filters('Conv2D', [1, 3, 1, 2]), [1, 3, 1, 2], [4, 5, 2, 3, 0, 1], { backend: 'theano' }],
  ]) {
    test(what, () => {
      const file = legacyFile([['conv', filled(from)]], origin);
      assert.deepEqual(values(file, model('m', [root])), [expected]);
    });
  }
});
