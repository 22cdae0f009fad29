// SPDX-License-Identifier: Apache-2.0
// Convolutions, poolings, resizing.
import { DEFINITION, SPECIAL, attr, bad, constant, f32, forOps, i32, ints } from '../case.mjs';

/** Window attributes. Strides and dilations are square unless given as lists of two. */
function windows({ padding = 'VALID', strides = 1, dilations, ksize, explicit, format } = {}) {
  const list = (value) => {
    const [height, width] = Array.isArray(value) ? value : [value, value];
    return format === 'NCHW' ? attr.ints(1, 1, height, width) : attr.ints(1, height, width, 1);
  };
  return {
    padding: attr.string(padding),
    strides: list(strides),
    ...(!ksize && { dilations: list(dilations ?? 1) }),
    ...(ksize && { ksize: list(ksize) }),
    ...(explicit && { explicit_paddings: attr.ints(0, 0, ...explicit, 0, 0) }),
    ...(format && { data_format: attr.string(format) }),
  };
}

const ones = (shape) => f32(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1));
const counting = (shape) =>
  f32(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
  );

const convolve = (name, options, x, filter, rest = {}) => ({
  name,
  attrs: windows(options),
  inputs: [f32(x), constant(f32(filter, 2))],
  ...rest,
});

const convolutions = [
  convolve('valid', {}, [2, 5, 6, 3], [3, 3, 3, 4]),
  convolve('same', { padding: 'SAME' }, [2, 5, 6, 3], [3, 3, 3, 4]),
  convolve('same, even filter', { padding: 'SAME' }, [1, 5, 6, 3], [2, 4, 3, 2]),
  convolve('strides', { padding: 'SAME', strides: 2 }, [1, 7, 8, 3], [3, 3, 3, 4]),
  convolve('unequal strides', { strides: [2, 3] }, [1, 7, 9, 2], [3, 2, 2, 4]),
  convolve('dilations', { dilations: 2 }, [1, 7, 8, 3], [3, 3, 3, 4]),
  convolve('dilations, same', { padding: 'SAME', dilations: [2, 3] }, [1, 7, 8, 2], [3, 3, 2, 4]),
  convolve('pointwise', {}, [2, 5, 5, 8], [1, 1, 8, 16]),
  convolve('pointwise, strides', { strides: 2, padding: 'SAME' }, [1, 5, 5, 8], [1, 1, 8, 4]),
  convolve('explicit padding', { padding: 'EXPLICIT', explicit: [1, 2, 0, 3] }, [1, 4, 5, 2], [3, 3, 2, 3]),
  convolve('a filter as large as the image', {}, [2, 4, 5, 3], [4, 5, 3, 6]),
  convolve('one channel', { padding: 'SAME' }, [1, 6, 6, 1], [3, 3, 1, 1]),
  convolve('no images', {}, [0, 4, 4, 2], [3, 3, 2, 3], { expected: [f32([0, 2, 2, 3])], source: DEFINITION }),
  {
    name: 'a filter that is fed',
    attrs: windows({ padding: 'SAME' }),
    inputs: [f32([1, 4, 4, 2]), f32([3, 3, 2, 3], 2)],
  },
  {
    name: 'channels first',
    attrs: windows({ format: 'NCHW' }),
    inputs: [f32([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), constant(f32([1, 1, 2, 1], [1, 10]))],
    expected: [f32([1, 1, 2, 2], [51, 62, 73, 84])],
    source: DEFINITION,
  },
  {
    name: 'groups',
    attrs: windows(),
    inputs: [f32([1, 1, 1, 4], [1, 2, 3, 4]), constant(f32([1, 1, 2, 2], [1, 10, 100, 1000]))],
    expected: [f32([1, 1, 1, 2], [201, 4030])],
    source: 'TensorFlow: channels [0, 1] with the first output, [2, 3] with the second',
  },
  convolve('channels that do not fit', {}, [1, 4, 4, 3], [3, 3, 2, 4], { throws: bad('E_SHAPE', /2 channels.*3/) }),
  convolve('a filter larger by one than the image', {}, [1, 2, 2, 1], [3, 3, 1, 1], {
    expected: [f32([1, 0, 0, 1])],
    source: 'TensorFlow: there is no place for it',
  }),
  convolve('a filter that does not fit', {}, [1, 2, 2, 1], [4, 4, 1, 1], {
    throws: bad('E_SHAPE', /over 4.*input of 2/),
  }),
  convolve('rank 3', {}, [4, 4, 3], [3, 3, 3, 4], { throws: bad('E_SHAPE', /rank 4.*\[4, ?4, ?3\]/) }),
  convolve('a filter of rank 3', {}, [1, 4, 4, 3], [3, 3, 3], { throws: bad('E_SHAPE', /filter.*rank 4/) }),
  convolve('strides of 0', { strides: 0 }, [1, 4, 4, 1], [3, 3, 1, 1], { throws: bad('E_ATTR', /strides/) }),
  convolve('unknown padding', { padding: 'FULL' }, [1, 4, 4, 1], [3, 3, 1, 1], {
    throws: bad('E_ATTR', /padding.*full/i),
  }),
  convolve('unknown layout', { format: 'NHWX' }, [1, 4, 4, 1], [3, 3, 1, 1], { throws: bad('E_ATTR', /data_format/) }),
  {
    name: 'integers',
    attrs: windows(),
    inputs: [i32([1, 4, 4, 1]), i32([3, 3, 1, 1])],
    throws: bad('E_DTYPE', /float32.*int32/),
  },
];

const depthwise = [
  convolve('valid', {}, [2, 5, 6, 3], [3, 3, 3, 1]),
  convolve('same', { padding: 'SAME' }, [2, 5, 6, 8], [3, 3, 8, 1]),
  convolve('a multiplier', { padding: 'SAME' }, [1, 5, 6, 3], [3, 3, 3, 4]),
  convolve('strides', { padding: 'SAME', strides: 2 }, [1, 7, 8, 5], [3, 3, 5, 1]),
  convolve('5x5', { padding: 'SAME', strides: 2 }, [1, 9, 9, 4], [5, 5, 4, 1]),
  convolve('dilations', { padding: 'SAME', dilations: 2 }, [1, 7, 8, 3], [3, 3, 3, 2]),
  convolve('a long filter', {}, [1, 3, 9, 3], [1, 7, 3, 1]),
  convolve('explicit padding', { padding: 'EXPLICIT', explicit: [1, 0, 2, 1] }, [1, 4, 5, 2], [3, 3, 2, 1]),
  convolve('no images', {}, [0, 4, 4, 2], [3, 3, 2, 1], { expected: [f32([0, 2, 2, 2])], source: DEFINITION }),
  {
    name: 'a filter that is fed',
    attrs: windows({ padding: 'SAME' }),
    inputs: [f32([1, 4, 4, 2]), f32([3, 3, 2, 1], 2)],
  },
  {
    name: 'channels first',
    attrs: windows({ format: 'NCHW' }),
    inputs: [f32([1, 2, 1, 2], [1, 2, 3, 4]), constant(f32([1, 1, 2, 1], [1, 10]))],
    expected: [f32([1, 2, 1, 2], [1, 2, 30, 40])],
    source: DEFINITION,
  },
  convolve('channels that do not fit', {}, [1, 4, 4, 3], [3, 3, 2, 1], { throws: bad('E_SHAPE', /2 channels.*3/) }),
  convolve('rank 3', {}, [4, 4, 3], [3, 3, 3, 1], { throws: bad('E_SHAPE', /rank 4/) }),
  {
    name: 'integers',
    attrs: windows(),
    inputs: [i32([1, 4, 4, 1]), i32([3, 3, 1, 1])],
    throws: bad('E_DTYPE', /float32.*int32/),
  },
];

const fuse = (...ops) => ({
  fused_ops: attr.strings(...ops),
  num_args: attr.int(ops.includes('Prelu') ? 2 : 1),
  leakyrelu_alpha: attr.float(0.3),
});
const fusedOf = (filter, channels) => [
  ...['Relu', 'Relu6', 'Elu', 'LeakyRelu', 'Sigmoid'].map((name) => ({
    name: `bias and ${name}`,
    attrs: { ...windows({ padding: 'SAME', dilations: 1 }), ...fuse('BiasAdd', name) },
    inputs: [f32([1, 5, 6, 3]), constant(f32(filter, 2)), constant(f32([channels], 3))],
  })),
  {
    name: 'a bias, strides',
    attrs: { ...windows({ padding: 'SAME', strides: 2, dilations: 1 }), ...fuse('BiasAdd') },
    inputs: [f32([2, 5, 6, 3]), constant(f32(filter, 2)), constant(f32([channels], 3))],
  },
  {
    name: 'bias and slopes',
    attrs: { ...windows({ padding: 'SAME', dilations: 1 }), ...fuse('BiasAdd', 'Prelu') },
    inputs: [f32([1, 5, 6, 3]), constant(f32(filter, 2)), constant(f32([channels], 3)), constant(f32([channels], 4))],
  },
  {
    name: 'a bias that is fed',
    attrs: { ...windows({ dilations: 1 }), ...fuse('BiasAdd', 'Relu') },
    inputs: [f32([1, 5, 6, 3]), constant(f32(filter, 2)), f32([channels], 3)],
  },
  {
    name: 'too many biases',
    attrs: { ...windows(), ...fuse('BiasAdd') },
    inputs: [f32([1, 5, 6, 3]), constant(f32(filter, 2)), f32([channels + 1], 3)],
    throws: bad('E_SHAPE', /bias/),
  },
  {
    name: 'no bias',
    attrs: { ...windows(), ...fuse('BiasAdd') },
    inputs: [f32([1, 5, 6, 3]), constant(f32(filter, 2))],
    throws: bad('E_EDGE', /BiasAdd/),
  },
  {
    name: 'an unknown operation',
    attrs: { ...windows(), ...fuse('BiasAdd', 'Unheard') },
    inputs: [f32([1, 5, 6, 3]), constant(f32(filter, 2)), f32([channels], 3)],
    throws: bad('E_OP', /Unheard/),
  },
];

const back = (name, options, output, filter, input, rest = {}) => ({
  name,
  attrs: windows(options),
  inputs: [ints(...output), constant(f32(filter, 2)), f32(input)],
  ...rest,
});
const transposed = [
  back('valid', {}, [2, 5, 6, 3], [3, 3, 3, 4], [2, 3, 4, 4]),
  back('strides', { padding: 'SAME', strides: 2 }, [1, 8, 6, 3], [3, 3, 3, 4], [1, 4, 3, 4]),
  back('strides, valid', { strides: 2 }, [1, 9, 7, 2], [3, 3, 2, 5], [1, 4, 3, 5]),
  back('strides, an odd size', { padding: 'SAME', strides: 2 }, [1, 7, 5, 3], [3, 3, 3, 4], [1, 4, 3, 4]),
  back('a filter smaller than the stride', { padding: 'SAME', strides: 3 }, [1, 6, 6, 2], [2, 2, 2, 3], [1, 2, 2, 3]),
  back('pointwise', {}, [1, 3, 4, 5], [1, 1, 5, 2], [1, 3, 4, 2]),
  back('unequal strides', { padding: 'SAME', strides: [1, 2] }, [1, 4, 6, 2], [3, 4, 2, 3], [1, 4, 3, 3]),
  back('no images', {}, [0, 5, 5, 3], [3, 3, 3, 4], [0, 3, 3, 4], {
    expected: [f32([0, 5, 5, 3])],
    source: DEFINITION,
  }),
  {
    name: 'channels first',
    attrs: windows({ format: 'NCHW', strides: 2 }),
    inputs: [ints(1, 1, 2, 4), constant(f32([2, 2, 1, 1], [1, 2, 3, 4])), f32([1, 1, 1, 2], [1, 10])],
    expected: [f32([1, 1, 2, 4], [1, 2, 10, 20, 3, 4, 30, 40])],
    source: DEFINITION,
  },
  back('a size that does not fit', { strides: 2 }, [1, 12, 7, 2], [3, 3, 2, 5], [1, 4, 3, 5], {
    throws: bad('E_SHAPE', /12x7.*4x3/),
  }),
  back('another batch', {}, [2, 5, 5, 3], [3, 3, 3, 4], [1, 3, 3, 4], { throws: bad('E_SHAPE', /batch 2.*1/) }),
  back('channels that do not fit', {}, [1, 5, 5, 3], [3, 3, 3, 4], [1, 3, 3, 5], {
    throws: bad('E_SHAPE', /4 channels.*5/),
  }),
  back('a negative size', {}, [1, -5, 5, 3], [3, 3, 3, 4], [1, 3, 3, 4], { throws: bad('E_SHAPE', /negative.*-5/) }),
  back('three sizes', {}, [1, 5, 5], [3, 3, 3, 4], [1, 3, 3, 4], { throws: bad('E_SHAPE', /4 or 2 numbers.*3/) }),
];

const pool = (name, options, x, rest = {}) => ({ name, attrs: windows(options), inputs: [f32(x)], ...rest });
const negative = f32(
  [1, 4, 4, 2],
  Float32Array.from({ length: 32 }, (_, i) => -1 - ((i * 7) % 32)),
);
const pools = [
  pool('valid', { ksize: 2, strides: 2 }, [2, 4, 6, 3]),
  pool('same', { ksize: 2, strides: 2, padding: 'SAME' }, [2, 5, 7, 3]),
  pool('windows that overlap', { ksize: 3, strides: 1, padding: 'SAME' }, [1, 5, 6, 4]),
  pool('windows of one element', { ksize: 1, strides: 2 }, [1, 5, 6, 4]),
  pool('windows of one column', { ksize: [3, 1], strides: [2, 1] }, [1, 6, 5, 3]),
  pool('the whole image', { ksize: [5, 6], strides: 1 }, [2, 5, 6, 3]),
  pool('gaps', { ksize: 2, strides: 3 }, [1, 8, 8, 2]),
  { name: 'negative values', attrs: windows({ ksize: 3, strides: 2, padding: 'SAME' }), inputs: [negative] },
  pool('no images', { ksize: 2, strides: 2 }, [0, 4, 4, 3], { expected: [f32([0, 2, 2, 3])], source: DEFINITION }),
  pool('rank 3', { ksize: 2, strides: 2 }, [4, 4, 3], { throws: bad('E_SHAPE', /rank 4.*\[4, ?4, ?3\]/) }),
  pool('a window larger by one than the image', { ksize: 5, strides: 1 }, [1, 4, 4, 1], {
    expected: [f32([1, 0, 0, 1])],
    source: 'TensorFlow: there is no place for it',
  }),
  pool('a window that does not fit', { ksize: 6, strides: 1 }, [1, 4, 4, 1], {
    expected: [f32([1, 0, 0, 1], [])],
    source: 'TensorFlow.js in 3D',
  }),
  pool('windows of 0', { ksize: [0, 1], strides: 1 }, [1, 4, 4, 1], { throws: bad('E_ATTR', /ksize/) }),
  pool('strides of 0', { ksize: 2, strides: 0 }, [1, 4, 4, 1], { throws: bad('E_ATTR', /strides/) }),
  {
    name: 'windows over channels',
    attrs: { ...windows({ strides: 1 }), ksize: attr.ints(1, 1, 1, 2) },
    inputs: [f32([1, 2, 2, 2])],
    throws: bad('E_ATTR', /ksize/),
  },
  {
    name: 'bool',
    attrs: windows({ ksize: 2, strides: 2 }),
    inputs: [{ ...ones([1, 4, 4, 1]), dtype: 'bool', data: new Uint8Array(16) }],
    throws: bad('E_DTYPE', /bool/),
  },
];

const flags = (corners, centers) => ({ align_corners: attr.bool(corners), half_pixel_centers: attr.bool(centers) });
const resizes = [
  { name: 'up', inputs: [f32([1, 3, 4, 2]), ints(6, 8)] },
  { name: 'up by no whole number', inputs: [f32([2, 3, 4, 3]), ints(7, 5)] },
  { name: 'down', inputs: [f32([1, 8, 9, 2]), ints(3, 4)] },
  { name: 'align corners', attrs: flags(true, false), inputs: [f32([1, 3, 4, 2]), ints(7, 9)] },
  { name: 'align corners, down', attrs: flags(true, false), inputs: [f32([1, 8, 9, 2]), ints(3, 4)] },
  { name: 'half pixel centers', attrs: flags(false, true), inputs: [f32([1, 3, 4, 2]), ints(7, 9)] },
  { name: 'half pixel centers, down', attrs: flags(false, true), inputs: [f32([1, 8, 9, 2]), ints(3, 4)] },
  { name: 'the same size', inputs: [f32([1, 3, 4, 2]), ints(3, 4)] },
  { name: 'one pixel', inputs: [f32([1, 1, 1, 3]), ints(2, 3)] },
  { name: 'to one pixel', attrs: flags(true, false), inputs: [f32([1, 4, 5, 3]), ints(1, 1)] },
  { name: 'no images', inputs: [f32([0, 3, 4, 2]), ints(2, 2)], expected: [f32([0, 2, 2, 2])], source: DEFINITION },
  { name: 'rank 3', inputs: [f32([3, 4, 2]), ints(6, 8)], throws: bad('E_SHAPE', /rank 4.*\[3, ?4, ?2\]/) },
  { name: 'one number', inputs: [f32([1, 3, 4, 2]), ints(6)], throws: bad('E_SHAPE', /two numbers.*\[1\]/) },
  { name: 'a negative size', inputs: [f32([1, 3, 4, 2]), ints(-6, 8)], throws: bad('E_SHAPE', /negative.*-6/) },
  {
    name: 'both flags',
    attrs: flags(true, true),
    inputs: [f32([1, 3, 4, 2]), ints(6, 8)],
    throws: bad('E_ATTR', /align_corners.*half_pixel_centers/),
  },
  { name: 'too large', inputs: [f32([1, 3, 4, 2]), ints(2147483647, 1)], throws: bad('E_LIMIT', /2147483647/) },
];

export const CASES = [
  ...forOps(['Conv2D'], convolutions),
  ...forOps(['DepthwiseConv2d', 'DepthwiseConv2dNative'], depthwise),
  ...forOps(['_FusedConv2D'], fusedOf([3, 3, 3, 4], 4)),
  // TensorFlow.js gives NaN for LeakyRelu here.
  ...forOps(
    ['FusedDepthwiseConv2dNative'],
    fusedOf([3, 3, 3, 1], 3).filter(({ name }) => !name.endsWith('LeakyRelu')),
  ),
  {
    op: 'FusedDepthwiseConv2dNative',
    name: 'bias and LeakyRelu',
    attrs: { ...windows(), ...fuse('BiasAdd', 'LeakyRelu') },
    inputs: [f32([1, 1, 2, 2], [1, -2, 3, 4]), f32([1, 1, 2, 1], [10, 1]), f32([2], [-20, 1])],
    expected: [f32([1, 1, 2, 2], [-3, -0.3, 10, 5])],
    source: DEFINITION,
  },
  ...forOps(['Conv2DBackpropInput'], transposed),
  ...forOps(['MaxPool', 'AvgPool'], pools),
  { op: 'MaxPool', name: 'integers', attrs: windows({ ksize: 2, strides: 2 }), inputs: [i32([1, 4, 4, 2])] },
  {
    op: 'AvgPool',
    name: 'integers',
    attrs: windows({ ksize: 2, strides: 2 }),
    inputs: [i32([1, 4, 4, 2])],
    throws: bad('E_DTYPE', /float32.*int32/),
  },
  {
    op: 'MaxPool',
    name: 'channels first',
    attrs: windows({ ksize: 2, strides: 2, format: 'NCHW' }),
    inputs: [counting([1, 2, 2, 4])],
    expected: [f32([1, 2, 1, 2], [5, 7, 13, 15])],
    source: DEFINITION,
  },
  {
    op: 'AvgPool',
    name: 'channels first',
    attrs: windows({ ksize: 2, strides: 2, format: 'NCHW' }),
    inputs: [counting([1, 2, 2, 4])],
    expected: [f32([1, 2, 1, 2], [2.5, 4.5, 10.5, 12.5])],
    source: DEFINITION,
  },
  {
    op: 'AvgPool',
    name: 'padding does not count',
    attrs: windows({ ksize: 3, strides: 1, padding: 'SAME' }),
    inputs: [ones([1, 3, 3, 1])],
    expected: [ones([1, 3, 3, 1])],
    source: 'TensorFlow: the mean of what lies inside',
  },
  {
    op: 'MaxPool',
    name: 'infinities',
    attrs: windows({ ksize: [1, 2], strides: [1, 1] }),
    inputs: [f32([1, 1, 4, 1], [-Infinity, -Infinity, 1, Infinity])],
    expected: [f32([1, 1, 3, 1], [-Infinity, 1, Infinity])],
    source: DEFINITION,
  },
  ...forOps(['ResizeBilinear', 'ResizeNearestNeighbor'], resizes),
  { op: 'ResizeBilinear', name: 'integers', inputs: [i32([1, 3, 4, 2]), ints(6, 8)] },
  {
    op: 'ResizeNearestNeighbor',
    name: 'integers',
    inputs: [i32([1, 3, 4, 2]), ints(6, 8)],
    expected: [nearestTwice()],
    source: DEFINITION,
  },
  {
    op: 'ResizeNearestNeighbor',
    name: 'special values',
    inputs: [f32([1, 1, SPECIAL.length, 1], SPECIAL), ints(1, SPECIAL.length)],
    expected: [f32([1, 1, SPECIAL.length, 1], SPECIAL)],
    source: DEFINITION,
  },
];

/** i32([1, 3, 4, 2]) with every pixel doubled in both directions. */
function nearestTwice() {
  const { data } = i32([1, 3, 4, 2]);
  const values = [];
  for (let y = 0; y < 6; ++y) {
    for (let x = 0; x < 8; ++x) {
      const at = ((y >> 1) * 4 + (x >> 1)) * 2;
      values.push(data[at], data[at + 1]);
    }
  }
  return i32([1, 6, 8, 2], values);
}
