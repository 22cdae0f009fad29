// SPDX-License-Identifier: Apache-2.0
// Padding.
import { attr, bad, constant, dtypes, f32, forOps, i32, matrix, zeroSize } from '../case.mjs';

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

/** A vector of three numbers with padding. */
const mirrored = (name, how, margins, throws) => ({
  op: 'MirrorPad',
  name,
  attrs: mode(how),
  inputs: [f32([3]), matrix([margins])],
  throws,
});

export const CASES = [
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
  mirrored('reflect, more than there is', 'REFLECT', [3, 0], bad('E_SHAPE', /exceed 2.*3/)),
  mirrored('symmetric, as much as there is', 'SYMMETRIC', [3, 3]),
  mirrored('symmetric, more than there is', 'SYMMETRIC', [0, 4], bad('E_SHAPE', /exceed 3.*4/)),
  mirrored('an unknown mode', 'WRAP', [1, 1], bad('E_ATTR', /mode.*wrap/i)),
];
