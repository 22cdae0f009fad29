// SPDX-License-Identifier: Apache-2.0
// Gathering, scattering, searching.
import { DEFINITION, attr, bad, bool, c64, constant, f32, forOps, i32, i32In, ints, scalar, str } from '../case.mjs';

const NAN = Number.NaN;

/** Gather and GatherV2 along the first axis. */
const firstAxis = (rest) => [
  { name: 'float32', inputs: [f32([4, 3]), i32([2], [3, 1]), ...rest] },
  { name: 'int32', inputs: [i32([4, 3]), i32([2], [3, 1]), ...rest] },
  { name: 'bool', inputs: [bool([4, 3]), i32([2], [3, 1]), ...rest] },
  {
    name: 'strings',
    inputs: [str([3], ['a', 'é', 'c']), i32([2], [2, 1]), ...rest],
    expected: [str([2], ['c', 'é'])],
    source: DEFINITION,
  },
  {
    name: 'complex64',
    inputs: [c64([2], [1, 2, 3, 4]), i32([1], [1]), ...rest],
    expected: [c64([1], [3, 4])],
    source: DEFINITION,
  },
  { name: 'one index', inputs: [f32([4, 3]), i32([], [2]), ...rest] },
  { name: 'a matrix of indices', inputs: [f32([4, 3]), i32([2, 2], [3, 1, 0, 0]), ...rest] },
  { name: 'no indices', inputs: [f32([4, 3]), i32([0]), ...rest], expected: [f32([0, 3])], source: DEFINITION },
  {
    name: 'from nothing, nothing',
    inputs: [f32([0, 3]), i32([0]), ...rest],
    expected: [f32([0, 3])],
    source: DEFINITION,
  },
  {
    name: 'an index out of range',
    inputs: [f32([4, 3]), i32([2], [0, 4]), ...rest],
    throws: bad('E_INPUT', /index value 4 is not in \[0, 3\].*indices\[1\]/),
  },
  { name: 'a negative index', inputs: [f32([4, 3]), i32([1], [-1]), ...rest], throws: bad('E_INPUT', /-1/) },
  { name: 'indices of floats', inputs: [f32([4, 3]), f32([1]), ...rest], throws: bad('E_DTYPE', /indices.*float32/) },
  { name: 'from a scalar', inputs: [f32([]), i32([1], [0]), ...rest], throws: bad('E_SHAPE', /rank 1|axis 0/) },
];

const batch = (count) => ({ batch_dims: attr.int(count) });

const gatherNd = [
  { name: 'elements', inputs: [f32([3, 4]), i32([2, 2], [0, 1, 2, 3])] },
  { name: 'rows', inputs: [f32([3, 4]), i32([2, 1], [2, 0])] },
  { name: 'a tensor of indices', inputs: [f32([3, 4]), i32([2, 1, 2], [2, 0, 1, 1])] },
  { name: 'int32', inputs: [i32([3, 4]), i32([2, 2], [0, 1, 2, 3])] },
  {
    name: 'strings',
    inputs: [str([2, 2], ['a', 'b', 'c', 'd']), i32([1, 2], [1, 0])],
    expected: [str([1], ['c'])],
    source: DEFINITION,
  },
  {
    name: 'depth 0 repeats all',
    inputs: [f32([2], [1, 2]), i32([2, 0])],
    expected: [f32([2, 2], [1, 2, 1, 2])],
    source: DEFINITION,
  },
  { name: 'no indices', inputs: [f32([3, 4]), i32([0, 2])], expected: [f32([0])], source: DEFINITION },
  { name: 'rank 5', inputs: [f32([2, 3, 1, 2, 2]), i32([3, 3], [0, 1, 0, 1, 2, 0, 1, 0, 0])] },
  { name: 'an index out of range', inputs: [f32([3, 4]), i32([1, 2], [0, 4])], throws: bad('E_INPUT', /4/) },
  { name: 'a negative index', inputs: [f32([3, 4]), i32([1, 2], [-1, 0])], throws: bad('E_INPUT', /-1/) },
  { name: 'indices too deep', inputs: [f32([3]), i32([1, 2])], throws: bad('E_SHAPE', /2/) },
  { name: 'indices of floats', inputs: [f32([3]), f32([1, 1])], throws: bad('E_DTYPE', /indices.*float32/) },
];

const scatterNd = [
  { name: 'elements', inputs: [i32([3, 1], [4, 1, 0]), f32([3]), ints(6)] },
  { name: 'elements that meet are added', inputs: [i32([3, 1], [1, 1, 0]), f32([3]), ints(3)] },
  { name: 'rows', inputs: [i32([2, 1], [2, 0]), f32([2, 3]), ints(4, 3)] },
  { name: 'of a matrix', inputs: [i32([2, 2], [1, 2, 0, 0]), f32([2]), ints(2, 3)] },
  { name: 'int32', inputs: [i32([2, 1], [2, 2]), i32([2]), ints(3)] },
  {
    name: 'int32 that wraps',
    inputs: [i32([2, 1], [0, 0]), i32([2], [2147483647, 1]), ints(1)],
    expected: [i32([1], [-2147483648])],
    source: 'arithmetic modulo 2^32',
  },
  { name: 'nothing', inputs: [i32([0, 1]), f32([0]), ints(2)], expected: [f32([2], [0, 0])], source: DEFINITION },
  { name: 'an index out of range', inputs: [i32([1, 1], [3]), f32([1]), ints(3)], throws: bad('E_INPUT', /3/) },
  {
    name: 'updates that do not fit',
    inputs: [i32([2, 1], [0, 1]), f32([3]), ints(3)],
    throws: bad('E_SHAPE', /updates.*\[2\].*\[3\]/),
  },
  { name: 'a negative size', inputs: [i32([1, 1], [0]), f32([1]), ints(-3)], throws: bad('E_SHAPE', /-3/) },
  { name: 'strings', inputs: [i32([1, 1], [0]), str([1], ['a']), ints(3)], throws: bad('E_DTYPE', /string/) },
];

const scatterUpdate = [
  { name: 'elements', inputs: [f32([5]), i32([2, 1], [4, 1]), f32([2], 2)] },
  { name: 'rows', inputs: [f32([4, 3]), i32([2, 1], [2, 0]), f32([2, 3], 2)] },
  { name: 'of a matrix', inputs: [f32([2, 3]), i32([2, 2], [1, 2, 0, 0]), f32([2], 2)] },
  { name: 'int32', inputs: [i32([3]), i32([1, 1], [2]), i32([1], 2)] },
  {
    name: 'the last one stays',
    inputs: [f32([2], [1, 2]), i32([2, 1], [0, 0]), f32([2], [3, 4])],
    expected: [f32([2], [4, 2])],
    source: 'TensorFlow on a CPU: in the order of the indices',
  },
  {
    name: 'strings',
    inputs: [str([2], ['a', 'b']), i32([1, 1], [1]), str([1], ['c'])],
    expected: [str([2], ['a', 'c'])],
    source: DEFINITION,
  },
  {
    name: 'nothing',
    inputs: [f32([2], [1, 2]), i32([0, 1]), f32([0])],
    expected: [f32([2], [1, 2])],
    source: DEFINITION,
  },
  { name: 'an index out of range', inputs: [f32([2]), i32([1, 1], [2]), f32([1])], throws: bad('E_INPUT', /2/) },
  {
    name: 'updates that do not fit',
    inputs: [f32([2]), i32([1, 1], [0]), f32([2])],
    throws: bad('E_SHAPE', /updates.*\[1\].*\[2\]/),
  },
  {
    name: 'two dtypes',
    inputs: [f32([2]), i32([1, 1], [0]), i32([1])],
    throws: bad('E_DTYPE', /updates.*float32.*int32/),
  },
];

const toDense = [
  { name: 'a vector', inputs: [i32([2], [3, 1]), ints(5), f32([2]), constant(f32([], [9]))] },
  { name: 'a matrix', inputs: [i32([2, 2], [1, 2, 0, 0]), ints(2, 3), f32([2]), f32([], [0])] },
  { name: 'one value for all', inputs: [i32([3], [0, 2, 4]), ints(5), f32([], [7]), f32([], [0])] },
  { name: 'int32', inputs: [i32([2], [3, 1]), ints(5), i32([2]), i32([], [-1])] },
  { name: 'one index', inputs: [i32([], [2]), ints(4), f32([], [7]), f32([], [0])] },
  {
    name: 'strings',
    inputs: [i32([1], [1]), ints(2), str([1], ['a']), str([], ['-'])],
    expected: [str([2], ['-', 'a'])],
    source: DEFINITION,
  },
  {
    name: 'nothing',
    inputs: [i32([0, 1]), ints(2), f32([0]), f32([], [1])],
    expected: [f32([2], [1, 1])],
    source: DEFINITION,
  },
  {
    name: 'an index out of range',
    inputs: [i32([1], [5]), ints(5), f32([1]), f32([], [0])],
    throws: bad('E_INPUT', /5/),
  },
  {
    name: 'too many values',
    inputs: [i32([1], [0]), ints(5), f32([2]), f32([], [0])],
    throws: bad('E_SHAPE', /1 values.*\[2\]/),
  },
  {
    name: 'two dtypes',
    inputs: [i32([1], [0]), ints(5), f32([1]), i32([], [0])],
    throws: bad('E_DTYPE', /default.*float32.*int32/),
  },
];

const unique = [
  { name: 'float32', inputs: [f32([6], [3, 1, 3, 2, 1, 1])], outputs: 2 },
  { name: 'int32', inputs: [i32In([40], 0, 9)], outputs: 2 },
  { name: 'all the same', inputs: [i32([3], [7, 7, 7])], outputs: 2 },
  {
    name: 'bool',
    inputs: [bool([3], [1, 0, 1])],
    expected: [bool([2], [1, 0]), i32([3], [0, 1, 0])],
    source: DEFINITION,
  },
  {
    name: 'strings',
    inputs: [str([4], ['b', '', 'b', 'é'])],
    expected: [str([3], ['b', '', 'é']), i32([4], [0, 1, 0, 2])],
    source: DEFINITION,
  },
  { name: 'nothing', inputs: [f32([0])], expected: [f32([0]), i32([0])], source: DEFINITION },
  {
    name: 'zeros of both signs are one',
    inputs: [f32([3], [0, -0, 1])],
    expected: [f32([2], [0, 1]), i32([3], [0, 0, 1])],
    source: 'TensorFlow: by comparison',
  },
];

export const CASES = [
  ...forOps(['Gather'], firstAxis([])),
  ...forOps(['GatherV2'], firstAxis([scalar(0)])),
  { op: 'GatherV2', name: 'the last axis', inputs: [f32([2, 3, 4]), i32([3], [3, 0, 3]), scalar(2)] },
  { op: 'GatherV2', name: 'from the end', inputs: [f32([2, 3, 4]), i32([2, 2], [2, 0, 1, 1]), scalar(-2)] },
  {
    op: 'GatherV2',
    name: 'a batch',
    attrs: batch(1),
    inputs: [f32([2, 5]), i32([2, 3], [4, 0, 1, 2, 2, 3]), scalar(1)],
  },
  {
    op: 'GatherV2',
    name: 'a batch, a later axis',
    attrs: batch(1),
    inputs: [f32([2, 3, 4]), i32([2, 2], [3, 0, 1, 2]), scalar(2)],
  },
  { op: 'GatherV2', name: 'rank 6', inputs: [f32([1, 2, 3, 1, 2, 2]), i32([2], [2, 0]), scalar(2)] },
  {
    op: 'GatherV2',
    name: 'an axis out of range',
    inputs: [f32([2]), i32([1], [0]), scalar(1)],
    throws: bad('E_SHAPE', /axis 1/),
  },
  {
    op: 'GatherV2',
    name: 'batches that differ',
    attrs: batch(1),
    inputs: [f32([2, 3]), i32([3, 1]), scalar(1)],
    throws: bad('E_SHAPE', /x.shape\[0\]: 2 should be equal to indices.shape\[0\]: 3/),
  },
  {
    op: 'GatherV2',
    name: 'more batches than indices have',
    attrs: batch(3),
    inputs: [f32([2, 3]), i32([2, 1]), scalar(1)],
    throws: bad('E_ATTR', /batchDims in the range of \[-2, 2\].*got 3/),
  },
  ...forOps(['GatherNd'], gatherNd),
  ...forOps(['ScatterNd'], scatterNd),
  ...forOps(['TensorScatterUpdate'], scatterUpdate),
  ...forOps(['SparseToDense'], toDense),
  { op: 'Where', name: 'a vector', inputs: [bool([5], [0, 1, 1, 0, 1])] },
  { op: 'Where', name: 'rank 3', inputs: [bool([3, 2, 4])] },
  { op: 'Where', name: 'nowhere', inputs: [bool([2, 2], [0, 0, 0, 0])], expected: [i32([0, 2])], source: DEFINITION },
  { op: 'Where', name: 'of nothing', inputs: [bool([0, 3])], expected: [i32([0, 2])], source: DEFINITION },
  { op: 'Where', name: 'a scalar', inputs: [bool([], [1])], expected: [i32([1, 0])], source: DEFINITION },
  {
    op: 'Where',
    name: 'float32',
    inputs: [f32([4], [0, NAN, -0, 3])],
    expected: [i32([2, 1], [1, 3])],
    source: 'TensorFlow: what is not zero',
  },
  {
    op: 'Where',
    name: 'int32',
    inputs: [i32([3], [0, -1, 3])],
    expected: [i32([2, 1], [1, 2])],
    source: 'TensorFlow: what is not zero',
  },
  { op: 'Where', name: 'strings', inputs: [str([1], ['a'])], throws: bad('E_DTYPE', /string/) },
  ...forOps(['Unique'], unique),
  ...forOps(
    ['UniqueV2'],
    unique.map((testCase) => ({ ...testCase, inputs: [...testCase.inputs, ints(0)] })),
  ),
  { op: 'UniqueV2', name: 'rows', inputs: [i32([4, 2], [1, 2, 3, 4, 1, 2, 3, 5]), ints(0)], outputs: 2 },
  { op: 'UniqueV2', name: 'columns', inputs: [f32([2, 3], [1, 2, 1, 4, 5, 4]), ints(-1)], outputs: 2 },
  {
    op: 'UniqueV2',
    name: 'no axis',
    inputs: [i32([3], [4, 4, 1]), ints()],
    expected: [i32([2], [4, 1]), i32([3], [0, 0, 1])],
    source: DEFINITION,
  },
  { op: 'UniqueV2', name: 'an axis out of range', inputs: [f32([2]), ints(1)], throws: bad('E_SHAPE', /axis 1/) },
  { op: 'Unique', name: 'a matrix', inputs: [f32([2, 2])], throws: bad('E_SHAPE', /rank 1.*\[2, ?2\]/) },
  {
    op: 'Unique',
    name: 'the positions, read by ops that can be planned',
    inputs: [i32([4], [7, 5, 7, 3]), ints(2, 2)],
    nodes: [
      { name: 'unique', op: 'Unique', input: ['x0'], attr: {} },
      { name: 'negative', op: 'Neg', input: ['unique:1'], attr: {} },
      { name: 'matrix', op: 'Reshape', input: ['unique:1', 'x1'], attr: {} },
    ],
    fetches: ['negative', 'matrix'],
  },
  { op: 'ListDiff', name: 'int32', inputs: [i32([6], [1, 2, 3, 4, 3, 6]), i32([3], [3, 1, 9])], outputs: 2 },
  { op: 'ListDiff', name: 'float32', inputs: [f32([3], [1.5, 2.5, 3.5]), f32([1], [2.5])], outputs: 2 },
  {
    op: 'ListDiff',
    name: 'nothing is left',
    inputs: [i32([2], [1, 2]), i32([2], [2, 1])],
    expected: [i32([0]), i32([0])],
    source: DEFINITION,
  },
  {
    op: 'ListDiff',
    name: 'nothing is taken',
    inputs: [i32([2], [1, 1]), i32([0])],
    expected: [i32([2], [1, 1]), i32([2], [0, 1])],
    source: DEFINITION,
  },
  {
    op: 'ListDiff',
    name: 'strings',
    inputs: [str([3], ['a', 'b', 'c']), str([1], ['b'])],
    expected: [str([2], ['a', 'c']), i32([2], [0, 2])],
    source: DEFINITION,
  },
  { op: 'ListDiff', name: 'two dtypes', inputs: [i32([1]), f32([1])], throws: bad('E_DTYPE', /int32.*float32/) },
  {
    op: 'ListDiff',
    name: 'a matrix',
    inputs: [i32([1, 1]), i32([1])],
    throws: bad('E_SHAPE', /first list.*rank 1.*\[1, ?1\]/),
  },
];
