// SPDX-License-Identifier: Apache-2.0
// Sparse and ragged tensors, strings.
export const CASES = [
  [
    'sparse.sparseFillEmptyRows',
    (tf) =>
      tf.sparse.sparseFillEmptyRows(
        [
          [0, 0],
          [2, 1],
        ],
        [0.5, 1.5],
        [4, 2],
        -1,
      ),
  ],
  [
    'sparse.sparseReshape',
    (tf) =>
      tf.sparse.sparseReshape(
        [
          [0, 0],
          [1, 2],
        ],
        [2, 3],
        [3, -1],
      ),
  ],
  [
    'sparse.sparseSegmentSum',
    (tf) =>
      tf.sparse.sparseSegmentSum(
        tf.tensor2d([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
        [0, 1, 2],
        [0, 0, 1],
      ),
  ],
  [
    'sparse.sparseSegmentMean',
    (tf) =>
      tf.sparse.sparseSegmentMean(
        tf.tensor2d([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
        [0, 1, 2],
        [0, 0, 1],
      ),
  ],
  [
    'string.stringNGrams',
    (tf) =>
      tf.string.stringNGrams(['a', 'b', 'c', 'd'], tf.tensor1d([0, 3, 4], 'int32'), '|', [1, 2], 'L', 'R', -1, false),
  ],
  ['string.stringSplit', (tf) => tf.string.stringSplit(['hello world', ' a  b'], ' ')],
  ['string.stringSplit that keeps what is empty', (tf) => tf.string.stringSplit(['a,,b'], ',', false)],
  ['string.stringToHashBucketFast', (tf) => tf.string.stringToHashBucketFast(['hello', 'wörld', ''], 10)],
  ['string.staticRegexReplace', (tf) => tf.string.staticRegexReplace(['format', 'fast  food'], '[ao]+', '-')],
  ['string.staticRegexReplace of the first', (tf) => tf.string.staticRegexReplace(['banana'], 'a', 'o', false)],
  [
    'raggedGather',
    (tf) => tf.raggedGather([tf.tensor1d([0, 2, 5], 'int32')], [1, 2, 3, 4, 5], tf.tensor1d([1, 0], 'int32'), 1),
  ],
  ['raggedRange', (tf) => tf.raggedRange(tf.tensor1d([0, 5]), tf.tensor1d([3, 7]), tf.tensor1d([1, 1]))],
  [
    'raggedTensorToTensor',
    (tf) =>
      tf.raggedTensorToTensor(
        tf.tensor1d([-1, -1], 'int32'),
        tf.tensor1d([0.1, 0.2, 0.3]),
        tf.scalar(9),
        [tf.tensor1d([0, 2, 3], 'int32')],
        ['ROW_SPLITS'],
      ),
  ],
];

export const ERRORS = [
  [
    'numbers for strings',
    (tf) => tf.string.stringToHashBucketFast(tf.tensor([1]), 3),
    'E_DTYPE',
    /'input' passed to 'stringToHashBucketFast'/,
  ],
  [
    'indices that are float32',
    (tf) => tf.sparse.sparseSegmentSum([1], tf.tensor([0]), [0]),
    'E_DTYPE',
    /'indices' passed to 'sparseSegmentSum'/,
  ],
  [
    'types of partitions that there are not',
    (tf) => tf.raggedTensorToTensor([-1, -1], [1], 0, [tf.tensor1d([0, 1], 'int32')], ['ROWS']),
    'E_ATTR',
    /^raggedTensorToTensor/,
  ],
];
