// SPDX-License-Identifier: Apache-2.0
// Joining and splitting tensors.
import { DEFINITION, abc, attr, bad, dtypes, f32, forOps, i32, ints, scalar, str, zeroSize } from '../case.mjs';

/** The axis is the first input of Concat and the last of ConcatV2. */
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

/** Adds the attribute N, the number of joined tensors. */
function withCount(cases) {
  return cases.map((testCase) => ({ ...testCase, attrs: { N: attr.int(testCase.inputs.length - 1) } }));
}

export const CASES = [
  ...forOps(['ConcatV2'], withCount(joins((parts, axis) => [...parts, axis]))),
  ...forOps(['Concat'], withCount(joins((parts, axis) => [axis, ...parts]))),
  ...forOps(['Pack'], packs),
  ...forOps(['Unpack'], unpacks),
  ...forOps(['Split'], splits),
  ...forOps(['SplitV'], splitsV),
];
