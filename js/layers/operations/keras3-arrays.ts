// SPDX-License-Identifier: Apache-2.0
// keras.ops of Keras 3, by class: arrays, matrices, networks and images.
import * as tf from '../../common.js';
import * as arrays from './arrays.js';
import { axisIn, diagonal, pad, repeat, roll, select, splitAt, stackAlike, take, takeAlongAxis } from './arrays.js';
import { toBool, toFloat } from './elementwise.js';
import { getItem } from './get-item.js';
import * as images from './images.js';
import { channelsLast, checkAntialias, convolve, convolveTransposed, depthwise, pool, toDepth } from './images.js';
import * as reductions from './reductions.js';
import { matMul, segmentReduce, tensorDot } from './reductions.js';
import { define, type Table } from './signature.js';
import { filled, meshgrid, numberRange, stopGradient } from './tensorflow-arrays.js';
import { alike, checkSize, fail, MOST_OF_INPUTS, toInts, toValue, type Value } from './values.js';

const SHAPES: Table = {
  BroadcastTo: define('x shape:ints', (x, shape) => tf.broadcastTo(x, checkSize(shape, MOST_OF_INPUTS))),
  ExpandDims: define('x axis:ints', (x, axes) =>
    [...(axes as number[])]
      .map((axis) => (axis < 0 ? axis + x.rank + axes.length : axis))
      .sort((a, b) => a - b)
      .reduce((y, axis) => tf.expandDims(y, axis), x),
  ),
  Moveaxis: define('x source:ints destination:ints', arrays.moveAxes),
  Ndim: define('x', (x) => tf.scalar(x.rank, 'int32')),
  Ravel: define('x', (x) => tf.reshape(x, [-1])),
  Reshape: define('x newshape/shape:ints', (x, shape) => tf.reshape(x, shape)),
  Size: define('x', (x) => tf.scalar(x.size, 'int32')),
  Squeeze: define('x axis:ints?', (x, axes) => tf.squeeze(x, axes)),
  Swapaxes: define('x axis1:int axis2:int', arrays.swapAxes),
  Transpose: define('x axes:ints?', (x, order) => tf.transpose(x, order)),
};

const asList = (x: unknown): tf.Tensor[] =>
  x instanceof tf.Tensor ? tf.unstack(x) : (x as unknown[]).map((element) => toTensorOf(element));

const toTensorOf = (x: unknown): tf.Tensor => {
  const value = toValue(x);
  return value instanceof tf.Tensor ? value : tf.tensor(value as number[]);
};

/** Splits into equal parts, or at indices. */
function split(x: tf.Tensor, parts: number[] | number, axis = 0): tf.Tensor[] {
  return typeof parts === 'number' ? tf.split(x, parts, axis) : splitAt(x, parts, axis);
}

const SPLITS = 'indices_or_sections:axes';

const PIECES: Table = {
  Append: define('x1 x2 axis:int?', (a, b, axis) =>
    axis === undefined ? tf.concat([tf.reshape(a, [-1]), tf.reshape(b, [-1])]) : tf.concat([a, b], axis),
  ),
  Concatenate: define('xs:tensors axis:int?', (list, axis) => tf.concat(list, axis)),
  Dstack: define('xs:tensors', (list) => tf.concat(list.map(depthOf), 2)),
  GetItem: define('x key:any', getItem),
  Hsplit: define(`x ${SPLITS}`, (x, parts) => split(x, parts, x.rank === 1 ? 0 : 1)),
  Hstack: define('xs:tensors', (list) =>
    tf.concat(
      list.map((x: tf.Tensor) => arrays.atLeast(x, 1)),
      list[0].rank > 1 ? 1 : 0,
    ),
  ),
  Split: define(`x ${SPLITS} axis:int?`, split),
  Stack: define('x/xs:tensors axis:int?', stackAlike),
  Take: define('x indices axis:int?', take),
  TakeAlongAxis: define('x indices axis:int?', takeAlongAxis),
  Unstack: define('x num:ignored axis:int?', (x, _, axis) => tf.unstack(x, axis)),
  Vsplit: define(`x ${SPLITS}`, (x, parts) => split(x, parts, 0)),
  Vstack: define('xs:tensors', (list) =>
    tf.concat(
      list.map((x: tf.Tensor) => arrays.atLeast(x, 2)),
      0,
    ),
  ),
};

const depthOf = (x: tf.Tensor): tf.Tensor => {
  const plane = arrays.atLeast(x, 2);
  return plane.rank === 2 ? tf.expandDims(plane, 2) : plane;
};

const MOVES: Table = {
  Flip: define('x axis:axes?', (x, axis) => tf.reverse(x, axis)),
  Fliplr: define('x', (x) => tf.reverse(x, 1)),
  Flipud: define('x', (x) => tf.reverse(x, 0)),
  Pad: define('x constant_values:number? pad_width:any mode:text?', (x, value, width, mode) =>
    pad(x, typeof width === 'number' ? [[width]] : paddingsOf(width), mode, value),
  ),
  Repeat: define('x repeats:ints axis:int?', repeat),
  Roll: define('x shift:ints axis:axes?', roll),
  Rot90: define('array k:int? axes:ints?', arrays.rot90),
  Tile: define('x repeats:ints', (x, times) => {
    const from = arrays.atLeast(x, times.length);
    return arrays.tile(from, [...new Array<number>(from.rank - times.length).fill(1), ...times]);
  }),
  Sort: define('x axis:int?', (x, axis) => arrays.sorted(x, axis).values),
  Argsort: define('x axis:int?', (x, axis) =>
    axis === undefined ? arrays.sorted(tf.reshape(x, [-1])).positions : arrays.sorted(x, axis).positions,
  ),
};

const paddingsOf = (width: unknown): number[][] => {
  const list = (width as unknown[]).map(toInts);
  // One pair holds for all dimensions.
  return list.every((pair) => pair.length === 1) ? [list.flat()] : list;
};

const CREATION: Table = {
  Arange: define('start:number stop:number? step:number? dtype:dtype?', numberRange),
  Cast: define('x dtype:dtype', (x, dtype) => tf.cast(x, dtype)),
  ConvertToTensor: define('x dtype:dtype? sparse:ignored ragged:ignored', (x, dtype) => tf.cast(x, dtype ?? x.dtype)),
  Array: define('x dtype:dtype?', (x, dtype) => tf.cast(x, dtype ?? x.dtype)),
  EmptyLike: define('x dtype:dtype?', (x, dtype) => tf.cast(tf.zerosLike(x), dtype ?? x.dtype)),
  Full: define('shape:ints fill_value:value dtype:dtype?', filled),
  FullLike: define('x fill_value:value dtype:dtype?', (x, value, dtype) => filled(x.shape, value, dtype ?? x.dtype)),
  Linspace: define(
    'start stop num:int? endpoint:flag? retstep:flag? dtype:ignored axis:int?',
    (start, stop, count = 50, hasEnd = true, withStep = false, _, axis = 0) => {
      if (withStep) fail('linspace with retstep is not supported');
      checkSize([count, start.size]);
      const parts = hasEnd ? count - 1 : count;
      const step = tf.div(tf.sub(toFloat(stop), toFloat(start)), Math.max(parts, 1));
      const values = Array.from({ length: count }, (_, i) => tf.add(toFloat(start), tf.mul(step, i)));
      return tf.stack(values, axis);
    },
  ),
  Meshgrid: define('x:rest indexing:text?', (list, indexing = 'xy') => meshgrid(list, indexing)),
  OnesLike: define('x dtype:dtype?', (x, dtype) => tf.cast(tf.onesLike(x), dtype ?? x.dtype)),
  ZerosLike: define('x dtype:dtype?', (x, dtype) => tf.cast(tf.zerosLike(x), dtype ?? x.dtype)),
  MultiHot: define(
    'inputs num_classes/num_tokens:int axis:int? dtype:dtype? sparse:ignored',
    (ids, count, axis = -1, dtype) => {
      const hot = arrays.oneHot(ids, count, { axis });
      const reduced =
        ids.rank === 1 ? 0 : axisIn(axis, ids.rank) + (axisIn(axis, hot.rank) <= axisIn(axis, ids.rank) ? 1 : 0);
      return tf.cast(tf.max(hot, Math.min(reduced, hot.rank - 2)), dtype ?? 'float32');
    },
  ),
  OneHot: define('x num_classes:int axis:int? dtype:dtype? sparse:ignored', (ids, count, axis, dtype) =>
    arrays.oneHot(ids, count, { axis, dtype }),
  ),
  Tril: define('x k:int?', (x, k = 0) => arrays.triangle(x, k, false)),
  Triu: define('x k:int?', (x, k = 0) => arrays.triangle(x, k, true)),
  Diag: define('x k:int?', (x, k = 0) => (x.rank === 1 ? arrays.diagonalMatrix(x, k) : diagonal(x, k))),
  Diagflat: define('v/x k:int?', (x, k = 0) => arrays.diagonalMatrix(tf.reshape(x, [-1]), k)),
  Diagonal: define('x offset:int? axis1:int? axis2:int?', (x, offset = 0, first = 0, second = 1) =>
    diagonal(x, offset, first, second),
  ),
};

const SELECTION: Table = {
  Where: define('condition x1:value? x2:value?', (condition, a, b) =>
    a === undefined || b === undefined
      ? fail('where without x1 and x2 gives a shape that depends on values')
      : select(condition, a, b),
  ),
  Select: define('condlist:any choicelist:any default:value?', (conditions, choices, rest = 0) => {
    const values = alike([...choices.map(toValue), rest] as Value[]);
    return asList(conditions).reduceRight(
      (result, condition, i) => tf.where(toBool(condition), values[i] as tf.Tensor, result),
      values.at(-1) as tf.Tensor,
    );
  }),
  Digitize: define('x bins:any', (x, bins) =>
    tf.searchSorted(toFloat(toTensorOf(bins)), tf.reshape(toFloat(x), [-1]), 'right').reshape(x.shape),
  ),
  SearchSorted: define('sorted_sequence values side:text?', (list, values, side = 'left') =>
    tf.searchSorted(list, values, side),
  ),
  InTopK: define('targets predictions k:int', (targets, predictions, k) => {
    const { indices } = tf.topk(predictions, k);
    return tf.any(tf.equal(indices, tf.expandDims(tf.cast(targets, 'int32'), -1)), -1);
  }),
  TopK: define('x k:int sorted:flag?', (x, k, isSorted) => {
    const { values, indices } = tf.topk(x, k, isSorted);
    return [values, indices];
  }),
  Scatter: define('indices values shape:ints', (ids, values, shape) =>
    tf.scatterND(tf.cast(ids, 'int32'), values, checkSize(shape, MOST_OF_INPUTS) as [number]),
  ),
  ScatterUpdate: define('inputs indices updates reduction:any?', (x, ids, updates, reduction) => {
    const places = tf.cast(ids, 'int32');
    if (reduction === 'add') return tf.add(x, tf.scatterND(places, updates, x.shape));
    if (reduction !== undefined) fail(`scatter_update with the reduction ${reduction} is not supported`);
    return tf.tensorScatterUpdate(x, places, updates);
  }),
  Slice: define('inputs start_indices:ints shape:ints', (x, begin, size) => tf.slice(x, begin, size)),
  SliceUpdate: define('inputs start_indices:ints updates', (x, begin, updates) => {
    const widths = x.shape.map((size: number, axis: number): [number, number] => [
      begin[axis],
      size - begin[axis] - (updates.shape[axis] as number),
    ]);
    const isInside = tf.pad(tf.cast(tf.onesLike(updates), 'int32'), widths);
    return tf.where(tf.cast(isInside, 'bool'), tf.pad(updates, widths), x);
  }),
  StopGradient: define('variable/x', (x) => stopGradient(x)),
  Identity: define('x', (x) => tf.clone(x)),
};

const MATRICES: Table = {
  Cross: define('x1 x2 axisa:ignored axisb:ignored axisc:ignored axis:ignored', reductions.cross),
  Dot: define('x1 x2', (a, b) => {
    if (a.rank === 0 || b.rank === 0) return tf.mul(a, b);
    return tensorDot(a, b, [[-1], [b.rank === 1 ? 0 : -2]]);
  }),
  Einsum: define('operands:rest subscripts:text', (operands, equation) =>
    tf.einsum(equation, ...operands.map(toFloat)),
  ),
  Inner: define('x1 x2', (a, b) => (a.rank === 0 || b.rank === 0 ? tf.mul(a, b) : tensorDot(a, b, [[-1], [-1]]))),
  Kron: define('x1 x2', (a, b) => {
    const rank = Math.max(a.rank, b.rank);
    const [x, y] = [arrays.atLeast(a, rank), arrays.atLeast(b, rank)];
    const spread = (shape: number[], isFirst: boolean) => shape.flatMap((size) => (isFirst ? [size, 1] : [1, size]));
    const product = tf.mul(tf.reshape(x, spread(x.shape, true)), tf.reshape(y, spread(y.shape, false)));
    return tf.reshape(
      product,
      x.shape.map((size: number, i: number) => size * (y.shape[i] as number)),
    );
  }),
  Matmul: define('x1 x2', (a, b) => matMul(a, b)),
  Outer: define('x1 x2', (a, b) => tf.mul(tf.reshape(a, [-1, 1]), tf.reshape(b, [1, -1]))),
  Qr: define('x mode:text?', (x, mode) => tf.linalg.qr(x, mode === 'complete')),
  Tensordot: define('x1 x2 axes:any?', (a, b, axes = 2) =>
    tensorDot(a, b, typeof axes === 'number' ? axes : axes.map((list: unknown) => toInts(list))),
  ),
  Trace: define('x offset:int? axis1:int? axis2:int?', (x, offset = 0, first = 0, second = 1) =>
    reductions.trace(x, offset, first, second),
  ),
  Vdot: define('x1 x2', (a, b) => tf.sum(tf.mul(tf.reshape(a, [-1]), tf.reshape(b, [-1])))),
};

const lowest = (x: tf.Tensor) => (x.dtype === 'int32' ? -(2 ** 31) : Number.NEGATIVE_INFINITY);
const SEGMENTS = 'data segment_ids num_segments:int sorted:ignored';

const MATH: Table = {
  CDist: define('x1 x2 p:number?', (a, b, p = 2) => {
    const gaps = tf.abs(tf.sub(tf.expandDims(a, -2), tf.expandDims(b, -3)));
    return p === 2 ? tf.sqrt(tf.sum(tf.square(gaps), -1)) : tf.pow(tf.sum(tf.pow(gaps, p), -1), 1 / p);
  }),
  SegmentSum: define(SEGMENTS, tf.unsortedSegmentSum),
  SegmentMax: define(SEGMENTS, (x, ids, count) => segmentReduce(x, ids, count, tf.max, lowest(x))),
  SegmentMin: define(SEGMENTS, (x, ids, count) =>
    segmentReduce(x, ids, count, tf.min, x.dtype === 'int32' ? 2 ** 31 - 1 : Number.POSITIVE_INFINITY),
  ),
  SegmentProd: define(SEGMENTS, (x, ids, count) => segmentReduce(x, ids, count, tf.prod, 1)),
  FFT: define('x', (parts) => complexPair(tf.fft(tf.complex(...(asList(parts) as [tf.Tensor, tf.Tensor]))))),
  RFFT: define('x fft_length:int?', (x, length) => complexPair(tf.spectral.rfft(x, length))),
  Normalize: define('x axis:axes? order:number? epsilon:number?', (x, axis = -1, order = 2, epsilon = 1e-7) => {
    const length =
      order === 2
        ? tf.sqrt(tf.maximum(tf.sum(tf.square(toFloat(x)), axis, true), epsilon ** 2))
        : tf.maximum(reductions.norm(x, order, axis, true), epsilon);
    return tf.div(toFloat(x), length);
  }),
};

const complexPair = (x: tf.Tensor): tf.Tensor[] => [tf.real(x), tf.imag(x)];

const WINDOWS = 'strides:axes? padding:text? data_format:text?';

const NETWORKS: Table = {
  AveragePool: define(`inputs pool_size:axes ${WINDOWS}`, (x, size, strides, padding, format) =>
    pool(x, size, 'avg', { strides, padding, format }),
  ),
  MaxPool: define(`inputs pool_size:axes ${WINDOWS}`, (x, size, strides, padding, format) =>
    pool(x, size, 'max', { strides, padding, format }),
  ),
  BatchNorm: define(
    'x mean variance offset? scale? axis:int epsilon:number?',
    (x, mean, spread, offset, scale, axis, epsilon = 1e-3) => {
      const shape = x.shape.map((size: number, at: number) => (at === axisIn(axis, x.rank) ? size : 1));
      const along = (y: tf.Tensor) => tf.reshape(y, shape);
      const factor = tf.rsqrt(tf.add(along(spread), epsilon));
      const scaled = tf.mul(tf.sub(x, along(mean)), scale ? tf.mul(factor, along(scale)) : factor);
      return offset ? tf.add(scaled, along(offset)) : scaled;
    },
  ),
  Conv: define(`inputs kernel ${WINDOWS} dilation_rate:axes?`, (x, kernel, strides, padding, format, dilations) =>
    convolve(x, kernel, { strides, padding, format, dilations }),
  ),
  ConvTranspose: define(
    `inputs kernel ${WINDOWS} output_padding:axes? dilation_rate:ignored`,
    (x, kernel, strides, padding, format, extra) => {
      const windows = { strides, padding, format };
      return convolveTransposed(x, kernel, images.transposedSize(x, kernel, windows, extra), windows);
    },
  ),
  DepthwiseConv: define(
    `inputs kernel ${WINDOWS} dilation_rate:axes?`,
    (x, kernel, strides, padding, format, dilations) => depthwise(x, kernel, { strides, padding, format, dilations }),
  ),
  SeparableConv: define(
    `inputs depthwise_kernel pointwise_kernel ${WINDOWS} dilation_rate:axes?`,
    (x, first, second, strides, padding, format, dilations) =>
      convolve(depthwise(x, first, { strides, padding, format, dilations }), second, { format }),
  ),
  DepthToSpace: define('x block_size:int data_format:text?', (x, block, format) =>
    channelsLast(x, format, (planes) => tf.depthToSpace(planes as tf.Tensor4D, block)),
  ),
  SpaceToDepth: define('x block_size:int data_format:text?', (x, block, format) =>
    channelsLast(x, format, (planes) => toDepth(planes, block)),
  ),
  DotProductAttention: define(
    'query key value bias? mask? scale:number? is_causal:flag? flash_attention:ignored attn_logits_soft_cap:number?',
    (query, key, value, bias, mask, scale, isCausal, _, cap) => {
      const factor = scale ?? 1 / Math.sqrt(query.shape.at(-1) as number);
      let scores = tf.mul(tf.einsum('btnh,bsnh->bnts', query, key), factor);
      if (cap !== undefined) scores = tf.mul(tf.tanh(tf.div(scores, cap)), cap);
      if (bias) scores = tf.add(scores, bias);
      const least = tf.mul(tf.onesLike(scores), -0.7 * 3.4028235e38);
      if (mask) scores = tf.where(toBool(mask), scores, least);
      if (isCausal) scores = tf.where(tf.cast(arrays.triangle(tf.onesLike(scores), 0, false), 'bool'), scores, least);
      return tf.einsum('bnts,bsnh->btnh', tf.softmax(scores), value);
    },
  ),
  RMSNorm: define('x scale? axis:axes? epsilon:number?', (x, scale, axis = -1, epsilon = 1e-6) => {
    const normal = tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), axis, true), epsilon)));
    return scale ? tf.mul(normal, scale) : normal;
  }),
  LayerNorm: define('x gamma? beta? axis:axes? epsilon:number?', (x, gamma, beta, axis = -1, epsilon = 1e-3) => {
    const { mean, variance } = tf.moments(x, axis, true);
    const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
    const scaled = gamma ? tf.mul(normal, gamma) : normal;
    return beta ? tf.add(scaled, beta) : scaled;
  }),
};

const IMAGES: Table = {
  Resize: define(
    'images/image size:ints interpolation:text? antialias:flag? crop_to_aspect_ratio:flag? pad_to_aspect_ratio:flag? ' +
      'fill_mode:ignored fill_value:ignored data_format:text?',
    (x, size, method, antialias, crops, pads, format) => {
      if (crops || pads) fail('resizing with an aspect ratio is not supported');
      return channelsLast(x, format, (planes) => {
        checkAntialias(planes, size, antialias);
        return images.resize(planes, size, method);
      });
    },
  ),
  RGBToGrayscale: define('images data_format:text?', (x, format) =>
    channelsLast(x, format, (planes) => tf.image.rgbToGrayscale(planes)),
  ),
  CropImages: define(
    'images top_cropping:int? left_cropping:int? bottom_cropping:int? right_cropping:int? target_height:int? ' +
      'target_width:int? data_format:text?',
    (x, top, left, bottom, right, height, width, format) =>
      channelsLast(x, format, (planes) => {
        const [rows, columns] = planes.shape.slice(-3, -1) as [number, number];
        const [above, below] = borders(rows, top, bottom, height, -1);
        const [before, after] = borders(columns, left, right, width, -1);
        return images.crop(planes, above, before, rows - above - below, columns - before - after);
      }),
  ),
  PadImages: define(
    'images top_padding:int? left_padding:int? bottom_padding:int? right_padding:int? target_height:int? ' +
      'target_width:int? data_format:text?',
    (x, top, left, bottom, right, height, width, format) =>
      channelsLast(x, format, (planes) => {
        const [rows, columns] = planes.shape.slice(-3, -1) as [number, number];
        return images.padImages(planes, [
          ...borders(rows, top, bottom, height),
          ...borders(columns, left, right, width),
        ]);
      }),
  ),
};

/** What to add before and after a length, from two of: before, after, the length wanted. To remove it, sign is -1. */
function borders(length: number, before?: number, after?: number, wanted?: number, sign = 1): [number, number] {
  const total = wanted === undefined ? undefined : sign * (wanted - length);
  const start = before ?? (total ?? 0) - (after ?? 0);
  return [start, total === undefined ? (after ?? 0) : total - start];
}

export const keras3Arrays: Table = {
  ...SHAPES,
  ...PIECES,
  ...MOVES,
  ...CREATION,
  ...SELECTION,
  ...MATRICES,
  ...MATH,
  ...NETWORKS,
  ...IMAGES,
};
