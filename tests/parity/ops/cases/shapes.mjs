// SPDX-License-Identifier: Apache-2.0
// What moves elements and changes shapes, but no values.
import { attr, bool, c64, constant, f32, forOps, i32, str } from '../case.mjs';

const DEFINITION = 'the definition';
const ints = (...values) => constant(i32([values.length], values));
const scalar = (value) => constant(i32([], [value]));
const matrix = (values) => constant(i32([values.length, 2], values.flat()));
const abc = str([2, 3], ['a', 'b', 'c', 'd', 'é', '']);
const bad = (code, message) => ({ code, message });

/** One case a dtype that TensorFlow.js knows; `inputs` makes the inputs out of the tensor. */
const dtypes = (inputs, shape = [2, 3]) =>
  [f32(shape), i32(shape), bool(shape)].map((tensor) => ({ name: tensor.dtype, inputs: inputs(tensor) }));

const zeroSize = 'of no elements';

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

/** Concat and ConcatV2 have the axis at different ends. */
const joins = (order) => [
  ...dtypes((x) => order([x, x], scalar(0))),
  {
    name: 'strings',
    inputs: order([abc, str([2, 1], ['x', 'y'])], scalar(1)),
    expected: [str([2, 4], ['a', 'b', 'c', 'x', 'd', 'é', '', 'y'])],
    source: DEFINITION,
  },
  { name: 'the last axis', inputs: order([f32([2, 3]), f32([2, 1], 2), f32([2, 4], 3)], scalar(1)) },
  { name: 'from the end', inputs: order([f32([2, 3, 4]), f32([2, 1, 4], 2)], scalar(-2)) },
  { name: 'a part of nothing', inputs: order([f32([2, 3]), f32([2, 0])], scalar(1)) },
  {
    name: 'nothing at all',
    inputs: order([f32([0, 3]), f32([0, 3])], scalar(0)),
    expected: [f32([0, 3])],
    source: DEFINITION,
  },
  { name: 'rank 6', inputs: order([f32([1, 2, 1, 3, 1, 2]), f32([1, 2, 2, 3, 1, 2], 2)], scalar(2)) },
  {
    name: 'sizes that differ',
    inputs: order([f32([2, 3]), f32([3, 3])], scalar(1)),
    throws: bad('E_SHAPE', /dimension 1.*\[2, ?3\].*\[3, ?3\]/),
  },
  {
    name: 'ranks that differ',
    inputs: order([f32([2, 3]), f32([2])], scalar(0)),
    throws: bad('E_SHAPE', /\[2, ?3\].*\[2\]/),
  },
  {
    name: 'dtypes that differ',
    inputs: order([f32([2]), i32([2])], scalar(0)),
    throws: bad('E_DTYPE', /float32.*int32/),
  },
  { name: 'an axis out of range', inputs: order([f32([2]), f32([2])], scalar(1)), throws: bad('E_SHAPE', /axis 1/) },
  { name: 'scalars', inputs: order([f32([]), f32([])], scalar(0)), throws: bad('E_SHAPE', /rank 1/) },
];

const packs = [
  ...dtypes((x) => [x, x]),
  {
    name: 'strings',
    inputs: [str([1], ['a']), str([1], ['b'])],
    expected: [str([2, 1], ['a', 'b'])],
    source: DEFINITION,
  },
  { name: 'scalars', inputs: [f32([], [1]), f32([], [2]), f32([], [3])] },
  { name: 'one', inputs: [f32([2, 3])] },
  { name: 'the last axis', attrs: { axis: attr.int(2) }, inputs: [f32([2, 3]), f32([2, 3], 2)] },
  { name: 'from the end', attrs: { axis: attr.int(-2) }, inputs: [f32([2, 3]), f32([2, 3], 2)] },
  { name: zeroSize, inputs: [f32([0]), f32([0])], expected: [f32([2, 0])], source: DEFINITION },
  { name: 'shapes that differ', inputs: [f32([2]), f32([3])], throws: bad('E_SHAPE', /\[2\].*\[3\]/) },
  { name: 'dtypes that differ', inputs: [f32([2]), i32([2])], throws: bad('E_DTYPE', /float32.*int32/) },
  { name: 'an axis out of range', attrs: { axis: attr.int(2) }, inputs: [f32([2])], throws: bad('E_SHAPE', /axis 2/) },
];

const unpack = (num, axis = 0) => ({ num: attr.int(num), axis: attr.int(axis) });
const unpacks = [
  ...dtypes((x) => [x]).map((testCase) => ({ ...testCase, attrs: unpack(2), outputs: 2 })),
  { name: 'the last axis', attrs: unpack(3, 1), inputs: [f32([2, 3])], outputs: 3 },
  { name: 'from the end', attrs: unpack(3, -2), inputs: [f32([2, 3, 2])], outputs: 3 },
  { name: 'one', attrs: unpack(1), inputs: [f32([1, 4])] },
  {
    name: 'strings',
    attrs: unpack(2),
    inputs: [abc],
    outputs: 2,
    expected: [str([3], ['a', 'b', 'c']), str([3], ['d', 'é', ''])],
    source: DEFINITION,
  },
  { name: 'another number', attrs: unpack(3), inputs: [f32([2])], throws: bad('E_SHAPE', /\[2\].*3 outputs/) },
  { name: 'a scalar', attrs: unpack(1), inputs: [f32([])], throws: bad('E_SHAPE', /rank 1/) },
  { name: 'a negative number', attrs: unpack(-1), inputs: [f32([2])], throws: bad('E_ATTR', /num/) },
  { name: 'too large a number', attrs: unpack(1 << 20), inputs: [f32([2])], throws: bad('E_LIMIT', /outputs/) },
];

const split = (count) => ({ num_split: attr.int(count) });
const splits = [
  ...dtypes((x) => [scalar(1), x]).map((testCase) => ({ ...testCase, attrs: split(3), outputs: 3 })),
  { name: 'the first axis', attrs: split(2), inputs: [scalar(0), f32([4, 3])], outputs: 2 },
  { name: 'from the end', attrs: split(2), inputs: [scalar(-2), f32([2, 4, 3])], outputs: 2 },
  { name: 'into one', attrs: split(1), inputs: [scalar(0), f32([4, 3])], outputs: 1 },
  {
    name: 'no multiple',
    attrs: split(2),
    inputs: [scalar(0), f32([3])],
    throws: bad('E_SHAPE', /\[3\].*2 equal parts/),
  },
  { name: 'an axis out of range', attrs: split(2), inputs: [scalar(1), f32([4])], throws: bad('E_SHAPE', /axis 1/) },
  { name: 'no number', inputs: [scalar(0), f32([4])], throws: bad('E_ATTR', /num_split/) },
];
const splitsV = [
  ...dtypes((x) => [x, ints(1, 2), scalar(1)]).map((testCase) => ({ ...testCase, attrs: split(2), outputs: 2 })),
  { name: 'the rest', attrs: split(3), inputs: [f32([6, 2]), ints(1, -1, 2), scalar(0)], outputs: 3 },
  { name: 'nothing and all', attrs: split(2), inputs: [f32([2, 2]), ints(0, 2), scalar(-1)], outputs: 2 },
  {
    name: 'sizes that do not add up',
    attrs: split(2),
    inputs: [f32([3]), ints(1, 1), scalar(0)],
    throws: bad('E_SHAPE', /add up to 2.*3/),
  },
  {
    name: 'more sizes than outputs',
    attrs: split(2),
    inputs: [f32([3]), ints(1, 1, 1), scalar(0)],
    throws: bad('E_SHAPE', /expected 2 sizes.*3/),
  },
  {
    name: 'two rests',
    attrs: split(2),
    inputs: [f32([3]), ints(-1, -1), scalar(0)],
    throws: bad('E_SHAPE', /only one/),
  },
  {
    name: 'a negative size',
    attrs: split(2),
    inputs: [f32([3]), ints(-2, 5), scalar(0)],
    throws: bad('E_SHAPE', /-2/),
  },
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

const pads = (extra) => [
  ...dtypes((x) => [
    x,
    matrix([
      [1, 0],
      [2, 3],
    ]),
    ...extra(x),
  ]),
  { name: 'one axis', inputs: [f32([3]), matrix([[2, 1]]), ...extra(f32([]))] },
  {
    name: 'images',
    inputs: [
      f32([1, 3, 3, 2]),
      matrix([
        [0, 0],
        [1, 1],
        [1, 2],
        [0, 0],
      ]),
      ...extra(f32([])),
    ],
  },
  {
    name: 'rank 5',
    inputs: [
      f32([1, 2, 1, 2, 3]),
      matrix([
        [1, 0],
        [0, 0],
        [1, 1],
        [0, 1],
        [2, 0],
      ]),
      ...extra(f32([])),
    ],
  },
  {
    name: 'not at all',
    inputs: [
      f32([2, 3]),
      matrix([
        [0, 0],
        [0, 0],
      ]),
      ...extra(f32([])),
    ],
  },
  {
    name: zeroSize,
    inputs: [
      f32([0, 2]),
      matrix([
        [1, 1],
        [0, 0],
      ]),
      ...extra(f32([])),
    ],
  },
  {
    name: 'a negative number',
    inputs: [f32([3]), matrix([[-1, 0]]), ...extra(f32([]))],
    throws: bad('E_SHAPE', /negative.*-1/),
  },
  {
    name: 'too few axes',
    inputs: [f32([2, 3]), matrix([[1, 1]]), ...extra(f32([]))],
    throws: bad('E_SHAPE', /paddings.*\[2, ?2\].*\[1, ?2\]/),
  },
  {
    name: 'floats as paddings',
    inputs: [f32([3]), f32([1, 2]), ...extra(f32([]))],
    throws: bad('E_DTYPE', /paddings.*float32/),
  },
];

const mode = (name) => ({ mode: attr.string(name) });
const mirror = (name) =>
  [
    ...dtypes((x) => [
      x,
      matrix([
        [1, 1],
        [2, 1],
      ]),
    ]),
    { name: 'one axis', inputs: [f32([5]), matrix([[2, 3]])] },
    {
      name: 'images',
      inputs: [
        f32([1, 3, 3, 2]),
        matrix([
          [0, 0],
          [1, 2],
          [2, 1],
          [0, 0],
        ]),
      ],
    },
    {
      name: 'not at all',
      inputs: [
        f32([2, 3]),
        matrix([
          [0, 0],
          [0, 0],
        ]),
      ],
    },
  ].map((testCase) => ({ ...testCase, name: `${name}, ${testCase.name}`, attrs: mode(name) }));

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

const blocks = (name, x, block, margins, rest = {}) => ({
  name,
  inputs: [x, ints(...block), matrix(margins)],
  ...rest,
});
const depth = (size, format) => ({ block_size: attr.int(size), ...(format && { data_format: attr.string(format) }) });

/** The attribute N: how many tensors are joined. */
function withCount(cases) {
  return cases.map((testCase) => ({ ...testCase, attrs: { N: attr.int(testCase.inputs.length - 1) } }));
}

export const CASES = [
  ...forOps(['Reshape'], reshapes),
  ...forOps(['ExpandDims'], expansions),
  ...forOps(['Squeeze'], squeezes),
  ...forOps(['Transpose'], permutations),
  ...forOps(['ConcatV2'], withCount(joins((parts, axis) => [...parts, axis]))),
  ...forOps(['Concat'], withCount(joins((parts, axis) => [axis, ...parts]))),
  ...forOps(['Pack'], packs),
  ...forOps(['Unpack'], unpacks),
  ...forOps(['Split'], splits),
  ...forOps(['SplitV'], splitsV),
  ...forOps(['Tile'], tiles),
  ...forOps(['BroadcastTo'], broadcasts),
  ...forOps(['BroadcastArgs'], broadcastArgs),
  ...forOps(
    ['Pad'],
    pads(() => []),
  ),
  {
    op: 'Pad',
    name: 'the attribute constant_value',
    attrs: { constant_value: attr.float(7) },
    inputs: [f32([2]), matrix([[1, 2]])],
  },
  ...forOps(
    ['PadV2'],
    pads((x) => [constant({ ...x, shape: [], data: x.data.slice(0, 1) })]),
  ),
  {
    op: 'PadV2',
    name: 'another dtype',
    inputs: [f32([2]), matrix([[1, 2]]), i32([], [1])],
    throws: bad('E_DTYPE', /float32.*int32/),
  },
  {
    op: 'PadV2',
    name: 'two values',
    inputs: [f32([2]), matrix([[1, 2]]), f32([2])],
    throws: bad('E_SHAPE', /scalar.*\[2\]/),
  },
  ...forOps(['MirrorPad'], [...mirror('REFLECT'), ...mirror('SYMMETRIC')]),
  {
    op: 'MirrorPad',
    name: 'reflect, more than there is',
    attrs: mode('REFLECT'),
    inputs: [f32([3]), matrix([[3, 0]])],
    throws: bad('E_SHAPE', /exceed 2.*3/),
  },
  {
    op: 'MirrorPad',
    name: 'symmetric, as much as there is',
    attrs: mode('SYMMETRIC'),
    inputs: [f32([3]), matrix([[3, 3]])],
  },
  {
    op: 'MirrorPad',
    name: 'symmetric, more than there is',
    attrs: mode('SYMMETRIC'),
    inputs: [f32([3]), matrix([[0, 4]])],
    throws: bad('E_SHAPE', /exceed 3.*4/),
  },
  {
    op: 'MirrorPad',
    name: 'an unknown mode',
    attrs: mode('WRAP'),
    inputs: [f32([3]), matrix([[1, 1]])],
    throws: bad('E_ATTR', /mode.*wrap/i),
  },
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

  ...forOps(
    ['SpaceToBatchND'],
    [
      blocks(
        'images',
        f32([2, 4, 6, 3]),
        [2, 3],
        [
          [0, 0],
          [0, 0],
        ],
      ),
      blocks(
        'margins',
        f32([1, 3, 4, 2]),
        [2, 2],
        [
          [1, 0],
          [2, 0],
        ],
      ),
      blocks('one axis', f32([2, 6, 2]), [3], [[0, 0]]),
      blocks(
        'integers',
        i32([1, 4, 4, 1]),
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
      blocks('no multiple', f32([1, 3, 1]), [2], [[0, 0]], { throws: bad('E_SHAPE', /3.*multiple.*2/) }),
      blocks('a block of 0', f32([1, 4, 1]), [0], [[0, 0]], { throws: bad('E_SHAPE', /block.*0/) }),
      blocks('a negative margin', f32([1, 4, 1]), [2], [[-1, 1]], { throws: bad('E_SHAPE', /-1/) }),
    ],
  ),
  ...forOps(
    ['BatchToSpaceND'],
    [
      blocks(
        'images',
        f32([12, 2, 2, 3]),
        [2, 3],
        [
          [0, 0],
          [0, 0],
        ],
      ),
      blocks(
        'crops',
        f32([4, 2, 3, 2]),
        [2, 2],
        [
          [1, 0],
          [0, 2],
        ],
      ),
      blocks('one axis', f32([6, 2, 2]), [3], [[0, 0]]),
      blocks(
        'integers',
        i32([4, 2, 2, 1]),
        [2, 2],
        [
          [0, 0],
          [1, 1],
        ],
      ),
      blocks('a batch that is no multiple', f32([3, 2, 1]), [2], [[0, 0]], { throws: bad('E_SHAPE', /batch 3.*2/) }),
      blocks('crops of more than there is', f32([2, 2, 1]), [2], [[3, 2]], {
        throws: bad('E_SHAPE', /crop 3 and 2 from 4/),
      }),
      blocks('too few crops', f32([4, 2, 2, 1]), [2, 2], [[0, 0]], { throws: bad('E_SHAPE', /\[1, ?2\]/) }),
    ],
  ),
  { op: 'DepthToSpace', name: 'channels last', attrs: depth(2, 'NHWC'), inputs: [f32([2, 2, 3, 8])] },
  { op: 'DepthToSpace', name: 'blocks of 3', attrs: depth(3, 'NHWC'), inputs: [f32([1, 1, 2, 9])] },
  {
    op: 'DepthToSpace',
    name: 'channels first',
    attrs: depth(2, 'NCHW'),
    inputs: [f32([1, 4, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8])],
    expected: [f32([1, 1, 2, 4], [1, 3, 2, 4, 5, 7, 6, 8])],
    source: DEFINITION,
  },
  {
    op: 'DepthToSpace',
    name: 'integers',
    attrs: depth(2, 'NHWC'),
    inputs: [i32([1, 1, 1, 4], [1, 2, 3, 4])],
    expected: [i32([1, 2, 2, 1], [1, 2, 3, 4])],
    source: DEFINITION,
  },
  {
    op: 'DepthToSpace',
    name: 'channels that do not fit',
    attrs: depth(2, 'NHWC'),
    inputs: [f32([1, 2, 2, 6])],
    throws: bad('E_SHAPE', /multiple of 2 squared/),
  },
  {
    op: 'DepthToSpace',
    name: 'rank 3',
    attrs: depth(2, 'NHWC'),
    inputs: [f32([2, 2, 4])],
    throws: bad('E_SHAPE', /rank 4.*\[2, ?2, ?4\]/),
  },
  {
    op: 'DepthToSpace',
    name: 'blocks of 0',
    attrs: depth(0, 'NHWC'),
    inputs: [f32([1, 2, 2, 4])],
    throws: bad('E_ATTR', /block_size.*0/),
  },
  {
    op: 'SpaceToDepth',
    name: 'channels last',
    attrs: depth(2),
    inputs: [f32([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])],
    expected: [f32([1, 1, 1, 8], [1, 2, 3, 4, 5, 6, 7, 8])],
    source: DEFINITION,
  },
  {
    op: 'SpaceToDepth',
    name: 'four blocks',
    attrs: depth(2, 'NHWC'),
    inputs: [i32([1, 4, 4, 1], [...Array(16).keys()])],
    expected: [i32([1, 2, 2, 4], [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15])],
    source: DEFINITION,
  },
  {
    op: 'SpaceToDepth',
    name: 'no multiple',
    attrs: depth(2),
    inputs: [f32([1, 3, 4, 1])],
    throws: bad('E_SHAPE', /multiples of 2/),
  },
];
