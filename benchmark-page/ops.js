// SPDX-License-Identifier: Apache-2.0
// Single calls of the op API, to compare op by op. Each entry makes its inputs once and then calls
// the function that is measured; both libraries run the very same code.
import { randomValues } from './random.js';

const length = (shape) => shape.reduce((product, size) => product * size, 1);

/** Random values from -2 to 2, the same in every library. */
const floats = (tf, shape, [low, high] = [-2, 2]) =>
  tf.tensor(randomValues('float32', length(shape), [low, high]), shape, 'float32');
const indices = (tf, shape, limit) => tf.tensor(randomValues('int32', length(shape), [0, limit - 1]), shape, 'int32');

/** A layer's activations: 200,704 elements. */
const IMAGE = [1, 56, 56, 64];
const ROWS = [3136, 64];
const POSITIVE = [0.1, 4];

/** An entry of one input. */
const unary = (run, range, shape = IMAGE) => ({ make: (tf) => [floats(tf, shape, range)], run });
/** An entry of inputs of these shapes. */
const of = (shapes, run) => ({ make: (tf) => shapes.map((shape) => floats(tf, shape)), run });

/** @type {Record<string, {make: (tf: object) => object[], run: (tf: object, inputs: object[]) => object}>} */
export const OPS = {
  'relu 200k': unary((tf, [x]) => tf.relu(x)),
  'abs 200k': unary((tf, [x]) => tf.abs(x)),
  'exp 200k': unary((tf, [x]) => tf.exp(x)),
  'exp 10k': unary((tf, [x]) => tf.exp(x), undefined, [100, 100]),
  'log 200k': unary((tf, [x]) => tf.log(x), POSITIVE),
  'sqrt 200k': unary((tf, [x]) => tf.sqrt(x), POSITIVE),
  'rsqrt 200k': unary((tf, [x]) => tf.rsqrt(x), POSITIVE),
  'tanh 200k': unary((tf, [x]) => tf.tanh(x)),
  'tanh 10k': unary((tf, [x]) => tf.tanh(x), undefined, [100, 100]),
  'sigmoid 200k': unary((tf, [x]) => tf.sigmoid(x)),
  'elu 200k': unary((tf, [x]) => tf.elu(x)),
  'erf 200k': unary((tf, [x]) => tf.erf(x)),
  'sin 200k': unary((tf, [x]) => tf.sin(x)),
  'leakyRelu 200k': unary((tf, [x]) => tf.leakyRelu(x, 0.1)),
  'clipByValue 200k': unary((tf, [x]) => tf.clipByValue(x, -1, 1)),
  'cast to int32 200k': unary((tf, [x]) => tf.cast(x, 'int32')),
  'add 200k': of([IMAGE, IMAGE], (tf, [a, b]) => tf.add(a, b)),
  'add channels 200k': of([IMAGE, [64]], (tf, [a, b]) => tf.add(a, b)),
  'mul scalar 200k': of([IMAGE, []], (tf, [a, b]) => tf.mul(a, b)),
  'div 200k': of([IMAGE, IMAGE], (tf, [a, b]) => tf.div(a, b)),
  'maximum 200k': of([IMAGE, IMAGE], (tf, [a, b]) => tf.maximum(a, b)),
  'pow 200k': {
    make: (tf) => [floats(tf, IMAGE, POSITIVE), floats(tf, IMAGE)],
    run: (tf, [a, b]) => tf.pow(a, b),
  },
  'greater 200k': of([IMAGE, IMAGE], (tf, [a, b]) => tf.greater(a, b)),
  'where 200k': {
    make: (tf) => [tf.greater(floats(tf, IMAGE), 0), floats(tf, IMAGE), floats(tf, IMAGE)],
    run: (tf, [condition, a, b]) => tf.where(condition, a, b),
  },
  'prelu 200k': of([IMAGE, [64]], (tf, [x, alpha]) => tf.prelu(x, alpha)),
  'sum of all 200k': unary((tf, [x]) => tf.sum(x)),
  'sum of rows 3136x64': unary((tf, [x]) => tf.sum(x, 1), undefined, ROWS),
  'mean of pixels 200k': unary((tf, [x]) => tf.mean(x, [1, 2])),
  'mean of rows 3136x64': unary((tf, [x]) => tf.mean(x, 1), undefined, ROWS),
  'max of columns 3136x64': unary((tf, [x]) => tf.max(x, 0), undefined, ROWS),
  'argMax of rows 3136x64': unary((tf, [x]) => tf.argMax(x, 1), undefined, ROWS),
  'softmax 3136x64': unary((tf, [x]) => tf.softmax(x), undefined, ROWS),
  'logSoftmax 3136x64': unary((tf, [x]) => tf.logSoftmax(x), undefined, ROWS),
  'cumsum 3136x64': unary((tf, [x]) => tf.cumsum(x, 1), undefined, ROWS),
  'topk 10 of 100x1000': unary((tf, [x]) => Object.values(tf.topk(x, 10)), undefined, [100, 1000]),
  'batchNorm 200k': {
    make: (tf) => [floats(tf, IMAGE), ...[1, 2, 3, 4].map(() => floats(tf, [64], POSITIVE))],
    run: (tf, [x, mean, variance, offset, scale]) => tf.batchNorm(x, mean, variance, offset, scale),
  },
  'matMul 256x256x256': of(
    [
      [256, 256],
      [256, 256],
    ],
    (tf, [a, b]) => tf.matMul(a, b),
  ),
  'matMul 1024x64x128': of(
    [
      [1024, 64],
      [64, 128],
    ],
    (tf, [a, b]) => tf.matMul(a, b),
  ),
  'matMul transposed b 1024x64x128': of(
    [
      [1024, 64],
      [128, 64],
    ],
    (tf, [a, b]) => tf.matMul(a, b, false, true),
  ),
  'matMul transposed a 1024x64x128': of(
    [
      [64, 1024],
      [64, 128],
    ],
    (tf, [a, b]) => tf.matMul(a, b, true, false),
  ),
  'matMul batch 8 128x64x128': of(
    [
      [8, 128, 64],
      [8, 64, 128],
    ],
    (tf, [a, b]) => tf.matMul(a, b),
  ),
  'matMul batch 8 transposed b': of(
    [
      [8, 128, 64],
      [8, 128, 64],
    ],
    (tf, [a, b]) => tf.matMul(a, b, false, true),
  ),
  'fused.matMul bias relu': of([[1024, 64], [64, 128], [128]], (tf, [a, b, bias]) =>
    tf.fused.matMul({ a, b, bias, activation: 'relu' }),
  ),
  'conv2d 3x3 56x56x64': of([IMAGE, [3, 3, 64, 64]], (tf, [x, w]) => tf.conv2d(x, w, 1, 'same')),
  'conv2d 1x1 56x56x64': of([IMAGE, [1, 1, 64, 64]], (tf, [x, w]) => tf.conv2d(x, w, 1, 'same')),
  'conv2d 3x3 stride 2': of([IMAGE, [3, 3, 64, 64]], (tf, [x, w]) => tf.conv2d(x, w, 2, 'same')),
  'conv2d 3x3 dilated': of([IMAGE, [3, 3, 64, 64]], (tf, [x, w]) => tf.conv2d(x, w, 1, 'same', 'NHWC', 2)),
  'fused.conv2d bias relu': of([IMAGE, [3, 3, 64, 64], [64]], (tf, [x, filter, bias]) =>
    tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias, activation: 'relu' }),
  ),
  'conv2dTranspose 3x3 56x56x64': of([IMAGE, [3, 3, 64, 64]], (tf, [x, w]) =>
    tf.conv2dTranspose(x, w, [1, 56, 56, 64], 1, 'same'),
  ),
  'conv2dTranspose stride 2': of(
    [
      [1, 28, 28, 64],
      [3, 3, 64, 64],
    ],
    (tf, [x, w]) => tf.conv2dTranspose(x, w, [1, 56, 56, 64], 2, 'same'),
  ),
  'depthwiseConv2d 3x3': of([IMAGE, [3, 3, 64, 1]], (tf, [x, w]) => tf.depthwiseConv2d(x, w, 1, 'same')),
  'depthwiseConv2d 5x5': of([IMAGE, [5, 5, 64, 1]], (tf, [x, w]) => tf.depthwiseConv2d(x, w, 1, 'same')),
  'conv3d 3x3x3 8x28x28x16': of(
    [
      [1, 8, 28, 28, 16],
      [3, 3, 3, 16, 16],
    ],
    (tf, [x, w]) => tf.conv3d(x, w, 1, 'same'),
  ),
  'maxPool 2x2': unary((tf, [x]) => tf.maxPool(x, 2, 2, 'same')),
  'avgPool 3x3': unary((tf, [x]) => tf.avgPool(x, 3, 2, 'same')),
  'resizeBilinear to 112': unary((tf, [x]) => tf.image.resizeBilinear(x, [112, 112])),
  'resizeNearestNeighbor to 112': unary((tf, [x]) => tf.image.resizeNearestNeighbor(x, [112, 112])),
  'cropAndResize 16 boxes': {
    make: (tf) => [floats(tf, IMAGE), floats(tf, [16, 4], [0, 1]), tf.zeros([16], 'int32')],
    run: (tf, [x, boxes, which]) => tf.image.cropAndResize(x, boxes, which, [14, 14]),
  },
  'transpose NHWC to NCHW': unary((tf, [x]) => tf.transpose(x, [0, 3, 1, 2])),
  'transpose 3136x64': unary((tf, [x]) => tf.transpose(x), undefined, ROWS),
  'concat channels': of([IMAGE, IMAGE], (tf, inputs) => tf.concat(inputs, 3)),
  'split channels': unary((tf, [x]) => tf.split(x, 2, 3)),
  'slice 28x28': unary((tf, [x]) => tf.slice(x, [0, 14, 14, 0], [1, 28, 28, 64])),
  'stridedSlice 2': unary((tf, [x]) => tf.stridedSlice(x, [0, 0, 0, 0], IMAGE, [1, 2, 2, 1])),
  'pad 1': unary((tf, [x]) =>
    tf.pad(x, [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]),
  ),
  'mirrorPad 1': unary((tf, [x]) =>
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ],
      'reflect',
    ),
  ),
  'tile 1x4': unary((tf, [x]) => tf.tile(x, [1, 4]), undefined, [784, 64]),
  'reverse rows 3136x64': unary((tf, [x]) => tf.reverse(x, 1), undefined, ROWS),
  'gather 1000 rows of 64': {
    make: (tf) => [floats(tf, ROWS), indices(tf, [1000], ROWS[0])],
    run: (tf, [x, rows]) => tf.gather(x, rows),
  },
  'oneHot 1000x64': { make: (tf) => [indices(tf, [1000], 64)], run: (tf, [x]) => tf.oneHot(x, 64) },
};
