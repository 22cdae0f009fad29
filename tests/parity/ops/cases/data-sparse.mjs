// SPDX-License-Identifier: Apache-2.0
// Sparse and ragged tensors.
import { attr, bool, constant, f32, i32, str } from '../case.mjs';

const fill = (name, indices, values, shape, value) => ({
  op: 'SparseFillEmptyRows',
  name,
  inputs: [indices, values, shape, value],
  outputs: 4,
});
const reshape = (name, indices, shape, newShape) => ({
  op: 'SparseReshape',
  name,
  inputs: [indices, shape, newShape],
  outputs: 2,
});

const SPARSE = [
  fill('rows without values', i32([3, 2], [1, 3, 2, 0, 2, 1]), f32([3], 1), i32([2], [4, 5]), f32([], [-1])),
  fill('no such rows', i32([2, 2], [0, 1, 1, 0]), f32([2], 1), i32([2], [2, 2]), f32([], [0])),
  {
    ...fill('strings, and no values at all', i32([0, 1], []), str([0], []), i32([1], [2]), str([], ['-'])),
    expected: [i32([2, 1], [0, 1]), str([2], ['-', '-']), bool([2], [1, 1]), i32([0], [])],
    source: 'the definition',
  },
  {
    ...fill('a row out of range', i32([1, 2], [2, 0]), f32([1], 1), i32([2], [2, 2]), f32([], [0])),
    throws: { code: 'E_INPUT', message: /indices\(0, 0\)/ },
  },
  {
    ...fill('values that do not fit', i32([1, 2], [0, 0]), f32([2], 1), i32([2], [2, 2]), f32([], [0])),
    throws: { code: 'E_SHAPE', message: /indices/ },
  },
  reshape('a size left open', i32([3, 3], [0, 0, 0, 0, 1, 2, 1, 2, 3]), i32([3], [2, 3, 4]), i32([2], [4, -1])),
  reshape('to one dimension', i32([2, 2], [0, 1, 1, 2]), i32([2], [2, 3]), i32([1], [6])),
  reshape('no values', i32([0, 2], []), i32([2], [2, 3]), i32([2], [3, -1])),
  {
    ...reshape('another number of elements', i32([1, 2], [0, 1]), i32([2], [2, 3]), i32([1], [7])),
    throws: { code: 'E_INPUT', message: /requested shape/ },
  },
];

const ragged = 'computed by hand; the model runtime of TensorFlow.js does not know the op';
const range = (name, inputs, splits, values) => ({
  op: 'RaggedRange',
  name,
  inputs,
  outputs: 2,
  expected: [i32([splits.length], splits), values],
  source: ragged,
});
const gather = (name, rank, inputs, expected) => ({
  op: 'RaggedGather',
  name,
  attrs: { OUTPUT_RAGGED_RANK: attr.int(rank), PARAMS_RAGGED_RANK: attr.int(inputs.length - 2) },
  inputs,
  outputs: rank + 1,
  expected,
  source: ragged,
});
const toTensor = (name, types, inputs, expected) => ({
  op: 'RaggedTensorToTensor',
  name,
  attrs: { row_partition_types: attr.strings(...types), num_row_partition_tensors: attr.int(types.length) },
  inputs,
  expected: [expected],
  source: ragged,
});

const values = f32([5], [1, 2, 3, 4, 5]);
const anyShape = i32([], [-1]);
const zero = f32([], [0]);
const RAGGED = [
  range(
    'steps of either sign',
    [i32([3], [0, 8, 1]), i32([3], [3, 12, -1]), i32([3], [1, 2, -1])],
    [0, 3, 5, 7],
    i32([7], [0, 1, 2, 8, 10, 1, 0]),
  ),
  range('scalars', [f32([], [0]), f32([2], [1, 2]), f32([], [0.75])], [0, 2, 5], f32([5], [0, 0.75, 0, 0.75, 1.5])),
  range('an empty row', [i32([1], [5]), i32([1], [5]), i32([1], [1])], [0, 0], i32([0], [])),
  {
    ...range('a step of 0', [i32([], [0]), i32([], [1]), i32([], [0])], [0], i32([0], [])),
    expected: undefined,
    throws: { code: 'E_INPUT', message: /delta/ },
  },
  gather(
    'rows in any order',
    1,
    [i32([4], [0, 2, 2, 3]), f32([3], [1, 2, 3]), i32([4], [2, 0, 1, 0])],
    [i32([5], [0, 1, 3, 3, 5]), f32([5], [3, 1, 2, 1, 2])],
  ),
  gather(
    'two ragged dimensions',
    2,
    [i32([3], [0, 2, 3]), i32([4], [0, 2, 2, 3]), f32([3], [1, 2, 3]), i32([2], [1, 0])],
    [i32([3], [0, 1, 3]), i32([4], [0, 1, 3, 3]), f32([3], [3, 1, 2])],
  ),
  gather(
    'indices of rank 2',
    2,
    [i32([3], [0, 1, 3]), f32([3, 1], [1, 2, 3]), i32([1, 2], [1, 0])],
    [i32([2], [0, 2]), i32([3], [0, 2, 3]), f32([3, 1], [2, 3, 1])],
  ),
  {
    ...gather('an index out of range', 1, [i32([2], [0, 3]), f32([3], 1), i32([1], [1])]),
    throws: { code: 'E_INPUT', message: /indices\[0\]/ },
  },
  toTensor(
    'row splits',
    ['ROW_SPLITS'],
    [anyShape, values, zero, i32([4], [0, 3, 3, 5])],
    f32([3, 3], [1, 2, 3, 0, 0, 0, 4, 5, 0]),
  ),
  toTensor(
    'row ids, cut off and padded',
    ['FIRST_DIM_SIZE', 'VALUE_ROWIDS'],
    [i32([2], [4, 2]), values, f32([], [9]), i32([], [3]), i32([5], [0, 0, 0, 2, 2])],
    f32([4, 2], [1, 2, 9, 9, 4, 5, 9, 9]),
  ),
  toTensor(
    'two ragged dimensions',
    ['ROW_SPLITS', 'ROW_SPLITS'],
    [anyShape, values, zero, i32([3], [0, 2, 5]), i32([6], [0, 2, 3, 4, 4, 5])],
    f32([2, 3, 2], [1, 2, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0]),
  ),
  {
    ...toTensor('splits past the values', ['ROW_SPLITS'], [anyShape, values, zero, i32([2], [0, 6])]),
    expected: undefined,
    throws: { code: 'E_INPUT', message: /row partition/ },
  },
];

export const CASES = [...SPARSE, ...RAGGED].map((item) => ({
  ...item,
  // In real models, shapes are mostly constants.
  inputs: item.inputs.map((input, i) => (item.op === 'SparseReshape' && i === 2 ? constant(input) : input)),
}));
