// SPDX-License-Identifier: Apache-2.0
// Convolutions.
import { check } from '../core/errors.js';
import { run } from '../tensor/call.js';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { ints } from '../tensor/written.js';
import { checkRank, floatArg } from './arguments.js';
import { opFunction } from './op-function.js';
import {
  batched,
  checkChannels,
  conv2dAttrs,
  inFormat,
  isChannelsFirst,
  type Pad,
  type Pair,
  padAttrs,
  perDimension,
  type Rounding,
  type Triple,
} from './windows.js';

/** A 2D convolution by the op `op`. */
const convolution2d = (name: string, op: string) =>
  opFunction(
    name,
    <T extends Tensor3D | Tensor4D>(
      x: T | TensorLike,
      filter: Tensor4D | TensorLike,
      strides: Pair,
      pad: Pad,
      dataFormat: 'NHWC' | 'NCHW' = 'NHWC',
      dilations: Pair = [1, 1],
      dimRoundingMode?: Rounding,
    ): T => {
      const weights = floatArg<Tensor>(filter, 'filter');
      return batched(floatArg<T>(x, 'x'), 4, (images) => {
        const attrs = conv2dAttrs(images, weights, strides, pad, dataFormat, dilations, dimRoundingMode);
        return run(op, [images, weights], attrs);
      });
    },
  );

/**
 * 2D convolution of images [height, width, inChannels] or batches of them.
 *
 * @param filter [height, width, inChannels, outChannels].
 * @param pad 'valid', 'same', the number of zeros on each side, or [before, after] for each dimension.
 * @param dimRoundingMode How fractional output sizes are rounded, for numeric padding.
 * @throws E_SHAPE if the filter does not match.
 */
export const conv2d = convolution2d('conv2d', 'Conv2D');

/**
 * 1D convolution of sequences [width, inChannels] or batches of them.
 *
 * @param filter [width, inChannels, outChannels].
 */
export const conv1d = opFunction(
  'conv1d',
  <T extends Tensor2D | Tensor3D>(
    x: T | TensorLike,
    filter: Tensor3D | TensorLike,
    stride: number,
    pad: Pad,
    dataFormat: 'NWC' | 'NCW' = 'NWC',
    dilation = 1,
    dimRoundingMode?: Rounding,
  ): T => {
    const weights = floatArg<Tensor>(filter, 'filter');
    checkRank(weights, 'filter', 3);
    const isFirst = isChannelsFirst(dataFormat, 'NWC', 'NCW');
    // As an image with one row.
    const axis = isFirst ? 2 : 1;
    const widthPad =
      typeof pad === 'number'
        ? inFormat<[number, number]>(
            [
              [0, 0],
              [pad, pad],
            ],
            isFirst,
            [0, 0],
          )
        : pad;
    return batched(floatArg<T>(x, 'x'), 3, (sequences) => {
      const shape: number[] = [...sequences.shape];
      shape.splice(axis, 0, 1);
      const images = sequences.reshape<'R4'>(shape as Tensor4D['shape']);
      const filters = weights.reshape<'R4'>([1, ...weights.shape] as unknown as Tensor4D['shape']);
      const format = isFirst ? 'NCHW' : 'NHWC';
      const result = conv2d(images, filters, [1, stride], widthPad, format, [1, dilation], dimRoundingMode);
      const resultShape: number[] = [...result.shape];
      resultShape.splice(axis, 1);
      return result.reshape(resultShape);
    });
  },
);

/**
 * Transposed 2D convolution: the gradient of conv2d with respect to its input ("deconvolution").
 *
 * @param filter [height, width, outChannels, inChannels].
 * @param outputShape The shape of the result. conv2d would give x for it, or, as in TensorFlow.js, the upper left corner
 *     of x: then the rest does not count. Throws E_SHAPE if x is smaller.
 */
export const conv2dTranspose = opFunction(
  'conv2dTranspose',
  <T extends Tensor3D | Tensor4D>(
    x: T | TensorLike,
    filter: Tensor4D | TensorLike,
    outputShape: [number, number, number, number] | [number, number, number],
    strides: Pair,
    pad: Pad,
    dimRoundingMode?: Rounding,
  ): T => {
    const weights = floatArg<Tensor>(filter, 'filter');
    checkRank(weights, 'filter', 4);
    return batched(floatArg<T>(x, 'x'), 4, (images) => {
      const shape = outputShape.length === 3 ? [1, ...outputShape] : outputShape;
      const steps = perDimension(strides, 2, 'strides');
      const windows = {
        size: shape.slice(1, 3),
        window: weights.shape.slice(0, 2),
        strides: steps,
        dilations: [1, 1],
        channelsFirst: false,
      };
      const attrs = { strides: [1, ...steps, 1], ...padAttrs(pad, dimRoundingMode, windows) };
      return run('Conv2DBackpropInput', [ints(shape), weights, images], attrs);
    });
  },
);

/**
 * Depthwise 2D convolution: convolves each channel separately.
 *
 * @param filter [height, width, inChannels, multiplier]; the result has inChannels * multiplier channels.
 */
export const depthwiseConv2d = convolution2d('depthwiseConv2d', 'DepthwiseConv2dNative');

/** A depthwiseConv2d, followed by a conv2d with a filter [1, 1, channels, outChannels]. */
export const separableConv2d = opFunction(
  'separableConv2d',
  <T extends Tensor3D | Tensor4D>(
    x: T | TensorLike,
    depthwiseFilter: Tensor4D | TensorLike,
    pointwiseFilter: Tensor4D | TensorLike,
    strides: Pair,
    pad: Pad,
    dilation: Pair = [1, 1],
    dataFormat: 'NHWC' | 'NCHW' = 'NHWC',
  ): T => {
    const pointwise = floatArg<Tensor4D>(pointwiseFilter, 'pointwiseFilter');
    checkRank(pointwise, 'pointwiseFilter', 4);
    const images = floatArg<T>(x, 'x');
    checkRank(images, 'x', 4, 3);
    const depthwiseWeights = floatArg<Tensor4D>(depthwiseFilter, 'depthwiseFilter');
    checkRank(depthwiseWeights, 'depthwiseFilter', 4);
    const channels = depthwiseWeights.shape[2] * depthwiseWeights.shape[3];
    for (const [axis, expected] of [1, 1, channels].entries()) {
      const place = `Error in separableConv2d: dimension ${axis} of pointwise filter`;
      check(
        pointwise.shape[axis] === expected,
        () => `${place} must be ${expected}, but got ${pointwise.shape[axis]}`,
        'E_SHAPE',
      );
    }
    const depthwise = depthwiseConv2d(images, depthwiseWeights, strides, pad, dataFormat, dilation);
    return conv2d(depthwise, pointwise, 1, 'valid', dataFormat) as T;
  },
);

/**
 * 3D convolution of volumes [depth, height, width, inChannels] or batches of them.
 *
 * @param filter [depth, height, width, inChannels, outChannels].
 */
export const conv3d = opFunction(
  'conv3d',
  <T extends Tensor4D | Tensor5D>(
    x: T | TensorLike,
    filter: Tensor5D | TensorLike,
    strides: Triple,
    pad: 'valid' | 'same',
    dataFormat: 'NDHWC' | 'NCDHW' = 'NDHWC',
    dilations: Triple = [1, 1, 1],
  ): T => {
    const weights = floatArg<Tensor>(filter, 'filter');
    checkRank(weights, 'filter', 5);
    const isFirst = isChannelsFirst(dataFormat, 'NDHWC', 'NCDHW');
    return batched(floatArg<T>(x, 'x'), 5, (volumes) => {
      checkChannels(volumes, weights, isFirst);
      return run('Conv3D', [volumes, weights], {
        strides: inFormat(perDimension(strides, 3, 'strides'), isFirst, 1),
        dilations: inFormat(perDimension(dilations, 3, 'dilations'), isFirst, 1),
        padding: String(pad).toUpperCase(),
        data_format: dataFormat,
      });
    });
  },
);

/**
 * Transposed 3D convolution: the gradient of conv3d with respect to its input.
 *
 * @param filter [depth, height, width, outChannels, inChannels].
 */
export const conv3dTranspose = opFunction(
  'conv3dTranspose',
  <T extends Tensor4D | Tensor5D>(
    x: T | TensorLike,
    filter: Tensor5D | TensorLike,
    outputShape: [number, number, number, number, number] | [number, number, number, number],
    strides: Triple,
    pad: 'valid' | 'same',
  ): T => {
    const weights = floatArg<Tensor>(filter, 'filter');
    checkRank(weights, 'filter', 5);
    return batched(floatArg<T>(x, 'x'), 5, (volumes) => {
      const shape = outputShape.length === 4 ? [1, ...outputShape] : outputShape;
      return run('Conv3DBackpropInputV2', [ints(shape), weights, volumes], {
        strides: [1, ...perDimension(strides, 3, 'strides'), 1],
        padding: String(pad).toUpperCase(),
      });
    });
  },
);

/**
 * Grayscale dilation: the maximum of pixel plus filter value over the window.
 *
 * @param filter [height, width, channels].
 */
export const dilation2d = opFunction(
  'dilation2d',
  <T extends Tensor3D | Tensor4D>(
    x: T | TensorLike,
    filter: Tensor3D | TensorLike,
    strides: Pair,
    pad: 'valid' | 'same',
    dilations: Pair = [1, 1],
    dataFormat: 'NHWC' = 'NHWC',
  ): T => {
    check(dataFormat === 'NHWC', () => `the data format must be NHWC, got ${dataFormat}`);
    const weights = floatArg<Tensor>(filter, 'filter');
    checkRank(weights, 'filter', 3);
    return batched(floatArg<T>(x, 'x'), 4, (images) =>
      run('Dilation2D', [images, weights], {
        strides: [1, ...perDimension(strides, 2, 'strides'), 1],
        rates: [1, ...perDimension(dilations, 2, 'dilations'), 1],
        padding: String(pad).toUpperCase(),
      }),
    );
  },
);
