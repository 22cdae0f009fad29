// SPDX-License-Identifier: Apache-2.0
// Comparisons, logic and selection.
import { DEFINITION, INT_SPECIAL, SPECIAL, bool, c64, constant, f32, forOps, i32, str } from '../case.mjs';

const strings = [str([2, 2], ['a', 'b', '', 'é']), str([2], ['a', 'é'])];
const pairs = (make, values) => [make([values.length, 1], values), make([1, values.length], values)];

const comparisons = [
  { name: 'float32', inputs: [i32([5, 9], 1), i32([5, 9], 2)].map(asFloats) },
  { name: 'special values', inputs: pairs(f32, SPECIAL) },
  { name: 'int32', inputs: pairs(i32, INT_SPECIAL) },
  { name: 'bool', inputs: pairs(bool, [0, 1]) },
  { name: 'scalars', inputs: [f32([], [2]), constant(f32([], [2]))] },
  { name: 'a row', inputs: [i32([3, 2, 4]), i32([4], 2)] },
  { name: 'rank 6', inputs: [i32([2, 1, 3, 1, 2, 1], 1), i32([1, 2, 1, 3, 1, 2], 2)] },
  { name: 'nothing', inputs: [f32([0, 2]), f32([2])] },
  {
    name: 'shapes that do not broadcast',
    inputs: [f32([2]), f32([3])],
    throws: { code: 'E_SHAPE', message: /\[2\].*\[3\]/ },
  },
  { name: 'two dtypes', inputs: [f32([2]), i32([2])], throws: { code: 'E_DTYPE', message: /float32.*int32/ } },
];

const notOrdered = [
  { name: 'complex64', inputs: [c64([2]), c64([2])], throws: { code: 'E_DTYPE', message: /expected .*got complex64/ } },
];

const logic = [
  { name: 'all pairs', inputs: pairs(bool, [0, 1]) },
  { name: 'long', inputs: [bool([3, 41]), bool([3, 41], 2)] },
  { name: 'a scalar', inputs: [bool([3, 4]), constant(bool([], [1]))] },
  { name: 'nothing', inputs: [bool([0]), bool([1])] },
  { name: 'int32', inputs: [i32([2]), i32([2])], throws: { code: 'E_DTYPE', message: /bool.*int32/ } },
  {
    name: 'shapes that do not broadcast',
    inputs: [bool([2]), bool([3])],
    throws: { code: 'E_SHAPE', message: /\[2\].*\[3\]/ },
  },
];

const notSelectable = [
  {
    name: 'a condition of numbers',
    inputs: [i32([2]), f32([2]), f32([2])],
    throws: { code: 'E_DTYPE', message: /condition.*int32/ },
  },
  {
    name: 'two dtypes',
    inputs: [bool([2]), f32([2]), i32([2])],
    throws: { code: 'E_DTYPE', message: /float32.*int32/ },
  },
];
const selections = [
  { name: 'float32', inputs: [bool([4, 9]), f32([4, 9]), f32([4, 9], 2)] },
  { name: 'int32', inputs: [bool([4, 9]), i32([4, 9]), i32([4, 9], 2)] },
  { name: 'bool', inputs: [bool([4, 9]), bool([4, 9], 3), bool([4, 9], 2)] },
  { name: 'scalars', inputs: [constant(bool([], [0])), f32([], [1]), f32([], [2])] },
  { name: 'NaN', inputs: [bool([2], [1, 0]), f32([2], [Number.NaN, 1]), f32([2], [2, Number.NaN])] },
  {
    name: 'strings',
    inputs: [bool([2], [1, 0]), str([2], ['a', 'b']), str([2], ['c', 'd'])],
    expected: [str([2], ['a', 'd'])],
    source: DEFINITION,
  },
  {
    name: 'complex64',
    inputs: [bool([2], [1, 0]), c64([2], [1, 2, 3, 4]), c64([2], [5, 6, 7, 8])],
    expected: [c64([2], [1, 2, 7, 8])],
    source: DEFINITION,
  },
  { name: 'nothing', inputs: [bool([0, 3]), f32([0, 3]), f32([0, 3])] },
  { name: 'rank 6', inputs: [bool([1, 2, 1, 3, 2, 1]), f32([1, 2, 1, 3, 2, 1]), f32([1, 2, 1, 3, 2, 1], 2)] },
];

export const CASES = [
  ...forOps(['Equal', 'NotEqual', 'Less', 'LessEqual', 'Greater', 'GreaterEqual'], comparisons),
  ...forOps(['Less', 'LessEqual', 'Greater', 'GreaterEqual'], notOrdered),
  { op: 'Equal', name: 'strings', inputs: strings, expected: [bool([2, 2], [1, 0, 0, 1])], source: DEFINITION },
  { op: 'NotEqual', name: 'strings', inputs: strings, expected: [bool([2, 2], [0, 1, 1, 0])], source: DEFINITION },
  { op: 'Less', name: 'strings', inputs: strings, expected: [bool([2, 2], [0, 1, 1, 0])], source: DEFINITION },
  { op: 'LessEqual', name: 'strings', inputs: strings, expected: [bool([2, 2], [1, 1, 1, 1])], source: DEFINITION },
  { op: 'Greater', name: 'strings', inputs: strings, expected: [bool([2, 2], [0, 0, 0, 0])], source: DEFINITION },
  { op: 'GreaterEqual', name: 'strings', inputs: strings, expected: [bool([2, 2], [1, 0, 0, 1])], source: DEFINITION },
  ...[
    ['Equal', [1, 0, 0]],
    ['NotEqual', [0, 1, 1]],
  ].map(([op, values]) => ({
    op,
    name: 'complex64',
    inputs: [c64([3], [1, 2, 3, 4, 5, 6]), c64([3], [1, 2, 3, 5, 4, 6])],
    expected: [bool([3], values)],
    source: DEFINITION,
  })),
  ...forOps(['LogicalAnd', 'LogicalOr'], logic),
  ...[logic[0], logic[1], logic[2]].map((testCase) => ({
    ...testCase,
    op: 'LogicalXor',
    expected: [xorOf(testCase)],
    source: DEFINITION,
  })),
  ...forOps(['LogicalXor'], logic.slice(4)),
  { op: 'LogicalNot', name: 'long', inputs: [bool([3, 41])] },
  { op: 'LogicalNot', name: 'a scalar', inputs: [bool([], [1])] },
  { op: 'LogicalNot', name: 'nothing', inputs: [bool([2, 0])] },
  { op: 'LogicalNot', name: 'float32', inputs: [f32([2])], throws: { code: 'E_DTYPE', message: /bool.*float32/ } },
  ...forOps(['Select', 'SelectV2'], [...selections, ...notSelectable]),
  {
    op: 'Select',
    name: 'rows',
    inputs: [bool([3], [1, 0, 1]), f32([3, 2], [1, 2, 3, 4, 5, 6]), f32([3, 2], [7, 8, 9, 10, 11, 12])],
    expected: [f32([3, 2], [1, 2, 9, 10, 5, 6])],
    source: 'TensorFlow: a vector chooses among rows',
  },
  { op: 'Select', name: 'one condition for all', inputs: [bool([], [1]), f32([3, 2]), f32([3, 2], 2)] },
  {
    op: 'Select',
    name: 'shapes that differ',
    inputs: [bool([3]), f32([3]), f32([1])],
    throws: { code: 'E_SHAPE', message: /\[3\].*\[1\]/ },
  },
  {
    op: 'Select',
    name: 'a condition that does not fit',
    inputs: [bool([2]), f32([3]), f32([3])],
    throws: { code: 'E_SHAPE', message: /condition.*\[2\]/ },
  },
  { op: 'SelectV2', name: 'broadcasting', inputs: [bool([3, 1]), f32([2, 1, 4]), f32([], 2)] },
  { op: 'SelectV2', name: 'a condition for each column', inputs: [constant(bool([4])), f32([3, 4]), f32([3, 1], 2)] },
  {
    op: 'SelectV2',
    name: 'shapes that do not broadcast',
    inputs: [bool([2]), f32([3]), f32([3])],
    throws: { code: 'E_SHAPE', message: /\[2\].*\[3\]/ },
  },
];

/** The same numbers as float32, so that some are equal. */
function asFloats({ shape, data }) {
  return f32(shape, Array.from(data));
}

function xorOf({ inputs: [a, b] }) {
  if (a.shape.length === 2 && b.shape.length === 2 && a.shape[1] === 1) return bool([2, 2], [0, 1, 1, 0]);
  return bool(
    a.shape,
    Array.from(a.data, (value, i) => value ^ (b.data.length === 1 ? b.data[0] : b.data[i])),
  );
}
