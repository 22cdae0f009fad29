// SPDX-License-Identifier: Apache-2.0
// Image functions. Images are [height, width, channels], or batches of them.
import { check } from '../core/errors.js';
import { functionName } from '../core/public-function.js';
import { floatsAttr } from '../tensor/attributes.js';
import { run, runAll, toDtype } from '../tensor/call.js';
import { tensor1d } from '../tensor/factories.js';
import type { NamedTensorMap, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { int, ints, value } from '../tensor/written.js';
import { arg, checkRank, floatArg } from './arguments.js';
import { div, mul, pow, sub } from './arithmetic.js';
import { range } from './creation.js';
import { greater, lessEqual, where } from './logical.js';
import { argMax, bincount, cumsum, sum } from './reduce.js';
import { asPromise, opFunction } from './op-function.js';
import { reverse, slice, tile } from './shape.js';
import { isFinite as isFiniteNumber, round } from './unary.js';
import { batched } from './windows.js';

type Size = readonly [number, number];

function resize<T extends Tensor>(
  op: string,
  images: T,
  size: Size,
  alignCorners: boolean,
  halfPixelCenters: boolean,
): T {
  return batched(images, 4, (batch) =>
    run(op, [batch, ints(size)], { align_corners: alignCorners, half_pixel_centers: halfPixelCenters }),
  );
}

/**
 * Resizes images to [height, width] with bilinear interpolation. Returns float32.
 *
 * @param alignCorners Aligns the centers of the corner pixels.
 * @param halfPixelCenters Uses half-pixel centers. Not together with alignCorners.
 */
export const resizeBilinear = opFunction(
  'resizeBilinear',
  <T extends Tensor3D | Tensor4D>(
    images: T | TensorLike,
    size: Size,
    alignCorners = false,
    halfPixelCenters = false,
  ): T => resize('ResizeBilinear', floatArg<T>(images, 'images'), size, alignCorners, halfPixelCenters),
);

/** Resizes images to [height, width] with nearest-neighbour sampling. Otherwise like resizeBilinear. */
export const resizeNearestNeighbor = opFunction(
  'resizeNearestNeighbor',
  <T extends Tensor3D | Tensor4D>(
    images: T | TensorLike,
    size: Size,
    alignCorners = false,
    halfPixelCenters = false,
  ): T => resize('ResizeNearestNeighbor', arg<T>(images, 'images', 'numeric'), size, alignCorners, halfPixelCenters),
);

/**
 * Crops boxes from a batch of images and resizes them to cropSize.
 *
 * @param boxes [boxes, 4]: top, left, bottom and right, relative to height and width.
 * @param boxInd int32 [boxes]: the image of each box.
 * @param extrapolationValue The value outside of the image.
 */
export const cropAndResize = opFunction(
  'cropAndResize',
  (
    image: Tensor4D | TensorLike,
    boxes: Tensor2D | TensorLike,
    boxInd: Tensor1D | TensorLike,
    cropSize: Size,
    method: 'bilinear' | 'nearest' = 'bilinear',
    extrapolationValue = 0,
  ): Tensor4D =>
    run<Tensor4D>(
      'CropAndResize',
      [floatArg(image, 'image'), floatArg(boxes, 'boxes'), arg(boxInd, 'boxInd', 'int32'), ints(cropSize)],
      { method, extrapolation_value: extrapolationValue },
    ),
);

/** Flips a batch of images horizontally. */
export const flipLeftRight = opFunction('flipLeftRight', (image: Tensor4D | TensorLike): Tensor4D => {
  const images = arg<Tensor4D>(image, 'image');
  checkRank(images, 'image', 4);
  return reverse(images, 2);
});

/** Repeats the channel of grayscale images three times. Throws E_SHAPE unless there is one channel. */
export const grayscaleToRGB = opFunction(
  'grayscaleToRGB',
  <T extends Tensor>(image: T | TensorLike): T =>
    tile(withChannels<T>(image, 1), [...lastOnly(arg(image, 'image').rank, 3)]),
);

/** The luma of RGB images, as one channel. Throws E_SHAPE unless there are three channels. */
export const rgbToGrayscale = opFunction('rgbToGrayscale', <T extends Tensor>(image: T | TensorLike): T => {
  const colors = withChannels<T>(image, 3);
  return toDtype(sum<T>(mul(toDtype(colors, 'float32'), tensor1d(LUMA)), -1, true), colors.dtype);
});

/** ITU-R BT.601. */
const LUMA = [0.2989, 0.587, 0.114];

const lastOnly = (rank: number, last: number): number[] =>
  Array.from({ length: rank }, (_, i) => (i < rank - 1 ? 1 : last));

function withChannels<T extends Tensor>(image: T | TensorLike, count: number): T {
  const images = arg<T>(image, 'image', 'numeric');
  const place = `Error in ${functionName()}:`;
  check(images.rank >= 2, () => `${place} images must be at least rank 2, but got rank ${images.rank}`, 'E_SHAPE');
  const depth = (images.shape as number[])[images.rank - 1];
  const kind = count === 1 ? 'a grayscale' : 'an RGB';
  check(
    depth === count,
    () => `${place} last dimension of ${kind} image should be size ${count}, but got size ${depth}`,
    'E_SHAPE',
  );
  return images;
}

/**
 * Rotates a batch of images.
 *
 * @param radians Counterclockwise.
 * @param fillValue The value outside of the image: a number, or one for each of three colors.
 * @param center Relative to width and height.
 */
export const rotateWithOffset = opFunction(
  'rotateWithOffset',
  (
    image: Tensor4D | TensorLike,
    radians: number,
    fillValue: number | [number, number, number] = 0,
    center: number | [number, number] = 0.5,
  ): Tensor4D =>
    run<Tensor4D>('RotateWithOffset', [floatArg(image, 'image')], {
      radians,
      fill_value: floatsAttr([fillValue].flat()),
      center: floatsAttr([center].flat()),
    }),
);

/**
 * Applies projective transforms to a batch of images.
 *
 * @param transforms [1, 8] or [batch, 8]: maps each output pixel to an input position.
 */
export const transform = opFunction(
  'transform',
  (
    image: Tensor4D | TensorLike,
    transforms: Tensor2D | TensorLike,
    interpolation: 'nearest' | 'bilinear' = 'nearest',
    fillMode: 'constant' | 'reflect' | 'wrap' | 'nearest' = 'constant',
    fillValue = 0,
    outputShape?: Size,
  ): Tensor4D => {
    const images = floatArg<Tensor4D>(image, 'image');
    checkRank(images, 'image', 4);
    const size = outputShape ?? images.shape.slice(1, 3);
    return run<Tensor4D>(
      'ImageProjectiveTransformV3',
      [images, floatArg(transforms, 'transforms'), ints(size), value(fillValue, 'float32')],
      { interpolation: interpolation.toUpperCase(), fill_mode: fillMode.toUpperCase() },
    );
  },
);

/** Otsu's threshold for a histogram (Otsu, 1979), as a scalar. */
function otsuThreshold(histogram: Tensor): Tensor {
  const levels = range(0, 256);
  const below = cumsum(histogram);
  const weighted = cumsum(mul(histogram, levels));
  const count = slice(below, [255], [1]);
  const total = slice(weighted, [255], [1]);
  const above = sub(count, below);
  const distance = sub(div(weighted, below), div(sub(total, weighted), above));
  const variance = mul(mul(below, above), pow(distance, 2));
  return argMax(where(isFiniteNumber(variance), variance, 0));
}

/**
 * Thresholds an image [height, width, 1 or 3] with values up to 255: 255 where it is brighter than the threshold, or
 * not brighter if inverted; else 0. Returns int32.
 *
 * @param method 'binary', with threshValue from 0 to 1, or 'otsu', which computes the threshold.
 */
export const threshold = opFunction(
  'threshold',
  (image: Tensor3D | TensorLike, method = 'binary', inverted = false, threshValue = 0.5): Tensor3D => {
    const given = arg<Tensor>(image, 'image', 'numeric');
    checkRank(given, 'image', 3);
    check(method === 'binary' || method === 'otsu', () => `the method must be 'binary' or 'otsu', got '${method}'`);
    const isColored = (given.shape as number[])[2] === 3;
    const gray = isColored ? sum(mul(given, tensor1d(LUMA)), -1, true) : withChannels(given, 1);
    const counts = () => bincount(toDtype(round(gray), 'int32').reshape<'R1'>([-1]), tensor1d([]), 256);
    const limit = method === 'otsu' ? otsuThreshold(counts()) : threshValue * 255;
    const isLit = inverted ? lessEqual(gray, limit) : greater(gray, limit);
    return mul<Tensor3D>(isLit, tensor1d([255], 'int32'));
  },
);

type Suppressing<Rest extends unknown[], Result> = (
  boxes: Tensor2D | TensorLike,
  scores: Tensor1D | TensorLike,
  maxOutputSize: number,
  iouThreshold?: number,
  scoreThreshold?: number,
  ...rest: Rest
) => Result;

function suppressing<Rest extends unknown[], Result>(
  name: string,
  op: string,
  resultOf: (outputs: Tensor[]) => Result,
): Suppressing<Rest, Result> {
  const suppress: Suppressing<Rest, Result> = (
    boxes,
    scores,
    maxOutputSize,
    overlap = 0.5,
    least = Number.NEGATIVE_INFINITY,
    ...[option]
  ) => {
    check(overlap >= 0 && overlap <= 1, () => `iouThreshold must be in [0, 1], but was '${overlap}'`);
    const isPadded = op === 'NonMaxSuppressionV4';
    const numbers = op === 'NonMaxSuppressionV5' ? [overlap, least, Number(option ?? 0)] : [overlap, least];
    const inputs = [floatArg(boxes, 'boxes'), floatArg(scores, 'scores'), int(maxOutputSize)];
    const attrs = isPadded ? { pad_to_max_output_size: Boolean(option) } : undefined;
    return resultOf(runAll(op, [...inputs, ...numbers.map((x) => value(x, 'float32'))], attrs));
  };
  return opFunction(name, suppress);
}

/**
 * Non-maximum suppression. Returns the int32 indices of the chosen boxes, best scores first.
 *
 * Boxes are [top, left, bottom, right]. Drops boxes whose intersection over union with a better one exceeds
 * iouThreshold (0.5), and boxes with scores below scoreThreshold.
 */
export const nonMaxSuppression = suppressing<[], Tensor1D>(
  'nonMaxSuppression',
  'NonMaxSuppressionV3',
  ([indices]) => indices as Tensor1D,
);

/** nonMaxSuppression as a promise. */
export const nonMaxSuppressionAsync = asPromise(nonMaxSuppression);

/**
 * Like nonMaxSuppression; returns selectedIndices and selectedScores. With softNmsSigma above 0, overlaps lower a box's
 * score instead of dropping it (soft NMS).
 */
export const nonMaxSuppressionWithScore = suppressing<[softNmsSigma?: number], NamedTensorMap>(
  'nonMaxSuppressionWithScore',
  'NonMaxSuppressionV5',
  ([selectedIndices, selectedScores]) => ({ selectedIndices, selectedScores }) as NamedTensorMap,
);

/** nonMaxSuppressionWithScore as a promise. */
export const nonMaxSuppressionWithScoreAsync = asPromise(nonMaxSuppressionWithScore);

/**
 * Like nonMaxSuppression; returns selectedIndices, optionally padded to maxOutputSize, and the number of validOutputs.
 */
export const nonMaxSuppressionPadded = suppressing<[padToMaxOutputSize?: boolean], NamedTensorMap>(
  'nonMaxSuppressionPadded',
  'NonMaxSuppressionV4',
  ([selectedIndices, validOutputs]) => ({ selectedIndices, validOutputs }) as NamedTensorMap,
);

/** nonMaxSuppressionPadded as a promise. */
export const nonMaxSuppressionPaddedAsync = asPromise(nonMaxSuppressionPadded);
