// SPDX-License-Identifier: Apache-2.0
// Single calls of the op API to measure. Each entry creates its inputs once, and then calls the measured function. Both
// libraries run the same code.
import { randomValues } from '../web/common/random.js';
import { sizeOf } from '../web/common/values.js';

/** Random values from -2 to 2, the same in every library. */
const floats = (tf, shape, [low, high] = [-2, 2]) =>
  tf.tensor(randomValues('float32', sizeOf(shape), [low, high]), shape, 'float32');
const indices = (tf, shape, limit) => tf.tensor(randomValues('int32', sizeOf(shape), [0, limit - 1]), shape, 'int32');

const ints = (tf, shape) => indices(tf, shape, 1000);
const bools = (tf, shape) => tf.greater(floats(tf, shape), 0);

/** A layer's activations: 200,704 elements. */
const IMAGE = [1, 56, 56, 64];
const ROWS = [3136, 64];
const POSITIVE = [0.1, 4];

/** An entry with one input. */
const unary = (run, range, shape = IMAGE) => ({ make: (tf) => [floats(tf, shape, range)], run });
/** An entry with inputs from functions of tf. */
const from = (makers, run) => ({ make: (tf) => makers.map((maker) => maker(tf)), run });
/** Parses shapes such as "8x64x64 64". */
const readShapes = (text) => text.split(' ').map((shape) => shape.split('x').map(Number));
/** An entry with inputs of these shapes: a list, or a text for readShapes(). */
const of = (shapes, run) => ({
  make: (tf) => (typeof shapes === 'string' ? readShapes(shapes) : shapes).map((shape) => floats(tf, shape)),
  run,
});

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
  'cast from bool 200k': from([(tf) => bools(tf, IMAGE)], (tf, [x]) => tf.cast(x, 'float32')),
  'neg 200k': unary((tf, [x]) => tf.neg(x)),
  'square 200k': unary((tf, [x]) => tf.square(x)),
  'floor 200k': unary((tf, [x]) => tf.floor(x)),
  'round 200k': unary((tf, [x]) => tf.round(x)),
  'relu6 200k': unary((tf, [x]) => tf.relu6(x)),
  'softplus 200k': unary((tf, [x]) => tf.softplus(x)),
  'relu 10k': unary((tf, [x]) => tf.relu(x), undefined, [100, 100]),
  'sigmoid 10k': unary((tf, [x]) => tf.sigmoid(x), undefined, [100, 100]),
  'isNaN 200k': unary((tf, [x]) => tf.isNaN(x)),
  'logicalNot 200k': from([(tf) => bools(tf, IMAGE)], (tf, [x]) => tf.logicalNot(x)),
  'add 200k': of([IMAGE, IMAGE], (tf, [a, b]) => tf.add(a, b)),
  'add channels 200k': of([IMAGE, [64]], (tf, [a, b]) => tf.add(a, b)),
  'add 10k': of('100x100 100x100', (tf, [a, b]) => tf.add(a, b)),
  'add rows 3136x64': of([ROWS, [3136, 1]], (tf, [a, b]) => tf.add(a, b)),
  'sub outer 448x448': of('448x1 1x448', (tf, [a, b]) => tf.sub(a, b)),
  'mul colors 1x256x256x3': of([[1, 256, 256, 3], [3]], (tf, [a, b]) => tf.mul(a, b)),
  'mul gates 1x56x56x64': of([IMAGE, [1, 1, 1, 64]], (tf, [a, b]) => tf.mul(a, b)),
  'add int32 200k': from([(tf) => ints(tf, IMAGE), (tf) => ints(tf, IMAGE)], (tf, [a, b]) => tf.add(a, b)),
  'floorDiv int32 200k': from([(tf) => ints(tf, IMAGE), (tf) => tf.scalar(7, 'int32')], (tf, [a, b]) =>
    tf.floorDiv(a, b),
  ),
  'mod 200k': of([IMAGE, []], (tf, [a, b]) => tf.mod(a, b)),
  'squaredDifference 200k': of([IMAGE, IMAGE], (tf, [a, b]) => tf.squaredDifference(a, b)),
  'equal int32 200k': from([(tf) => ints(tf, IMAGE), (tf) => ints(tf, IMAGE)], (tf, [a, b]) => tf.equal(a, b)),
  'logicalAnd 200k': from([(tf) => bools(tf, IMAGE), (tf) => bools(tf, IMAGE)], (tf, [a, b]) => tf.logicalAnd(a, b)),
  'addN of 4 200k': of([IMAGE, IMAGE, IMAGE, IMAGE], (tf, inputs) => tf.addN(inputs)),
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
  'sum of columns 3136x64': unary((tf, [x]) => tf.sum(x, 0), undefined, ROWS),
  'sum of rows 100x2048': unary((tf, [x]) => tf.sum(x, 1), undefined, [100, 2048]),
  'sum int32 200k': from([(tf) => ints(tf, ROWS)], (tf, [x]) => tf.sum(x, 1)),
  'max of rows 3136x64': unary((tf, [x]) => tf.max(x, 1), undefined, ROWS),
  'max of all 200k': unary((tf, [x]) => tf.max(x)),
  'min of rows 3136x64': unary((tf, [x]) => tf.min(x, 1), undefined, ROWS),
  'prod of rows 3136x64': unary((tf, [x]) => tf.prod(x, 1), undefined, ROWS),
  'any of rows 3136x64': from([(tf) => bools(tf, ROWS)], (tf, [x]) => tf.any(x, 1)),
  'all of 200k': from([(tf) => bools(tf, ROWS)], (tf, [x]) => tf.all(x)),
  'argMax of columns 3136x64': unary((tf, [x]) => tf.argMax(x, 0), undefined, ROWS),
  'argMin of rows 100x2048': unary((tf, [x]) => tf.argMin(x, 1), undefined, [100, 2048]),
  'logSumExp of rows 3136x64': unary((tf, [x]) => tf.logSumExp(x, 1), undefined, ROWS),
  'softmax 100x1000': unary((tf, [x]) => tf.softmax(x), undefined, [100, 1000]),
  'cumsum of columns 3136x64': unary((tf, [x]) => tf.cumsum(x, 0), undefined, ROWS),
  'cumprod 3136x64': unary((tf, [x]) => tf.cumprod(x, 1), undefined, ROWS),
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
  'matMul 256x256x256': of('256x256 256x256', (tf, [a, b]) => tf.matMul(a, b)),
  'matMul 1024x64x128': of('1024x64 64x128', (tf, [a, b]) => tf.matMul(a, b)),
  'matMul transposed b 1024x64x128': of('1024x64 128x64', (tf, [a, b]) => tf.matMul(a, b, false, true)),
  'matMul transposed a 1024x64x128': of('64x1024 64x128', (tf, [a, b]) => tf.matMul(a, b, true, false)),
  'matMul batch 8 128x64x128': of('8x128x64 8x64x128', (tf, [a, b]) => tf.matMul(a, b)),
  'matMul batch 8 transposed b': of('8x128x64 8x128x64', (tf, [a, b]) => tf.matMul(a, b, false, true)),
  'fused.matMul bias relu': of([[1024, 64], [64, 128], [128]], (tf, [a, b, bias]) =>
    tf.fused.matMul({ a, b, bias, activation: 'relu' }),
  ),
  'matMul batch 64 8x8x8': of('64x8x8 64x8x8', (tf, [a, b]) => tf.matMul(a, b)),
  'matMul vector 1x1024x1024': of('1x1024 1024x1024', (tf, [a, b]) => tf.matMul(a, b)),
  'dot 10k': of([[10000], [10000]], (tf, [a, b]) => tf.dot(a, b)),
  'einsum bij,bjk->bik': of('8x64x64 8x64x64', (tf, [a, b]) => tf.einsum('bij,bjk->bik', a, b)),
  'conv1d 5 1x512x64': of('1x512x64 5x64x64', (tf, [x, w]) => tf.conv1d(x, w, 1, 'same')),
  'conv2d 3x3 of colors stride 2': of('1x224x224x3 3x3x3x32', (tf, [x, w]) => tf.conv2d(x, w, 2, 'same')),
  'conv2d 7x7 56x56x8': of('1x56x56x8 7x7x8x16', (tf, [x, w]) => tf.conv2d(x, w, 1, 'same')),
  'conv2d 1x1 7x7x512': of('1x7x7x512 1x1x512x512', (tf, [x, w]) => tf.conv2d(x, w, 1, 'same')),
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
  'conv2dTranspose stride 2': of('1x28x28x64 3x3x64x64', (tf, [x, w]) =>
    tf.conv2dTranspose(x, w, [1, 56, 56, 64], 2, 'same'),
  ),
  'depthwiseConv2d 3x3': of([IMAGE, [3, 3, 64, 1]], (tf, [x, w]) => tf.depthwiseConv2d(x, w, 1, 'same')),
  'depthwiseConv2d 5x5': of([IMAGE, [5, 5, 64, 1]], (tf, [x, w]) => tf.depthwiseConv2d(x, w, 1, 'same')),
  'depthwiseConv2d stride 2': of([IMAGE, [3, 3, 64, 1]], (tf, [x, w]) => tf.depthwiseConv2d(x, w, 2, 'same')),
  'depthwiseConv2d dilated': of([IMAGE, [3, 3, 64, 1]], (tf, [x, w]) => tf.depthwiseConv2d(x, w, 1, 'same', 'NHWC', 2)),
  'depthwiseConv2d multiplier 2': of([IMAGE, [3, 3, 64, 2]], (tf, [x, w]) => tf.depthwiseConv2d(x, w, 1, 'same')),
  'depthwiseConv2d 7x7x1024': of('1x7x7x1024 3x3x1024x1', (tf, [x, w]) => tf.depthwiseConv2d(x, w, 1, 'same')),
  'separableConv2d 3x3': of([IMAGE, [3, 3, 64, 1], [1, 1, 64, 64]], (tf, [x, depthwise, pointwise]) =>
    tf.separableConv2d(x, depthwise, pointwise, 1, 'same'),
  ),
  'conv3dTranspose stride 2': of('1x4x14x14x16 3x3x3x16x16', (tf, [x, w]) =>
    tf.conv3dTranspose(x, w, [1, 8, 28, 28, 16], 2, 'same'),
  ),
  'conv3d 3x3x3 8x28x28x16': of('1x8x28x28x16 3x3x3x16x16', (tf, [x, w]) => tf.conv3d(x, w, 1, 'same')),
  'maxPool 2x2': unary((tf, [x]) => tf.maxPool(x, 2, 2, 'same')),
  'avgPool 3x3': unary((tf, [x]) => tf.avgPool(x, 3, 2, 'same')),
  'maxPool 3x3 stride 1': unary((tf, [x]) => tf.maxPool(x, 3, 1, 'same')),
  'avgPool 7x7 of all': unary((tf, [x]) => tf.avgPool(x, 56, 1, 'valid')),
  'maxPool3d 2': unary((tf, [x]) => tf.maxPool3d(x, 2, 2, 'same'), undefined, [1, 16, 28, 28, 16]),
  'avgPool3d 2': unary((tf, [x]) => tf.avgPool3d(x, 2, 2, 'same'), undefined, [1, 16, 28, 28, 16]),
  localResponseNormalization: unary((tf, [x]) => tf.localResponseNormalization(x, 5)),
  'dilation2d 3x3': of('1x28x28x32 3x3x32', (tf, [x, w]) => tf.dilation2d(x, w, 1, 'same')),
  'resizeBilinear to 112': unary((tf, [x]) => tf.image.resizeBilinear(x, [112, 112])),
  'resizeNearestNeighbor to 112': unary((tf, [x]) => tf.image.resizeNearestNeighbor(x, [112, 112])),
  'cropAndResize 16 boxes': {
    make: (tf) => [floats(tf, IMAGE), floats(tf, [16, 4], [0, 1]), tf.zeros([16], 'int32')],
    run: (tf, [x, boxes, which]) => tf.image.cropAndResize(x, boxes, which, [14, 14]),
  },
  'transpose NHWC to NCHW': unary((tf, [x]) => tf.transpose(x, [0, 3, 1, 2])),
  'transpose 3136x64': unary((tf, [x]) => tf.transpose(x), undefined, ROWS),
  'transpose NCHW to NHWC': unary((tf, [x]) => tf.transpose(x, [0, 2, 3, 1]), undefined, [1, 64, 56, 56]),
  'transpose heads 128x8x64': unary((tf, [x]) => tf.transpose(x, [1, 0, 2]), undefined, [128, 8, 64]),
  'transpose bool 3136x64': from([(tf) => bools(tf, ROWS)], (tf, [x]) => tf.transpose(x)),
  'concat rows': of([IMAGE, IMAGE], (tf, inputs) => tf.concat(inputs, 1)),
  'stack 2 last': of([ROWS, ROWS], (tf, inputs) => tf.stack(inputs, 2)),
  'unstack 4': unary((tf, [x]) => tf.unstack(x), undefined, [4, 112, 112]),
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
  'pad channels 3 to 4': unary(
    (tf, [x]) =>
      tf.pad(x, [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 1],
      ]),
    undefined,
    [1, 224, 224, 3],
  ),
  'pad 10k': unary(
    (tf, [x]) =>
      tf.pad(x, [
        [1, 1],
        [1, 1],
      ]),
    undefined,
    [100, 100],
  ),
  'tile 1x4': unary((tf, [x]) => tf.tile(x, [1, 4]), undefined, [784, 64]),
  'reverse rows 3136x64': unary((tf, [x]) => tf.reverse(x, 1), undefined, ROWS),
  'reverse images 200k': unary((tf, [x]) => tf.reverse(x, 1)),
  'broadcastTo 3136x64': unary((tf, [x]) => tf.broadcastTo(x, ROWS), undefined, [1, 64]),
  'fill 200k': { make: () => [], run: (tf) => tf.fill(IMAGE, 2) },
  'range 200k': { make: () => [], run: (tf) => tf.range(0, 200000) },
  'spaceToBatch 2': unary((tf, [x]) =>
    tf.spaceToBatchND(
      x,
      [2, 2],
      [
        [0, 0],
        [0, 0],
      ],
    ),
  ),
  'depthToSpace 2': unary((tf, [x]) => tf.depthToSpace(x, 2)),
  'gather 1000 rows of 64': {
    make: (tf) => [floats(tf, ROWS), indices(tf, [1000], ROWS[0])],
    run: (tf, [x, rows]) => tf.gather(x, rows),
  },
  'gather 32 of 64 columns': {
    make: (tf) => [floats(tf, ROWS), indices(tf, [32], ROWS[1])],
    run: (tf, [x, columns]) => tf.gather(x, columns, 1),
  },
  'gather 20000 numbers': {
    make: (tf) => [floats(tf, [20000]), indices(tf, [20000], 20000)],
    run: (tf, [x, places]) => tf.gather(x, places),
  },
  'gatherND 1000 rows of 64': {
    make: (tf) => [floats(tf, ROWS), indices(tf, [1000, 1], ROWS[0])],
    run: (tf, [x, places]) => tf.gatherND(x, places),
  },
  'gatherND 10000 numbers': {
    make: (tf) => [floats(tf, ROWS), indices(tf, [10000, 2], ROWS[1])],
    run: (tf, [x, places]) => tf.gatherND(x, places),
  },
  'scatterND 1000 rows of 64': {
    make: (tf) => [indices(tf, [1000, 1], ROWS[0]), floats(tf, [1000, 64])],
    run: (tf, [places, x]) => tf.scatterND(places, x, ROWS),
  },
  'scatterND 10000 numbers': {
    make: (tf) => [indices(tf, [10000, 1], 20000), floats(tf, [10000])],
    run: (tf, [places, x]) => tf.scatterND(places, x, [20000]),
  },
  'tensorScatterUpdate 1000 rows': {
    make: (tf) => [floats(tf, ROWS), indices(tf, [1000, 1], ROWS[0]), floats(tf, [1000, 64])],
    run: (tf, [x, places, rows]) => tf.tensorScatterUpdate(x, places, rows),
  },
  'unsortedSegmentSum 3136x64': {
    make: (tf) => [floats(tf, ROWS), indices(tf, [3136], 100)],
    run: (tf, [x, segments]) => tf.unsortedSegmentSum(x, segments, 100),
  },
  'bincount 10000': {
    make: (tf) => [indices(tf, [10000], 100), tf.tensor1d([], 'float32')],
    run: (tf, [x, weights]) => tf.bincount(x, weights, 100),
  },
  'unique 10000': {
    make: (tf) => [indices(tf, [10000], 500)],
    run: (tf, [x]) => Object.values(tf.unique(x)),
  },
  'searchSorted 10000': {
    make: (tf) => [tf.range(0, 1000), floats(tf, [10000], [0, 1000])],
    run: (tf, [sorted, x]) => tf.lowerBound(sorted, x),
  },
  'nonMaxSuppression 1000': {
    make: (tf) => {
      const corners = floats(tf, [1000, 2], [0, 1]);
      return [tf.concat([corners, tf.add(corners, 0.1)], 1), floats(tf, [1000], [0, 1])];
    },
    run: (tf, [boxes, scores]) => tf.image.nonMaxSuppression(boxes, scores, 100, 0.5),
  },
  'flipLeftRight 200k': unary((tf, [x]) => tf.image.flipLeftRight(x)),
  'rotateWithOffset 200k': unary((tf, [x]) => tf.image.rotateWithOffset(x, 0.5)),
  'fft 64x256': {
    make: (tf) => [tf.complex(floats(tf, [64, 256]), floats(tf, [64, 256]))],
    run: (tf, [x]) => tf.fft(x),
  },
  'rfft 64x256': unary((tf, [x]) => tf.rfft(x), undefined, [64, 256]),
  'multinomial 10000': unary((tf, [x]) => tf.multinomial(x, 10000, 1), undefined, [10]),
  'matrixBandPart 448x448': unary((tf, [x]) => tf.linalg.bandPart(x, 5, 5), undefined, [448, 448]),
  'oneHot 1000x64': { make: (tf) => [indices(tf, [1000], 64)], run: (tf, [x]) => tf.oneHot(x, 64) },
};
