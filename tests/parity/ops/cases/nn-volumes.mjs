// SPDX-License-Identifier: Apache-2.0
// Convolutions and poolings of sequences and volumes, argmax pooling, dilation.
import { DEFINITION, attr, constant, f32, i32 } from '../case.mjs';

const bad = (code, message) => ({ throws: { code, message } });
const count = (shape) => shape.reduce((product, size) => product * size, 1);
const filled = (shape, value) => f32(shape, new Float32Array(count(shape)).fill(value));
const counting = (shape, dtype = f32) =>
  dtype(
    shape,
    Array.from({ length: count(shape) }, (_, i) => i),
  );

const sequence = ({ padding = 'VALID', stride = 1, dilation = 1, format } = {}) => ({
  padding: attr.string(padding),
  stride: attr.int(stride),
  dilation: attr.int(dilation),
  ...(format && { data_format: attr.string(format) }),
});
const conv1d = (name, options, x, filter, rest) => ({
  op: 'Conv1D',
  name,
  attrs: sequence(options),
  inputs: [f32(x), constant(f32(filter, 2))],
  ...rest,
});

const conv1ds = [
  conv1d('valid', {}, [2, 9, 3], [3, 3, 4]),
  conv1d('same, strides', { padding: 'SAME', stride: 2 }, [2, 9, 3], [4, 3, 5]),
  conv1d('dilation', { dilation: 2 }, [1, 9, 2], [3, 2, 3]),
  conv1d('dilation, same', { padding: 'SAME', dilation: 3 }, [1, 9, 2], [3, 2, 3]),
  conv1d('stride larger than the filter', { padding: 'SAME', stride: 3 }, [1, 8, 2], [1, 2, 3]),
  conv1d('no sequences', {}, [0, 9, 3], [3, 3, 4], { expected: [f32([0, 7, 4], [])], source: DEFINITION }),
  conv1d('channels first', { format: 'NCW' }, [1, 2, 3], [1, 2, 1], {
    inputs: [f32([1, 2, 3], [1, 2, 3, 4, 5, 6]), constant(f32([1, 2, 1], [1, 10]))],
    expected: [f32([1, 1, 3], [41, 52, 63])],
    source: DEFINITION,
  }),
  conv1d('rank 4', {}, [1, 2, 9, 3], [3, 3, 4], bad('E_SHAPE', /the input must have rank 3/)),
  conv1d('a filter of rank 4', {}, [1, 9, 3], [1, 3, 3, 4], bad('E_SHAPE', /the filter must have rank 3/)),
  conv1d('stride of 0', { stride: 0 }, [1, 9, 3], [3, 3, 4], bad('E_ATTR', /'stride'/)),
  conv1d('dilation below 0', { dilation: -1 }, [1, 9, 3], [3, 3, 4], bad('E_ATTR', /'dilation'/)),
  conv1d('another format', { format: 'NHWC' }, [1, 9, 3], [3, 3, 4], bad('E_ATTR', /'data_format'.*nhwc/)),
  conv1d('channels that do not fit', {}, [1, 9, 3], [3, 2, 4], bad('E_SHAPE', /2 channels per group.*3/)),
];

/** The attributes of a window along depth, height and width. */
function windows({ padding = 'VALID', strides = 1, dilations, ksize, format } = {}) {
  const list = (value) => {
    const sizes = Array.isArray(value) ? value : [value, value, value];
    return format === 'NCDHW' ? attr.ints(1, 1, ...sizes) : attr.ints(1, ...sizes, 1);
  };
  return {
    padding: attr.string(padding),
    strides: list(strides),
    ...(dilations && { dilations: list(dilations) }),
    ...(ksize !== undefined && { ksize: list(ksize) }),
    ...(format && { data_format: attr.string(format) }),
  };
}

const conv3d = (name, options, x, filter, rest) => ({
  op: 'Conv3D',
  name,
  // TensorFlow.js has no defaults for these.
  attrs: windows({ dilations: 1, format: 'NDHWC', ...options }),
  inputs: [f32(x), constant(f32(filter, 2))],
  tolerance: { relative: 1e-4, absolute: 1e-4 },
  ...rest,
});

const conv3ds = [
  conv3d('valid', {}, [2, 4, 5, 6, 3], [3, 3, 3, 3, 4]),
  conv3d('same', { padding: 'SAME' }, [1, 4, 5, 6, 2], [3, 2, 3, 2, 5]),
  conv3d('strides of 2', { strides: 2, padding: 'SAME' }, [1, 5, 6, 7, 2], [3, 3, 3, 2, 4]),
  conv3d('unequal strides', { strides: [3, 1, 2] }, [2, 7, 5, 6, 2], [2, 3, 2, 2, 3]),
  conv3d('dilations', { dilations: [2, 1, 3] }, [1, 6, 5, 8, 2], [2, 3, 2, 2, 3]),
  conv3d('dilations, same', { dilations: 2, padding: 'SAME' }, [1, 5, 5, 5, 1], [3, 3, 3, 1, 2]),
  conv3d('pointwise', {}, [2, 3, 4, 4, 8], [1, 1, 1, 8, 6]),
  conv3d('one plane a window', {}, [2, 3, 4, 4, 3], [1, 2, 2, 3, 4]),
  conv3d('a stride along the depth only', { strides: [2, 1, 1] }, [1, 5, 4, 4, 3], [1, 2, 2, 3, 4]),
  conv3d('a filter that is fed', { padding: 'SAME' }, [1, 3, 3, 3, 2], [2, 2, 2, 2, 3], {
    inputs: [f32([1, 3, 3, 3, 2]), f32([2, 2, 2, 2, 3], 2)],
  }),
  conv3d('no volumes', {}, [0, 4, 4, 4, 2], [3, 3, 3, 2, 3], {
    expected: [f32([0, 2, 2, 2, 3], [])],
    source: DEFINITION,
  }),
  conv3d('channels first', { format: 'NCDHW' }, [1, 2, 2, 1, 2], [2, 1, 1, 2, 1], {
    inputs: [f32([1, 2, 2, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8]), constant(f32([2, 1, 1, 2, 1], [1, 10, 100, 1000]))],
    expected: [f32([1, 1, 1, 1, 2], [7351, 8462])],
    source: DEFINITION,
  }),
  conv3d('rank 4', {}, [4, 4, 4, 2], [3, 3, 3, 2, 3], bad('E_SHAPE', /the input must have rank 5/)),
  conv3d('a filter of rank 4', {}, [1, 4, 4, 4, 2], [3, 3, 2, 3], bad('E_SHAPE', /the filter must have rank 5/)),
  conv3d('channels that do not fit', {}, [1, 4, 4, 4, 2], [3, 3, 3, 3, 3], bad('E_SHAPE', /for 3 channels.*has 2/)),
  conv3d('strides of 0', { strides: [0, 1, 1] }, [1, 4, 4, 4, 2], [3, 3, 3, 2, 3], bad('E_ATTR', /'strides'/)),
  conv3d('strides of four', {}, [1, 4, 4, 4, 2], [3, 3, 3, 2, 3], {
    attrs: { padding: attr.string('SAME'), strides: attr.ints(1, 1, 1, 1) },
    ...bad('E_ATTR', /'strides' must list 5/),
  }),
  conv3d('too deep a filter', {}, [1, 1, 4, 4, 2], [4, 3, 3, 2, 3], bad('E_SHAPE', /over 4.*input of 1/)),
  conv3d('int32', {}, [1, 4, 4, 4, 2], [3, 3, 3, 2, 3], {
    inputs: [i32([1, 4, 4, 4, 2]), f32([3, 3, 3, 2, 3])],
    ...bad('E_DTYPE', /the input/),
  }),
];

const transposed = (name, options, size, filter, input, rest) => ({
  op: 'Conv3DBackpropInputV2',
  name,
  attrs: windows(options),
  inputs: [constant(i32([size.length], size)), constant(f32(filter, 2)), f32(input)],
  ...rest,
});

const conv3dTransposes = [
  transposed('one element', {}, [1, 2, 2, 2, 1], [2, 2, 2, 1, 1], [1, 1, 1, 1, 1], {
    inputs: [i32([5], [1, 2, 2, 2, 1]), counting([2, 2, 2, 1, 1]), f32([1, 1, 1, 1, 1], [3])],
    expected: [f32([1, 2, 2, 2, 1], [0, 3, 6, 9, 12, 15, 18, 21])],
    source: DEFINITION,
  }),
  transposed('overlapping windows', {}, [1, 3, 1, 1, 1], [2, 1, 1, 1, 1], [1, 2, 1, 1, 1], {
    inputs: [i32([5], [1, 3, 1, 1, 1]), f32([2, 1, 1, 1, 1], [10, 1]), f32([1, 2, 1, 1, 1], [1, 2])],
    expected: [f32([1, 3, 1, 1, 1], [10, 21, 2])],
    source: DEFINITION,
  }),
  transposed('strides leave gaps', { strides: [3, 1, 1] }, [1, 5, 1, 1, 1], [2, 1, 1, 1, 1], [1, 2, 1, 1, 1], {
    inputs: [i32([5], [1, 5, 1, 1, 1]), f32([2, 1, 1, 1, 1], [10, 1]), f32([1, 2, 1, 1, 1], [1, 2])],
    expected: [f32([1, 5, 1, 1, 1], [10, 1, 0, 20, 2])],
    source: DEFINITION,
  }),
  transposed('no volumes', {}, [0, 3, 3, 3, 2], [2, 2, 2, 2, 3], [0, 2, 2, 2, 3], {
    expected: [f32([0, 3, 3, 3, 2], [])],
    source: DEFINITION,
  }),
  transposed(
    'a size that does not fit',
    {},
    [1, 5, 3, 3, 2],
    [2, 2, 2, 2, 3],
    [1, 2, 2, 2, 3],
    bad('E_SHAPE', /belongs to an input of \[1,4,2,2,3\]/),
  ),
  transposed(
    'a size of four',
    {},
    [3, 3, 3, 2],
    [2, 2, 2, 2, 3],
    [1, 2, 2, 2, 3],
    bad('E_SHAPE', /the output size must list 5/),
  ),
  transposed(
    'channels that do not fit',
    {},
    [1, 3, 3, 3, 4],
    [2, 2, 2, 2, 3],
    [1, 2, 2, 2, 3],
    bad('E_SHAPE', /gives 2 channels/),
  ),
  transposed(
    'a batch that does not fit',
    {},
    [2, 3, 3, 3, 2],
    [2, 2, 2, 2, 3],
    [1, 2, 2, 2, 3],
    bad('E_SHAPE', /batch/),
  ),
];

const pool = (op, name, options, x, rest) => ({
  op,
  name,
  attrs: windows({ ksize: 2, ...options }),
  inputs: [f32(x)],
  ...rest,
});

const pools = ['MaxPool3D', 'AvgPool3D'].flatMap((op) => [
  pool(op, 'valid', { strides: 2 }, [2, 4, 6, 4, 3]),
  pool(op, 'same', { ksize: 3, strides: 2, padding: 'SAME' }, [1, 5, 6, 7, 2]),
  pool(op, 'overlapping windows', { ksize: [2, 3, 2], strides: 1 }, [1, 4, 5, 4, 5]),
  pool(op, 'planes only', { ksize: [1, 2, 2], strides: [1, 2, 2] }, [2, 3, 4, 4, 3]),
  pool(op, 'depth only', { ksize: [2, 1, 1], strides: [2, 1, 1] }, [2, 4, 3, 3, 3]),
  pool(op, 'a stride larger than the window', { ksize: [1, 2, 1], strides: 3 }, [1, 7, 7, 7, 2]),
  pool(op, 'all of the volume', { ksize: [3, 4, 5] }, [2, 3, 4, 5, 2]),
  pool(op, 'all negative', { padding: 'SAME', strides: 1 }, [], {
    inputs: [filled([1, 3, 3, 3, 1], -5)],
    expected: [filled([1, 3, 3, 3, 1], -5)],
    source: DEFINITION,
  }),
  pool(op, 'no volumes', {}, [0, 3, 3, 3, 2], { expected: [f32([0, 2, 2, 2, 2], [])], source: DEFINITION }),
  pool(op, 'rank 4', {}, [3, 3, 3, 2], bad('E_SHAPE', /the input must have rank 5/)),
  pool(op, 'a window of 0', { ksize: 0 }, [1, 3, 3, 3, 2], bad('E_ATTR', /'ksize'/)),
  pool(op, 'too large a window', { ksize: 9 }, [1, 3, 3, 3, 2], {
    expected: [f32([1, 0, 0, 0, 2], [])],
    source: 'TensorFlow.js',
  }),
  pool(op, 'another format', {}, [1, 3, 3, 3, 2], {
    attrs: { ...windows({ ksize: 2 }), data_format: attr.string('NCHW') },
    ...bad('E_ATTR', /'data_format'/),
  }),
]);
const poolsOfOneKind = [
  pool('MaxPool3D', 'channels first', { format: 'NCDHW' }, [], {
    inputs: [counting([1, 2, 2, 2, 2])],
    expected: [f32([1, 2, 1, 1, 1], [7, 15])],
    source: DEFINITION,
  }),
  pool('MaxPool3D', 'int32', {}, [], {
    inputs: [counting([1, 2, 2, 2, 1], i32)],
    expected: [i32([1, 1, 1, 1, 1], [7])],
    source: DEFINITION,
  }),
  pool('AvgPool3D', 'channels first', { format: 'NCDHW' }, [], {
    inputs: [counting([1, 2, 2, 2, 2])],
    expected: [f32([1, 2, 1, 1, 1], [3.5, 11.5])],
    source: DEFINITION,
  }),
  pool('AvgPool3D', 'int32', {}, [], { inputs: [i32([1, 2, 2, 2, 1])], ...bad('E_DTYPE', /the input/) }),
];

const argmax = (name, { padding = 'VALID', ksize = 2, strides = 2, batch = false } = {}, x, rest) => ({
  op: 'MaxPoolWithArgmax',
  name,
  attrs: {
    padding: attr.string(padding),
    ksize: attr.ints(1, ksize, ksize, 1),
    strides: attr.ints(1, strides, strides, 1),
    include_batch_in_index: attr.bool(batch),
  },
  inputs: [Array.isArray(x) ? f32(x) : x],
  outputs: 2,
  ...rest,
});

const argmaxes = [
  argmax('valid', {}, [2, 4, 6, 3]),
  argmax('valid, with the batch in the index', { batch: true }, [2, 4, 6, 3]),
  argmax('same', { padding: 'SAME', ksize: 3 }, [2, 5, 4, 5]),
  argmax('same, overlapping, with the batch', { padding: 'SAME', ksize: 3, strides: 1, batch: true }, [2, 4, 5, 20]),
  argmax('all negative', { strides: 1 }, f32([1, 2, 3, 1], [-3, -1, -2, -4, -6, -5]), {
    expected: [f32([1, 1, 2, 1], [-1, -1]), i32([1, 1, 2, 1], [1, 1])],
    source: DEFINITION,
  }),
  argmax('the first of equal ones', {}, filled([1, 2, 2, 1], 7), {
    expected: [f32([1, 1, 1, 1], [7]), i32([1, 1, 1, 1], [0])],
    source: 'TensorFlow',
  }),
  argmax('negative infinity', {}, filled([1, 2, 2, 1], -Infinity), {
    expected: [f32([1, 1, 1, 1], [-Infinity]), i32([1, 1, 1, 1], [0])],
    source: DEFINITION,
  }),
  argmax('int32', {}, counting([1, 2, 2, 1], i32), {
    expected: [i32([1, 1, 1, 1], [3]), i32([1, 1, 1, 1], [3])],
    source: DEFINITION,
  }),
  argmax('no images', {}, [0, 2, 2, 1], {
    expected: [f32([0, 1, 1, 1], []), i32([0, 1, 1, 1], [])],
    source: DEFINITION,
  }),
  argmax('rank 3', {}, [2, 2, 1], bad('E_SHAPE', /the input must have rank 4/)),
  argmax('a window of 0', { ksize: 0 }, [1, 2, 2, 1], bad('E_ATTR', /'ksize'/)),
  argmax('bool', {}, { dtype: 'bool', shape: [1, 1, 1, 1], data: Uint8Array.of(1) }, bad('E_DTYPE', /the input/)),
];

const dilate = (name, { padding = 'VALID', strides = 1, rates = 1 } = {}, x, filter, rest) => ({
  op: 'Dilation2D',
  name,
  attrs: {
    padding: attr.string(padding),
    strides: attr.ints(1, strides, strides, 1),
    rates: attr.ints(1, rates, rates, 1),
  },
  inputs: [f32(x), constant(f32(filter, 2))],
  ...rest,
});

const dilations = [
  dilate('valid', {}, [2, 5, 6, 3], [3, 2, 3]),
  dilate('same, strides', { padding: 'SAME', strides: 2 }, [2, 5, 6, 3], [3, 3, 3]),
  dilate('rates', { rates: 2 }, [1, 7, 7, 20], [3, 2, 20]),
  dilate('rates, same', { rates: 3, padding: 'SAME' }, [1, 5, 5, 2], [2, 3, 2]),
  dilate('sums below zero', {}, [], [], {
    inputs: [f32([1, 2, 2, 1], [-9, -8, -7, -6]), f32([2, 2, 1], [-1, -2, -1, -5])],
    expected: [f32([1, 1, 1, 1], [-8])],
    source: DEFINITION,
  }),
  dilate('int32', {}, [], [], {
    inputs: [i32([1, 1, 2, 1], [-9, -8]), i32([1, 2, 1], [3, 1])],
    expected: [i32([1, 1, 1, 1], [-6])],
    source: DEFINITION,
  }),
  dilate('no images', {}, [0, 3, 3, 2], [2, 2, 2], { expected: [f32([0, 2, 2, 2], [])], source: DEFINITION }),
  dilate('channels that do not fit', {}, [1, 3, 3, 2], [2, 2, 3], bad('E_SHAPE', /for 3 channels.*has 2/)),
  dilate('a filter of rank 4', {}, [1, 3, 3, 2], [2, 2, 2, 1], bad('E_SHAPE', /the filter must have rank 3/)),
  dilate('rates of 0', { rates: 0 }, [1, 3, 3, 2], [2, 2, 2], bad('E_ATTR', /'rates'/)),
];

const fusedNorm = (name, variance, rest) => ({
  op: '_FusedConv2D',
  name: `batch normalization${name}`,
  attrs: {
    padding: attr.string('VALID'),
    strides: attr.ints(1, 1, 1, 1),
    fused_ops: attr.strings('FusedBatchNorm', 'Relu'),
    num_args: attr.int(4),
    epsilon: attr.float(1),
  },
  inputs: [
    f32([1, 1, 1, 1], [3]),
    ...[f32([1, 1, 1, 2], [1, 10]), f32([2], [2, -1]), f32([2], [1, 0]), f32([2], [1, 0]), variance].map(constant),
  ],
  ...rest,
});

const fusedNorms = [
  fusedNorm('', f32([2], [3, 0]), { expected: [f32([1, 1, 1, 2], [3, 0])], source: DEFINITION }),
  fusedNorm(', a statistic for one channel', f32([1], [3]), bad('E_SHAPE', /variance must have shape \[2\]/)),
];

export const CASES = [
  ...fusedNorms,
  ...conv1ds,
  ...conv3ds,
  ...conv3dTransposes,
  ...pools,
  ...poolsOfOneKind,
  ...argmaxes,
  ...dilations,
];
