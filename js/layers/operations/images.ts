// SPDX-License-Identifier: Apache-2.0
// Images, convolutions and pooling.
import * as tf from '../../common.js';
import { moveAxes, pad } from './arrays.js';
import { toFloat } from './elementwise.js';
import { fail } from './values.js';

type Method = 'bilinear' | 'nearest';

function methodOf(method: unknown): Method {
  const name = typeof method === 'number' ? ['bilinear', 'nearest', 'bicubic', 'area'][method] : String(method);
  if (name === 'bilinear' || name === 'nearest') return name;
  return fail(`images are resized with the methods bilinear and nearest, but not ${name}`);
}

/** Runs a function of channels-last tensors. */
export function channelsLast(x: tf.Tensor, format: string | undefined, f: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const isFirst = format === 'channels_first' || /^NC[DHW]+$/.test(format ?? '');
  if (!isFirst) return f(x);
  const last = x.rank - 1;
  return moveAxes(f(moveAxes(x, [1], [last])), [last], [1]);
}

/** Resizes channels-last images, with the centers of pixels at halves, as TensorFlow 2 does. */
export function resize(
  images: tf.Tensor,
  size: readonly number[],
  method: unknown = 'bilinear',
  { alignCorners = false, halfPixelCenters = true } = {},
): tf.Tensor {
  const [height, width = height] = size as [number, number?];
  const target: [number, number] = [height, width as number];
  if (target.some((length) => !(length > 0))) fail(`images cannot be resized to ${target}`);
  return methodOf(method) === 'nearest'
    ? tf.image.resizeNearestNeighbor(images as tf.Tensor4D, target, alignCorners, halfPixelCenters)
    : tf.image.resizeBilinear(images as tf.Tensor4D, target, alignCorners, halfPixelCenters);
}

/** Antialiasing changes only images that become smaller. */
export function checkAntialias(images: tf.Tensor, size: readonly number[], antialias?: boolean): void {
  const [height = 0, width = 0] = images.shape.slice(-3, -1);
  const isSmaller = (size[0] as number) < height || (size[1] ?? (size[0] as number)) < width;
  if (antialias && isSmaller) fail('resizing with antialias is not supported');
}

/** The part of images that begins at a corner. */
export function crop(images: tf.Tensor, top: number, left: number, height: number, width: number): tf.Tensor {
  const rank = images.rank;
  const begin = images.shape.map((_, axis) => (axis === rank - 3 ? top : axis === rank - 2 ? left : 0));
  const size = images.shape.map((all, axis) => (axis === rank - 3 ? height : axis === rank - 2 ? width : all));
  return tf.slice(images, begin, size);
}

export function centralCrop(images: tf.Tensor, fraction: number): tf.Tensor {
  if (!(fraction > 0 && fraction <= 1)) fail(`a fraction from 0 to 1 is expected, but not ${fraction}`);
  const [height, width] = images.shape.slice(-3, -1) as [number, number];
  const edge = (size: number) => Math.trunc((size - size * fraction) / 2);
  const [top, left] = [edge(height), edge(width)];
  return crop(images, top, left, height - 2 * top, width - 2 * left);
}

export function padImages(
  images: tf.Tensor,
  [top, bottom, left, right]: readonly [number, number, number, number],
): tf.Tensor {
  const widths = images.shape.map(() => [0, 0]);
  widths[images.rank - 3] = [top, bottom];
  widths[images.rank - 2] = [left, right];
  return pad(images, widths);
}

/** Each image minus its mean, divided by its standard deviation, which is at least 1 / sqrt(its size). */
export function standardize(images: tf.Tensor): tf.Tensor {
  const axes = [images.rank - 3, images.rank - 2, images.rank - 1];
  const count = axes.reduce((product, axis) => product * (images.shape[axis] as number), 1);
  const { mean, variance } = tf.moments(toFloat(images), axes, true);
  return tf.div(tf.sub(images, mean), tf.maximum(tf.sqrt(variance), 1 / Math.sqrt(count)));
}

/** Sizes for the spatial dimensions: from one number, one for each, or with those for batch and channels. */
function spatial(given: number | readonly number[] | undefined, count: number, format?: string): number[] {
  const list = given === undefined ? [1] : [given].flat();
  if (list.length === 1) return new Array<number>(count).fill(list[0] as number);
  if (list.length === count) return [...list] as number[];
  if (list.length !== count + 2) return fail(`${list.length} sizes do not fit ${count} dimensions`);
  return (/^NC/.test(format ?? '') ? list.slice(2) : list.slice(1, -1)) as number[];
}

const padOf = (padding: unknown): 'valid' | 'same' => {
  const name = String(padding ?? 'valid').toLowerCase();
  return name === 'valid' || name === 'same' ? name : fail(`the padding must be valid or same, but not ${padding}`);
};

/** What convolutions and pooling have in common. Sizes are as in the file. */
export interface Windows {
  strides?: number | readonly number[] | undefined;
  padding?: unknown;
  format?: string | undefined;
  dilations?: number | readonly number[] | undefined;
}

/** A 1D function by a 2D one: with a height of 1. */
const flatly = (f: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) => tf.squeeze(f(tf.expandDims(x, 1)), [1]);

export function convolve(x: tf.Tensor, kernel: tf.Tensor, { strides, padding, format, dilations }: Windows): tf.Tensor {
  const count = kernel.rank - 2;
  const [steps, gaps] = [spatial(strides, count, format), spatial(dilations, count, format)];
  return channelsLast(x, format, (images) => {
    if (count === 1) {
      return flatly((flat) =>
        tf.conv2d(
          flat as tf.Tensor4D,
          tf.expandDims(kernel, 0) as tf.Tensor4D,
          [1, steps[0] as number],
          padOf(padding),
          'NHWC',
          [1, gaps[0] as number],
        ),
      )(images);
    }
    if (count === 2) {
      const [step, gap] = [steps as [number, number], gaps as [number, number]];
      return tf.conv2d(images as tf.Tensor4D, kernel as tf.Tensor4D, step, padOf(padding), 'NHWC', gap);
    }
    if (count !== 3) return fail(`there is no convolution in ${count} dimensions`);
    const [step, gap] = [steps as [number, number, number], gaps as [number, number, number]];
    const pads = padOf(padding);
    return tf.conv3d(images as tf.Tensor5D, kernel as tf.Tensor5D, step, pads, 'NDHWC', gap);
  });
}

export function depthwise(x: tf.Tensor, kernel: tf.Tensor, { strides, padding, format, dilations }: Windows) {
  const count = kernel.rank - 2;
  const [steps, gaps] = [spatial(strides, count, format), spatial(dilations, count, format)];
  const run = (images: tf.Tensor, filter: tf.Tensor, step: number[], gap: number[]) =>
    tf.depthwiseConv2d(
      images as tf.Tensor4D,
      filter as tf.Tensor4D,
      step as [number, number],
      padOf(padding),
      'NHWC',
      gap as [number, number],
    );
  return channelsLast(x, format, (images) => {
    if (count === 2) return run(images, kernel, steps, gaps);
    if (count !== 1) return fail(`there is no depthwise convolution in ${count} dimensions`);
    // Both strides must be equal. The height is 1, so its stride has no effect.
    const step = steps[0] as number;
    return flatly((flat) => run(flat, tf.expandDims(kernel, 0), [step, step], [1, gaps[0] as number]))(images);
  });
}

type Kind = 'max' | 'avg';

export function pool(
  x: tf.Tensor,
  window: number | readonly number[],
  kind: Kind,
  { strides, padding, format }: Windows,
): tf.Tensor {
  const count = x.rank - 2;
  const sizes = spatial(window, count, format);
  const steps = strides === undefined ? sizes : spatial(strides, count, format);
  const pads = padOf(padding);
  return channelsLast(x, format, (images) => {
    if (count === 3) {
      const f = kind === 'max' ? tf.maxPool3d : tf.avgPool3d;
      const [size, step] = [sizes as [number, number, number], steps as [number, number, number]];
      return f(images as tf.Tensor5D, size, step, pads);
    }
    const f = kind === 'max' ? tf.maxPool : tf.avgPool;
    const in2d = (planes: tf.Tensor, size: number[], step: number[]) =>
      f(planes as tf.Tensor4D, size as [number, number], step as [number, number], pads);
    if (count === 2) return in2d(images, sizes, steps);
    if (count !== 1) return fail(`there is no pooling in ${count} dimensions`);
    return flatly((flat) => in2d(flat, [1, sizes[0] as number], [1, steps[0] as number]))(images);
  });
}

/** Transposed convolution of images in two dimensions, or one. */
export function convolveTransposed(
  x: tf.Tensor,
  kernel: tf.Tensor,
  outputSize: readonly number[],
  { strides, padding, format }: Windows,
): tf.Tensor {
  const count = kernel.rank - 2;
  const steps = spatial(strides, count, format);
  const filters = kernel.shape.at(-2) as number;
  const run = (images: tf.Tensor, filter: tf.Tensor, size: readonly number[], step: readonly number[]) =>
    tf.conv2dTranspose(
      images as tf.Tensor4D,
      filter as tf.Tensor4D,
      [images.shape[0] as number, size[0] as number, size[1] as number, filters],
      step as [number, number],
      padOf(padding),
    );
  return channelsLast(x, format, (images) => {
    if (count === 2) return run(images, kernel, outputSize, steps);
    if (count !== 1) return fail(`there is no transposed convolution in ${count} dimensions`);
    const [size, step] = [outputSize[0] as number, steps[0] as number];
    return flatly((flat) => run(flat, tf.expandDims(kernel, 0), [1, size], [1, step]))(images);
  });
}

/** The sizes that Keras gives to a transposed convolution. */
export function transposedSize(
  x: tf.Tensor,
  kernel: tf.Tensor,
  { strides, padding, format }: Windows,
  outputPadding?: number | readonly number[],
): number[] {
  const count = kernel.rank - 2;
  const isFirst = format === 'channels_first';
  const sizes = isFirst ? x.shape.slice(2) : x.shape.slice(1, -1);
  const steps = spatial(strides, count);
  const extra = outputPadding === undefined ? undefined : spatial(outputPadding, count);
  return sizes.map((size, i) => {
    const [window, step] = [kernel.shape[i] as number, steps[i] as number];
    if (extra) {
      const border = padOf(padding) === 'same' ? Math.floor(window / 2) : 0;
      return (size - 1) * step + window - 2 * border + (extra[i] as number);
    }
    return padOf(padding) === 'same' ? size * step : (size - 1) * step + Math.max(window, step);
  });
}

/** Blocks of space that become channels, or the other way. */
export function toDepth(x: tf.Tensor, block: number): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  if (!(block > 0) || height % block !== 0 || width % block !== 0) fail(`images do not divide in blocks of ${block}`);
  const blocks = tf.reshape(x, [batch, height / block, block, width / block, block, channels]);
  const shape = [batch, height / block, width / block, block * block * channels];
  return tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4, 5]), shape);
}
