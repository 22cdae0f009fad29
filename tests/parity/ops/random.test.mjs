// SPDX-License-Identifier: Apache-2.0
// Ops with random shapes, axes and sizes, with fixed seeds, compared with TensorFlow.js.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { missing } from '../../prerequisites.mjs';
import { attr, bool, constant, f32, f32In, i32 } from './case.mjs';
import { checkCase } from './check-case.mjs';
import { Choices, shrunk } from './choices.mjs';
import { startCore } from './core.mjs';
import { startOracle } from './oracle.mjs';

const CASES_PER_FAMILY = 60;

const range = (count) => [...Array(count).keys()];
const ints = (...values) => constant(i32([values.length], values));
const scalar = (value) => constant(i32([], [value]));

function binary(choices) {
  const op = choices.of([
    'AddV2',
    'Sub',
    'Mul',
    'Maximum',
    'Minimum',
    'SquaredDifference',
    'Less',
    'Equal',
    'GreaterEqual',
  ]);
  const shape = choices.shape(0, 6);
  const make = choices.of([f32, i32]);
  const [a, b] = [shrunk(choices, shape), shrunk(choices, shape)].map((sizes) => make(sizes, choices.seed()));
  return { op, inputs: [choices.maybeConstant(a), choices.maybeConstant(b)] };
}

function select(choices) {
  const shape = choices.shape(0, 5);
  const [a, b] = [shrunk(choices, shape), shrunk(choices, shape)].map((sizes) => f32(sizes, choices.seed()));
  return { op: 'SelectV2', inputs: [bool(shrunk(choices, shape), choices.seed()), a, b] };
}

function reduction(choices) {
  const op = choices.of(['Sum', 'Mean', 'Prod', 'Max', 'Min', 'All', 'Any']);
  const shape = choices.shape(1, 6);
  const x = op === 'All' || op === 'Any' ? bool(shape, choices.seed()) : f32In(shape, -1.5, 1.5, choices.seed());
  const attrs = { keep_dims: attr.bool(choices.flip()) };
  return { op, attrs, inputs: [x, ints(...choices.axes(shape.length))] };
}

function argReduction(choices) {
  const shape = choices.shape(1, 5);
  const axis = choices.fromEitherEnd(choices.int(0, shape.length - 1), shape.length);
  return { op: choices.of(['ArgMax', 'ArgMin']), inputs: [choices.tensor(shape, [f32, i32]), scalar(axis)] };
}

function cumulative(choices) {
  const shape = choices.shape(1, 5);
  const attrs = { exclusive: attr.bool(choices.flip()), reverse: attr.bool(choices.flip()) };
  // TensorFlow.js gets negative axes wrong.
  return {
    op: choices.of(['Cumsum', 'Cumprod']),
    attrs,
    inputs: [f32In(shape, 0.5, 1.5, choices.seed()), scalar(choices.int(0, shape.length - 1))],
  };
}

function transpose(choices) {
  const shape = choices.shape(1, 6, 9);
  return { op: 'Transpose', inputs: [choices.tensor(shape), ints(...choices.shuffled(range(shape.length)))] };
}

function slice(choices) {
  const shape = choices.shape(1, 6, 9);
  const begin = shape.map((size) => choices.int(0, size - 1));
  const size = shape.map((whole, axis) => (choices.flip() ? -1 : choices.int(1, whole - begin[axis])));
  return { op: 'Slice', inputs: [choices.tensor(shape), ints(...begin), ints(...size)] };
}

/** A non-empty range along an axis of this size. TensorFlow.js fails for some empty ones. */
function stridedRange(choices, size, isPlain) {
  const [low, high] = [choices.int(0, size - 1), choices.int(1, size)].sort((a, b) => a - b);
  const from = Math.min(low, size - 1);
  const to = Math.max(high, from + 1);
  const step = isPlain ? 1 : choices.int(1, 3);
  const isForward = isPlain || choices.flip();
  // The range from..to, or backwards from its last element. The only way to write "before the first" is -size - 1.
  const [begin, end] = isForward ? [from, to] : [to - 1, from === 0 ? -size - 1 : from - 1];
  const flipped = (at) => (choices.flip() && at >= 0 && at < size ? at - size : at);
  return { begin: flipped(begin), end: flipped(end), stride: isForward ? step : -step };
}

function stridedSlice(choices) {
  const shape = choices.shape(1, 5, 9);
  // TensorFlow.js gets single indices combined with strides wrong.
  const hasSingles = choices.flip();
  const ranges = shape.slice(0, choices.int(1, shape.length)).map((size) => stridedRange(choices, size, hasSingles));
  let shrink = 0;
  ranges.forEach((range, axis) => {
    if (!hasSingles || choices.int(0, 3) > 0) return;
    shrink |= 1 << axis;
    const at = range.begin < 0 ? range.begin + shape[axis] : range.begin;
    Object.assign(range, { begin: at, end: at + 1, stride: 1 });
  });
  const masks = {
    begin_mask: attr.int(mask(choices, ranges) & ~shrink),
    end_mask: attr.int(mask(choices, ranges) & ~shrink),
    shrink_axis_mask: attr.int(shrink),
  };
  const list = (key) => ints(...ranges.map((range) => range[key]));
  return {
    op: 'StridedSlice',
    attrs: masks,
    inputs: [choices.tensor(shape), list('begin'), list('end'), list('stride')],
  };
}

const mask = (choices, ranges) => ranges.reduce((bits, _, axis) => bits | (choices.int(0, 3) === 0 ? 1 << axis : 0), 0);

function concat(choices) {
  const shape = choices.shape(1, 5);
  const axis = choices.int(0, shape.length - 1);
  const make = choices.of([f32, i32, bool]);
  const parts = range(choices.int(1, 5)).map(() =>
    choices.maybeConstant(make(shape.with(axis, choices.int(1, 7)), choices.seed())),
  );
  return {
    op: 'ConcatV2',
    attrs: { N: attr.int(parts.length) },
    inputs: [...parts, scalar(choices.fromEitherEnd(axis, shape.length))],
  };
}

function split(choices) {
  const shape = choices.shape(1, 5);
  const axis = choices.int(0, shape.length - 1);
  const sizes = range(choices.int(1, 4)).map(() => choices.int(1, 5));
  const whole = shape.with(
    axis,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  return {
    op: 'SplitV',
    attrs: { num_split: attr.int(sizes.length) },
    inputs: [choices.tensor(whole), ints(...sizes), scalar(choices.fromEitherEnd(axis, shape.length))],
    outputs: sizes.length,
  };
}

function pack(choices) {
  const shape = choices.shape(0, 4);
  const make = choices.of([f32, i32, bool]);
  const parts = range(choices.int(1, 4)).map(() => make(shape, choices.seed()));
  const axis = choices.fromEitherEnd(choices.int(0, shape.length), shape.length + 1);
  return { op: 'Pack', attrs: { axis: attr.int(axis) }, inputs: parts };
}

function gather(choices) {
  const shape = choices.shape(1, 4);
  const axis = choices.int(0, shape.length - 1);
  const indices = choices.shape(0, 3, 4);
  const count = indices.reduce((product, size) => product * size, 1);
  const values = range(count).map(() => choices.int(0, shape[axis] - 1));
  return {
    op: 'GatherV2',
    inputs: [choices.tensor(shape), i32(indices, values), scalar(choices.fromEitherEnd(axis, shape.length))],
  };
}

function gatherNd(choices) {
  const shape = choices.shape(1, 4);
  const depth = choices.int(1, shape.length);
  const rows = choices.int(1, 9);
  const values = range(rows).flatMap(() => range(depth).map((axis) => choices.int(0, shape[axis] - 1)));
  return { op: 'GatherNd', inputs: [choices.tensor(shape, [f32, i32]), i32([rows, depth], values)] };
}

function pad(choices) {
  const shape = choices.shape(1, 5);
  const margins = shape.flatMap(() => [choices.int(0, 3), choices.int(0, 3)]);
  const x = choices.tensor(shape);
  const value = { ...x, shape: [], data: x.data.slice(0, 1) };
  return { op: 'PadV2', inputs: [x, constant(i32([shape.length, 2], margins)), constant(value)] };
}

function mirrorPad(choices) {
  const shape = choices.shape(1, 4, 7);
  const mode = choices.of(['REFLECT', 'SYMMETRIC']);
  const most = (size) => Math.min(3, mode === 'REFLECT' ? size - 1 : size);
  const margins = shape.flatMap((size) => [choices.int(0, most(size)), choices.int(0, most(size))]);
  return {
    op: 'MirrorPad',
    attrs: { mode: attr.string(mode) },
    inputs: [choices.tensor(shape), constant(i32([shape.length, 2], margins))],
  };
}

function reshape(choices) {
  const factors = [2, 2, 2, 3, 3, 5].slice(0, choices.int(0, 6));
  const shapeOf = () => {
    const sizes = Array(choices.int(1, 5)).fill(1);
    for (const factor of factors) sizes[choices.int(0, sizes.length - 1)] *= factor;
    return sizes;
  };
  const wanted = shapeOf();
  if (choices.flip()) wanted[choices.int(0, wanted.length - 1)] = -1;
  return { op: 'Reshape', inputs: [choices.tensor(shapeOf()), ints(...wanted)] };
}

function tile(choices) {
  const shape = choices.shape(1, 5, 4);
  return { op: 'Tile', inputs: [choices.tensor(shape), ints(...shape.map(() => choices.int(1, 3)))] };
}

function reverse(choices) {
  const shape = choices.shape(1, 5);
  return { op: 'ReverseV2', inputs: [choices.tensor(shape), ints(...choices.axes(shape.length))] };
}

function matMul(choices) {
  const [m, k, n] = range(3).map(() => choices.int(1, 40));
  const batch = choices.shape(0, 2, 3);
  const [x, y] = [choices.flip(), choices.flip()];
  const sizes = (rows, columns, isTransposed) => [...batch, ...(isTransposed ? [columns, rows] : [rows, columns])];
  return {
    op: 'BatchMatMulV2',
    attrs: { adj_x: attr.bool(x), adj_y: attr.bool(y) },
    inputs: [f32(sizes(m, k, x), choices.seed()), choices.maybeConstant(f32(sizes(k, n, y), choices.seed()))],
    tolerance: { relative: 1e-4, absolute: 1e-4 },
  };
}

/** A matching choice of image, window, strides, padding and dilations. */
function window(choices) {
  const padding = choices.of(['SAME', 'VALID']);
  const [height, width] = [choices.int(1, 4), choices.int(1, 4)];
  // TensorFlow.js supports strides or dilations, not both.
  const dilation = choices.int(0, 3) === 0 ? 2 : 1;
  const strides = dilation > 1 ? [1, 1] : [choices.int(1, 3), choices.int(1, 3)];
  const extent = (size) => (size - 1) * dilation + 1;
  return {
    image: [
      choices.int(1, 2),
      choices.int(extent(height), extent(height) + 6),
      choices.int(extent(width), extent(width) + 6),
    ],
    height,
    width,
    attrs: {
      padding: attr.string(padding),
      strides: attr.ints(1, ...strides, 1),
      dilations: attr.ints(1, dilation, dilation, 1),
    },
    strides,
    padding,
  };
}

function conv2d(choices) {
  const { image, height, width, attrs } = window(choices);
  const [channels, filters] = [choices.int(1, 9), choices.int(1, 9)];
  return {
    op: 'Conv2D',
    attrs,
    inputs: [
      f32([...image, channels], choices.seed()),
      choices.maybeConstant(f32([height, width, channels, filters], choices.seed())),
    ],
    tolerance: { relative: 1e-4, absolute: 1e-4 },
  };
}

function depthwise(choices) {
  const { image, height, width, attrs } = window(choices);
  const channels = choices.int(1, 9);
  // TensorFlow does not support unequal strides here.
  return {
    op: 'DepthwiseConv2dNative',
    attrs,
    inputs: [
      f32([...image, channels], choices.seed()),
      choices.maybeConstant(f32([height, width, channels, choices.int(1, 3)], choices.seed())),
    ],
  };
}

function transposedConv2d(choices) {
  const { image, height, width, attrs, strides, padding } = window(choices);
  const [channels, filters] = [choices.int(1, 6), choices.int(1, 6)];
  const kernel = [height, width];
  const small = strides.map((stride, i) => {
    const size = image[1 + i];
    return padding === 'SAME' ? Math.ceil(size / stride) : Math.floor((size - kernel[i]) / stride) + 1;
  });
  return {
    op: 'Conv2DBackpropInput',
    attrs: { ...attrs, dilations: attr.ints(1, 1, 1, 1) },
    inputs: [
      ints(...image, channels),
      choices.maybeConstant(f32([height, width, channels, filters], choices.seed())),
      f32([image[0], ...small, filters], choices.seed()),
    ],
    tolerance: { relative: 1e-4, absolute: 1e-4 },
  };
}

function pool(choices) {
  const { image, height, width, attrs } = window(choices);
  return {
    op: choices.of(['MaxPool', 'AvgPool']),
    attrs: { padding: attrs.padding, strides: attrs.strides, ksize: attr.ints(1, height, width, 1) },
    inputs: [f32([...image, choices.int(1, 9)], choices.seed())],
  };
}

function resize(choices) {
  const flags = choices.of([[], ['align_corners'], ['half_pixel_centers']]);
  return {
    op: choices.of(['ResizeBilinear', 'ResizeNearestNeighbor']),
    attrs: Object.fromEntries(flags.map((name) => [name, attr.bool(true)])),
    inputs: [
      f32([choices.int(1, 2), choices.int(1, 9), choices.int(1, 9), choices.int(1, 4)], choices.seed()),
      ints(choices.int(1, 12), choices.int(1, 12)),
    ],
  };
}

const FAMILIES = [
  ...[binary, select, reduction, argReduction, cumulative, transpose, slice, stridedSlice, concat, split, pack],
  ...[gather, gatherNd, pad, mirrorPad, reshape, tile, reverse],
  ...[matMul, conv2d, depthwise, transposedConv2d, pool, resize],
];

describe('ops with random shapes', { skip: missing('dist', 'tfjs') }, () => {
  let core;
  let oracle;
  before(async () => {
    [core, oracle] = await Promise.all([startCore(), startOracle()]);
  });

  for (const [index, makeCase] of FAMILIES.entries()) {
    test(`${makeCase.name}, ${CASES_PER_FAMILY} times`, async () => {
      const failures = [];
      for (let i = 0; i < CASES_PER_FAMILY; ++i) {
        const testCase = makeCase(new Choices(1000 * index + i));
        const wrong = await checkCase(core, oracle, testCase);
        if (wrong) failures.push(`${i}: ${describeCase(testCase)}: ${wrong}`);
      }
      assert.ok(failures.length === 0, `${failures.length} cases fail\n${failures.join('\n')}`);
    });
  }
});

function describeCase({ op, attrs, inputs }) {
  const tensors = inputs.map(({ dtype, shape, data }) => `${dtype}[${shape}]${data.length < 9 ? `=${data}` : ''}`);
  return `${op} ${JSON.stringify(attrs ?? {})} ${tensors.join(' ')}`;
}
