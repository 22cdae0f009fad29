// SPDX-License-Identifier: Apache-2.0
// Tensor methods: each equals the function with the same name; methods without such a function are tested on their own.
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../../../tools/lib/paths.mjs';
import { missing } from '../../prerequisites.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import(pathToFileURL(path.join(ROOT, 'dist/index.js')).href);

before(() => tf.ready?.());

const plain = (result) => {
  if (result instanceof tf.Tensor) return { dtype: result.dtype, shape: result.shape, values: result.arraySync() };
  return Object.fromEntries(Object.entries(result).map(([key, value]) => [key, plain(value)]));
};

/** Arguments of each method. The tensor is [[0.5, 1], [2, 3]] unless it is the first of them. */
const matrix = () =>
  tf.tensor2d([
    [0.5, 1],
    [2, 3],
  ]);
const image = () => tf.tensor([0.5, 1, 2, 3], [1, 2, 2, 1]);
const ONE = `abs acos acosh asin asinh atan atanh ceil cos cosh elu erf exp expm1 floor isFinite isInf isNaN log log1p
  logSigmoid neg onesLike reciprocal relu relu6 round rsqrt selu sigmoid sign sin sinh softplus sqrt square tan tanh
  zerosLike argMax argMin cumsum cumprod euclideanNorm expandDims leakyRelu logSoftmax logSumExp max mean min norm prod
  rfft reverse softmax squeeze step sum topk transpose unstack`.split(/\s+/);
const TWO = `add atan2 div divNoNan equal floorDiv greater greaterEqual less lessEqual maximum minimum mod mul notEqual
  pow prelu squaredDifference sub dot matMul`.split(/\s+/);
const OTHERS = {
  all: [() => tf.tensor([true, false])],
  any: [() => tf.tensor([true, false])],
  avgPool: [image, 2, 1, 'valid'],
  batchNorm: [matrix, [0, 1], [1, 2]],
  batchToSpaceND: [
    () => tf.tensor([1, 2, 3, 4], [4, 1, 1, 1]),
    [2, 2],
    [
      [0, 0],
      [0, 0],
    ],
  ],
  broadcastTo: [matrix, [2, 2, 2]],
  cast: [matrix, 'int32'],
  clipByValue: [matrix, 1, 2],
  conv1d: [() => tf.tensor([1, 2, 3], [3, 1]), [[[1]]], 1, 'same'],
  conv2d: [image, [[[[2]]]], 1, 'same'],
  conv2dTranspose: [image, [[[[2]]]], [1, 2, 2, 1], 1, 'same'],
  depthToSpace: [() => tf.tensor([1, 2, 3, 4], [1, 1, 1, 4]), 2],
  depthwiseConv2d: [image, [[[[2]]]], 1, 'same'],
  dilation2d: [image, [[[2]]], 1, 'same'],
  fft: [() => tf.complex([1, 2], [3, 4])],
  gather: [matrix, [1, 0]],
  ifft: [() => tf.complex([1, 2], [3, 4])],
  irfft: [() => tf.complex([1, 2], [3, 4])],
  localResponseNormalization: [image],
  logicalAnd: [() => tf.tensor([true, false]), [true, true]],
  logicalNot: [() => tf.tensor([true, false])],
  logicalOr: [() => tf.tensor([true, false]), [true, true]],
  logicalXor: [() => tf.tensor([true, false]), [true, true]],
  maxPool: [image, 2, 1, 'valid'],
  mirrorPad: [
    matrix,
    [
      [1, 0],
      [0, 1],
    ],
    'reflect',
  ],
  oneHot: [() => tf.tensor1d([1, 0], 'int32'), 3],
  pad: [
    matrix,
    [
      [1, 0],
      [0, 1],
    ],
  ],
  pool: [image, 2, 'max', 'valid'],
  reshape: [matrix, [4]],
  resizeBilinear: [image, [3, 3]],
  resizeNearestNeighbor: [image, [3, 3]],
  separableConv2d: [image, [[[[2]]]], [[[[3]]]], 1, 'same'],
  slice: [matrix, [0, 1], [2, 1]],
  spaceToBatchND: [
    image,
    [2, 2],
    [
      [0, 0],
      [0, 0],
    ],
  ],
  split: [matrix, 2, 1],
  stridedSlice: [matrix, [0, 0], [2, 1], [1, 1]],
  tile: [matrix, [1, 2]],
  unique: [() => tf.tensor([1, 2, 1])],
  unsortedSegmentSum: [matrix, [0, 0], 1],
};

const functionOf = (name) => tf[name] ?? tf.image[name];

describe('a method is the function of its name', { skip }, () => {
  const cases = {
    ...Object.fromEntries(ONE.map((name) => [name, [matrix]])),
    ...Object.fromEntries(
      TWO.map((name) => [
        name,
        [
          matrix,
          [
            [2, 1],
            [1, 2],
          ],
        ],
      ]),
    ),
    ...OTHERS,
  };
  for (const [name, [make, ...rest]] of Object.entries(cases)) {
    test(name, () =>
      tf.tidy(() => {
        const tensor = make();
        assert.deepEqual(plain(tensor[name](...rest)), plain(functionOf(name)(tensor, ...rest)));
      }),
    );
  }
});

describe('methods of their own', { skip }, () => {
  const check = (name, make, expected) =>
    test(name, () => tf.tidy(() => assert.deepEqual(plain(make()), plain(expected()))));
  check(
    'as1D',
    () => matrix().as1D(),
    () => tf.tensor1d([0.5, 1, 2, 3]),
  );
  check(
    'as2D',
    () => matrix().as2D(1, 4),
    () => tf.tensor2d([[0.5, 1, 2, 3]]),
  );
  check(
    'as3D',
    () => matrix().as3D(1, 4, 1),
    () => tf.tensor([0.5, 1, 2, 3], [1, 4, 1]),
  );
  check(
    'as4D',
    () => matrix().as4D(1, 4, 1, 1),
    () => tf.tensor([0.5, 1, 2, 3], [1, 4, 1, 1]),
  );
  check(
    'as5D',
    () => matrix().as5D(1, 4, 1, 1, 1),
    () => tf.tensor([0.5, 1, 2, 3], [1, 4, 1, 1, 1]),
  );
  check(
    'asScalar',
    () => tf.tensor([7]).asScalar(),
    () => tf.scalar(7),
  );
  check(
    'asType',
    () => matrix().asType('int32'),
    () =>
      tf.tensor2d(
        [
          [0, 1],
          [2, 3],
        ],
        [2, 2],
        'int32',
      ),
  );
  check(
    'concat',
    () => matrix().concat(matrix(), 1),
    () => tf.concat([matrix(), matrix()], 1),
  );
  check(
    'concat of a list',
    () => matrix().concat([matrix(), matrix()]),
    () => tf.concat([matrix(), matrix(), matrix()]),
  );
  check(
    'flatten',
    () => matrix().flatten(),
    () => tf.tensor1d([0.5, 1, 2, 3]),
  );
  check('reshapeAs', () => matrix().reshapeAs(image()), image);
  check(
    'stack',
    () => matrix().stack(matrix()),
    () => tf.stack([matrix(), matrix()]),
  );
  check(
    'toBool',
    () => tf.tensor([0, 2]).toBool(),
    () => tf.tensor([false, true]),
  );
  check(
    'toFloat',
    () => tf.tensor([true]).toFloat(),
    () => tf.tensor([1]),
  );
  check(
    'toInt',
    () => tf.tensor([1.7]).toInt(),
    () => tf.tensor([1], [1], 'int32'),
  );
  check(
    'where',
    () => tf.tensor([1, 2]).where([true, false], [8, 9]),
    () => tf.tensor([1, 9]),
  );
});
