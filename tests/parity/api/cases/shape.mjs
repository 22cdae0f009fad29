// SPDX-License-Identifier: Apache-2.0
import { complexes, floats, integers } from '../values.mjs';

export const CASES = [
  ['reshape', (tf) => tf.reshape(floats(tf, [2, 6]), [3, -1])],
  ['reshape of a list', (tf) => tf.reshape([1, 2, 3, 4], [2, 2])],
  ['expandDims', (tf) => tf.expandDims(floats(tf, [2, 3]))],
  ['expandDims at the end', (tf) => tf.expandDims(floats(tf, [2, 3]), -1)],
  ['expandDims inside', (tf) => tf.expandDims(floats(tf, [2, 3]), 1)],
  ['squeeze', (tf) => tf.squeeze(floats(tf, [1, 2, 1, 3]))],
  ['squeeze of one dimension', (tf) => tf.squeeze(floats(tf, [1, 2, 1, 3]), [2])],
  ['squeeze of no dimension', (tf) => tf.squeeze(floats(tf, [1, 2]), [])],
  ['clone', (tf) => tf.clone(floats(tf, [2, 3]))],
  ['ensureShape', (tf) => tf.ensureShape(floats(tf, [2, 3]), [2, null]), { expected: (tf) => floats(tf, [2, 3]) }],
  ['transpose', (tf) => tf.transpose(floats(tf, [2, 3, 4]))],
  ['transpose in an order', (tf) => tf.transpose(floats(tf, [2, 3, 4]), [1, 2, 0])],
  ['transpose of a vector', (tf) => tf.transpose([1, 2, 3])],
  ['transpose of int32', (tf) => tf.transpose(integers(tf, [2, 3]))],
  ['transpose of complex64', (tf) => tf.transpose(complexes(tf, [2, 3]))],
  ['transpose and conjugate', (tf) => tf.transpose(complexes(tf, [2, 3]), undefined, true)],
  ['tile', (tf) => tf.tile(floats(tf, [2, 3]), [2, 1])],
  ['tile of strings', (tf) => tf.tile(['a', 'b'], [2])],
  ['broadcastTo', (tf) => tf.broadcastTo(floats(tf, [2, 1]), [3, 2, 4])],
  [
    'broadcastTo with -1',
    (tf) => tf.broadcastTo([[1], [2]], [-1, 2]),
    {
      expected: (tf) =>
        tf.tensor2d([
          [1, 1],
          [2, 2],
        ]),
    },
  ],
  [
    'broadcastArgs',
    (tf) => tf.broadcastArgs(tf.tensor1d([2, 1], 'int32'), tf.tensor1d([3, 1, 4], 'int32')),
    { expected: (tf) => tf.tensor1d([3, 2, 4], 'int32') },
  ],
  ['slice', (tf) => tf.slice(floats(tf, [4, 5]), [1, 2], [2, 3])],
  ['slice to the end', (tf) => tf.slice(floats(tf, [4, 5]), [1, 2], [-1, 2])],
  ['slice of the first dimension', (tf) => tf.slice(floats(tf, [4, 5]), 1, 2)],
  ['slice without a size', (tf) => tf.slice(floats(tf, [4, 5]), [1])],
  ['slice of strings', (tf) => tf.slice(['a', 'b', 'c'], 1, 1)],
  ['slice of nothing', (tf) => tf.slice([1, 2, 3], 1, 0)],
  ['slice1d', (tf) => tf.slice1d([1, 2, 3, 4], 1, 2)],
  ['slice2d', (tf) => tf.slice2d(floats(tf, [3, 3]), [0, 1], [2, 2])],
  ['slice3d', (tf) => tf.slice3d(floats(tf, [3, 3, 2]), [0, 1, 0], [2, 2, 1])],
  ['slice4d', (tf) => tf.slice4d(floats(tf, [2, 3, 3, 2]), [1, 0, 1, 0], [1, 2, 2, 1])],
  ['stridedSlice', (tf) => tf.stridedSlice(floats(tf, [4, 5]), [0, 1], [4, 5], [2, 2])],
  ['stridedSlice backwards', (tf) => tf.stridedSlice([1, 2, 3, 4], [3], [0], [-1])],
  ['stridedSlice with masks', (tf) => tf.stridedSlice(floats(tf, [4, 5]), [1, 1], [3, 3], [1, 1], 1, 2)],
  [
    'stridedSlice that drops a dimension',
    (tf) => tf.stridedSlice(floats(tf, [4, 5]), [1, 0], [2, 5], [1, 1], 0, 0, 0, 0, 1),
  ],
  ['reverse', (tf) => tf.reverse(floats(tf, [2, 3]), 1)],
  ['reverse of all', (tf) => tf.reverse(floats(tf, [2, 3]))],
  ['reverse from the end', (tf) => tf.reverse(floats(tf, [2, 3]), [-1])],
  ['reverse1d', (tf) => tf.reverse1d([1, 2, 3])],
  ['reverse2d', (tf) => tf.reverse2d(floats(tf, [2, 3]), 0)],
  ['reverse3d', (tf) => tf.reverse3d(floats(tf, [2, 3, 2]), [0, 2])],
  ['reverse4d', (tf) => tf.reverse4d(floats(tf, [2, 3, 2, 2]), [1])],
  [
    'pad',
    (tf) =>
      tf.pad(floats(tf, [2, 3]), [
        [1, 0],
        [0, 2],
      ]),
  ],
  ['pad with a value', (tf) => tf.pad([1, 2], [[1, 1]], 9)],
  ['pad of int32', (tf) => tf.pad(integers(tf, [2]), [[1, 1]], 7)],
  ['pad1d', (tf) => tf.pad1d([1, 2], [1, 2])],
  [
    'pad2d',
    (tf) =>
      tf.pad2d(
        floats(tf, [2, 2]),
        [
          [1, 0],
          [0, 1],
        ],
        0.5,
      ),
  ],
  [
    'pad3d',
    (tf) =>
      tf.pad3d(floats(tf, [2, 2, 2]), [
        [1, 0],
        [0, 1],
        [1, 1],
      ]),
  ],
  [
    'pad4d',
    (tf) =>
      tf.pad4d(floats(tf, [1, 2, 2, 2]), [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ]),
  ],
  [
    'mirrorPad reflect',
    (tf) =>
      tf.mirrorPad(
        floats(tf, [3, 3]),
        [
          [1, 2],
          [2, 0],
        ],
        'reflect',
      ),
  ],
  [
    'mirrorPad symmetric',
    (tf) =>
      tf.mirrorPad(
        floats(tf, [3, 3]),
        [
          [1, 2],
          [2, 0],
        ],
        'symmetric',
      ),
  ],
  [
    'batchToSpaceND',
    (tf) =>
      tf.batchToSpaceND(
        floats(tf, [4, 2, 2, 1]),
        [2, 2],
        [
          [0, 1],
          [1, 0],
        ],
      ),
  ],
  [
    'spaceToBatchND',
    (tf) =>
      tf.spaceToBatchND(
        floats(tf, [1, 3, 3, 2]),
        [2, 2],
        [
          [1, 0],
          [0, 1],
        ],
      ),
  ],
  ['depthToSpace', (tf) => tf.depthToSpace(floats(tf, [1, 2, 2, 8]), 2)],
  [
    'depthToSpace NCHW',
    (tf) => tf.depthToSpace(tf.tensor([1, 2, 3, 4], [1, 4, 1, 1]), 2, 'NCHW'),
    { expected: (tf) => tf.tensor([1, 2, 3, 4], [1, 1, 2, 2]) },
  ],

  ['concat', (tf) => tf.concat([floats(tf, [2, 3]), floats(tf, [1, 3], 2)])],
  ['concat along the last axis', (tf) => tf.concat([floats(tf, [2, 3]), floats(tf, [2, 1], 2)], -1)],
  ['concat of lists', (tf) => tf.concat([[1, 2], [3]])],
  ['concat of strings', (tf) => tf.concat([['a'], ['b', 'c']])],
  ['concat of one', (tf) => tf.concat([[1, 2]])],
  ['concat of complex64', (tf) => tf.concat([complexes(tf, [2]), complexes(tf, [1], 5)])],
  ['concat of many', (tf) => tf.concat(Array.from({ length: 150 }, (_, i) => [i, -i]))],
  ['concat1d', (tf) => tf.concat1d([[1], [2, 3]])],
  ['concat2d', (tf) => tf.concat2d([floats(tf, [2, 1]), floats(tf, [2, 2], 2)], 1)],
  ['concat3d', (tf) => tf.concat3d([floats(tf, [1, 2, 1]), floats(tf, [1, 2, 2], 2)], 2)],
  ['concat4d', (tf) => tf.concat4d([floats(tf, [1, 2, 1, 1]), floats(tf, [1, 2, 2, 1], 2)], 2)],
  ['stack', (tf) => tf.stack([floats(tf, [2, 3]), floats(tf, [2, 3], 2)])],
  [
    'stack along the last axis',
    (tf) =>
      tf.stack(
        [
          [1, 2],
          [3, 4],
        ],
        -1,
      ),
  ],
  ['unstack', (tf) => tf.unstack(floats(tf, [3, 2]))],
  ['unstack along an axis', (tf) => tf.unstack(floats(tf, [3, 2]), -1)],
  ['unstack of many', (tf) => tf.unstack(floats(tf, [200, 1]))],
  ['split', (tf) => tf.split(floats(tf, [2, 6]), 3, 1)],
  ['split by sizes', (tf) => tf.split(floats(tf, [2, 6]), [1, 2, 3], 1)],
  ['split with a rest', (tf) => tf.split(floats(tf, [6]), [1, -1, 2])],

  ['gather', (tf) => tf.gather(floats(tf, [4, 3]), [2, 0, 2])],
  [
    'gather along an axis',
    (tf) =>
      tf.gather(
        floats(tf, [4, 3]),
        tf.tensor(
          [
            [1, 0],
            [2, 2],
          ],
          [2, 2],
          'int32',
        ),
        1,
      ),
  ],
  [
    'gather in batches',
    (tf) =>
      tf.gather(
        floats(tf, [2, 3]),
        tf.tensor(
          [
            [1, 0],
            [2, 2],
          ],
          [2, 2],
          'int32',
        ),
        1,
        1,
      ),
  ],
  ['gather of strings', (tf) => tf.gather(['a', 'b'], [1, 1]), { expected: (tf) => tf.tensor1d(['b', 'b']) }],
  [
    'gatherND',
    (tf) =>
      tf.gatherND(
        floats(tf, [3, 3]),
        tf.tensor(
          [
            [0, 1],
            [2, 2],
          ],
          [2, 2],
          'int32',
        ),
      ),
  ],
  ['scatterND', (tf) => tf.scatterND(tf.tensor([[4], [1]], [2, 1], 'int32'), [9, 8], [6])],
  ['scatterND of one place', (tf) => tf.scatterND(tf.tensor([[1], [1]], [2, 1], 'int32'), [9, 8], [3])],
  ['scatterND of a list', (tf) => tf.scatterND(tf.tensor([4, 1, 4], [3], 'int32'), [9, 8, 7], [6])],
  [
    'scatterND of a list of rows',
    (tf) =>
      tf.scatterND(
        tf.tensor([1, 0], [2], 'int32'),
        [
          [1, 2],
          [3, 4],
        ],
        [3, 2],
      ),
  ],
  ['tensorScatterUpdate of a list', (tf) => tf.tensorScatterUpdate([1, 2, 3], tf.tensor([1, 0], [2], 'int32'), [9, 8])],
  ['tensorScatterUpdate', (tf) => tf.tensorScatterUpdate([1, 2, 3], tf.tensor([[1]], [1, 1], 'int32'), [9])],
  ['sparseToDense', (tf) => tf.sparseToDense(tf.tensor([1, 3], [2], 'int32'), [5, 6], [5], 7)],
  [
    'sparseToDense of coordinates',
    (tf) =>
      tf.sparseToDense(
        tf.tensor(
          [
            [0, 1],
            [1, 0],
          ],
          [2, 2],
          'int32',
        ),
        [5, 6],
        [2, 2],
      ),
  ],
  ['topk', (tf) => tf.topk(floats(tf, [3, 5]), 2)],
  ['topk of int32', (tf) => tf.topk(tf.tensor([3, 1, 2], [3], 'int32'))],
  [
    'inTopKAsync',
    (tf) =>
      tf.inTopKAsync(
        [
          [20, 10, 40],
          [30, 50, -20],
        ],
        [2, 0],
      ),
  ],
  [
    'inTopKAsync of two',
    (tf) =>
      tf.inTopKAsync(
        [
          [20, 10, 40],
          [30, 50, -20],
        ],
        [0, 2],
        2,
      ),
  ],
  ['unique', (tf) => tf.unique([1, 1, 2, 4, 4, 2])],
  [
    'unique rows',
    (tf) =>
      tf.unique(
        [
          [1, 2],
          [3, 4],
          [1, 2],
        ],
        0,
      ),
  ],
  ['setdiff1dAsync', (tf) => tf.setdiff1dAsync([1, 2, 3, 4, 5], [2, 4])],
  [
    'searchSorted',
    (tf) =>
      tf.searchSorted(
        [
          [1, 3, 5],
          [2, 2, 6],
        ],
        [
          [0, 3, 9],
          [2, 7, 1],
        ],
      ),
  ],
  ['searchSorted from the right', (tf) => tf.searchSorted([[1, 3, 3, 5]], [[3, 5, 0]], 'right')],
  // TensorFlow.js adds a dimension of 1 to vectors; TensorFlow does not.
  [
    'searchSorted in a vector',
    (tf) => tf.searchSorted([1, 3, 3, 5], [3, 5, 0], 'right'),
    { expected: (tf) => tf.tensor1d([3, 4, 0], 'int32') },
  ],
  ['lowerBound', (tf) => tf.lowerBound([[1, 3, 3, 5]], [[3, 6]])],
  ['upperBound', (tf) => tf.upperBound([[1, 3, 3, 5]], [[3, 6]])],
  ['unsortedSegmentSum', (tf) => tf.unsortedSegmentSum(floats(tf, [4, 2]), tf.tensor([2, 0, 2, 1], [4], 'int32'), 3)],
];

export const ERRORS = [
  [
    'a default value of another dtype',
    (tf) => tf.sparseToDense(tf.tensor([1], [1], 'int32'), [5], [2], tf.scalar(1, 'int32')),
    'E_DTYPE',
    /'defaultValue' passed to 'sparseToDense' must be float32 tensor, but got int32/,
  ],
  ['no paddings', (tf) => tf.pad([1], null), 'E_INPUT', /^pad\(\).*list/],
  ['paddings that are no pairs', (tf) => tf.pad([1], [1]), 'E_INPUT', /^pad\(\).*list/],
  ['no begin', (tf) => tf.stridedSlice([1], null, [1]), 'E_INPUT', /^stridedSlice\(\).*list/],
  ['a size beyond memory', (tf) => tf.tile([1, 2], [2e9]), 'E_OOM', /^tile\(\)/],
  ['more elements than there can be', (tf) => tf.broadcastTo([1], [1e5, 1e5]), 'E_SHAPE', /^broadcastTo\(\)/],
  ['a size that does not fit', (tf) => tf.reshape([1, 2, 3], [2, 2]), 'E_SHAPE', /^reshape\(\)/],
  ['an axis out of range', (tf) => tf.expandDims([1], 3), 'E_SHAPE', /^expandDims\(\).*3/],
  ['a dimension that is not 1', (tf) => tf.squeeze([[1, 2]], [1]), 'E_SHAPE', /^squeeze\(\)/],
  ['another shape', (tf) => tf.ensureShape(tf.tensor([1, 2]), [3]), 'E_SHAPE', /^ensureShape\(\)/],
  ['a slice out of range', (tf) => tf.slice([1, 2], 1, 2), 'E_SHAPE', /^slice\(\)/],
  ['a slice of a scalar', (tf) => tf.slice(1, 0, 1), 'E_INPUT', /^slice\(\)/],
  ['another rank', (tf) => tf.slice2d([1, 2], [0, 0], [1, 1]), 'E_SHAPE', /in slice2d: x must be rank 2/],
  ['fractions', (tf) => tf.slice([1, 2], 0.5, 1), 'E_INPUT', /^slice\(\).*0.5/],
  [
    'paddings of another rank',
    (tf) =>
      tf.pad(
        [1, 2],
        [
          [1, 1],
          [1, 1],
        ],
      ),
    'E_SHAPE',
    /^pad\(\)/,
  ],
  ['negative paddings', (tf) => tf.pad([1, 2], [[-1, 1]]), 'E_SHAPE', /^pad\(\)/],
  ['tensors that do not fit together', (tf) => tf.concat([[[1, 2]], [[1, 2, 3]]]), 'E_SHAPE', /^concat\(\)/],
  ['what is no list', (tf) => tf.concat(tf.tensor([1])), 'E_INPUT', /'tensors' passed to 'concat'/],
  ['other ranks', (tf) => tf.concat1d([[[1]]]), 'E_SHAPE', /in concat1d: tensors\[0\] must be rank 1/],
  ['parts that are not equal', (tf) => tf.split([1, 2, 3], 2), 'E_SHAPE', /^split\(\)/],
  ['an index out of range', (tf) => tf.gather([1, 2], [2]), 'E_INPUT', /^gather\(\)/],
  ['indices that are float32', (tf) => tf.gather([1, 2], tf.tensor([0])), 'E_DTYPE', /'indices' passed to 'gather'/],
  ['a k that is too large', (tf) => tf.topk([1, 2], 3), 'E_SHAPE', /'k' passed to topk\(\)/],
  ['targets of another shape', (tf) => tf.inTopKAsync([[1, 2]], [1, 2]), 'E_SHAPE', /^inTopKAsync\(\): targets/],
  ['an order that is none', (tf) => tf.transpose([[1, 2]], [0, 0]), 'E_SHAPE', /^transpose\(\)/],
  ['a shape that x does not broadcast to', (tf) => tf.broadcastTo([1, 2], [3]), 'E_SHAPE', /^broadcastTo\(\)/],
];
