// SPDX-License-Identifier: Apache-2.0
// Functions of TensorFlow that create and move elements, and those of tf.image and tf.random.
import * as tf from '../../common.js';
import { runAll } from '../../tensor/call.js';
import type { DataType } from '../../tensor/dtype.js';
import * as arrays from './arrays.js';
import { pad, repeat, roll, select, shapeOf, stackAlike } from './arrays.js';
import { toFloat } from './elementwise.js';
import { getItem } from './get-item.js';
import * as images from './images.js';
import { checkAntialias, resize } from './images.js';
import { define, defineAll, type Table } from './signature.js';
import { alike, checkSize, fail, MOST_OF_INPUTS, type Value } from './values.js';

const typed = (x: tf.Tensor, dtype: DataType | undefined) => (dtype === undefined ? x : tf.cast(x, dtype));

export function filled(shape: readonly number[], value: Value, dtype?: DataType): tf.Tensor {
  const constant = value instanceof tf.Tensor ? value : tf.scalar(value as number, dtype ?? 'float32');
  return tf.broadcastTo(typed(constant, dtype), checkSize(shape));
}

export function numberRange(start: number, end?: number, step = 1, dtype?: DataType): tf.Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  if (step === 0) fail('the step of a range must not be 0');
  const isWhole = [from, to, step].every(Number.isInteger);
  const type = dtype ?? (isWhole ? 'int32' : 'float32');
  checkSize([Math.max(0, Math.ceil((to - from) / step))]);
  if ((to - from) / step <= 0) return typed(tf.zeros([0]), type);
  return typed(tf.range(from, to, step, isWhole ? 'int32' : 'float32'), type);
}

/** Whether each position of rows is below the length of its row. */
function sequenceMask(lengths: tf.Tensor, most?: number, dtype: DataType = 'bool'): tf.Tensor {
  const length = most ?? fail('sequence_mask needs maxlen, since the shape must not depend on values');
  const positions = tf.range(0, checkSize([length])[0] as number, 1, 'int32');
  return tf.cast(tf.less(positions, tf.expandDims(tf.cast(lengths, 'int32'), -1)), dtype);
}

const CREATION: Table = {
  eye: define('num_rows:int num_columns:int? batch_shape:ints? dtype:dtype?', (rows, columns = rows, batch, dtype) => {
    checkSize([...(batch ?? []), rows, columns]);
    return typed(tf.eye(rows, columns, batch), dtype);
  }),
  fill: define('dims:ints value:value', filled),
  linspace: define('start:number stop:number num:int? axis:ignored', (start, stop, count = 50) =>
    tf.linspace(start, stop, checkSize([count])[0] as number),
  ),
  meshgrid: define('args:any indexing:text?', (list, indexing = 'xy') => meshgrid(alike(list), indexing)),
  ones: define('shape:ints dtype:dtype?', (shape, dtype) => filled(shape, 1, dtype)),
  ones_like: define('input/tensor dtype:dtype? optimize:ignored', (x, dtype) => typed(tf.onesLike(x), dtype)),
  range: define('start:number limit:number? delta:number? dtype:dtype?', numberRange),
  sequence_mask: define('lengths maxlen:int? dtype:dtype?', sequenceMask),
  zeros: define('shape:ints dtype:dtype?', (shape, dtype) => filled(shape, 0, dtype)),
  zeros_like: define('input/tensor dtype:dtype? optimize:ignored', (x, dtype) => typed(tf.zerosLike(x), dtype)),
  convert_to_tensor: define('value dtype:dtype? dtype_hint:ignored', typed),
  constant: define('value dtype:dtype? shape:ints?', (x, dtype, shape) =>
    typed(shape ? tf.broadcastTo(x, checkSize(shape)) : x, dtype),
  ),
};

export function meshgrid(list: readonly tf.Tensor[], indexing: string): tf.Tensor[] {
  const sizes = list.map(({ size }) => size);
  const places = list.map((_, i) => (indexing === 'xy' && i < 2 && list.length > 1 ? 1 - i : i));
  const shape: number[] = [];
  for (const [i, place] of places.entries()) shape[place] = sizes[i] as number;
  return list.map((x, i) => {
    const along = shape.map((_, place) => (place === places[i] ? x.size : 1));
    return tf.broadcastTo(tf.reshape(x, along), checkSize(shape));
  });
}

const SHAPES: Table = {
  broadcast_to: define('input shape:ints', (x, shape) => tf.broadcastTo(x, checkSize(shape, MOST_OF_INPUTS))),
  ensure_shape: define('x shape:ignored', (x) => tf.clone(x)),
  expand_dims: define('input axis/dim:int?', (x, axis) => tf.expandDims(x, axis)),
  rank: define('input', (x) => tf.scalar(x.rank, 'int32')),
  reshape: define('tensor shape:ints', (x, shape) => tf.reshape(x, shape)),
  shape: define('input out_type:ignored', (x) => shapeOf(x)),
  size: define('input out_type:ignored', (x) => tf.scalar(x.size, 'int32')),
  squeeze: define('input axis/squeeze_dims:ints?', (x, axes) => tf.squeeze(x, axes)),
  transpose: define('a perm:ints? conjugate:ignored', (x, order) => tf.transpose(x, order)),
};

const PIECES: Table = {
  concat: define('values:tensors axis:int', (list, axis) => tf.concat(list, axis)),
  gather: define('params indices validate_indices:ignored axis:int? batch_dims:int?', (x, ids, _, axis, batch = 0) => {
    const dims = batch < 0 ? batch + ids.rank : batch;
    const along = axis ?? dims;
    return tf.gather(x, tf.cast(ids, 'int32'), along < 0 ? along + x.rank : along, dims);
  }),
  gather_nd: define('params indices batch_dims:int?', (x, ids, batch = 0) => {
    if (batch !== 0) fail('gather_nd with batch_dims is not supported');
    return tf.gatherND(x, tf.cast(ids, 'int32'));
  }),
  slice: define('input_/input begin:ints size:ints', tf.slice),
  split: define('value num_or_size_splits:ints axis:int? num:ignored', (x, sizes, axis) =>
    tf.split(x, sizes.length === 1 ? sizes[0] : sizes, axis),
  ),
  stack: define('values:tensors axis:int?', stackAlike),
  strided_slice: define(
    'input_/input begin:ints end:ints strides:ints? begin_mask:int? end_mask:int? ellipsis_mask:int? ' +
      'new_axis_mask:int? shrink_axis_mask:int? var:ignored',
    tf.stridedSlice,
  ),
  unstack: define('value num:ignored axis:int?', (x, _, axis) => tf.unstack(x, axis)),
  '__operators__.getitem': define('input slice_spec:any', getItem),
  boolean_mask: define('tensor mask axis:ignored', () => dependsOnValues('boolean_mask')),
  unique: define('x out_idx:ignored', () => dependsOnValues('unique')),
};

function dependsOnValues(name: string): never {
  return fail(`${name} gives a shape that depends on values. Convert the model to a graph model to use it`);
}

const MOVES: Table = {
  batch_to_space: define('input block_shape:ints crops:lists', (x, block, crops) => tf.batchToSpaceND(x, block, crops)),
  space_to_batch: define('input block_shape:ints paddings:lists', (x, block, pads) =>
    tf.spaceToBatchND(x, block, pads),
  ),
  pad: define('tensor paddings:lists mode:text? constant_values:number?', (x, widths, mode, value) =>
    pad(x, widths, mode, value),
  ),
  repeat: define('input repeats:ints axis:int?', repeat),
  reverse: define('tensor axis:ints', (x, axes) => tf.reverse(x, axes)),
  roll: define('input shift:ints axis:axes?', roll),
  tile: define('input multiples:ints', arrays.tile),
  diag: define('diagonal name:ignored k:int?', (x, k) => arrays.diagonalMatrix(x, k)),
  diag_part: define('input name:ignored k:int?', (x, k) => arrays.diagonal(x, k)),
  set_diag: define('input diagonal', (x, values) => {
    const hot = tf.eye(x.shape.at(-2), x.shape.at(-1), undefined, 'bool');
    return tf.where(hot, tf.expandDims(values, -1), x);
  }),
};

const SELECTION: Table = {
  cast: define('x dtype:dtype', (x, dtype) => tf.cast(x, dtype)),
  identity: define('input', (x) => tf.clone(x)),
  stop_gradient: define('input', (x) => stopGradient(x)),
  one_hot: define(
    'indices depth:int on_value:number? off_value:number? axis:int? dtype:dtype?',
    (ids, depth, on, off, axis, dtype) => arrays.oneHot(ids, depth, { axis, on, off, dtype }),
  ),
  scatter_nd: define('indices updates shape:ints', (ids, updates, shape) =>
    tf.scatterND(tf.cast(ids, 'int32'), updates, checkSize(shape, MOST_OF_INPUTS) as [number]),
  ),
  searchsorted: define('sorted_sequence values side:text? out_type:ignored', (list, values, side) =>
    tf.searchSorted(list, values, side),
  ),
  tensor_scatter_nd_update: define('tensor indices updates', (x, ids, updates) =>
    tf.tensorScatterUpdate(x, tf.cast(ids, 'int32'), updates),
  ),
  tensor_scatter_nd_add: define('tensor indices updates', (x, ids, updates) =>
    tf.add(x, tf.scatterND(tf.cast(ids, 'int32'), updates, x.shape)),
  ),
  where: define('condition x:value? y:value?', (condition, a, b) =>
    a === undefined || b === undefined ? dependsOnValues('where without x and y') : select(condition, a, b),
  ),
};

/** Gradients do not pass. */
export const stopGradient = (x: tf.Tensor): tf.Tensor => runAll('StopGradient', [x])[0] as tf.Tensor;

const OPTIONS = 'align_corners:flag? half_pixel_centers:flag?';

const old = (method: string) =>
  define(`images size:ints ${OPTIONS}`, (x, size, alignCorners = false, halfPixelCenters = false) =>
    resize(x, size, method, { alignCorners, halfPixelCenters }),
  );

const IMAGES: Table = {
  'image.resize': define(
    'images size:ints method:any? preserve_aspect_ratio:flag? antialias:flag?',
    (x, size, method, keepsRatio, antialias) => {
      if (keepsRatio) fail('image.resize with preserve_aspect_ratio is not supported');
      checkAntialias(x, size, antialias);
      return resize(x, size, method);
    },
  ),
  'compat.v1.image.resize': define(
    'images size:ints method:any? align_corners:flag? preserve_aspect_ratio:ignored',
    (x, size, method, alignCorners = false) => resize(x, size, method, { alignCorners, halfPixelCenters: false }),
  ),
  'compat.v1.image.resize_bilinear': old('bilinear'),
  'compat.v1.image.resize_nearest_neighbor': old('nearest'),
  'image.adjust_brightness': define('image delta:number', (x, delta) => tf.add(x, delta)),
  'image.adjust_contrast': define('images contrast_factor:number', (x, factor) => {
    const mean = tf.mean(x, [x.rank - 3, x.rank - 2], true);
    return tf.add(tf.mul(tf.sub(toFloat(x), mean), factor), mean);
  }),
  'image.central_crop': define('image central_fraction:number', images.centralCrop),
  'image.convert_image_dtype': define('image dtype:text saturate:ignored', (x, dtype) =>
    x.dtype === 'float32' && /float|half/.test(dtype)
      ? tf.clone(x)
      : fail('image.convert_image_dtype is only supported from float to float'),
  ),
  'image.crop_and_resize': define(
    'image boxes box_indices crop_size:ints method:text? extrapolation_value:number?',
    (x, boxes, ids, size, method, value) => tf.image.cropAndResize(x, boxes, ids, size, method, value),
  ),
  'image.crop_to_bounding_box': define(
    'image offset_height:int offset_width:int target_height:int target_width:int',
    images.crop,
  ),
  'image.pad_to_bounding_box': define(
    'image offset_height:int offset_width:int target_height:int target_width:int',
    (x, top, left, height, width) => {
      const [rows, columns] = x.shape.slice(-3, -1);
      return images.padImages(x, [top, height - top - rows, left, width - left - columns]);
    },
  ),
  'image.flip_left_right': define('image', (x) => tf.reverse(x, x.rank - 2)),
  'image.flip_up_down': define('image', (x) => tf.reverse(x, x.rank - 3)),
  'image.grayscale_to_rgb': define('images', tf.image.grayscaleToRGB),
  'image.per_image_standardization': define('image', images.standardize),
  'image.rgb_to_grayscale': define('images', tf.image.rgbToGrayscale),
  'image.rot90': define('image k:int?', (x, turns) => arrays.rot90(x, turns, [x.rank - 3, x.rank - 2])),
  'image.transpose': define('image', (x) => arrays.swapAxes(x, x.rank - 3, x.rank - 2)),
};

const RANDOM: Table = {
  'random.normal': define(
    'shape:ints mean:number? stddev:number? dtype:ignored seed:int?',
    (shape, mean, deviation, _, seed) => tf.randomNormal(checkSize(shape), mean, deviation, 'float32', seed),
  ),
  'random.truncated_normal': define(
    'shape:ints mean:number? stddev:number? dtype:ignored seed:int?',
    (shape, mean, deviation, _, seed) => tf.truncatedNormal(checkSize(shape), mean, deviation, 'float32', seed),
  ),
  'random.uniform': define(
    'shape:ints minval:number? maxval:number? dtype:dtype? seed:int?',
    (shape, least, most, dtype, seed) => tf.randomUniform(checkSize(shape), least, most, dtype, seed),
  ),
};

const BITS = defineAll('x y', {
  'bitwise.bitwise_and': (a, b) => tf.bitwiseAnd(a, b),
});

const STRINGS: Table = {
  'strings.to_hash_bucket_fast': define('input num_buckets:int', (x, buckets) =>
    tf.string.stringToHashBucketFast(x, buckets),
  ),
  'strings.regex_replace': define(
    'input pattern:text rewrite:text replace_global:flag?',
    (x, pattern, rewrite, isGlobal) => tf.string.staticRegexReplace(x, pattern, rewrite, isGlobal),
  ),
};

export const tensorflowArrays: Table = {
  ...CREATION,
  ...SHAPES,
  ...PIECES,
  ...MOVES,
  ...SELECTION,
  ...IMAGES,
  ...RANDOM,
  ...BITS,
  ...STRINGS,
};
