// SPDX-License-Identifier: Apache-2.0
// Slicing and reversing.
import { DEFINITION, abc, attr, bad, bool, constant, dtypes, f32, forOps, i32, ints, str, zeroSize } from '../case.mjs';

const slices = [
  ...dtypes((x) => [x, ints(0, 1), ints(2, 2)]),
  { name: 'strings', inputs: [abc, ints(1, 0), ints(1, 2)], expected: [str([1, 2], ['d', 'é'])], source: DEFINITION },
  { name: 'to the end', inputs: [f32([4, 5]), ints(1, 2), ints(-1, 2)] },
  { name: 'all', inputs: [f32([4, 5]), ints(0, 0), ints(-1, -1)] },
  { name: 'nothing', inputs: [f32([4, 5]), ints(1, 2), ints(0, 2)] },
  { name: 'rank 6', inputs: [f32([2, 3, 2, 3, 2, 3]), ints(1, 1, 0, 2, 0, 1), ints(1, 2, 2, 1, 1, 2)] },
  { name: 'a scalar', inputs: [f32([]), ints(), ints()], expected: [f32([])], source: DEFINITION },
  {
    name: 'past the end',
    inputs: [f32([4]), ints(2), ints(3)],
    throws: bad('E_SHAPE', /from 2 of size 3.*dimension 0/),
  },
  { name: 'before the begin', inputs: [f32([4]), ints(-1), ints(2)], throws: bad('E_SHAPE', /from -1/) },
  { name: 'a size below -1', inputs: [f32([4]), ints(0), ints(-2)], throws: bad('E_SHAPE', /size -2/) },
  { name: 'too few numbers', inputs: [f32([4, 5]), ints(0), ints(1)], throws: bad('E_SHAPE', /begin.*1 values/) },
];

const strided = (begin, end, strides, masks = {}) => ({
  attrs: Object.fromEntries(Object.entries(masks).map(([name, bits]) => [`${name}_mask`, attr.int(bits)])),
  indices: [ints(...begin), ints(...end), ints(...strides)],
});
const stridedCase = (name, x, { attrs, indices }, rest = {}) => ({ name, attrs, inputs: [x, ...indices], ...rest });
const stridedSlices = [
  ...dtypes((x) => [x, ints(0, 0), ints(2, 3), ints(1, 2)]),
  stridedCase('strings', abc, strided([0, 2], [2, 0], [1, -1]), {
    expected: [str([2, 2], ['c', 'b', '', 'é'])],
    source: DEFINITION,
  }),
  stridedCase('backwards', f32([5]), strided([4], [0], [-2])),
  stridedCase('backwards, all', f32([5]), strided([0], [0], [-1], { begin: 1, end: 1 })),
  stridedCase('negative bounds', f32([5, 6]), strided([-4, -5], [-1, -2], [1, 2])),
  stridedCase('bounds beyond the ends', f32([5]), strided([-9], [9], [2])),
  stridedCase('begin and end masked', f32([4, 5]), strided([1, 2], [3, 4], [1, 1], { begin: 1, end: 2 })),
  stridedCase('fewer indices than axes', f32([3, 4, 5]), strided([1], [2], [1])),
  stridedCase('a single index', f32([3, 4]), strided([1, 0], [2, 4], [1, 1], { shrink_axis: 1 })),
  stridedCase('a negative single index', f32([3, 4]), strided([0, -1], [3, 0], [1, 1], { shrink_axis: 2 })),
  stridedCase('a new axis', f32([3, 4]), strided([0, 0, 1], [0, 2, 3], [1, 1, 1], { new_axis: 1 })),
  stridedCase('an ellipsis', f32([2, 3, 4]), strided([0, 1], [0, 3], [1, 1], { ellipsis: 1 })),
  stridedCase(
    'all masks',
    f32([2, 3, 4, 5]),
    strided([1, 0, 0, 2], [2, 0, 0, 4], [1, 1, 1, 1], { shrink_axis: 1, ellipsis: 2, new_axis: 4, begin: 8 }),
  ),
  stridedCase('nothing', f32([4]), strided([3], [1], [1]), { expected: [f32([0])], source: DEFINITION }),
  stridedCase('to a scalar', f32([3]), strided([2], [3], [1], { shrink_axis: 1 })),
  stridedCase('a stride of 0', f32([3]), strided([0], [3], [0]), { throws: bad('E_SHAPE', /strides\[0\] is 0/) }),
  stridedCase('a single index out of range', f32([3]), strided([3], [4], [1], { shrink_axis: 1 }), {
    throws: bad('E_SHAPE', /index 3.*dimension 0/),
  }),
  stridedCase('too many indices', f32([3]), strided([0, 0], [1, 1], [1, 1]), {
    throws: bad('E_SHAPE', /2 indices.*\[3\]/),
  }),
  stridedCase('two ellipses', f32([3]), strided([0, 0], [1, 1], [1, 1], { ellipsis: 3 }), {
    throws: bad('E_SHAPE', /one ellipsis/),
  }),
  {
    name: 'lists of several lengths',
    inputs: [f32([3]), ints(0), ints(1, 1), ints(1)],
    throws: bad('E_SHAPE', /one length.*1, 2 and 1/),
  },
];

const reverses = [
  ...dtypes((x) => [x, ints(1)]),
  {
    name: 'strings',
    inputs: [abc, ints(1)],
    expected: [str([2, 3], ['c', 'b', 'a', '', 'é', 'd'])],
    source: DEFINITION,
  },
  { name: 'two axes', inputs: [f32([2, 3, 4]), ints(0, 2)] },
  { name: 'from the end', inputs: [f32([2, 3, 4]), ints(-2)] },
  { name: 'no axes', inputs: [f32([2, 3]), ints()] },
  { name: 'rank 5', inputs: [f32([2, 2, 3, 1, 2]), ints(1, 4)] },
  { name: zeroSize, inputs: [f32([0, 3]), ints(0)] },
  { name: 'an axis twice', inputs: [f32([2, 3]), ints(0, -2)], throws: bad('E_SHAPE', /axis 0.*twice/) },
  { name: 'an axis out of range', inputs: [f32([2, 3]), ints(2)], throws: bad('E_SHAPE', /axis 2/) },
];

export const CASES = [
  ...forOps(['Slice'], slices),
  ...forOps(['StridedSlice'], stridedSlices),
  ...forOps(['ReverseV2'], reverses),
  ...dtypes((x) => [x, constant(bool([2], [0, 1]))]).map((testCase) => ({ ...testCase, op: 'Reverse' })),
  { op: 'Reverse', name: 'all axes', inputs: [f32([2, 3, 2]), constant(bool([3], [1, 1, 1]))] },
  {
    op: 'Reverse',
    name: 'too few',
    inputs: [f32([2, 3]), bool([1])],
    throws: bad('E_SHAPE', /one bool for each axis.*\[1\]/),
  },
  { op: 'Reverse', name: 'numbers', inputs: [f32([2, 3]), i32([2])], throws: bad('E_DTYPE', /bool.*int32/) },
];
