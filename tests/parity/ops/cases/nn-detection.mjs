// SPDX-License-Identifier: Apache-2.0
// Non-maximum suppression, normalization across channels, fake quantization.
import { DEFINITION, SPECIAL, attr, constant, f32, f32In, i32 } from '../case.mjs';

const bad = (code, message) => ({ throws: { code, message } });

// The boxes in TensorFlow's documentation: the first three overlap, and the next two.
const BOXES = f32(
  [6, 4],
  [0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, -0.1, 1, 0.9, 0, 10, 1, 11, 0, 10.1, 1, 11.1, 0, 100, 1, 101],
);
const SCORES = f32([6], [0.9, 0.75, 0.6, 0.95, 0.5, 0.3]);
const EMPTY = [f32([0, 4], []), f32([0], [])];

/** Boxes with many overlaps. */
const crowd = (count, seed) => {
  const corner = f32In([count, 2], 0, 20, seed).data;
  const size = f32In([count, 2], 2, 8, seed + 1).data;
  const corners = (i) => [
    corner[2 * i],
    corner[2 * i + 1],
    corner[2 * i] + size[2 * i],
    corner[2 * i + 1] + size[2 * i + 1],
  ];
  return [f32([count, 4], Array.from({ length: count }, (_, i) => corners(i)).flat()), f32In([count], 0, 1, seed + 2)];
};

const suppress = (
  version,
  name,
  { data = [BOXES, SCORES], most = 3, iou = 0.5, score = 0, sigma = 0, padded } = {},
  rest,
) => {
  const numbers = [f32([], [iou]), f32([], [score]), f32([], [sigma])].slice(
    0,
    { V2: 1, V3: 2, V4: 2, V5: 3 }[version],
  );
  return {
    op: `NonMaxSuppression${version}`,
    name,
    attrs: padded === undefined ? {} : { pad_to_max_output_size: attr.bool(padded) },
    inputs: [...data, constant(i32([], [most])), ...numbers.map(constant)],
    outputs: { V2: 1, V3: 1, V4: 2, V5: 2 }[version],
    ...rest,
  };
};

const badBoxes = (version) => [
  suppress(version, 'boxes of five numbers', { data: [f32([2, 5]), f32([2])] }, bad('E_SHAPE', /the boxes.*\[n,4\]/)),
  suppress(version, 'boxes of rank 1', { data: [f32([4]), f32([1])] }, bad('E_SHAPE', /the boxes must have rank 2/)),
  suppress(
    version,
    'fewer scores than boxes',
    { data: [BOXES, f32([5])] },
    bad('E_SHAPE', /scores has incompatible shape/),
  ),
  suppress(version, 'a negative size', { most: -1 }, bad('E_INPUT', /max_output_size/)),
  suppress(version, 'an iou_threshold above 1', { iou: 1.5 }, bad('E_INPUT', /iou_threshold/)),
];

const indicesOnly = ['V2', 'V3'].flatMap((version) => [
  suppress(version, 'one of each crowd'),
  suppress(version, 'at most two', { most: 2 }),
  suppress(version, 'as many as there are', { most: 100, iou: 1 }),
  suppress(version, 'none wanted', { most: 0 }, { expected: [i32([0], [])], source: DEFINITION }),
  suppress(version, 'no boxes', { data: EMPTY }, { expected: [i32([0], [])], source: DEFINITION }),
  suppress(version, 'corners in any order', {
    data: [f32([3, 4], [1, 1, 0, 0, 0, 1.1, 1, 0.1, 3, 2, 2, 3]), f32([3], [0.5, 0.6, 0.4])],
  }),
  suppress(version, 'equal scores', { data: [BOXES, f32([6], [1, 1, 1, 1, 1, 1])] }),
  suppress(version, 'a crowd', { data: crowd(200, 5), most: 50, iou: 0.3 }),
  suppress(
    version,
    'boxes without area',
    { data: [f32([2, 4], [1, 1, 1, 1, 1, 1, 1, 1]), f32([2], [1, 2])] },
    {
      expected: [i32([2], [1, 0])],
      source: 'TensorFlow: they overlap with nothing',
    },
  ),
  suppress(
    version,
    'scores of NaN',
    { data: [f32([2, 4]), f32([2], [NaN, 1])] },
    {
      expected: [i32([1], [1])],
      source: 'TensorFlow: NaN is not above the threshold',
    },
  ),
  suppress(
    version,
    'an overlap of just the threshold',
    { data: [f32([2, 4], [0, 0, 1, 2, 0, 0, 1, 1]), f32([2], [2, 1])] },
    {
      expected: [i32([2], [0, 1])],
      source: 'TensorFlow: only more than the threshold is dropped',
    },
  ),
  ...badBoxes(version),
]);

const others = [
  suppress(
    'V2',
    'scores below zero',
    { data: [BOXES, f32([6], [-1, -2, -3, -4, -5, -6])] },
    {
      expected: [i32([3], [0, 3, 5])],
      source: 'TensorFlow: V2 has no threshold',
    },
  ),
  suppress('V3', 'a score threshold', { score: 0.4 }),
  suppress('V3', 'all scores too low', { score: 2 }, { expected: [i32([0], [])], source: DEFINITION }),
  suppress('V4', 'not padded', { padded: false }),
  suppress('V4', 'padded', { padded: true, most: 5 }),
  suppress('V4', 'padded, a score threshold', { padded: true, most: 5, score: 0.92 }),
  suppress(
    'V4',
    'padded, no boxes',
    { padded: true, most: 2, data: EMPTY },
    {
      expected: [i32([2], [0, 0]), i32([], [0])],
      source: DEFINITION,
    },
  ),
  suppress('V4', 'the attribute left out', {}),
  ...badBoxes('V4'),
  suppress('V5', 'hard', {}),
  suppress('V5', 'soft', { sigma: 0.5, most: 6, iou: 1 }),
  suppress('V5', 'soft, a score threshold', { sigma: 0.3, most: 6, iou: 1, score: 0.35 }),
  suppress('V5', 'soft, a crowd', { sigma: 0.2, data: crowd(150, 9), most: 60, iou: 1, score: 0.1 }),
  suppress('V5', 'soft and a limit to overlaps', { sigma: 0.2, data: crowd(100, 19), most: 60, iou: 0.4, score: 0.1 }),
  suppress(
    'V5',
    'padded',
    { padded: true, most: 5 },
    {
      expected: [i32([5], [3, 0, 5, 0, 0]), f32([5], [0.95, 0.9, 0.3, 0, 0]), i32([], [3])],
      source: DEFINITION,
      outputs: 3,
    },
  ),
  suppress(
    'V5',
    'no boxes',
    { data: EMPTY },
    {
      expected: [i32([0], []), f32([0], []), i32([], [0])],
      source: DEFINITION,
      outputs: 3,
    },
  ),
  suppress('V5', 'a negative sigma', { sigma: -1 }, bad('E_INPUT', /soft_nms_sigma/)),
  ...badBoxes('V5'),
];

const lrn = (name, { radius, bias, alpha, beta } = {}, x, rest) => ({
  op: 'LRN',
  name,
  attrs: {
    ...(radius !== undefined && { depth_radius: attr.int(radius) }),
    ...(bias !== undefined && { bias: attr.float(bias) }),
    ...(alpha !== undefined && { alpha: attr.float(alpha) }),
    ...(beta !== undefined && { beta: attr.float(beta) }),
  },
  inputs: [Array.isArray(x) ? f32(x) : x],
  ...rest,
});

const lrns = [
  lrn('the defaults', {}, [2, 3, 3, 20]),
  lrn('as AlexNet has it', { radius: 5, bias: 2, alpha: 1e-4, beta: 0.75 }, [1, 2, 3, 96]),
  lrn('radius of 0', { radius: 0, bias: 1, alpha: 0.5, beta: 1 }, [1, 2, 2, 7]),
  lrn('a radius larger than the channels', { radius: 50, bias: 1, alpha: 0.1, beta: 0.5 }, [1, 2, 2, 7]),
  lrn('one channel', { radius: 2 }, [1, 2, 2, 1]),
  lrn('33 channels', { radius: 17, bias: 0.5, alpha: 0.3, beta: 2 }, [1, 1, 2, 33]),
  lrn('zeros without a bias', { bias: 0 }, f32([1, 1, 1, 2], [0, 0]), {
    expected: [f32([1, 1, 1, 2], [NaN, NaN])],
    source: 'the definition: 0 / 0',
  }),
  lrn('nothing', {}, [0, 2, 2, 3], { expected: [f32([0, 2, 2, 3], [])], source: DEFINITION }),
  lrn('rank 3', {}, [2, 2, 3], bad('E_SHAPE', /the input must have rank 4/)),
  lrn('a negative radius', { radius: -1 }, [1, 2, 2, 3], bad('E_ATTR', /'depth_radius'/)),
  lrn('an infinite beta', { beta: Infinity }, [1, 2, 2, 3], bad('E_ATTR', /'beta'/)),
  lrn('int32', {}, i32([1, 1, 1, 2]), bad('E_DTYPE', /the input/)),
];

const TENSORFLOW = 'TensorFlow: the range is moved so that zero is a level';
const quantize = (name, attrs, inputs, rest) => ({ op: 'FakeQuantWithMinMaxVars', name, attrs, inputs, ...rest });
const scalar = (value) => constant(f32([], [value]));
const range = (min, max, rest = {}) => ({ min: attr.float(min), max: attr.float(max), ...rest });
const RAW = f32([5], [-1, 0.2, 0.26, 63.8, 70]);

const fakeQuants = [
  quantize('steps of 1/4', {}, [RAW, scalar(0), scalar(63.75)], {
    expected: [f32([5], [0, 0.25, 0.25, 63.75, 63.75])],
    source: DEFINITION,
  }),
  quantize('the range in attributes', range(0, 63.75), [RAW], {
    expected: [f32([5], [0, 0.25, 0.25, 63.75, 63.75])],
    source: DEFINITION,
  }),
  quantize('a range moved down', {}, [f32([4], [-0.2, -0.1, 63.6, 64]), scalar(-0.1), scalar(63.65)], {
    expected: [f32([4], [0, 0, 63.5, 63.75])],
    source: TENSORFLOW,
  }),
  quantize('a range above zero', {}, [f32([3], [0.11, 1, 9]), scalar(0.5), scalar(1.5)], {
    expected: [f32([3], [28 / 255, 1, 1])],
    source: TENSORFLOW,
    tolerance: { relative: 1e-5, absolute: 1e-6 },
  }),
  quantize('four bits', { num_bits: attr.int(4) }, [f32([4], [-3, 0.6, 7.4, 99]), scalar(0), scalar(15)], {
    expected: [f32([4], [0, 1, 7, 15])],
    source: DEFINITION,
  }),
  quantize(
    'a narrow range',
    { num_bits: attr.int(4), narrow_range: attr.bool(true) },
    [f32([4], [-9, -6.6, 0.4, 99]), scalar(-7), scalar(7)],
    {
      expected: [f32([4], [-7, -7, 0, 7])],
      source: DEFINITION,
    },
  ),
  quantize('what is not finite', {}, [f32([3], [NaN, Infinity, -Infinity]), scalar(-1), scalar(254)], {
    expected: [f32([3], [NaN, 254, -1])],
    source: DEFINITION,
  }),
  quantize('an empty range', {}, [f32([17], SPECIAL), scalar(0), scalar(0)], {
    expected: [f32([17], new Array(17).fill(0))],
    source: 'TensorFlow: only zero can be represented',
  }),
  quantize('nothing', range(0, 1), [f32([0], [])], { expected: [f32([0], [])], source: DEFINITION }),
  quantize('a range upside down', {}, [RAW, scalar(1), scalar(-1)], bad('E_INPUT', /min < max/)),
  quantize('attributes upside down', range(1, -1), [RAW], bad('E_ATTR', /min < max/)),
  quantize('a range of NaN', {}, [RAW, scalar(NaN), scalar(1)], bad('E_INPUT', /min < max/)),
  quantize('one bit', range(0, 1, { num_bits: attr.int(1) }), [RAW], bad('E_ATTR', /'num_bits'/)),
  quantize('two inputs', {}, [RAW, scalar(0)], bad('E_EDGE', /1 or 3 inputs/)),
  quantize('a list as min', {}, [RAW, constant(f32([2])), scalar(1)], bad('E_SHAPE', /min must be a scalar/)),
  quantize('int32', range(0, 1), [i32([2])], bad('E_DTYPE', /the input/)),
];

export const CASES = [...indicesOnly, ...others, ...lrns, ...fakeQuants];
