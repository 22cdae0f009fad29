// SPDX-License-Identifier: Apache-2.0
// Ops that change the shape or the order of elements, or repeat them.
import {
  DEFINITION,
  abc,
  attr,
  bad,
  bool,
  c64,
  dtypes,
  f32,
  forOps,
  i32,
  ints,
  scalar,
  str,
  zeroSize,
} from '../case.mjs';

const reshapes = [
  ...dtypes((x) => [x, ints(3, 2)]),
  { name: 'strings', inputs: [abc, ints(3, 2)], expected: [{ ...abc, shape: [3, 2] }], source: DEFINITION },
  { name: 'complex64', inputs: [c64([2, 3]), ints(6)], expected: [c64([6])], source: DEFINITION },
  { name: 'a dimension to be found', inputs: [f32([2, 3, 4]), ints(3, -1)] },
  { name: 'to a scalar', inputs: [f32([1, 1]), ints()] },
  { name: 'from a scalar', inputs: [f32([]), ints(1, 1, 1)] },
  { name: zeroSize, inputs: [f32([0, 3]), ints(3, 0, 7)] },
  { name: 'to rank 6', inputs: [f32([24]), ints(1, 2, 3, 1, 4, 1)] },
  { name: 'another number of elements', inputs: [f32([2, 3]), ints(4)], throws: bad('E_SHAPE', /\[2, ?3\].*\[4\]/) },
  { name: 'two dimensions to be found', inputs: [f32([2, 3]), ints(-1, -1)], throws: bad('E_SHAPE', /only one.*-1/) },
  { name: 'no multiple', inputs: [f32([2, 3]), ints(4, -1)], throws: bad('E_SHAPE', /multiple of 4/) },
  { name: 'a negative dimension', inputs: [f32([2, 3]), ints(-2, -3)], throws: bad('E_SHAPE', /-2|dimension/) },
  { name: 'a dimension that zeros hide', inputs: [f32([0]), ints(0, -1)], throws: bad('E_SHAPE', /-1/) },
  { name: 'a shape of floats', inputs: [f32([2]), f32([1], [2])], throws: bad('E_DTYPE', /shape.*float32/) },
  {
    name: 'more than 64 bits can count',
    inputs: [f32([2]), ints(2147483647, 2147483647, 2147483647)],
    throws: bad('E_SHAPE', /2\^32 elements/),
  },
];

const expansions = [
  ...dtypes((x) => [x, scalar(1)]),
  { name: 'in front', inputs: [f32([2, 3]), scalar(0)] },
  { name: 'behind', inputs: [f32([2, 3]), scalar(2)] },
  { name: 'from the end', inputs: [f32([2, 3]), scalar(-1)] },
  { name: 'from the end, in front', inputs: [f32([2, 3]), scalar(-3)] },
  { name: 'a scalar', inputs: [f32([]), scalar(0)] },
  { name: zeroSize, inputs: [f32([0]), scalar(1)] },
  { name: 'an axis out of range', inputs: [f32([2, 3]), scalar(3)], throws: bad('E_SHAPE', /axis 3/) },
  { name: 'an axis out of range below', inputs: [f32([2, 3]), scalar(-4)], throws: bad('E_SHAPE', /axis -4/) },
  { name: 'two axes', inputs: [f32([2, 3]), ints(0, 1)], throws: bad('E_SHAPE', /axis.*scalar/) },
];

const squeeze = (...axes) => ({ squeeze_dims: attr.ints(...axes) });
const squeezes = [
  ...dtypes((x) => [x], [1, 2, 1]),
  { name: 'all that can be', attrs: squeeze(), inputs: [f32([1, 2, 1, 3, 1])] },
  { name: 'one axis', attrs: squeeze(0), inputs: [f32([1, 2, 1])] },
  { name: 'an axis from the end', attrs: squeeze(-1), inputs: [f32([1, 2, 1])] },
  { name: 'two axes', attrs: squeeze(2, 0), inputs: [f32([1, 2, 1])] },
  { name: 'the attribute axis', attrs: { axis: attr.ints(2) }, inputs: [f32([1, 2, 1])] },
  { name: 'to a scalar', inputs: [f32([1, 1])] },
  { name: zeroSize, inputs: [f32([1, 0])] },
  {
    name: 'an axis that is not 1',
    attrs: squeeze(1),
    inputs: [f32([1, 2])],
    throws: bad('E_SHAPE', /dimension 1.*not 1/),
  },
  { name: 'an axis out of range', attrs: squeeze(2), inputs: [f32([1, 2])], throws: bad('E_SHAPE', /axis 2/) },
];

const permutations = [
  ...dtypes((x) => [x, ints(1, 0)]),
  {
    name: 'strings',
    inputs: [abc, ints(1, 0)],
    expected: [str([3, 2], ['a', 'd', 'b', 'é', 'c', ''])],
    source: DEFINITION,
  },
  {
    name: 'complex64',
    inputs: [c64([1, 2], [1, 2, 3, 4]), ints(1, 0)],
    expected: [c64([2, 1], [1, 2, 3, 4])],
    source: DEFINITION,
  },
  { name: 'the same order', inputs: [f32([2, 3, 4]), ints(0, 1, 2)] },
  { name: 'channels first', inputs: [f32([2, 5, 7, 3]), ints(0, 3, 1, 2)] },
  { name: 'channels last', inputs: [f32([2, 3, 5, 7]), ints(0, 2, 3, 1)] },
  { name: 'rank 5', inputs: [f32([2, 3, 4, 2, 3]), ints(4, 2, 0, 3, 1)] },
  { name: 'rank 6', inputs: [f32([2, 3, 1, 2, 3, 2]), ints(5, 3, 1, 4, 2, 0)] },
  { name: 'a large matrix', inputs: [f32([67, 131]), ints(1, 0)] },
  { name: 'bytes', inputs: [bool([33, 35]), ints(1, 0)] },
  { name: 'a scalar', inputs: [f32([]), ints()] },
  { name: zeroSize, inputs: [f32([2, 0, 3]), ints(2, 1, 0)] },
  { name: 'too many axes', inputs: [f32([2, 3]), ints(2, 1, 0)], throws: bad('E_SHAPE', /permutation of the 2 axes/) },
  { name: 'an axis twice', inputs: [f32([2, 3]), ints(1, 1)], throws: bad('E_SHAPE', /axis 1.*twice/) },
  { name: 'an axis out of range', inputs: [f32([2, 3]), ints(0, 2)], throws: bad('E_SHAPE', /axis 2/) },
];

const tiles = [
  ...dtypes((x) => [x, ints(2, 3)]),
  {
    name: 'strings',
    inputs: [str([2], ['a', 'b']), ints(2)],
    expected: [str([4], ['a', 'b', 'a', 'b'])],
    source: DEFINITION,
  },
  { name: 'once', inputs: [f32([2, 3]), ints(1, 1)] },
  { name: 'no times', inputs: [f32([2, 3]), ints(2, 0)], expected: [f32([4, 0])], source: DEFINITION },
  { name: 'a scalar', inputs: [f32([]), ints()] },
  { name: 'rank 5', inputs: [f32([1, 2, 1, 3, 2]), ints(2, 1, 3, 1, 2)] },
  { name: 'a negative number', inputs: [f32([2]), ints(-1)], throws: bad('E_SHAPE', /negative.*-1/) },
  { name: 'too few numbers', inputs: [f32([2, 3]), ints(2)], throws: bad('E_SHAPE', /expected 2 multiples/) },
  {
    name: 'more than fits',
    inputs: [f32([2, 2]), ints(2147483647, 2147483647)],
    throws: bad('E_SHAPE', /2\^32 elements/),
  },
];

const broadcasts = [
  ...dtypes((x) => [x, ints(2, 2, 3)]),
  { name: 'a scalar', inputs: [f32([]), ints(2, 3)] },
  { name: 'a column', inputs: [f32([3, 1]), ints(2, 3, 4)] },
  { name: 'the same shape', inputs: [f32([2, 3]), ints(2, 3)] },
  { name: 'to nothing', inputs: [f32([1, 3]), ints(0, 3)], expected: [f32([0, 3])], source: DEFINITION },
  { name: 'strings', inputs: [str([1], ['a']), ints(2)], expected: [str([2], ['a', 'a'])], source: DEFINITION },
  { name: 'a shape that does not fit', inputs: [f32([2]), ints(3)], throws: bad('E_SHAPE', /\[2\].*\[3\]/) },
  { name: 'a lower rank', inputs: [f32([2, 3]), ints(3)], throws: bad('E_SHAPE', /\[2, ?3\].*\[3\]/) },
  { name: 'a negative dimension', inputs: [f32([1]), ints(-1)], throws: bad('E_SHAPE', /-1/) },
];

const broadcastArgs = [
  { name: 'one rank', inputs: [ints(2, 1), ints(1, 3)] },
  { name: 'two ranks', inputs: [ints(2, 1, 3), ints(4, 1)] },
  { name: 'a scalar', inputs: [ints(), ints(2, 3)], expected: [i32([2], [2, 3])], source: DEFINITION },
  { name: 'shapes that do not broadcast', inputs: [ints(2), ints(3)], throws: bad('E_SHAPE', /\[2\].*\[3\]/) },
  { name: 'floats', inputs: [f32([1], [2]), ints(2)], throws: bad('E_DTYPE', /float32/) },
];

export const CASES = [
  ...forOps(['Reshape'], reshapes),
  ...forOps(['ExpandDims'], expansions),
  ...forOps(['Squeeze'], squeezes),
  ...forOps(['Transpose'], permutations),
  ...forOps(['Tile'], tiles),
  ...forOps(['BroadcastTo'], broadcasts),
  ...forOps(['BroadcastArgs'], broadcastArgs),
];
