// SPDX-License-Identifier: Apache-2.0
// Functions of TensorFlow in models of Keras 2, against their definitions: networks and images.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { call2, FILTER, image, mapped, plane, ref, rows, skip, tf, VALUES, x } from './operation-calls.mjs';
import { checkModel, input, keras2 } from './operation-models.mjs';

describe('functions of TensorFlow', { skip }, () => {
  before(() => tf.ready());

  describe('networks and images', () => {
    for (const [name, expected, kwargs] of [
      ['nn.conv2d', image([-5, -5], [-5, -5]), { filters: FILTER, strides: [1, 2, 2, 1], padding: 'VALID' }],
      ['nn.conv2d', image([-5, -5], [-5, -5]), { filters: FILTER, strides: 2, padding: 'VALID', data_format: 'NHWC' }],
      ['nn.depthwise_conv2d', image([-5, -5], [-5, -5]), { filter: FILTER, strides: [1, 2, 2, 1], padding: 'VALID' }],
      ['nn.max_pool2d', image([5, 7], [13, 15]), { ksize: 2, strides: 2, padding: 'VALID' }],
      [
        'nn.avg_pool2d',
        image([2.5, 4.5], [10.5, 12.5]),
        { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: 'VALID' },
      ],
      [
        'keras.backend.pool2d',
        image([2.5, 4.5], [10.5, 12.5]),
        { pool_size: [2, 2], strides: [2, 2], pool_mode: 'avg' },
      ],
    ]) {
      call2(name, expected, kwargs, plane);
    }
    call2(
      'nn.conv1d',
      [[[-1], [-1]]],
      { filters: [[[1]], [[-1]]], stride: 1, padding: 'VALID' },
      input('x', [[[0], [1], [2]]], [1, 3, 1]),
    );
    call2(
      'nn.space_to_depth',
      [
        [
          [
            [0, 1, 4, 5],
            [2, 3, 6, 7],
          ],
          [
            [8, 9, 12, 13],
            [10, 11, 14, 15],
          ],
        ],
      ],
      { block_size: 2 },
      plane,
    );
    call2('nn.depth_to_space', image([0, 1], [2, 3]), { block_size: 2 }, input('x', [[[[0, 1, 2, 3]]]], [1, 1, 1, 4]));
    call2(
      'nn.bias_add',
      rows((row) => row.map((v, i) => v + i)),
      { bias: [0, 1, 2, 3] },
    );
    call2(
      'nn.batch_normalization',
      mapped((v) => ((v - 1) / 2) * 3 + 4),
      { mean: 1, variance: 3.75, offset: 4, scale: 3, variance_epsilon: 0.25 },
    );
    call2('image.resize', image([5, 7], [13, 15]), { size: [2, 2], method: 'nearest' }, plane);
    call2(
      'image.resize',
      image([2.5, 4.5], [10.5, 12.5]),
      { size: [2, 2], method: 'bilinear', antialias: false },
      plane,
    );
    call2('compat.v1.image.resize_nearest_neighbor', image([0, 2], [8, 10]), { size: [2, 2] }, plane);
    call2('compat.v1.image.resize_bilinear', image([0, 3], [12, 15]), { size: [2, 2], align_corners: true }, plane);
    call2('image.flip_left_right', image(...[0, 4, 8, 12].map((i) => [i + 3, i + 2, i + 1, i])), {}, plane);
    call2('image.flip_up_down', image(...[12, 8, 4, 0].map((i) => [i, i + 1, i + 2, i + 3])), {}, plane);
    call2('image.rot90', image(...[3, 2, 1, 0].map((i) => [i, i + 4, i + 8, i + 12])), {}, plane);
    call2('image.central_crop', image([5, 6], [9, 10]), { central_fraction: 0.5 }, plane);
    call2(
      'image.crop_to_bounding_box',
      image([6, 7]),
      { offset_height: 1, offset_width: 2, target_height: 1, target_width: 2 },
      plane,
    );
    call2(
      'keras.backend.resize_images',
      image([0, 0, 1, 1], [0, 0, 1, 1]),
      { height_factor: 2, width_factor: 2, data_format: 'channels_last', interpolation: 'nearest' },
      input('x', [[[[0], [1]]]], [1, 1, 2, 1]),
    );
    test('softmax_cross_entropy_with_logits', () => {
      const labels = input(
        'l',
        [
          [0, 1, 0, 0],
          [1, 0, 0, 0],
        ],
        [2, 4],
      );
      const json = keras2('nn.softmax_cross_entropy_with_logits', ref('l', { logits: ['x', 0, 0] }), [labels, x]);
      const loss = (row, i) => Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0)) - row[i];
      return checkModel(tf, json, [labels, x], [[loss(VALUES[0], 1), loss(VALUES[1], 0)]], 'cross entropy');
    });
    call2(
      'keras.losses.mean_squared_error',
      rows((row) => row.reduce((sum, v) => sum + (v - 1) ** 2, 0) / 4),
      { y_pred: [1, 1, 1, 1] },
    );
    test('random.uniform and nn.dropout have the shape asked for', async () => {
      const dropped = await tf.models.modelFromJSON(keras2('nn.dropout', ref('x', { rate: 0.5 }), [x]));
      assert.deepEqual(dropped.predict(tf.tensor2d(VALUES)).shape, [2, 4]);
    });
  });
});
