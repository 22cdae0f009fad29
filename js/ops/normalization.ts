// SPDX-License-Identifier: Apache-2.0
// Normalization, softmax, dropout.
import { check, TfwasmError } from '../core/errors.js';
import { run } from '../tensor/call.js';
import { ones, zeros } from '../tensor/factories.js';
import type { Scalar, Tensor, Tensor2D, Tensor3D, Tensor4D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg, checkRank, floatArg } from './arguments.js';
import { add, div, mul, pow, sub } from './arithmetic.js';
import { axisOf } from './axes.js';
import { randomUniform } from './random.js';
import { opFunction } from './op-function.js';
import { transpose } from './shape.js';
import { floor, rsqrt } from './unary.js';
import { batched } from './windows.js';

/** Applies an op on the last dimension along another one. */
function alongAxis<T extends Tensor>(op: string, logits: T | TensorLike, axis: number): T {
  const x = floatArg<T>(logits, 'logits');
  const along = axisOf(axis, x.rank);
  const last = x.rank - 1;
  if (along === last) return run<T>(op, [x]);
  // Swapping two dimensions is its own inverse.
  const swap = x.shape.map((_, index) => (index === along ? last : index === last ? along : index));
  return transpose(run<T>(op, [transpose(x, swap)]), swap);
}

/** exp(x) divided by its sum along a dimension. */
export const softmax = opFunction(
  'softmax',
  <T extends Tensor>(logits: T | TensorLike, dim = -1): T => alongAxis('Softmax', logits, dim),
);

/** log(softmax(x)), without overflow. */
export const logSoftmax = opFunction(
  'logSoftmax',
  <T extends Tensor>(logits: T | TensorLike, axis = -1): T => alongAxis('LogSoftmax', logits, axis),
);

type Statistic = Tensor | TensorLike;

/**
 * (x - mean) / sqrt(variance + epsilon) * scale + offset.
 *
 * @param mean Like the others, one value per channel, or any shape that broadcasts to x.
 */
export const batchNorm = opFunction(
  'batchNorm',
  <T extends Tensor>(
    x: T | TensorLike,
    mean: Statistic,
    variance: Statistic,
    offset?: Statistic | null,
    scale?: Statistic | null,
    varianceEpsilon = 0.001,
  ): T => {
    const images = floatArg<T>(x, 'x');
    const average = floatArg(mean, 'mean');
    const spread = floatArg(variance, 'variance');
    const shift = offset === undefined || offset === null ? zeros(average.shape) : floatArg(offset, 'offset');
    const factor = scale === undefined || scale === null ? ones(average.shape) : floatArg(scale, 'scale');
    const channels = (images.shape as number[])[images.rank - 1];
    const perChannel = [average, spread, shift, factor].every((t) => t.rank === 1 && t.size === channels);
    if (perChannel && images.rank > 1) {
      return run<T>('FusedBatchNormV3', [images, factor, shift, average, spread], {
        epsilon: varianceEpsilon,
        is_training: false,
      });
    }
    const unit = mul(sub(images, average), rsqrt(add(spread, varianceEpsilon)));
    return add<T>(mul(unit, factor), shift);
  },
);

function batchNormOfRank<T extends Tensor>(rank: number) {
  return opFunction('batchNorm', (x: T | TensorLike, ...rest: BatchNormRest): T => {
    const images = floatArg<T>(x, 'x');
    checkRank(images, 'x', rank);
    return batchNorm(images, ...rest);
  });
}

type BatchNormRest = [
  mean: Statistic,
  variance: Statistic,
  offset?: Statistic | null,
  scale?: Statistic | null,
  varianceEpsilon?: number,
];

/** `batchNorm` of a matrix. */
export const batchNorm2d = batchNormOfRank<Tensor2D>(2);

/** `batchNorm` of an image. */
export const batchNorm3d = batchNormOfRank<Tensor3D>(3);

/** `batchNorm` of a batch of images. */
export const batchNorm4d = batchNormOfRank<Tensor4D>(4);

/**
 * Divides images, or a batch, by (bias + alpha * s) ** beta, where s is the sum of squares over the channels within
 * depthRadius.
 */
export const localResponseNormalization = opFunction(
  'localResponseNormalization',
  <T extends Tensor3D | Tensor4D>(x: T | TensorLike, depthRadius = 5, bias = 1, alpha = 1, beta = 0.5): T => {
    check(Number.isInteger(depthRadius), () => `the depth radius must be an integer, got ${depthRadius}`);
    return batched(floatArg<T>(x, 'x'), 4, (images) =>
      run('LRN', [images], { depth_radius: depthRadius, bias, alpha, beta }),
    );
  },
);

/**
 * Sets a random fraction `rate` of the elements to 0 and scales the others up.
 *
 * @param noiseShape Elements along dimensions of size 1 are kept or dropped together.
 * @throws E_INPUT unless 0 <= rate < 1.
 */
export const dropout = opFunction(
  'dropout',
  (x: Tensor | TensorLike, rate: number, noiseShape?: readonly (number | null)[], seed?: number | string): Tensor => {
    const values = arg(x, 'x', 'float32');
    check(rate >= 0 && rate < 1, () => `the rate must be from 0 to below 1, got ${rate}`);
    if (rate === 0) return values.clone();
    const own: readonly number[] = values.shape;
    const shape = noiseShape?.length === values.rank ? noiseShape.map((size, index) => size ?? own[index]) : noiseShape;
    const kept = floor(add(randomUniform((shape ?? own) as number[], 0, 1, 'float32', seed), 1 - rate));
    return mul(values, div(kept, 1 - rate));
  },
);

/**
 * Updates a moving average: v + (x - v) * (1 - decay).
 *
 * @param step Required for zeroDebias (E_INPUT): the number of values so far, to correct for the start at zero.
 */
export const movingAverage = opFunction(
  'movingAverage',
  <T extends Tensor>(
    v: T | TensorLike,
    x: T | TensorLike,
    decay: number | Scalar,
    step?: number | Scalar | null,
    zeroDebias = true,
  ): T => {
    const from = arg<T>(v, 'v', 'numeric');
    const to = arg<T>(x, 'x', 'numeric');
    if (from.dtype !== to.dtype) throw new TfwasmError('E_DTYPE', `v is ${from.dtype}, but x is ${to.dtype}`);
    let update = mul(sub(to, from), sub(1, arg<Scalar>(decay, 'decay')));
    if (zeroDebias) {
      check(step !== undefined && step !== null, `zeroDebias needs the argument 'step'`);
      update = div(update, sub(1, pow(arg<Scalar>(decay, 'decay'), arg<Scalar>(step as number, 'step'))));
    }
    return add<T>(from, update);
  },
);
