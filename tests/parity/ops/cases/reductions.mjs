// SPDX-License-Identifier: Apache-2.0
// Reductions over axes, cumulative sums, top-k.
import { DEFINITION, SPECIAL, attr, bool, c64, constant, f32, f32In, forOps, i32, str } from '../case.mjs';

const keep = { keep_dims: attr.bool(true) };
const axes = (...values) => constant(i32([values.length], values));
const axis = (value) => constant(i32([], [value]));

/** All ways to specify axes. */
const overAxes = (make) => [
  { name: 'the last axis', inputs: [make([3, 5], 1), axes(1)] },
  { name: 'the first axis', inputs: [make([3, 5], 1), axes(0)] },
  { name: 'all axes', inputs: [make([3, 5, 2], 1), axes(0, 1, 2)] },
  { name: 'a negative axis', inputs: [make([3, 5, 2], 1), axes(-2)] },
  { name: 'axes that are not neighbours', inputs: [make([2, 3, 4, 5], 1), axes(0, 2)] },
  { name: 'axes in no order', inputs: [make([2, 3, 4, 5], 1), axes(3, 1)] },
  { name: 'kept dimensions', attrs: keep, inputs: [make([2, 3, 4], 1), axes(1)] },
  { name: 'all dimensions kept', attrs: keep, inputs: [make([2, 3, 4], 1), axes(0, 1, 2)] },
  { name: 'the axis as a scalar', inputs: [make([3, 37], 1), axis(-1)] },
  { name: 'rank 6', inputs: [make([2, 2, 3, 1, 2, 2], 1), axes(1, 4)] },
  { name: 'a long row', inputs: [make([2, 1027], 1), axes(1)] },
  { name: 'a long column', inputs: [make([1027, 3], 1), axes(0)] },
];

const wrongAxes = (make) => [
  { name: 'an axis out of range', inputs: [make([3, 5], 1), axes(2)], throws: { code: 'E_SHAPE', message: /axis 2/ } },
  {
    name: 'a negative axis out of range',
    inputs: [make([3, 5], 1), axes(-3)],
    throws: { code: 'E_SHAPE', message: /axis -3/ },
  },
  {
    name: 'an axis twice',
    inputs: [make([3, 5], 1), axes(1, -1)],
    throws: { code: 'E_SHAPE', message: /axis 1.*twice/ },
  },
  {
    name: 'axes that are no integers',
    inputs: [make([3, 5], 1), f32([1], [0])],
    throws: { code: 'E_DTYPE', message: /axes.*float32/ },
  },
  {
    name: 'a matrix of axes',
    inputs: [make([3, 5], 1), i32([1, 1], [0])],
    throws: { code: 'E_SHAPE', message: /axes.*\[1, ?1\]/ },
  },
  {
    name: 'keep_dims that is no bool',
    attrs: { keep_dims: attr.int(1) },
    inputs: [make([3, 5], 1), axes(1)],
    throws: { code: 'E_ATTR', message: /keep_dims/ },
  },
];

/** No axes: nothing is reduced. TensorFlow.js reduces all axes. */
const noAxes = (input, expected) => ({
  name: 'no axes',
  inputs: [input, axes()],
  expected: [expected],
  source: 'TensorFlow: nothing is reduced',
});

const float = (shape, seed) => f32In(shape, -2, 2, seed);
const floatOps = (ops, empty, ways = overAxes(float)) => [
  ...forOps(ops, [
    ...ways,
    ...wrongAxes(float),
    {
      name: 'a row of nothing',
      inputs: [f32([2, 0]), axes(1)],
      expected: [f32([2], [empty, empty])],
      source: DEFINITION,
    },
    { name: 'no rows', inputs: [f32([0, 3]), axes(1)], expected: [f32([0])], source: DEFINITION },
    noAxes(f32([2], [1, 2]), f32([2], [1, 2])),
    { name: 'a scalar', inputs: [f32([], [3]), axes()], expected: [f32([], [3])], source: DEFINITION },
    { name: 'strings', inputs: [str([1], ['a']), axes(0)], throws: { code: 'E_DTYPE', message: /string/ } },
  ]),
];

const NAN = Number.NaN;
const INF = Infinity;
const rows = f32([4, 3], [1, NAN, 2, INF, 1, 2, -INF, INF, 0, -INF, -INF, -3]);
const onSpecial = (op, values) => ({
  op,
  name: 'NaN and infinities',
  inputs: [rows, axes(1)],
  expected: [f32([4], values)],
  source: 'IEEE 754',
});

const integers = [
  { name: 'integers', inputs: [i32([3, 5]), axes(1)] },
  { name: 'integers, the first axis', inputs: [i32([3, 5]), axes(0)] },
  { name: 'integers, kept dimensions', attrs: keep, inputs: [i32([3, 5, 2]), axes(0, 2)] },
];

const bools = (make) => [
  ...overAxes(make).slice(0, 9),
  ...wrongAxes(make),
  { name: 'int32', inputs: [i32([2]), axes(0)], throws: { code: 'E_DTYPE', message: /bool.*int32/ } },
];

const argCases = [
  { name: 'the last axis', inputs: [f32([3, 5]), axis(1)] },
  { name: 'the first axis', inputs: [f32([3, 5]), axis(0)] },
  { name: 'a negative axis', inputs: [f32([2, 3, 4]), axis(-2)] },
  { name: 'a vector', inputs: [f32([1027]), axis(0)] },
  { name: 'rank 6', inputs: [f32([2, 1, 3, 2, 1, 2]), axis(2)] },
  { name: 'integers', inputs: [i32([3, 41]), axis(-1)] },
  { name: 'many columns', inputs: [f32([7, 37]), axis(0)] },
  { name: 'the first of equals', inputs: [f32([2, 4], [1, 3, 3, 1, 0, 0, 0, 0]), axis(1)] },
  { name: 'negative numbers', inputs: [f32([3], [-3, -1, -2]), axis(0)] },
  { name: 'infinities', inputs: [f32([2, 3], [-INF, -INF, -INF, INF, INF, INF]), axis(1)] },
  { name: 'no columns', inputs: [f32([3, 0]), axis(0)], expected: [i32([0])], source: DEFINITION },
  {
    name: 'nothing to choose from',
    inputs: [f32([3, 0]), axis(1)],
    throws: { code: 'E_SHAPE', message: /axis 1.*\[3, ?0\]/ },
  },
  { name: 'an axis out of range', inputs: [f32([3]), axis(1)], throws: { code: 'E_SHAPE', message: /axis 1/ } },
  { name: 'a scalar', inputs: [f32([]), axis(0)], throws: { code: 'E_SHAPE', message: /rank 1/ } },
  { name: 'two axes', inputs: [f32([3, 2]), axes(0, 1)], throws: { code: 'E_SHAPE', message: /axis.*scalar/ } },
  { name: 'strings', inputs: [str([1], ['a']), axis(0)], throws: { code: 'E_DTYPE', message: /string/ } },
];

const cumulative = [
  { name: 'the last axis', inputs: [f32([3, 5]), axis(1)] },
  { name: 'the first axis', inputs: [f32([3, 5]), axis(0)] },
  { name: 'a middle axis', inputs: [f32([2, 3, 4]), axis(1)] },
  { name: 'exclusive', attrs: { exclusive: attr.bool(true) }, inputs: [f32([3, 5]), axis(1)] },
  { name: 'reverse', attrs: { reverse: attr.bool(true) }, inputs: [f32([3, 5]), axis(1)] },
  {
    name: 'exclusive and reverse',
    attrs: { exclusive: attr.bool(true), reverse: attr.bool(true) },
    inputs: [f32([3, 5]), axis(0)],
  },
  { name: 'integers', inputs: [i32([2, 4]), axis(1)] },
  { name: 'rank 6', inputs: [f32([1, 2, 2, 3, 1, 2]), axis(3)] },
  { name: 'nothing', inputs: [f32([2, 0]), axis(1)], expected: [f32([2, 0])], source: DEFINITION },
  { name: 'an axis out of range', inputs: [f32([3]), axis(-2)], throws: { code: 'E_SHAPE', message: /axis -2/ } },
  { name: 'a scalar', inputs: [f32([]), axis(0)], throws: { code: 'E_SHAPE', message: /rank 1/ } },
  { name: 'bool', inputs: [bool([3]), axis(0)], throws: { code: 'E_DTYPE', message: /bool/ } },
  {
    name: 'exclusive that is no bool',
    attrs: { exclusive: attr.string('x') },
    inputs: [f32([3]), axis(0)],
    throws: { code: 'E_ATTR', message: /exclusive/ },
  },
];

const topK = (k) => constant(i32([], [k]));

export const CASES = [
  ...floatOps(['Sum'], 0),
  ...floatOps(['Mean'], NAN),
  ...floatOps(['Prod'], 1),
  ...floatOps(['Max'], -INF),
  ...floatOps(['Min'], INF),
  // TensorFlow.js's norm supports at most two axes.
  ...floatOps(
    ['EuclideanNorm'],
    0,
    overAxes(float).filter(({ inputs: [, { data }] }) => data.length <= 2),
  ),
  onSpecial('Sum', [NAN, INF, NAN, -INF]),
  onSpecial('Mean', [NAN, INF, NAN, -INF]),
  onSpecial('Prod', [NAN, INF, NAN, -INF]),
  onSpecial('Max', [NAN, INF, INF, -3]),
  onSpecial('Min', [NAN, 1, -INF, -INF]),
  onSpecial('EuclideanNorm', [NAN, INF, INF, INF]),
  ...forOps(['Sum', 'Prod', 'Max', 'Min'], integers),
  {
    op: 'Sum',
    name: 'integers that wrap',
    inputs: [i32([3], [2147483647, 1, 5]), axes(0)],
    expected: [i32([], [-2147483643])],
    source: 'arithmetic modulo 2^32',
  },
  {
    op: 'Prod',
    name: 'integers that wrap',
    inputs: [i32([2], [65537, 65537]), axes(0)],
    expected: [i32([], [131073])],
    source: 'arithmetic modulo 2^32',
  },
  {
    op: 'Mean',
    name: 'integers',
    inputs: [i32([4, 2], [1, 2, -1, -2, 7, 8, 2147483647, 2147483647]), axes(1)],
    expected: [i32([4], [1, -1, 7, -1])],
    source: 'TensorFlow: the wrapping sum divided by the count, towards zero',
  },
  {
    op: 'Sum',
    name: 'a long sum of 0.1',
    inputs: [f32([1 << 18], new Float32Array(1 << 18).fill(0.1)), axes(0)],
    expected: [f32([], [26214.4])],
    source: 'the exact product',
    tolerance: { relative: 1e-5, absolute: 0 },
  },
  {
    op: 'Max',
    name: 'no integers',
    inputs: [i32([0, 1]), axes(0)],
    expected: [i32([1], [-2147483648])],
    source: 'TensorFlow: the lowest int32',
  },
  {
    op: 'Min',
    name: 'no integers',
    inputs: [i32([0, 1]), axes(0)],
    expected: [i32([1], [2147483647])],
    source: 'TensorFlow: the highest int32',
  },
  {
    op: 'EuclideanNorm',
    name: 'a right triangle',
    inputs: [f32([2], [3, 4]), axes(0)],
    expected: [f32([], [5])],
    source: 'Pythagoras',
  },
  {
    op: 'EuclideanNorm',
    name: 'three axes',
    attrs: keep,
    inputs: [f32([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), axes(0, -1, 1)],
    expected: [f32([1, 1, 1], [Math.sqrt(204)])],
    source: DEFINITION,
  },
  {
    op: 'EuclideanNorm',
    name: 'int32',
    inputs: [i32([2]), axes(0)],
    throws: { code: 'E_DTYPE', message: /float32.*int32/ },
  },
  {
    op: 'Sum',
    name: 'complex64',
    inputs: [c64([2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), axes(0)],
    expected: [c64([2], [6, 8, 10, 12])],
    source: DEFINITION,
  },

  ...forOps(
    ['All', 'Any'],
    bools((shape, seed) => bool(shape, seed)),
  ),
  { op: 'All', name: 'all are', inputs: [bool([2, 3], [1, 1, 1, 1, 0, 1]), axes(1)] },
  { op: 'Any', name: 'one is', inputs: [bool([2, 3], [0, 0, 0, 0, 1, 0]), axes(1)] },
  { op: 'All', name: 'of nothing', inputs: [bool([2, 0]), axes(1)], expected: [bool([2], [1, 1])], source: DEFINITION },
  { op: 'Any', name: 'of nothing', inputs: [bool([2, 0]), axes(1)], expected: [bool([2], [0, 0])], source: DEFINITION },

  ...forOps(['ArgMax', 'ArgMin'], argCases),
  {
    op: 'ArgMax',
    name: 'NaN is passed over',
    inputs: [f32([4], [NAN, 1, NAN, 2]), axis(0)],
    expected: [i32([], [3])],
    source: 'TensorFlow: NaN does not compare as greater',
  },
  {
    op: 'ArgMin',
    name: 'special values',
    inputs: [f32([SPECIAL.length - 1], SPECIAL.slice(1)), axis(0)],
  },

  ...forOps(['Cumsum', 'Cumprod'], cumulative),
  // TensorFlow.js permutes the axes of the result if the axis is negative.
  {
    op: 'Cumsum',
    name: 'a negative axis',
    inputs: [f32([2, 2], [1, 2, 3, 4]), axis(-2)],
    expected: [f32([2, 2], [1, 2, 4, 6])],
    source: DEFINITION,
  },
  {
    op: 'Cumprod',
    name: 'a negative axis',
    inputs: [f32([2, 2], [1, 2, 3, 4]), axis(-1)],
    expected: [f32([2, 2], [1, 2, 3, 12])],
    source: DEFINITION,
  },
  {
    op: 'Cumsum',
    name: 'integers that wrap',
    inputs: [i32([3], [2147483647, 1, 1]), axis(0)],
    expected: [i32([3], [2147483647, -2147483648, -2147483647])],
    source: 'arithmetic modulo 2^32',
  },

  { op: 'TopKV2', name: 'of a matrix', inputs: [f32([3, 7]), topK(3)], outputs: 2 },
  { op: 'TopKV2', name: 'all', inputs: [f32([2, 9]), topK(9)], outputs: 2 },
  {
    op: 'TopKV2',
    name: 'none',
    inputs: [f32([2, 3]), topK(0)],
    outputs: 2,
    expected: [f32([2, 0]), i32([2, 0])],
    source: DEFINITION,
  },
  { op: 'TopKV2', name: 'one of a long vector', inputs: [f32([2053]), topK(1)], outputs: 2 },
  { op: 'TopKV2', name: 'many of a long vector', inputs: [f32([2053]), topK(100)], outputs: 2 },
  {
    op: 'TopKV2',
    name: 'equals keep their order',
    inputs: [i32([6], [1, 5, 3, 5, 1, 5]), topK(5)],
    expected: [i32([5], [5, 5, 5, 3, 1]), i32([5], [1, 3, 5, 2, 0])],
    source: 'TensorFlow: the lower index comes first',
  },
  { op: 'TopKV2', name: 'rank 4', inputs: [f32([2, 1, 3, 5]), topK(2)], outputs: 2 },
  {
    op: 'TopKV2',
    name: 'more than there are',
    inputs: [f32([3]), topK(4)],
    throws: { code: 'E_SHAPE', message: /k must.*4/ },
  },
  {
    op: 'TopKV2',
    name: 'fewer than none',
    inputs: [f32([3]), topK(-1)],
    throws: { code: 'E_SHAPE', message: /k must.*-1/ },
  },
  { op: 'TopKV2', name: 'of a scalar', inputs: [f32([]), topK(0)], throws: { code: 'E_SHAPE', message: /rank 1/ } },
  {
    op: 'TopKV2',
    name: 'of strings',
    inputs: [str([1], ['a']), topK(1)],
    throws: { code: 'E_DTYPE', message: /string/ },
  },
  ...[
    ['a vector', [1, 3, 2], 2, [3, 2], [1, 2]],
    ['one', [4, 4, 4], 1, [4], [0]],
    ['none', [4], 0, [], []],
  ].map(([name, values, k, best, indices]) => ({
    op: 'TopK',
    name,
    attrs: { k: attr.int(k) },
    inputs: [f32([values.length], values)],
    expected: [f32([k], best), i32([k], indices)],
    source: DEFINITION,
  })),
  { op: 'TopK', name: 'k is missing', inputs: [f32([3])], throws: { code: 'E_ATTR', message: /'k'/ } },
];
