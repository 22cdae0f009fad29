// SPDX-License-Identifier: Apache-2.0
// Weights of .keras and .weights.h5 files: by path, in all spellings, and quantized ones.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { INT4, INT8, TERNARY } from './goldens.mjs';
import { array, assertClose, filled, flat, layer, matched, shapeOf, treeFile } from './in-memory.mjs';
import { holder, model } from './small-model.mjs';
import { coded, keras } from './source.mjs';

test('names of classes in paths', () => {
  for (const [className, name] of Object.entries({
    Conv2D: 'conv2d',
    Conv2DTranspose: 'conv2d_transpose',
    DepthwiseConv2D: 'depthwise_conv2d',
    ConvLSTM2D: 'conv_lstm2d',
    BatchNormalization: 'batch_normalization',
    LSTM: 'lstm',
    SimpleRNN: 'simple_rnn',
    StackedRNNCells: 'stacked_rnn_cells',
    PReLU: 'p_re_lu',
    LeakyReLU: 'leaky_re_lu',
    ReLU: 're_lu',
    ELU: 'elu',
    UpSampling2D: 'up_sampling2d',
    RMSNormalization: 'rms_normalization',
    TFSMLayer: 'tfsm_layer',
    STFTSpectrogram: 'stft_spectrogram',
    GlobalAveragePooling2D: 'global_average_pooling2d',
    MultiHeadAttention: 'multi_head_attention',
    GroupedQueryAttention: 'grouped_query_attention',
    'My.Layer': 'my_layer',
  })) {
    assert.equal(keras.toSnakeCase(className), name);
  }
});

const ONE = [array([1])];
const TWO = [array([2])];
const dense = (name) => layer('Dense', name, [[1]]);

describe('weights by path', () => {
  for (const [what, root, objects, expected] of [
    [
      'are numbered by class',
      [dense('b'), layer('ReLU', 'r', []), dense('a')],
      { 'layers/dense': ONE, 'layers/dense_1': TWO },
      { 'b/v0': [1], 'a/v0': [2] },
    ],
    [
      'are numbered like numbers',
      Array.from({ length: 11 }, (_, i) => dense(`d${i}`))
        .slice(9)
        .concat(dense('last')),
      { 'layers/dense': ONE, 'layers/dense_1': ONE, 'layers/dense_2': TWO },
      { 'd9/v0': [1], 'd10/v0': [1], 'last/v0': [2] },
    ],
    ['as Keras 2.12 writes them', [dense('a')], { '_layer_checkpoint_dependencies/dense': ONE }, { 'a/v0': [1] }],
    [
      'of attention as Keras 2 writes them',
      [holder('MultiHeadAttention', 'm', [], [['query_dense', dense('q')]])],
      { 'layers/multi_head_attention/_query_dense': ONE },
      { 'q/v0': [1] },
    ],
    [
      'of attention without an underscore',
      [holder('GroupedQueryAttention', 'm', [], [['_query_dense', dense('q')]])],
      { 'layers/grouped_query_attention/query_dense': ONE },
      { 'q/v0': [1] },
    ],
    [
      'of cells in lists',
      [
        holder(
          'RNN',
          'r',
          [],
          [
            [
              'cell',
              holder(
                'StackedRNNCells',
                's',
                [],
                [['cells', [layer('LSTMCell', 'c', [[1]]), layer('LSTMCell', 'd', [[1]])]]],
              ),
            ],
          ],
        ),
      ],
      { 'layers/rnn/cell/cells/lstm_cell': ONE, 'layers/rnn/cell/cells/lstm_cell_1': TWO },
      { 'c/v0': [1], 'd/v0': [2] },
    ],
    [
      'of nested models',
      [model('i', [dense('a')], 'Sequential')],
      { 'layers/sequential/layers/dense': ONE },
      { 'a/v0': [1] },
    ],
  ]) {
    test(what, () => assert.deepEqual(matched(treeFile(objects), model('m', root)), expected));
  }

  test('of a shared layer are at its first place', () => {
    const shared = dense('shared');
    const wrapper = holder('TimeDistributed', 'each', [], [['layer', shared]]);
    const file = treeFile({ 'layers/time_distributed/layer': ONE, 'layers/dense_1': TWO });
    assert.deepEqual(matched(file, model('m', [wrapper, shared, dense('own')])), { 'shared/v0': [1], 'own/v0': [2] });
    // Keras 2 does not count it again.
    const older = treeFile({ 'layers/time_distributed/layer': ONE, 'layers/dense': TWO }, '2.15.0');
    assert.deepEqual(matched(older, model('m', [wrapper, shared, dense('own')])), { 'shared/v0': [1], 'own/v0': [2] });
  });

  test('are found by name where the path has none that fit', () => {
    const file = treeFile({
      'layers/my_dense': { name: 'a', arrays: ONE },
      'layers/dense': { name: 'b', arrays: [array([1, 2])] },
    });
    assert.deepEqual(matched(file, model('m', [dense('a')])), { 'a/v0': [1] });
  });

  test('are those with the name, if all names are the same as in the file', () => {
    const objects = { 'layers/dense': { name: 'b', arrays: ONE }, 'layers/dense_1': { name: 'a', arrays: TWO } };
    assert.deepEqual(matched(treeFile(objects), model('m', [dense('a'), dense('b')])), { 'a/v0': [2], 'b/v0': [1] });
    // A model that was built again has other names.
    assert.deepEqual(matched(treeFile(objects), model('m', [dense('c'), dense('b')])), { 'c/v0': [1], 'b/v0': [2] });
  });

  test('that are missing or do not fit are an error, or are left out', () => {
    const root = model('m', [dense('a'), dense('b')]);
    const missing = treeFile({ 'layers/dense': ONE });
    assert.throws(
      () => matched(missing, root),
      coded('E_WEIGHT_MISSING', /no weights for 'b' \(Dense\) at 'layers\/dense_1'/),
    );
    assert.deepEqual(matched(missing, root, { strict: false }), { 'a/v0': [1] });
    const wrong = treeFile({ 'layers/dense': [array([1, 2])], 'layers/dense_1': [...ONE, ...ONE] });
    assert.throws(
      () => matched(wrong, root),
      coded('E_SHAPE', /'layers\/dense' .* v0: its shape is \[2\], expected \[1\]/),
    );
    assert.deepEqual(matched(wrong, root, { strict: false }), {});
  });

  test('have places, also those without variables', () => {
    const root = model('m', [layer('TextVectorization', 't', []), dense('a')]);
    const file = treeFile({ 'layers/dense': ONE });
    const places = keras
      .locateHolders(root, file.root)
      .map(({ holder: { name }, path, object }) => [name, path, !!object]);
    assert.deepEqual(places, [
      ['m', '', true],
      ['t', 'layers/text_vectorization', false],
      ['a', 'layers/dense', true],
    ]);
  });
});

describe('quantized kernels', () => {
  const check = (arrays, kernel, { className = 'Dense', bias } = {}) => {
    const root = model('m', [layer(className, 'a', [kernel, bias].filter(Boolean).map(shapeOf))]);
    const values = matched(treeFile({ [`layers/${keras.toSnakeCase(className)}`]: arrays }), root);
    assertClose(values['a/v0'], kernel);
    if (bias) assert.deepEqual(values['a/v1'], flat(bias));
  };
  const BIAS = INT8.bias;

  test('of the mode int8', () => {
    check([array(INT8.kernel, 'int8'), array(BIAS), array(INT8.scale)], INT8.to, { bias: BIAS });
    check([array(INT8.kernel, 'int8'), array(INT8.scale)], INT8.to);
  });

  test('of the mode int8, in embeddings and attention', () => {
    check(
      [
        array(
          [
            [2, 4],
            [9, 3],
          ],
          'int8',
        ),
        array([2, 3]),
      ],
      [
        [1, 2],
        [3, 1],
      ],
      { className: 'Embedding' },
    );
    const kernel = [
      [
        [2, 4, 8],
        [6, 8, 10],
      ],
    ];
    const scale = array([
      [
        [
          [1, 2, 4],
          [2, 4, 5],
        ],
      ],
    ]);
    check(
      [array(kernel, 'int8'), scale],
      [
        [
          [2, 2, 2],
          [3, 2, 2],
        ],
      ],
      { className: 'EinsumDense' },
    );
  });

  test('of the mode int4, packed along either axis', () => {
    check([array(INT4.packed, 'int8'), array(BIAS), array(INT4.scale)], INT4.to, { bias: BIAS });
    const rows = [0, 1].map((row) =>
      INT4.values[0].map((_, column) => (INT4.values[2 * row][column] & 15) | (INT4.values[2 * row + 1][column] << 4)),
    );
    check([array(rows, 'int8'), array(INT4.scale)], INT4.to);
  });

  const groups = [0, 0, 1, 1];
  const scales = [
    [0.5, 1, 2],
    [3, 4, 5],
  ];
  const zeros = [
    [1, 0, -1],
    [2, 3, 1],
  ];

  test('of the mode int4 with groups', () => {
    const to = INT4.values.map((row, i) => row.map((value, j) => (value - zeros[groups[i]][j]) * scales[groups[i]][j]));
    const rest = [array(scales), array(zeros, 'int8'), array(groups)];
    check([array(INT4.packed, 'int8'), array(BIAS), ...rest], to, { bias: BIAS });
  });

  for (const [bits, mask] of [
    [2, 3],
    [4, 15],
    [8, 255],
  ]) {
    test(`of the modes gptq and awq, with ${bits} bits`, () => {
      const quantized = [0, 1, 2].map((output) => [0, 1, 2, 3].map((input) => (5 * output + 3 * input + 1) & mask));
      const perByte = 8 / bits;
      const packed = Array.from({ length: Math.ceil(3 / perByte) }, (_, byte) =>
        groups.map((_, input) =>
          Array.from({ length: perByte }, (_, i) => (quantized[byte * perByte + i]?.[input] ?? 0) << (bits * i)).reduce(
            (a, b) => a | b,
          ),
        ),
      );
      const scale = [
        [0.5, 3],
        [1, 4],
        [2, 5],
      ];
      const zero = [
        [1, 2],
        [0, 3],
        [2, 1],
      ];
      const factors = [1, 2, 4, 8];
      const dense = (divide) =>
        groups.map((group, input) =>
          scale.map(
            (_, output) =>
              ((quantized[output][input] - zero[output][group]) * scale[output][group]) / (divide ? factors[input] : 1),
          ),
        );
      const start = [array(packed, 'uint8'), array(scale), array(zero, 'uint8')];
      check([array(BIAS), ...start, array(groups)], dense(false), { bias: BIAS });
      check([...start, array(factors), array(groups)], dense(true));
    });
  }

  test('of the mode ternary', () => {
    const to = TERNARY.values.map((row) => row.map((value) => value * 0.5));
    check([array(TERNARY.packed, 'uint8'), array([1, 2]), array(0.5)], to, { bias: [1, 2] });
    check([array(TERNARY.packed, 'uint8'), array(0.5)], to);
  });

  test('of the mode float8 are float32, with other arrays behind', () => {
    const rest = Array.from({ length: 6 }, () => array(1));
    check(
      [filled([2, 2]), array([1, 2]), ...rest],
      [
        [0, 1],
        [2, 3],
      ],
      { bias: [1, 2] },
    );
  });

  test('stay as they are for variables of int8', () => {
    const root = model('m', [layer('Dense', 'a', [[2, 2], [2]])]);
    root.children[0][1][0].variables[0].dtype = 'int8';
    const file = treeFile({
      'layers/dense': [
        array(
          [
            [1, 2],
            [3, 4],
          ],
          'int8',
        ),
        array([1, 2]),
      ],
    });
    assert.deepEqual(matched(file, root), { 'a/v0': [1, 2, 3, 4], 'a/v1': [1, 2] });
  });

  test('in unknown forms are an error', () => {
    for (const arrays of [
      [
        array(
          [
            [1, 2],
            [3, 4],
          ],
          'int8',
        ),
      ],
      [
        array(
          [
            [1, 2],
            [3, 4],
          ],
          'int8',
        ),
        array([1, 2, 3]),
      ],
      [array([[1, 2, 3]], 'int8'), array([1, 2])],
      [
        array(
          [
            [1, 2],
            [3, 4],
          ],
          'uint8',
        ),
        array([[1], [1]]),
        array([[0], [0]], 'uint8'),
        array([0, 7]),
      ],
    ]) {
      const root = model('m', [layer('Dense', 'a', [[2, 2]])]);
      assert.throws(() => matched(treeFile({ 'layers/dense': arrays }), root), coded('E_SHAPE'));
    }
  });
});
