// SPDX-License-Identifier: Apache-2.0
// Counting, searching, segments, matrices, Fourier transforms and Einsum.
import { attr, bool, c64, constant, f32, i32, str } from '../case.mjs';

const none = constant(f32([0], []));
const size = (value) => constant(i32([], [value]));

const BINCOUNT = [
  { op: 'Bincount', name: 'counts', inputs: [i32([5], [1, 0, 1, 3, 9]), size(4), none] },
  { op: 'Bincount', name: 'weights', inputs: [i32([3], [1, 1, 2]), size(3), f32([3], [0.5, 1, -2])] },
  {
    op: 'Bincount',
    name: 'a negative number',
    inputs: [i32([1], [-1]), size(3), none],
    throws: { code: 'E_INPUT', message: /numbers to count/ },
  },
  {
    op: 'Bincount',
    name: 'weights of another shape',
    inputs: [i32([2], [1, 1]), size(3), f32([3], [1, 1, 1])],
    throws: { code: 'E_SHAPE', message: /weights/ },
  },
  { op: 'DenseBincount', name: 'rows', inputs: [i32([2, 3], [1, 1, 0, 2, 2, 7]), size(3), none] },
  {
    op: 'DenseBincount',
    name: 'binary output',
    attrs: { binary_output: attr.bool(true) },
    inputs: [i32([2, 3], [1, 1, 0, 2, 2, 7]), size(3), none],
  },
  {
    op: 'DenseBincount',
    name: 'weights',
    inputs: [i32([2, 3], [1, 1, 0, 2, 2, 7]), size(3), f32([2, 3], 1)],
  },
  {
    op: 'DenseBincount',
    name: 'rank 3',
    inputs: [i32([1, 1, 1], [1]), size(3), none],
    throws: { code: 'E_SHAPE', message: /rank 1 or 2/ },
  },
];

const sorted = f32([2, 4], [1, 3, 3, 5, -2, 0, 0, 7]);
const SEARCH = ['LowerBound', 'UpperBound'].flatMap((op) => [
  { op, name: 'equal elements', inputs: [sorted, f32([2, 3], [3, 0, 6, 0, -2, 8])] },
  { op, name: 'int32', inputs: [i32([1, 5], [-4, -1, 2, 2, 9]), i32([1, 3], [2, -9, 10])] },
  { op, name: 'no values', inputs: [sorted, f32([2, 0], [])], expected: [i32([2, 0], [])], source: 'the definition' },
  {
    op,
    name: 'two dtypes',
    inputs: [sorted, i32([2, 1], [1, 1])],
    throws: { code: 'E_DTYPE', message: /values/ },
  },
]);

// The kernel behind both in TensorFlow.js, called by the public API.
SEARCH.push(
  ...[
    ['left', [1, 0, 4]],
    ['right', [3, 0, 4]],
  ].map(([side, found]) => ({
    op: 'SearchSorted',
    name: side,
    attrs: { side: attr.string(side) },
    inputs: [f32([1, 4], [1, 3, 3, 5]), f32([1, 3], [3, 0, 6])],
    expected: [i32([1, 3], found)],
    source: 'the definition',
  })),
  {
    op: 'SearchSorted',
    name: 'no such side',
    attrs: { side: attr.string('up') },
    inputs: [sorted, f32([2, 1], 1)],
    throws: { code: 'E_ATTR', message: /side/ },
  },
);

const STEP = [
  {
    op: 'Step',
    name: 'alpha below 0',
    attrs: { alpha: attr.float(0.5) },
    inputs: [f32([4], [-2, 0, 3, NaN])],
    expected: [f32([4], [0.5, 0.5, 1, NaN])],
    source: 'the documentation of tf.step',
  },
  {
    op: 'Step',
    name: 'no alpha',
    inputs: [f32([2], [-Infinity, Infinity])],
    expected: [f32([2], [0, 1])],
    source: 'the documentation of tf.step',
  },
  {
    op: 'Step',
    name: 'int32',
    inputs: [i32([3], [-5, 0, 7])],
    expected: [i32([3], [0, 0, 1])],
    source: 'step of TensorFlow.js',
  },
  { op: 'Step', name: 'bool', inputs: [bool([1], [1])], throws: { code: 'E_DTYPE', message: /input/ } },
];

const band = (name, x, lower, upper) => ({
  op: 'MatrixBandPart',
  name,
  inputs: [x, constant(i32([], [lower])), constant(i32([], [upper]))],
});
const BAND = [
  {
    ...band('upper triangle', f32([2, 3], [1, 2, 3, 4, 5, 6]), 0, -1),
    expected: [f32([2, 3], [1, 2, 3, 0, 5, 6])],
    source: 'the definition; TensorFlow.js loses what is above the diagonal',
  },
  {
    ...band('lower triangle', i32([1, 3, 2], [1, 2, 3, 4, 5, 6]), -1, 0),
    expected: [i32([1, 3, 2], [1, 0, 3, 4, 5, 6])],
    source: 'the definition; TensorFlow.js loses what is below the diagonal',
  },
  band('tridiagonal', f32([4, 4], 3), 1, 1),
  {
    ...band('infinities outside', f32([2, 2], [1, Infinity, NaN, 4]), 0, 0),
    expected: [f32([2, 2], [1, 0, 0, 4])],
    source: 'the definition: what is outside of the band is 0',
  },
  { ...band('too many diagonals', f32([2, 2], 1), 3, 0), throws: { code: 'E_INPUT', message: /numLower/ } },
  { ...band('a vector', f32([2], 1), 0, 0), throws: { code: 'E_SHAPE', message: /rank 2/ } },
];

const SEGMENT = [
  ...['SparseSegmentSum', 'SparseSegmentMean'].flatMap((op) => [
    { op, name: 'repeated rows', inputs: [f32([3, 2], 1), i32([4], [0, 2, 2, 1]), i32([4], [0, 0, 1, 1])] },
    { op, name: 'a segment without rows', inputs: [f32([3, 2], 2), i32([3], [0, 2, 1]), i32([3], [0, 2, 2])] },
    {
      op,
      name: 'an index out of range',
      inputs: [f32([3, 2], 1), i32([1], [3]), i32([1], [0])],
      throws: { code: 'E_INPUT', message: /indices\[0\]/ },
    },
    {
      op,
      name: 'ids that descend',
      inputs: [f32([3], 1), i32([2], [0, 1]), i32([2], [1, 0])],
      throws: { code: 'E_INPUT', message: /segment id/ },
    },
  ]),
  {
    op: 'UnsortedSegmentSum',
    name: 'ids in any order',
    inputs: [f32([3, 2], [1, 2, 3, 4, 5, 6]), i32([3], [2, 0, 2]), size(3)],
    expected: [f32([3, 2], [3, 4, 0, 0, 6, 8])],
    source: 'the definition',
  },
  {
    op: 'UnsortedSegmentSum',
    name: 'negative ids are left out',
    inputs: [f32([3], [1, 2, 4]), i32([3], [-1, 0, 0]), size(2)],
    expected: [f32([2], [6, 0])],
    source: 'the documentation of tf.math.unsorted_segment_sum',
  },
  {
    op: 'UnsortedSegmentSum',
    name: 'an id out of range',
    inputs: [f32([3], 1), i32([3], [0, 1, 2]), size(2)],
    throws: { code: 'E_INPUT', message: /segment id 2/ },
  },
];

const length = (value) => constant(i32([1], [value]));
const close = { tolerance: { relative: 1e-4, absolute: 2e-4 } };
const FFT = [
  ...['FFT', 'IFFT'].flatMap((op) => [
    { op, name: 'a power of 2', inputs: [c64([3, 16], 1)], ...close },
    { op, name: 'small factors', inputs: [c64([2, 2, 60], 2)], ...close },
    { op, name: 'a prime', inputs: [c64([2, 37], 3)], ...close },
    { op, name: 'one element', inputs: [c64([2, 1], 4)], ...close },
    { op, name: 'real numbers', inputs: [f32([4], 1)], throws: { code: 'E_DTYPE', message: /input/ } },
  ]),
  { op: 'RFFT', name: 'as it is', inputs: [f32([3, 8], 1), length(8)], ...close },
  {
    op: 'RFFT',
    name: 'padded',
    inputs: [f32([1, 3], [1, 2, 3]), length(4)],
    expected: [c64([1, 3], [6, 0, -2, -2, 2, 0])],
    source: 'the definition; graph models of TensorFlow.js do not look at fft_length',
    ...close,
  },
  {
    op: 'RFFT',
    name: 'cropped to an odd length',
    inputs: [f32([4], [1, 2, 3, 9]), length(3)],
    expected: [c64([2], [6, 0, -1.5, 0.8660254])],
    source: 'the definition; graph models of TensorFlow.js do not look at fft_length',
    ...close,
  },
  {
    op: 'RFFT',
    name: 'a negative length',
    inputs: [f32([4], 1), length(-1)],
    throws: { code: 'E_INPUT', message: /fft_length/ },
  },
  {
    op: 'IRFFT',
    name: 'an even length',
    inputs: [c64([3], [10, 0, -2, 2, -2, 0]), length(4)],
    expected: [f32([4], [1, 2, 3, 4])],
    source: 'the transform of 1, 2, 3, 4',
    ...close,
  },
  {
    op: 'IRFFT',
    name: 'an odd length',
    inputs: [c64([2], [6, 0, -1.5, 0.8660254]), length(3)],
    expected: [f32([3], [1, 2, 3])],
    source: 'the transform of 1, 2, 3',
    ...close,
  },
  {
    op: 'IRFFT',
    name: 'padded',
    inputs: [c64([1, 1], [4, 0]), length(4)],
    expected: [f32([1, 4], [1, 1, 1, 1])],
    source: 'the definition',
    ...close,
  },
];

const einsum = (equation, ...inputs) => ({
  op: 'Einsum',
  name: equation,
  attrs: { equation: attr.string(equation), N: attr.int(inputs.length) },
  inputs,
  ...close,
});
const EINSUM = [
  einsum('ij,jk->ik', f32([3, 4], 1), f32([4, 5], 2)),
  einsum('bij,bkj->bik', f32([2, 3, 4], 1), f32([2, 5, 4], 2)),
  einsum('bqhd,bkhd->bhqk', f32([2, 3, 4, 5], 1), f32([2, 6, 4, 5], 2)),
  einsum('i,j->ij', f32([3], 1), f32([4], 2)),
  einsum('bi,bi->b', f32([3, 4], 1), f32([3, 4], 2)),
  einsum('ij->', f32([3, 4], 1)),
  einsum('ijk->kji', f32([2, 3, 4], 1)),
  {
    ...einsum('ii->i', f32([2, 2], [1, 2, 3, 4])),
    expected: [f32([2], [1, 4])],
    source: 'the diagonal',
  },
  {
    ...einsum('...ij,...jk->...ik', f32([2, 1, 2], [1, 2, 3, 4]), f32([2, 1], [1, 10])),
    expected: [f32([2, 1, 1], [21, 43])],
    source: 'the definition',
  },
  {
    ...einsum('ij,jk,kl->il', f32([1, 2], [1, 2]), f32([2, 2], [1, 0, 0, 1]), f32([2, 1], [3, 4])),
    expected: [f32([1, 1], [11])],
    source: 'the definition',
  },
  { ...einsum('ij,jk', f32([1, 1], 1), f32([1, 1], 1)), throws: { code: 'E_ATTR', message: /equation/ } },
  { ...einsum('ij,jk->ki', f32([2, 3], 1), f32([2, 3], 1)), throws: { code: 'E_SHAPE', message: /operand 1/ } },
  { ...einsum('ij->ij', bool([1, 1], 1)), throws: { code: 'E_DTYPE', message: /operands/ } },
  { ...einsum('i->i', str([1], [''])), throws: { code: 'E_DTYPE', message: /operands/ } },
];

export const CASES = [...BINCOUNT, ...SEARCH, ...STEP, ...BAND, ...SEGMENT, ...FFT, ...EINSUM];
