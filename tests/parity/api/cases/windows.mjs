// SPDX-License-Identifier: Apache-2.0
// Convolutions, pooling and normalization.
import { floats, positive } from '../values.mjs';

const PADS = [
  'valid',
  'same',
  0,
  1,
  [
    [0, 0],
    [1, 0],
    [0, 2],
    [0, 0],
  ],
];
const name = (pad) => JSON.stringify(pad);

export const CASES = [
  ...PADS.flatMap((pad) => [
    [
      `conv2d with padding ${name(pad)}`,
      (tf) => tf.conv2d(floats(tf, [2, 5, 5, 2]), floats(tf, [3, 3, 2, 4], 2), 1, pad),
    ],
    [
      `conv2d with strides and padding ${name(pad)}`,
      (tf) => tf.conv2d(floats(tf, [5, 6, 2]), floats(tf, [3, 3, 2, 3], 2), 2, pad),
    ],
    [`maxPool with padding ${name(pad)}`, (tf) => tf.maxPool(floats(tf, [2, 5, 5, 3]), 3, 2, pad)],
    [`avgPool with padding ${name(pad)}`, (tf) => tf.avgPool(floats(tf, [5, 5, 3]), [3, 3], [1, 1], pad)],
    [
      `depthwiseConv2d with padding ${name(pad)}`,
      (tf) => tf.depthwiseConv2d(floats(tf, [1, 5, 5, 2]), floats(tf, [3, 3, 2, 2], 2), 1, pad),
    ],
  ]),
  [
    'conv2d with dilations',
    (tf) => tf.conv2d(floats(tf, [7, 7, 1]), floats(tf, [3, 3, 1, 2], 2), 1, 'same', 'NHWC', 2),
  ],
  [
    'conv2d with dilations in a list',
    (tf) => tf.conv2d(floats(tf, [7, 7, 1]), floats(tf, [3, 3, 1, 2], 2), 1, 'valid', 'NHWC', [2, 1]),
  ],
  ['conv2d NCHW', (tf) => tf.conv2d(floats(tf, [1, 2, 5, 5]), floats(tf, [3, 3, 2, 3], 2), 1, 'same', 'NCHW')],
  ...['floor', 'ceil', 'round'].flatMap((rounding) => [
    [
      `conv2d that rounds with ${rounding}`,
      (tf) => tf.conv2d(floats(tf, [1, 6, 6, 1]), floats(tf, [3, 3, 1, 1], 2), 2, 1, 'NHWC', 1, rounding),
    ],
    [`maxPool that rounds with ${rounding}`, (tf) => tf.maxPool(floats(tf, [1, 6, 6, 1]), 3, 2, 0, rounding)],
    [`avgPool that rounds with ${rounding}`, (tf) => tf.avgPool(floats(tf, [1, 6, 6, 1]), 3, 2, 0, rounding)],
  ]),
  [
    'conv2d of lists',
    (tf) =>
      tf.conv2d(
        [
          [[1], [2]],
          [[3], [4]],
        ],
        [
          [[[1]], [[2]]],
          [[[3]], [[4]]],
        ],
        1,
        'valid',
      ),
  ],
  ['conv1d', (tf) => tf.conv1d(floats(tf, [2, 6, 2]), floats(tf, [3, 2, 3], 2), 1, 'same')],
  ['conv1d of one sequence', (tf) => tf.conv1d(floats(tf, [6, 2]), floats(tf, [3, 2, 3], 2), 2, 'valid')],
  ['conv1d with a dilation', (tf) => tf.conv1d(floats(tf, [7, 1]), floats(tf, [3, 1, 1], 2), 1, 'valid', 'NWC', 2)],
  [
    'conv1d with a padding in numbers',
    (tf) => tf.conv1d([[1], [2], [3]], [[[1]], [[1]], [[1]]], 1, 1),
    { expected: (tf) => tf.tensor2d([[3], [6], [5]]) },
  ],
  [
    'conv2dTranspose',
    (tf) => tf.conv2dTranspose(floats(tf, [1, 3, 3, 2]), floats(tf, [3, 3, 4, 2], 2), [1, 6, 6, 4], 2, 'same'),
  ],
  [
    'conv2dTranspose of one image',
    (tf) => tf.conv2dTranspose(floats(tf, [3, 3, 2]), floats(tf, [2, 2, 1, 2], 2), [4, 4, 1], 1, 'valid'),
  ],
  [
    'conv2dTranspose with a padding in numbers',
    (tf) => tf.conv2dTranspose(floats(tf, [3, 3, 2]), floats(tf, [3, 3, 1, 2], 2), [3, 3, 1], 1, 1),
  ],
  [
    'depthwiseConv2d with dilations',
    (tf) => tf.depthwiseConv2d(floats(tf, [6, 6, 2]), floats(tf, [2, 2, 2, 1], 2), 1, 'valid', 'NHWC', 2),
  ],
  [
    'separableConv2d',
    (tf) =>
      tf.separableConv2d(floats(tf, [1, 5, 5, 2]), floats(tf, [3, 3, 2, 2], 2), floats(tf, [1, 1, 4, 3], 3), 1, 'same'),
  ],
  [
    'separableConv2d of one image',
    (tf) =>
      tf.separableConv2d(floats(tf, [5, 5, 2]), floats(tf, [3, 3, 2, 1], 2), floats(tf, [1, 1, 2, 3], 3), 2, 'valid'),
  ],
  ['conv3d', (tf) => tf.conv3d(floats(tf, [1, 4, 4, 4, 2]), floats(tf, [2, 2, 2, 2, 3], 2), 1, 'same')],
  [
    'conv3d of one volume',
    (tf) => tf.conv3d(floats(tf, [4, 4, 4, 1]), floats(tf, [2, 2, 2, 1, 1], 2), [2, 1, 1], 'valid'),
  ],
  [
    'conv3dTranspose',
    (tf) => tf.conv3dTranspose(floats(tf, [1, 2, 2, 2, 1]), floats(tf, [2, 2, 2, 2, 1], 2), [1, 4, 4, 4, 2], 2, 'same'),
  ],
  ['dilation2d', (tf) => tf.dilation2d(floats(tf, [1, 5, 5, 2]), floats(tf, [3, 3, 2], 2), 1, 'same')],
  ['dilation2d of one image', (tf) => tf.dilation2d(floats(tf, [5, 5, 1]), floats(tf, [2, 2, 1], 2), 2, 'valid')],
  ['maxPool of int32', (tf) => tf.maxPool(tf.tensor([1, 5, 3, 2], [2, 2, 1], 'int32'), 2, 1, 'valid')],
  [
    'avgPool of int32',
    (tf) => tf.avgPool(tf.tensor([1, 5, 3, 2], [2, 2, 1], 'int32'), 2, 1, 'valid'),
    { expected: (tf) => tf.tensor([2], [1, 1, 1], 'int32') },
  ],
  ['maxPoolWithArgmax', (tf) => tf.maxPoolWithArgmax(positive(tf, [2, 4, 4, 2]), 2, 2, 'valid')],
  ['maxPoolWithArgmax of the batch', (tf) => tf.maxPoolWithArgmax(positive(tf, [2, 4, 4, 2]), 3, 2, 'same', true)],
  ...['valid', 'same', 1].flatMap((pad) => [
    [`maxPool3d with padding ${pad}`, (tf) => tf.maxPool3d(floats(tf, [1, 4, 4, 4, 2]), 2, 2, pad)],
    [`avgPool3d with padding ${pad}`, (tf) => tf.avgPool3d(floats(tf, [4, 4, 4, 2]), 3, 1, pad)],
  ]),
  ['avgPool3d of windows in the padding', (tf) => tf.avgPool3d(floats(tf, [1, 2, 1, 2, 3]), 2, 1, 2)],
  ['maxPool3d of windows in the padding', (tf) => tf.maxPool3d(floats(tf, [1, 2, 1, 2, 3]), 2, 1, 2)],
  [
    'avgPool3d of a window larger than the input',
    (tf) => tf.avgPool3d(floats(tf, [1, 1, 1, 1, 1]), [1, 1, 3], 1, 'valid'),
  ],
  ['maxPool of windows in the padding', (tf) => tf.maxPool(floats(tf, [2, 2, 3]), 1, 2, 1, 'ceil')],
  [
    'avgPool of windows in the padding',
    (tf) => tf.avgPool(tf.tensor([1, 2, 3, 4], [2, 2, 1]), 1, 2, 1, 'ceil'),
    // TensorFlow.js gives NaN, but 0 in 3D.
    { expected: (tf) => tf.tensor([0, 0, 0, 0, 4, 0, 0, 0, 0], [3, 3, 1]) },
  ],
  [
    'maxPoolWithArgmax of NaN',
    (tf) => tf.maxPoolWithArgmax(tf.tensor([Number.NaN, 2, 1], [1, 3, 1, 1]), [2, 1], 1, 'valid'),
  ],
  [
    'conv2dTranspose of an input larger than that of the output',
    (tf) => tf.conv2dTranspose(floats(tf, [1, 5, 6, 2]), floats(tf, [3, 3, 3, 2], 2), [1, 4, 4, 3], 1, 'same'),
  ],
  ['pool max', (tf) => tf.pool(floats(tf, [5, 5, 2]), 2, 'max', 'same')],
  ['pool avg with strides', (tf) => tf.pool(floats(tf, [5, 5, 2]), [2, 3], 'avg', 'valid', 1, 2)],
  ['pool with dilations', (tf) => tf.pool(positive(tf, [1, 6, 7, 2]), [2, 2], 'max', 'same', [2, 3])],
  ['pool avg with dilations', (tf) => tf.pool(floats(tf, [6, 7, 2]), 3, 'avg', 'valid', 2)],

  ['batchNorm', (tf) => tf.batchNorm(floats(tf, [2, 3, 3, 2]), [0.5, 1], [1, 2])],
  [
    'batchNorm with offset and scale',
    (tf) => tf.batchNorm(floats(tf, [2, 3, 3, 2]), [0.5, 1], [1, 2], [1, 2], [3, 4], 0.1),
  ],
  [
    'batchNorm with statistics of its shape',
    (tf) => tf.batchNorm(floats(tf, [2, 2]), floats(tf, [2, 2], 2), positive(tf, [2, 2], 3)),
  ],
  ['batchNorm2d', (tf) => tf.batchNorm2d(floats(tf, [3, 2]), [0.5, 1], [1, 2], [1, 2])],
  ['batchNorm3d', (tf) => tf.batchNorm3d(floats(tf, [3, 2, 2]), [0.5, 1], [1, 2], [1, 2], [3, 4])],
  ['batchNorm4d', (tf) => tf.batchNorm4d(floats(tf, [1, 3, 2, 2]), [0.5, 1], [1, 2], [1, 2], [3, 4])],
  ['localResponseNormalization', (tf) => tf.localResponseNormalization(floats(tf, [1, 2, 2, 8]), 2, 1, 0.5, 0.75)],
  ['localResponseNormalization of one image', (tf) => tf.localResponseNormalization(floats(tf, [2, 2, 8]))],
  ['softmax', (tf) => tf.softmax(floats(tf, [2, 4]))],
  ['softmax of a list', (tf) => tf.softmax([1, 2, 1000])],
  [
    'softmax along the first axis',
    (tf) =>
      tf.softmax(
        [
          [1, 2],
          [1, 2],
        ],
        0,
      ),
    { expected: (tf) => tf.fill([2, 2], 0.5) },
  ],
  ['logSoftmax', (tf) => tf.logSoftmax(floats(tf, [2, 4]))],
  ['dropout of nothing', (tf) => tf.dropout([1, 2, 3], 0)],
  [
    'dropout',
    (tf) => {
      const kept = tf.dropout(tf.ones([1000]), 0.5, undefined, 7);
      const [ones, twos] = [tf.equal(kept, 0), tf.equal(kept, 2)].map((hits) => tf.sum(hits).dataSync()[0]);
      return [ones + twos, ones > 400 && ones < 600];
    },
    { expected: () => [1000, true] },
  ],
  [
    'dropout of whole rows',
    (tf) => {
      const [first, second] = tf.unstack(tf.dropout(tf.ones([50, 2]), 0.5, [50, 1], 3), 1);
      return tf.all(tf.equal(first, second));
    },
    { expected: (tf) => tf.scalar(true) },
  ],
  ['movingAverage', (tf) => tf.movingAverage(tf.tensor([1, 2]), tf.tensor([3, 5]), 0.6, 2)],
  [
    'movingAverage without correction',
    (tf) => tf.movingAverage(tf.tensor([1, 2]), tf.tensor([3, 5]), 0.6, undefined, false),
  ],
  [
    'basicLSTMCell',
    (tf) =>
      tf.basicLSTMCell(
        tf.scalar(1),
        floats(tf, [5, 12]),
        floats(tf, [12], 2),
        floats(tf, [2, 2], 3),
        floats(tf, [2, 3], 4),
        floats(tf, [2, 3], 5),
      ),
  ],
  [
    'multiRNNCell',
    (tf) => {
      const bias = tf.scalar(1);
      const [first, second] = [
        [5, 12],
        [6, 12],
      ].map((shape, seed) => {
        const [kernel, offset] = [floats(tf, shape, seed), floats(tf, [12], seed + 2)];
        return (data, c, h) => tf.basicLSTMCell(bias, kernel, offset, data, c, h);
      });
      const states = [1, 2].map((seed) => floats(tf, [2, 3], seed));
      return tf.multiRNNCell([first, second], floats(tf, [2, 2], 3), states, states);
    },
  ],

  [
    'fused.conv2d',
    (tf) =>
      tf.fused.conv2d({ x: floats(tf, [1, 4, 4, 2]), filter: floats(tf, [2, 2, 2, 3], 2), strides: 1, pad: 'same' }),
  ],
  ...['relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'].map((activation) => [
    `fused.conv2d with ${activation}`,
    (tf) =>
      tf.fused.conv2d({
        x: floats(tf, [4, 4, 2]),
        filter: floats(tf, [2, 2, 2, 3], 2),
        strides: 1,
        pad: 'valid',
        bias: tf.tensor1d([0.1, 0.2, 0.3]),
        activation,
        ...(activation === 'prelu' && { preluActivationWeights: tf.tensor([0.1, 0.2, 0.3], [1, 1, 3]) }),
        ...(activation === 'leakyrelu' && { leakyreluAlpha: 0.3 }),
      }),
  ]),
  ...[[3, 1, 1], [1, 1, 1], [3]].map((shape) => [
    `fused.conv2d NCHW with slopes [${shape}]`,
    (tf) =>
      tf.fused.conv2d({
        x: floats(tf, [2, 3, 3]),
        filter: floats(tf, [2, 2, 2, 3], 2),
        strides: 1,
        pad: 'valid',
        dataFormat: 'NCHW',
        activation: 'prelu',
        preluActivationWeights: floats(tf, shape, 3),
      }),
  ]),
  [
    'fused.depthwiseConv2d',
    (tf) =>
      tf.fused.depthwiseConv2d({
        x: floats(tf, [1, 4, 4, 2]),
        filter: floats(tf, [2, 2, 2, 2], 2),
        strides: 1,
        pad: 'same',
        bias: tf.tensor1d([1, 2, 3, 4]),
        activation: 'relu',
      }),
  ],
  [
    'fused.matMul',
    (tf) =>
      tf.fused.matMul({
        a: floats(tf, [2, 3]),
        b: floats(tf, [3, 2], 2),
        bias: tf.tensor1d([1, -1]),
        activation: 'relu',
      }),
  ],
  [
    'fused.matMul transposed',
    (tf) =>
      tf.fused.matMul({
        a: floats(tf, [3, 2]),
        b: floats(tf, [4, 3], 2),
        transposeA: true,
        transposeB: true,
        activation: 'sigmoid',
      }),
  ],
  [
    'fused.matMul with a matrix for a bias',
    (tf) =>
      tf.fused.matMul({
        a: floats(tf, [2, 3]),
        b: floats(tf, [3, 2], 2),
        bias: floats(tf, [2, 2], 3),
        activation: 'elu',
      }),
  ],
];

export const ERRORS = [
  [
    'a filter for other channels',
    (tf) => tf.conv2d(tf.zeros([4, 4, 4]), tf.zeros([2, 2, 2, 4]), 1, 'same'),
    'E_SHAPE',
    /^conv2d\(\).*filter/,
  ],
  [
    'a filter of rank 3',
    (tf) => tf.conv2d(tf.zeros([4, 4, 4]), tf.zeros([2, 2, 4]), 1, 'same'),
    'E_SHAPE',
    /in conv2d: filter must be rank 4/,
  ],
  [
    'images of rank 2',
    (tf) => tf.maxPool(tf.zeros([4, 4]), 2, 2, 'same'),
    'E_SHAPE',
    /in maxPool: x must be rank 4 or 3/,
  ],
  [
    'a padding that there is not',
    (tf) => tf.maxPool(tf.zeros([4, 4, 1]), 2, 2, 'full'),
    'E_INPUT',
    /^maxPool\(\).*full/,
  ],
  ['strides of 0', (tf) => tf.maxPool(tf.zeros([4, 4, 1]), 2, 0, 'same'), 'E_INPUT', /^maxPool\(\).*strides/],
  ['a rounding of same', (tf) => tf.maxPool(tf.zeros([4, 4, 1]), 2, 2, 'same', 'floor'), 'E_INPUT', /dimRoundingMode/],
  [
    'another format',
    (tf) => tf.conv2d(tf.zeros([4, 4, 1]), tf.zeros([2, 2, 1, 1]), 1, 'same', 'CHWN'),
    'E_INPUT',
    /CHWN/,
  ],
  ['strides and dilations', (tf) => tf.pool(tf.zeros([4, 4, 1]), 2, 'max', 'same', 2, 2), 'E_INPUT', /^pool\(\)/],
  ['a rate of 1', (tf) => tf.dropout([1], 1), 'E_INPUT', /^dropout\(\)/],
  ['no step', (tf) => tf.movingAverage([1], [2], 0.5), 'E_INPUT', /^movingAverage\(\).*step/],
  [
    'an activation that there is not',
    (tf) => tf.fused.matMul({ a: [[1]], b: [[1]], activation: 'softsign' }),
    'E_INPUT',
    /^fused.matMul\(\).*softsign/,
  ],
  [
    'prelu without slopes',
    (tf) => tf.fused.matMul({ a: [[1]], b: [[1]], activation: 'prelu' }),
    'E_INPUT',
    /preluActivationWeights/,
  ],
];
