// SPDX-License-Identifier: Apache-2.0
// Matrix products, normalizations.
import { DEFINITION, SPECIAL, attr, bad, constant, f32, f32In, forOps, i32, str } from '../case.mjs';

const flags = (names, a, b) => ({ [names[0]]: attr.bool(a), [names[1]]: attr.bool(b) });
const TRANSPOSE = ['transpose_a', 'transpose_b'];
const ADJOINT = ['adj_x', 'adj_y'];

const products = (names) => [
  { name: 'small', inputs: [f32([2, 3]), f32([3, 4], 2)] },
  { name: 'a constant matrix', inputs: [f32([5, 7]), constant(f32([7, 9], 2))] },
  { name: 'a row', inputs: [f32([1, 129]), constant(f32([129, 33], 2))] },
  { name: 'a column', inputs: [f32([33, 129]), f32([129, 1], 2)] },
  { name: 'an outer product', inputs: [f32([17, 1]), f32([1, 19], 2)] },
  { name: 'the first transposed', attrs: flags(names, true, false), inputs: [f32([7, 5]), f32([7, 9], 2)] },
  { name: 'the second transposed', attrs: flags(names, false, true), inputs: [f32([5, 7]), constant(f32([9, 7], 2))] },
  { name: 'both transposed', attrs: flags(names, true, true), inputs: [f32([7, 5]), f32([9, 7], 2)] },
  {
    name: 'long sums',
    attrs: flags(names, true, true),
    inputs: [f32([257, 5]), constant(f32([9, 257], 2))],
    tolerance: { relative: 1e-4, absolute: 1e-4 },
  },
  { name: 'no rows', inputs: [f32([0, 3]), f32([3, 2], 2)], expected: [f32([0, 2])], source: DEFINITION },
  {
    name: 'sums of nothing',
    inputs: [f32([2, 0]), f32([0, 2])],
    expected: [f32([2, 2], [0, 0, 0, 0])],
    source: DEFINITION,
  },
  {
    name: 'integers',
    inputs: [i32([2, 2], [1, 2, 3, 4]), i32([2, 2], [5, 6, 7, 8])],
    expected: [i32([2, 2], [19, 22, 43, 50])],
    source: DEFINITION,
  },
  {
    name: 'integers that wrap',
    inputs: [i32([1, 2], [65536, 1]), i32([2, 1], [65536, 5])],
    expected: [i32([1, 1], [5])],
    source: 'arithmetic modulo 2^32',
  },
  {
    name: 'sizes that do not fit',
    inputs: [f32([2, 3]), f32([2, 3])],
    throws: bad('E_SHAPE', /inner dimensions.*3 and 2/),
  },
  { name: 'a vector', inputs: [f32([3]), f32([3, 2])], throws: bad('E_SHAPE', /first matrix.*rank 2/) },
  { name: 'two dtypes', inputs: [f32([2, 2]), i32([2, 2])], throws: bad('E_DTYPE', /float32.*int32/) },
  { name: 'strings', inputs: [str([1, 1], ['a']), str([1, 1], ['a'])], throws: bad('E_DTYPE', /string/) },
  {
    name: 'a flag that is no bool',
    attrs: { [names[0]]: attr.int(1) },
    inputs: [f32([2, 2]), f32([2, 2])],
    throws: bad('E_ATTR', new RegExp(names[0])),
  },
];
const batches = [
  { name: 'a batch', inputs: [f32([3, 2, 5]), f32([3, 5, 4], 2)] },
  { name: 'one matrix for all', inputs: [f32([3, 2, 5]), constant(f32([5, 4], 2))] },
  { name: 'one first matrix for all', inputs: [f32([2, 5]), f32([3, 5, 4], 2)] },
  // TensorFlow.js computes only half of the products.
  {
    name: 'batches that broadcast',
    inputs: [f32([2, 1, 1, 2], [1, 2, 3, 4]), f32([3, 2, 1], [5, 6, 7, 8, 9, 10])],
    expected: [f32([2, 3, 1, 1], [17, 23, 29, 39, 53, 67])],
    source: DEFINITION,
  },
  { name: 'rank 5', inputs: [f32([2, 1, 3, 2, 5]), f32([2, 1, 3, 5, 4], 2)] },
  {
    name: 'rank 6, both sides broadcast',
    inputs: [f32([1, 1, 2, 1, 1, 2], [1, 2, 3, 4]), f32([1, 2, 1, 1, 2, 1], [5, 6, 7, 8])],
    expected: [f32([1, 2, 2, 1, 1, 1], [17, 39, 23, 53])],
    source: DEFINITION,
  },
  { name: 'a batch, transposed', attrs: flags(ADJOINT, true, true), inputs: [f32([3, 5, 2]), f32([3, 4, 5], 2)] },
  { name: 'no batch', inputs: [f32([0, 2, 3]), f32([0, 3, 2])], expected: [f32([0, 2, 2])], source: DEFINITION },
  {
    name: 'batches of integers',
    inputs: [i32([2, 1, 2], [1, 2, 3, 4]), i32([2, 1], [5, 6])],
    expected: [i32([2, 1, 1], [17, 39])],
    source: DEFINITION,
  },
  { name: 'batches that differ', inputs: [f32([2, 2, 2]), f32([3, 2, 2])], throws: bad('E_SHAPE', /\[2\].*\[3\]/) },
];

const fused = (...ops) => ({
  fused_ops: attr.strings(...ops),
  num_args: attr.int(1),
  leakyrelu_alpha: attr.float(0.3),
});
const matrices = [f32([5, 70]), constant(f32([70, 9], 2))];
/** The value at a place of random numbers, each third of which is 0. */
const withValue = (shape, seed, value, place) => {
  const tensor = f32(shape, seed);
  for (let i = 1; i < tensor.data.length; i += 3) tensor.data[i] = 0;
  if (place !== undefined) tensor.data[place] = value;
  return tensor;
};
const nonFinite = [Number.NaN, Infinity, -Infinity].flatMap((value) =>
  [1, 2, 5].flatMap((rows) =>
    [2, 7, 19].flatMap((columns) =>
      ['Relu', 'Relu6', 'Elu', 'Sigmoid'].map((activation) => ({
        name: `${value} in ${rows} rows for ${columns} columns, ${activation}`,
        attrs: fused('BiasAdd', activation),
        inputs: [
          withValue([rows, 5], 1, value, 5 * rows - 2),
          constant(withValue([5, columns], 2)),
          constant(f32([columns], 3)),
        ],
      })),
    ),
  ),
);
const fusedCases = [
  ...nonFinite,
  ...['Relu', 'Relu6', 'Elu', 'LeakyRelu', 'Sigmoid'].map((name) => ({
    name: `bias and ${name}`,
    attrs: fused('BiasAdd', name),
    inputs: [...matrices, constant(f32([9], 3))],
  })),
  { name: 'a bias', attrs: fused('BiasAdd'), inputs: [...matrices, f32([9], 3)] },
  {
    name: 'a slope',
    attrs: { ...fused('BiasAdd', 'Prelu'), num_args: attr.int(2) },
    inputs: [...matrices, f32([9], 3), f32([9], 4)],
  },
  {
    name: 'both transposed',
    attrs: { ...fused('BiasAdd', 'Relu'), ...flags(TRANSPOSE, true, true) },
    inputs: [f32([70, 5]), f32([9, 70], 2), f32([9], 3)],
  },
  {
    name: 'the second transposed',
    attrs: { ...fused('BiasAdd', 'Relu6'), ...flags(TRANSPOSE, false, true) },
    inputs: [f32([5, 70]), constant(f32([9, 70], 2)), constant(f32([9], 3))],
  },
  {
    name: 'sums of nothing',
    attrs: fused('BiasAdd', 'Relu'),
    inputs: [f32([2, 0]), f32([0, 2]), f32([2], [-1, 1])],
    expected: [f32([2, 2], [0, 1, 0, 1])],
    source: DEFINITION,
  },
  {
    name: 'too many biases',
    attrs: fused('BiasAdd'),
    inputs: [...matrices, f32([10])],
    throws: bad('E_SHAPE', /bias.*\[9\].*\[10\]/),
  },
  { name: 'no bias', attrs: fused('BiasAdd'), inputs: matrices, throws: bad('E_EDGE', /BiasAdd/) },
  {
    name: 'an unknown operation',
    attrs: fused('BiasAdd', 'Unheard'),
    inputs: [...matrices, f32([9])],
    throws: bad('E_OP', /Unheard/),
  },
  {
    name: 'integers',
    attrs: fused('BiasAdd'),
    inputs: [i32([1, 1]), i32([1, 1]), i32([1])],
    throws: bad('E_DTYPE', /int32/),
  },
].map((testCase) => ({ tolerance: { relative: 1e-4, absolute: 1e-4 }, ...testCase }));

const rows = [
  { name: 'a matrix', inputs: [f32([5, 7])] },
  { name: 'a vector', inputs: [f32([33])] },
  { name: 'rank 4', inputs: [f32([2, 3, 2, 5])] },
  { name: 'one column', inputs: [f32([3, 1])] },
  { name: 'large numbers', inputs: [f32([2, 3], [1000, 1001, 999, -1000, -1001, -999])] },
  { name: 'an infinity below', inputs: [f32([3], [0, -Infinity, 1])] },
  { name: 'no rows', inputs: [f32([0, 3])], expected: [f32([0, 3])], source: DEFINITION },
  { name: 'no columns', inputs: [f32([3, 0])], expected: [f32([3, 0])], source: DEFINITION },
  { name: 'NaN', inputs: [f32([2, 2], [Number.NaN, 1, 1, 1])], tolerance: { relative: 1e-6, absolute: 0 } },
  { name: 'a scalar', inputs: [f32([])], throws: bad('E_SHAPE', /rank 1/) },
  { name: 'integers', inputs: [i32([2])], throws: bad('E_DTYPE', /float32.*int32/) },
];

const statistics = (channels) => [
  f32In([channels], 0.5, 2, 2),
  f32([channels], 3),
  f32([channels], 4),
  f32In([channels], 0.1, 2, 5),
];
const constants = (tensors) => tensors.map(constant);
const norms = [
  { name: 'images', inputs: [f32([2, 3, 4, 5]), ...constants(statistics(5))] },
  { name: 'statistics that are fed', inputs: [f32([2, 3, 4, 5]), ...statistics(5)] },
  { name: 'epsilon', attrs: { epsilon: attr.float(0.5) }, inputs: [f32([1, 2, 2, 3]), ...statistics(3)] },
  { name: 'nothing', inputs: [f32([0, 2, 2, 3]), ...statistics(3)], expected: [f32([0, 2, 2, 3])], source: DEFINITION },
  {
    name: 'channels first',
    attrs: { data_format: attr.string('NCHW'), epsilon: attr.float(0) },
    inputs: [f32([1, 2, 1, 2], [1, 2, 3, 4]), f32([2], [2, 3]), f32([2], [10, 20]), f32([2], [1, 3]), f32([2], [4, 1])],
    expected: [f32([1, 2, 1, 2], [10, 11, 20, 23])],
    source: DEFINITION,
  },
  { name: 'too many channels', inputs: [f32([1, 2, 2, 3]), ...statistics(4)], throws: bad('E_SHAPE', /\[3\].*\[4\]/) },
  { name: 'integers', inputs: [i32([1, 2, 2, 3]), ...statistics(3)], throws: bad('E_DTYPE', /float32.*int32/) },
  {
    name: 'a negative epsilon',
    attrs: { epsilon: attr.float(-1) },
    inputs: [f32([1, 1, 1, 3]), ...statistics(3)],
    throws: bad('E_ATTR', /epsilon.*-1/),
  },
];

const special = f32([SPECIAL.length], SPECIAL);
const clipped = (low, high) => special.data.map((x) => Math.min(Math.max(x, low), high));
const hardSwish = (x) => x * Math.min(Math.max(x + 3, 0), 6) * Math.fround(1 / 6);
const clamp = (low, high) => ({ clamp_min: attr.float(low), clamp_max: attr.float(high) });
const bounds = (make, low, high) => [constant(make([], [low])), constant(make([], [high]))];

export const CASES = [
  ...forOps(['MatMul'], products(TRANSPOSE)),
  ...forOps(['BatchMatMul', 'BatchMatMulV2'], [...products(ADJOINT), ...batches]),
  ...forOps(
    ['BatchMatMulV3'],
    [...products(ADJOINT), ...batches].filter(({ throws, expected }) => throws || expected),
  ),
  ...forOps(['_FusedMatMul'], fusedCases),
  ...forOps(['Softmax', 'LogSoftmax'], rows),
  ...forOps(['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3'], norms),

  { op: 'ClipByValue', name: 'float32', inputs: [f32([5, 7]), ...bounds(f32, -0.5, 1)] },
  { op: 'ClipByValue', name: 'int32', inputs: [i32([5, 7]), ...bounds(i32, -3, 4)] },
  { op: 'ClipByValue', name: 'special values', inputs: [special, ...bounds(f32, -1, 2)] },
  { op: 'ClipByValue', name: 'nothing', inputs: [f32([0]), ...bounds(f32, -1, 2)] },
  {
    op: 'ClipByValue',
    name: 'a bound an element',
    inputs: [f32([3], [1, 2, 3]), f32([3], [2, 0, 0]), f32([3], [9, 1, 9])],
    expected: [f32([3], [2, 1, 3])],
    source: DEFINITION,
  },
  {
    op: 'ClipByValue',
    name: 'bounds of another shape',
    inputs: [f32([3]), f32([2]), f32([], [1])],
    throws: bad('E_SHAPE', /minimum.*\[3\].*\[2\]/),
  },
  {
    op: 'ClipByValue',
    name: 'bounds of another dtype',
    inputs: [f32([3]), i32([], [0]), f32([], [1])],
    throws: bad('E_DTYPE', /float32.*int32/),
  },
  {
    op: 'Clamp',
    name: 'special values',
    attrs: clamp(-1, 2),
    inputs: [special],
    expected: [f32([SPECIAL.length], clipped(-1, 2))],
    source: DEFINITION,
  },
  {
    op: 'Clamp',
    name: 'from below',
    attrs: { clamp_min: attr.float(0) },
    inputs: [special],
    expected: [f32([SPECIAL.length], clipped(0, Infinity))],
    source: DEFINITION,
  },
  { op: 'Clamp', name: 'no room', attrs: clamp(2, 1), inputs: [special], throws: bad('E_ATTR', /clamp_min.*2 and 1/) },
  { op: 'Clamp', name: 'integers', inputs: [i32([2])], throws: bad('E_DTYPE', /float32.*int32/) },
  ...[f32In([5, 7], -5, 5), f32([0]), f32([], [-1])].map((x, index) => ({
    op: 'HardSwish',
    name: ['a matrix', 'nothing', 'a scalar'][index],
    inputs: [x],
    expected: [f32(x.shape, Array.from(x.data, hardSwish))],
    source: 'Howard et al., "Searching for MobileNetV3", 2019',
  })),
];
