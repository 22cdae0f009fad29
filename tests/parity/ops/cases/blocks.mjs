// SPDX-License-Identifier: Apache-2.0
// Ops that move blocks of images between space, batch and depth.
import { DEFINITION, attr, bad, f32, forOps, i32, ints, matrix } from '../case.mjs';

const blocks = (name, x, block, margins, rest = {}) => ({
  name,
  inputs: [x, ints(...block), matrix(margins)],
  ...rest,
});
const depth = (size, format) => ({ block_size: attr.int(size), ...(format && { data_format: attr.string(format) }) });

export const CASES = [
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
      blocks('no multiple', f32([1, 3, 1]), [2], [[0, 0]], {
        throws: bad('E_SHAPE', /dimension 3 .*divisible by blockShape 2/),
      }),
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
      blocks('a batch that is no multiple', f32([3, 2, 1]), [2], [[0, 0]], { throws: bad('E_SHAPE', /batch is 3.*2/) }),
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
    throws: bad('E_SHAPE', /evenly divisible by 4/),
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
