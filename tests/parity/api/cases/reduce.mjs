// SPDX-License-Identifier: Apache-2.0
import { complexes, floats, integers, positive } from '../values.mjs';

const REDUCTIONS = 'sum mean max min prod logSumExp euclideanNorm'.split(' ');

export const CASES = [
  ...REDUCTIONS.flatMap((name) => [
    [`${name} of all`, (tf) => tf[name](positive(tf, [2, 3, 2]))],
    [`${name} along an axis`, (tf) => tf[name](positive(tf, [2, 3, 2]), 1)],
    [`${name} along axes`, (tf) => tf[name](positive(tf, [2, 3, 2]), [0, -1])],
    [`${name} that keeps dimensions`, (tf) => tf[name](positive(tf, [2, 3, 2]), [1, 2], true)],
    [
      `${name} of a list`,
      (tf) =>
        tf[name](
          [
            [1, 2],
            [3, 4],
          ],
          0,
        ),
    ],
  ]),
  ...'sum max min prod mean'.split(' ').map((name) => [`${name} of int32`, (tf) => tf[name](integers(tf, [2, 3]), 1)]),
  ['sum of bool', (tf) => tf.sum([true, false, true])],
  ['sum of nothing', (tf) => tf.sum(tf.tensor([], [0, 3]), 0)],
  ['max with NaN', (tf) => tf.max([1, NaN, 3])],
  [
    'all',
    (tf) =>
      tf.all(
        [
          [true, true],
          [true, false],
        ],
        1,
      ),
  ],
  ['all of all', (tf) => tf.all([true, true])],
  [
    'any',
    (tf) =>
      tf.any(
        [
          [false, true],
          [false, false],
        ],
        1,
        true,
      ),
  ],
  ['argMax', (tf) => tf.argMax(floats(tf, [3, 4]))],
  ['argMax along the last axis', (tf) => tf.argMax(floats(tf, [3, 4]), -1)],
  ['argMin', (tf) => tf.argMin(floats(tf, [3, 4]), 1)],
  ['argMin of int32', (tf) => tf.argMin(tf.tensor([3, 1, 1], [3], 'int32'))],
  ['cumsum', (tf) => tf.cumsum(floats(tf, [2, 4]), 1)],
  ['cumsum without the element itself, from the end', (tf) => tf.cumsum(floats(tf, [2, 4]), 1, true, true)],
  // TensorFlow.js loses dimensions here.
  ['cumsum along the last axis', (tf) => tf.cumsum([[1, 2, 3]], -1), { expected: (tf) => tf.tensor2d([[1, 3, 6]]) }],
  ['cumsum of a list', (tf) => tf.cumsum([1, 2, 3])],
  ['cumprod', (tf) => tf.cumprod(floats(tf, [2, 4]), 1)],
  ['cumprod without the element itself', (tf) => tf.cumprod([1, 2, 3], 0, true)],
  ['logSumExp of large numbers', (tf) => tf.logSumExp([1000, 1001])],
  ['moments', (tf) => tf.moments(floats(tf, [3, 4]), 0)],
  ['moments of all', (tf) => tf.moments(floats(tf, [3, 4]))],
  ['moments that keep dimensions', (tf) => tf.moments(floats(tf, [3, 4]), [1], true)],
  ...[1, 2, 'euclidean', Infinity, -Infinity].flatMap((ord) => [
    [`norm ${ord} of all`, (tf) => tf.norm(positive(tf, [2, 3]), ord)],
    [`norm ${ord} along an axis`, (tf) => tf.norm(positive(tf, [2, 3]), ord, 1)],
  ]),
  ...[1, 'fro', 'euclidean', Infinity, -Infinity].map((ord) => [
    `norm ${ord} of matrices`,
    (tf) => tf.norm(floats(tf, [2, 3, 4]), ord, [1, 2]),
  ]),
  // TensorFlow.js supports no other powers.
  ['norm 3', (tf) => tf.norm([1, -2, 3], 3), { expected: (tf) => tf.scalar(36 ** (1 / 3)) }],
  ['norm that keeps dimensions', (tf) => tf.norm(floats(tf, [2, 3]), 2, 1, true)],
  ['norm of complex64', (tf) => tf.norm(tf.complex([3, 0], [4, 0])), { expected: (tf) => tf.scalar(5) }],
  ['bincount', (tf) => tf.bincount(tf.tensor1d([1, 1, 2, 5], 'int32'), [], 4)],
  ['bincount with weights', (tf) => tf.bincount(tf.tensor1d([1, 1, 2], 'int32'), [0.5, 1, 2], 4)],
  [
    'denseBincount',
    (tf) =>
      tf.denseBincount(
        tf.tensor(
          [
            [1, 1],
            [0, 3],
          ],
          [2, 2],
          'int32',
        ),
        [],
        4,
      ),
  ],
  [
    'denseBincount that says only whether',
    (tf) =>
      tf.denseBincount(
        tf.tensor(
          [
            [1, 1],
            [0, 3],
          ],
          [2, 2],
          'int32',
        ),
        [],
        4,
        true,
      ),
  ],

  ['matMul', (tf) => tf.matMul(floats(tf, [2, 3]), floats(tf, [3, 4], 2))],
  ['matMul transposed', (tf) => tf.matMul(floats(tf, [3, 2]), floats(tf, [4, 3], 2), true, true)],
  ['matMul of batches', (tf) => tf.matMul(floats(tf, [2, 2, 2, 3]), floats(tf, [2, 2, 3, 2], 2))],
  ['matMul of a batch and a matrix', (tf) => tf.matMul(floats(tf, [2, 2, 3]), floats(tf, [1, 3, 2], 2))],
  // TensorFlow.js is wrong if both batches broadcast.
  [
    'matMul of batches that broadcast',
    (tf) => tf.matMul(tf.tensor([1, 2], [2, 1, 1, 1]), tf.tensor([1, 10, 100], [3, 1, 1])),
    { expected: (tf) => tf.tensor([1, 10, 100, 2, 20, 200], [2, 3, 1, 1]) },
  ],
  ['matMul of lists', (tf) => tf.matMul([[1, 2]], [[3], [4]])],
  ['matMul of int32', (tf) => tf.matMul(integers(tf, [2, 3]), integers(tf, [3, 2], 2))],
  ['dot of vectors', (tf) => tf.dot([1, 2, 3], [4, 5, 6])],
  ['dot of a matrix and a vector', (tf) => tf.dot(floats(tf, [2, 3]), [4, 5, 6])],
  ['dot of a vector and a matrix', (tf) => tf.dot([1, 2], floats(tf, [2, 3]))],
  ['dot of matrices', (tf) => tf.dot(floats(tf, [2, 3]), floats(tf, [3, 2], 2))],
  ['outerProduct', (tf) => tf.outerProduct([1, 2, 3], [4, 5])],
  ['einsum', (tf) => tf.einsum('ij,jk->ik', floats(tf, [2, 3]), floats(tf, [3, 4], 2))],
  ['einsum of batches', (tf) => tf.einsum('bij,bjk->bik', floats(tf, [2, 2, 3]), floats(tf, [2, 3, 2], 2))],
  ['einsum of one tensor', (tf) => tf.einsum('ij->ji', floats(tf, [2, 3]))],
  ['linalg.bandPart', (tf) => tf.linalg.bandPart(floats(tf, [4, 4]), 1, 2)],
  ['linalg.bandPart with a whole side', (tf) => tf.linalg.bandPart(floats(tf, [2, 3, 4]), -1, 0)],
  ['linalg.gramSchmidt', (tf) => tf.linalg.gramSchmidt(floats(tf, [3, 4]))],
  ['linalg.gramSchmidt of vectors', (tf) => tf.linalg.gramSchmidt([tf.tensor1d([1, 2]), tf.tensor1d([3, -1])])],
  ['linalg.qr', (tf) => tf.linalg.qr(floats(tf, [3, 3]))],
  ['linalg.qr of a tall matrix', (tf) => tf.linalg.qr(floats(tf, [4, 2]))],
  ['linalg.qr of a tall matrix, whole', (tf) => tf.linalg.qr(floats(tf, [4, 2]), true)],
  ['linalg.qr of batches', (tf) => tf.linalg.qr(floats(tf, [2, 3, 3]))],
  [
    'linalg.qr of a matrix with a column of zeros',
    (tf) =>
      tf.linalg
        .qr(
          tf.tensor2d([
            [0, 1],
            [0, 0],
          ]),
        )
        .map((part) => tf.all(tf.isFinite(part))),
    { expected: (tf) => [tf.scalar(true), tf.scalar(true)] },
  ],
  ['math.confusionMatrix', (tf) => tf.math.confusionMatrix([0, 1, 2, 1], [0, 2, 2, 1], 3)],
  ['fft', (tf) => tf.fft(complexes(tf, [2, 5]))],
  ['ifft', (tf) => tf.ifft(complexes(tf, [8]))],
  ['rfft', (tf) => tf.rfft(floats(tf, [2, 6]))],
  ['rfft of another length', (tf) => tf.rfft(floats(tf, [6]), 4)],
  ['rfft of a longer length', (tf) => tf.rfft(floats(tf, [6]), 8)],
  ['irfft', (tf) => tf.irfft(tf.complex([[10, -2, -2]], [[0, 2, 0]]))],
  ...'fft ifft'.split(' ').map((name) => [`spectral.${name}`, (tf) => tf.spectral[name](complexes(tf, [4]))]),
  ['spectral.rfft', (tf) => tf.spectral.rfft(floats(tf, [5]))],
  ['spectral.irfft', (tf) => tf.spectral.irfft(tf.complex([[1, 2, 3]], [[0, 1, 0]]))],
  // TensorFlow.js adds a dimension of 1 to vectors; TensorFlow does not.
  [
    'irfft of a vector',
    (tf) => tf.irfft(tf.complex([10, -2, -2], [0, 2, 0])),
    { expected: (tf) => tf.tensor1d([1, 2, 3, 4]) },
  ],
  ['irfft of one number', (tf) => tf.irfft(tf.complex([[5]], [[0]]))],
  ['signal.hannWindow', (tf) => tf.signal.hannWindow(5)],
  ['signal.hammingWindow', (tf) => tf.signal.hammingWindow(6)],
  ['cosineWindow', (tf) => tf.cosineWindow(7, 0.4, 0.6)],
  ['enclosingPowerOfTwo', (tf) => [1, 2, 3, 8, 9].map((n) => tf.enclosingPowerOfTwo(n))],
  ['signal.frame', (tf) => tf.signal.frame(tf.tensor1d([1, 2, 3, 4, 5, 6]), 3, 2)],
  ['signal.frame filled up', (tf) => tf.signal.frame(tf.tensor1d([1, 2, 3, 4, 5]), 3, 2, true, 9)],
  ['signal.frame of too little', (tf) => tf.signal.frame(tf.tensor1d([1, 2]), 3, 2)],
  ['signal.stft', (tf) => tf.signal.stft(floats(tf, [12]), 4, 3)],
  [
    'signal.stft of another window',
    (tf) => tf.signal.stft(floats(tf, [12]), 5, 3, 8, (n) => tf.signal.hammingWindow(n)),
  ],
];

export const ERRORS = [
  ['an axis out of range', (tf) => tf.sum([1, 2], 1), 'E_SHAPE', /^sum\(\)/],
  ['an axis twice', (tf) => tf.sum([[1]], [0, -2]), 'E_SHAPE', /^sum\(\)/],
  ['the greatest of nothing', (tf) => tf.argMax([]), 'E_SHAPE', /^argMax\(\)/],
  ['numbers for booleans', (tf) => tf.all(tf.tensor([1])), 'E_DTYPE', /'x' passed to 'all'/],
  ['a norm that there is not', (tf) => tf.norm([[1]], 3, [0, 1]), 'E_INPUT', /^norm\(\)/],
  ['inner dimensions that disagree', (tf) => tf.matMul([[1, 2]], [[1, 2]]), 'E_SHAPE', /^matMul\(\)/],
  ['a vector for a matrix', (tf) => tf.matMul([1, 2], [[1], [2]]), 'E_SHAPE', /^matMul\(\)/],
  ['a tensor of rank 3', (tf) => tf.dot([[[1]]], [1]), 'E_SHAPE', /in dot: t1 must be rank 1 or 2/],
  ['too many vectors', (tf) => tf.linalg.gramSchmidt(tf.tensor2d([[1], [2]])), 'E_INPUT', /^gramSchmidt\(\)/],
  [
    'labels and predictions of other lengths',
    (tf) => tf.math.confusionMatrix([1], [1, 2], 3),
    'E_SHAPE',
    /^confusionMatrix/,
  ],
  ['real numbers', (tf) => tf.fft(tf.tensor([1, 2])), 'E_DTYPE', /'input' passed to 'fft'/],
  ['a frame of nothing', (tf) => tf.signal.frame(tf.tensor1d([1]), 0, 1), 'E_INPUT', /^frame\(\)/],
];
