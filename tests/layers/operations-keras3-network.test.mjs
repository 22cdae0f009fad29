// SPDX-License-Identifier: Apache-2.0
// Functions of keras.ops in models of Keras 3, against their definitions: networks and images.
import { before, describe, test } from 'node:test';

import {
  call3,
  counted,
  FILTER,
  image,
  kt,
  mapped,
  mean,
  on,
  plane,
  rows,
  sigmoid,
  skip,
  tf,
  total,
  VALUES,
  variance,
  x,
} from './operation-calls.mjs';
import { checkModel, input, keras3, kerasTensor } from './operation-models.mjs';

describe('functions of keras.ops', { skip }, () => {
  before(() => tf.ready());

  describe('networks and images', () => {
    const onPlane = { given: [plane] };
    const first = on(counted(16), [1, 1, 4, 4]);
    call3(
      'MaxPool',
      { pool_size: [2, 2], strides: null, padding: 'valid', data_format: 'channels_last' },
      image([5, 7], [13, 15]),
      onPlane,
    );
    call3(
      'MaxPool',
      { pool_size: 2, strides: 2, padding: 'valid', data_format: 'channels_first' },
      [
        [
          [
            [5, 7],
            [13, 15],
          ],
        ],
      ],
      first,
    );
    call3(
      'AveragePool',
      { pool_size: 2, strides: 2, padding: 'same', data_format: null },
      image([2.5, 4.5], [10.5, 12.5]),
      onPlane,
    );
    call3(
      'Conv',
      { strides: 2, padding: 'valid', data_format: 'channels_last', dilation_rate: 1 },
      image([-5, -5], [-5, -5]),
      { ...onPlane, args: [kt, FILTER], module: 'nn' },
    );
    call3('DepthwiseConv', { strides: 2, padding: 'valid' }, image([-5, -5], [-5, -5]), {
      ...onPlane,
      args: [kt, FILTER],
      module: 'nn',
    });
    call3('SeparableConv', { strides: 2, padding: 'valid' }, image([-10, -10], [-10, -10]), {
      ...onPlane,
      args: [kt, FILTER, [[[[2]]]]],
      module: 'nn',
    });
    call3(
      'ConvTranspose',
      { strides: 2, padding: 'valid', output_padding: null },
      [
        [
          [[1], [0]],
          [[0], [-1]],
        ],
      ],
      { ...on([[[[1]]]], [1, 1, 1, 1]), args: [kt, FILTER], module: 'nn' },
    );
    call3('Conv', { strides: 1, padding: 'valid' }, [[[-1], [-1]]], {
      ...on([[[0], [1], [2]]], [1, 3, 1]),
      args: [kt, [[[1]], [[-1]]]],
      module: 'nn',
    });
    call3(
      'BatchNorm',
      { axis: -1, epsilon: 0.25 },
      mapped((v, i) => ((v - i) / 2) * 3 + 1),
      {
        args: [kt, [0, 1, 2, 3], [3.75, 3.75, 3.75, 3.75]],
        kwargs: { offset: [1, 1, 1, 1], scale: [3, 3, 3, 3] },
        module: 'nn',
      },
    );
    call3(
      'RMSNorm',
      { axis: -1, epsilon: 0 },
      rows((row) => row.map((v) => (2 * v) / Math.sqrt(mean(row.map((w) => w * w))))),
      { args: [kt, [2, 2, 2, 2]], module: 'nn' },
    );
    call3(
      'LayerNorm',
      { axis: -1, epsilon: 0 },
      rows((row) => row.map((v) => (v - mean(row)) / Math.sqrt(variance(row)))),
      { module: 'nn' },
    );
    call3(
      'Resize',
      { size: [2, 2], interpolation: 'nearest', antialias: false, data_format: 'channels_last' },
      image([5, 7], [13, 15]),
      { ...onPlane, module: 'image' },
    );
    call3(
      'CropImages',
      {
        top_cropping: 1,
        left_cropping: 2,
        bottom_cropping: null,
        right_cropping: null,
        target_height: 1,
        target_width: 2,
      },
      image([6, 7]),
      { ...onPlane, module: 'image' },
    );
    call3(
      'PadImages',
      { top_padding: 1, left_padding: 0, bottom_padding: null, right_padding: null, target_height: 2, target_width: 3 },
      image([0, 0, 0], [1, 2, 0]),
      { ...on([[[[1], [2]]]], [1, 1, 2, 1]), module: 'image' },
    );
    test('DotProductAttention', () => {
      const q = input('x', [[[[1, 0]], [[0, 1]]]], [1, 2, 1, 2]);
      const scale = Math.SQRT1_2;
      const [high, low] = [Math.exp(scale), 1].map((v) => v / (Math.exp(scale) + 1));
      const expected = [[[[high, low]], [[low, high]]]];
      const json = keras3('DotProductAttention', { is_causal: false }, [kt, kt, kt], [q], { module: 'nn' });
      return checkModel(tf, json, [q], [expected], 'attention');
    });
    call3('AdaptiveAveragePool', { output_size: 3, data_format: 'channels_last' }, [[[0.5], [2], [3.5]]], {
      ...on([[[0], [1], [2], [3], [4]]], [1, 5, 1]),
      module: 'nn',
    });
    call3('AdaptiveMaxPool', { output_size: [1, 2], data_format: 'channels_last' }, [[[[5], [7]]]], {
      ...on(
        [
          [
            [[0], [1], [2], [3]],
            [[4], [5], [6], [7]],
          ],
        ],
        [1, 2, 4, 1],
      ),
      module: 'nn',
    });
    const labels = [
      [0, 1, 0, 0],
      [0, 0, 0, 1],
    ];
    const logits = (row) => row.map((v) => v - Math.log(total(row.map(Math.exp))));
    const target = { args: [kerasTensor('t'), kt], module: 'nn' };
    call3(
      'CategoricalCrossentropy',
      { from_logits: true, axis: -1 },
      rows((row, i) => -total(logits(row).map((v, j) => v * labels[i][j]))),
      { ...target, given: [x, input('t', labels, [2, 4])] },
    );
    call3(
      'SparseCategoricalCrossentropy',
      { from_logits: true, axis: -1 },
      [-logits(VALUES[0])[1], -logits(VALUES[1])[3]],
      { ...target, given: [x, input('t', [1, 3], [2], 'int32')] },
    );
    call3(
      'BinaryCrossentropy',
      { from_logits: true },
      rows((row, i) =>
        row.map((v, j) => -(labels[i][j] * Math.log(sigmoid(v)) + (1 - labels[i][j]) * Math.log(1 - sigmoid(v)))),
      ),
      { ...target, given: [x, input('t', labels, [2, 4])] },
    );
    call3('BinaryCrossentropy', { from_logits: false }, [[-Math.log(0.75), -Math.log(0.5)]], {
      ...target,
      given: [input('x', [[0.75, 0.5]], [1, 2]), input('t', [[1, 0]], [1, 2])],
    });
  });
});
