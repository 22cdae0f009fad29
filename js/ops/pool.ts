// SPDX-License-Identifier: Apache-2.0
// Max and average pooling.
import { check } from '../core/errors.js';
import { type Attrs, dtypeAttr } from '../tensor/attributes.js';
import { run, runAll, toDtype } from '../tensor/call.js';
import type { NamedTensorMap, Tensor, Tensor3D, Tensor4D, Tensor5D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg, checkRank, floatArg } from './arguments.js';
import { opFunction } from './op-function.js';
import { batchToSpaceND, spaceToBatchND } from './shape.js';
import {
  batched,
  explicitPads,
  inFormat,
  isChannelsFirst,
  type Pad,
  type Pair,
  padAttrs,
  perDimension,
  type Rounding,
  spatialShape,
  type Triple,
  type Windows,
} from './windows.js';

function windowsOf(
  images: Tensor,
  filterSize: number | readonly number[],
  strides: number | readonly number[],
  count: number,
  channelsFirst = false,
): Windows {
  return {
    size: spatialShape(images, channelsFirst),
    window: perDimension(filterSize, count, 'filterSize'),
    strides: perDimension(strides, count, 'strides'),
    dilations: new Array<number>(count).fill(1),
    channelsFirst,
  };
}

const windowAttrs = ({ window, strides, channelsFirst }: Windows): Attrs => ({
  ksize: inFormat(window, channelsFirst, 1),
  strides: inFormat(strides, channelsFirst, 1),
});

function pool2d<T extends Tensor>(
  op: string,
  images: T,
  filterSize: Pair,
  strides: Pair,
  pad: Pad,
  rounding: Rounding | undefined,
): T {
  return batched(images, 4, (batch) => {
    const windows = windowsOf(batch, filterSize, strides, 2);
    return run(op, [batch], { ...windowAttrs(windows), ...padAttrs(pad, rounding, windows) });
  });
}

/**
 * Average pooling of images [height, width, channels] or a batch of them. Ignores padding; the mean of nothing is 0.
 */
export const avgPool = opFunction(
  'avgPool',
  <T extends Tensor3D | Tensor4D>(
    x: T | TensorLike,
    filterSize: Pair,
    strides: Pair,
    pad: Pad,
    dimRoundingMode?: Rounding,
  ): T => {
    const images = arg<T>(x, 'x', 'numeric');
    const means = pool2d('AvgPool', floatArg<T>(images, 'x'), filterSize, strides, pad, dimRoundingMode);
    return toDtype(means, images.dtype);
  },
);

/** Max pooling of images [height, width, channels] or a batch of them. */
export const maxPool = opFunction(
  'maxPool',
  <T extends Tensor3D | Tensor4D>(
    x: T | TensorLike,
    filterSize: Pair,
    strides: Pair,
    pad: Pad,
    dimRoundingMode?: Rounding,
  ): T => pool2d('MaxPool', arg<T>(x, 'x', 'numeric'), filterSize, strides, pad, dimRoundingMode),
);

/** Max pooling of a batch with the position of each maximum in its image, or in the batch. */
export const maxPoolWithArgmax = opFunction(
  'maxPoolWithArgmax',
  (
    x: Tensor4D | TensorLike,
    filterSize: Pair,
    strides: Pair,
    pad: Pad,
    includeBatchInIndex = false,
  ): NamedTensorMap => {
    const images = arg<Tensor>(x, 'x', 'numeric');
    checkRank(images, 'x', 4);
    const windows = windowsOf(images, filterSize, strides, 2);
    const [result, indexes] = runAll('MaxPoolWithArgmax', [images], {
      ...windowAttrs(windows),
      ...padAttrs(pad, undefined, windows),
      include_batch_in_index: includeBatchInIndex,
      Targmax: dtypeAttr('int32'),
    }) as [Tensor, Tensor];
    return { result, indexes };
  },
);

/** Pooling of volumes by the op `op`, which takes `dtype`, or any number. The result has the dtype of x. */
const pooling3d = (name: string, op: string, dtype?: 'float32') =>
  opFunction(
    name,
    <T extends Tensor4D | Tensor5D>(
      x: T | TensorLike,
      filterSize: Triple,
      strides: Triple,
      pad: Pad,
      dimRoundingMode?: Rounding,
      dataFormat: 'NDHWC' | 'NCDHW' = 'NDHWC',
    ): T => {
      const volumes = arg<T>(x, 'x', 'numeric');
      const isFirst = isChannelsFirst(dataFormat, 'NDHWC', 'NCDHW');
      const pooled = batched(toDtype(volumes, dtype ?? volumes.dtype), 5, (batch) => {
        const windows = windowsOf(batch, filterSize, strides, 3, isFirst);
        const attrs = { ...windowAttrs(windows), ...padAttrs(pad, dimRoundingMode, windows), data_format: dataFormat };
        return run(op, [batch], attrs);
      });
      return toDtype(pooled, volumes.dtype);
    },
  );

/** Average pooling of volumes [depth, height, width, channels] or a batch. Ignores padding; the mean of nothing is 0. */
export const avgPool3d = pooling3d('avgPool3d', 'AvgPool3D', 'float32');

/** Max pooling of volumes [depth, height, width, channels] or a batch. */
export const maxPool3d = pooling3d('maxPool3d', 'MaxPool3D');

/** Explicit padding for dilated windows that gives the output size of `pad`. */
function basePads(
  pad: Pad,
  size: readonly number[],
  window: readonly number[],
  gaps: readonly number[],
): [number, number][] {
  if (pad === 'same') {
    return window.map((extent, axis) => {
      const total = (extent - 1) * (gaps[axis] as number);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
  }
  const windows = { size, window, strides: [1, 1], dilations: gaps, channelsFirst: false };
  return (
    explicitPads(pad, undefined, windows) ?? [
      [0, 0],
      [0, 0],
    ]
  );
}

/**
 * `avgPool` or `maxPool`, with optional dilation.
 *
 * @param dilations Throws E_INPUT if they and the strides are both greater than 1. With dilation, zeros added by `pad`
 *     count as elements.
 */
export const pool = opFunction(
  'pool',
  <T extends Tensor3D | Tensor4D>(
    input: T | TensorLike,
    windowShape: Pair,
    poolingType: 'avg' | 'max',
    pad: Pad,
    dilations: Pair = [1, 1],
    strides: Pair = [1, 1],
    dimRoundingMode?: Rounding,
  ): T => {
    check(
      poolingType === 'avg' || poolingType === 'max',
      () => `the pooling type must be 'avg' or 'max', got ${poolingType}`,
    );
    const plain = poolingType === 'avg' ? avgPool : maxPool;
    const gaps = perDimension(dilations, 2, 'dilations');
    const images = arg<T>(input, 'input', 'numeric');
    if (gaps.every((gap) => gap === 1)) return plain<T>(images, windowShape, strides, pad, dimRoundingMode);
    const isOne = perDimension(strides, 2, 'strides').every((stride) => stride === 1);
    check(isOne, () => `either the strides or the dilations must be 1, got [${strides}] and [${gaps}]`);
    return batched(images, 4, (batch) => {
      const size = spatialShape(batch, false);
      const pads = basePads(pad, size, perDimension(windowShape, 2, 'windowShape'), gaps);
      // Pads to whole blocks; the excess is cropped afterwards.
      const extra = pads.map(([before, after], axis) => {
        const gap = gaps[axis] as number;
        return (gap - (((size[axis] as number) + before + after) % gap)) % gap;
      });
      const spread = pads.map(([before, after], axis) => [before, after + (extra[axis] as number)]);
      const pooled = plain(spaceToBatchND(batch as Tensor4D, gaps, spread), windowShape, strides, 'valid');
      return batchToSpaceND(
        pooled,
        gaps,
        extra.map((count) => [0, count]),
      );
    });
  },
);
