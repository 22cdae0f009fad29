// SPDX-License-Identifier: Apache-2.0
// Random numbers. With a seed they are reproducible.
import { check, TfwasmError } from '../core/errors.js';
import { callUser } from '../core/public-function.js';
import { type Attrs, dtypeAttr } from '../tensor/attributes.js';
import { run, toDtype } from '../tensor/call.js';
import type { DataType } from '../tensor/dtype.js';
import { tensor } from '../tensor/factories.js';
import { checkShape, type Rank, type ShapeMap, sizeOfShape } from '../tensor/shape.js';
import type { Tensor, Tensor1D, Tensor2D } from '../tensor/tensor.js';
import { newNumbers, type TensorLike } from '../tensor/values.js';
import { checkInt, int, ints } from '../tensor/written.js';
import { checkRank, floatArg } from './arguments.js';
import { add, mul } from './arithmetic.js';
import { opFunction } from './op-function.js';

type Seed = number | string | undefined;

/** A 32-bit seed from any value. */
function seedOf(seed: Seed): number | undefined {
  if (seed === undefined || seed === null) return undefined;
  let hash = 0x811c9dc5;
  for (const unit of String(seed)) hash = Math.imul(hash ^ (unit.codePointAt(0) as number), 0x01000193);
  return hash >>> 1;
}

/** In TensorFlow, two seeds of 0 mean no seed. */
function seedAttrs(seed: Seed): Attrs {
  const number = seedOf(seed);
  return number === undefined ? { seed: 0, seed2: 0 } : { seed: number, seed2: 1 };
}

/** Numbers of shape `shape`, float32 by default, by an op whose only input is the shape. */
function draw(op: string, shape: readonly number[], seed: Seed, attrs: Attrs = {}): Tensor {
  const all = { ...seedAttrs(seed), dtype: dtypeAttr('float32'), T: dtypeAttr('int32'), ...attrs };
  return run(op, [ints(checkShape(shape))], all);
}

/** x * factor + offset. */
function scaled(x: Tensor, factor: number, offset: number): Tensor {
  const wide = factor === 1 ? x : mul(x, factor);
  return offset === 0 ? wide : add(wide, offset);
}

/** Converts to the dtype. int32 truncates. */
function inDtype<R extends Rank>(x: Tensor, dtype: DataType): Tensor<R> {
  if (dtype === 'bool') return toDtype(toDtype(x, 'int32'), 'bool') as Tensor<R>;
  return toDtype(x, dtype) as Tensor<R>;
}

/** Uniformly distributed values in [minval, maxval). int32 and bool truncate. */
export const randomUniform = opFunction(
  'randomUniform',
  <R extends Rank>(shape: ShapeMap[R], minval = 0, maxval = 1, dtype: DataType = 'float32', seed?: Seed): Tensor<R> =>
    inDtype<R>(scaled(draw('RandomUniform', shape, seed), maxval - minval, minval), dtype),
);

/** Uniformly distributed int32 values in [minval, maxval). */
export const randomUniformInt = opFunction(
  'randomUniformInt',
  <R extends Rank>(shape: ShapeMap[R], minval: number, maxval: number, seed?: Seed): Tensor<R> => {
    const low = checkInt(minval, `the argument 'minval'`);
    const high = checkInt(maxval, `the argument 'maxval'`);
    check(low < high, () => `minval ${low} must be less than maxval ${high}`);
    const attrs = { ...seedAttrs(seed), minval: low, maxval: high, T: dtypeAttr('int32') };
    return run<Tensor<R>>('RandomUniformInt', [ints(checkShape(shape))], attrs);
  },
);

function normal<R extends Rank>(
  op: string,
  shape: readonly number[],
  mean: number,
  stdDev: number,
  dtype: DataType,
  seed: Seed,
): Tensor<R> {
  if (dtype !== 'float32' && dtype !== 'int32') {
    throw new TfwasmError('E_DTYPE', `normal values are float32 or int32, not ${dtype}`);
  }
  return draw(op, shape, seed, { mean, stddev: stdDev, dtype: dtypeAttr(dtype) }) as Tensor<R>;
}

/** A function of normally distributed values by the op `op`. */
const normalFunction = (name: string, op: string) =>
  opFunction(
    name,
    <R extends Rank>(
      shape: ShapeMap[R],
      mean = 0,
      stdDev = 1,
      dtype: 'float32' | 'int32' = 'float32',
      seed?: number,
    ): Tensor<R> => normal<R>(op, shape, mean, stdDev, dtype, seed),
  );

/** Normally distributed values. int32 rounds. */
export const randomNormal = normalFunction('randomNormal', 'RandomStandardNormal');

/** Normally distributed values within two standard deviations; others are redrawn. */
export const truncatedNormal = normalFunction('truncatedNormal', 'TruncatedNormal');

/** Values of the standard normal distribution. */
export const randomStandardNormal = opFunction(
  'randomStandardNormal',
  <R extends Rank>(shape: ShapeMap[R], dtype: 'float32' | 'int32' = 'float32', seed?: number): Tensor<R> =>
    normal<R>('RandomStandardNormal', shape, 0, 1, dtype, seed),
);

/** A tensor filled by calling a function for each element. */
export const rand = opFunction(
  'rand',
  <R extends Rank>(shape: ShapeMap[R], randFunction: () => number, dtype: DataType = 'float32'): Tensor<R> => {
    const values = newNumbers('float32', sizeOfShape(checkShape(shape))).map(() => callUser(randFunction));
    return inDtype<R>(tensor(values, shape as number[], 'float32'), dtype);
  },
);

/** A Weyl sequence with a 32-bit mixer. */
function generator(seed: number | undefined): () => number {
  if (seed === undefined) return Math.random;
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** A value of the gamma distribution with rate 1. Marsaglia and Tsang, 2000. */
function gammaValue(alpha: number, uniform: () => number): number {
  if (alpha < 1) return gammaValue(alpha + 1, uniform) * (1 - uniform()) ** (1 / alpha);
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    // Box-Muller, 1958.
    const x = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - uniform()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Values of the gamma distribution with shape alpha and rate beta. Throws E_INPUT unless both are positive. */
export const randomGamma = opFunction(
  'randomGamma',
  <R extends Rank>(
    shape: ShapeMap[R],
    alpha: number,
    beta = 1,
    dtype: 'float32' | 'int32' = 'float32',
    seed?: number,
  ): Tensor<R> => {
    check(
      [alpha, beta].every((value) => typeof value === 'number' && value > 0),
      () => `alpha and beta must be positive numbers, got ${alpha} and ${beta}`,
    );
    const uniform = generator(seedOf(seed));
    return rand<R>(shape, () => gammaValue(alpha, uniform) / beta, dtype);
  },
);

/**
 * Samples of a multinomial distribution: int32 [numSamples], or [batch, numSamples].
 *
 * @param logits [outcomes] or [batch, outcomes]: unnormalized log-probabilities, or probabilities if normalized.
 */
export const multinomial = opFunction(
  'multinomial',
  <T extends Tensor1D | Tensor2D>(logits: T | TensorLike, numSamples: number, seed?: number, normalized = false): T => {
    const given = floatArg<Tensor>(logits, 'logits');
    checkRank(given, 'logits', 1, 2);
    const rows = given.rank === 1 ? given.reshape([1, given.size]) : given;
    const attrs = { ...seedAttrs(seed), normalized, output_dtype: dtypeAttr('int32') };
    const samples = run('Multinomial', [rows, int(numSamples)], attrs);
    return (given.rank === 1 ? samples.reshape([samples.size]) : samples) as Tensor as T;
  },
);
