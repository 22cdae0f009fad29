// SPDX-License-Identifier: Apache-2.0
// Puts the functions of the op API into the prototype of Tensor, as methods.
import type { DataType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { variable } from '../tensor/variable.js';
import {
  add,
  atan2,
  clipByValue,
  div,
  divNoNan,
  floorDiv,
  maximum,
  minimum,
  mod,
  mul,
  pow,
  prelu,
  squaredDifference,
  sub,
} from './arithmetic.js';
import { conv1d, conv2d, conv2dTranspose, depthwiseConv2d, dilation2d, separableConv2d } from './conv.js';
import { oneHot, onesLike, zerosLike } from './creation.js';
import { gather, topk, unique, unsortedSegmentSum } from './gather.js';
import { resizeBilinear, resizeNearestNeighbor } from './image.js';
import { concat, split, stack, unstack } from './join.js';
import {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  notEqual,
  where,
} from './logical.js';
import { dot, matMul } from './matrix.js';
import { batchNorm, localResponseNormalization, logSoftmax, softmax } from './normalization.js';
import { avgPool, maxPool, pool } from './pool.js';
import {
  all,
  any,
  argMax,
  argMin,
  cumprod,
  cumsum,
  euclideanNorm,
  logSumExp,
  max,
  mean,
  min,
  norm,
  prod,
  sum,
} from './reduce.js';
import {
  batchToSpaceND,
  broadcastTo,
  depthToSpace,
  expandDims,
  mirrorPad,
  pad,
  reverse,
  slice,
  spaceToBatchND,
  squeeze,
  stridedSlice,
  tile,
  transpose,
} from './shape.js';
import { fft, ifft, irfft, rfft } from './spectral.js';
import {
  abs,
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  cast,
  ceil,
  cos,
  cosh,
  elu,
  erf,
  exp,
  expm1,
  floor,
  isFinite as isFiniteOf,
  isInf,
  isNaN as isNaNOf,
  leakyRelu,
  log,
  log1p,
  logSigmoid,
  neg,
  reciprocal,
  relu,
  relu6,
  round,
  rsqrt,
  selu,
  sigmoid,
  sign,
  sin,
  sinh,
  softplus,
  sqrt,
  square,
  step,
  tan,
  tanh,
} from './unary.js';

/** The tensor is their first argument. */
const FUNCTIONS = {
  abs,
  acos,
  acosh,
  add,
  all,
  any,
  argMax,
  argMin,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  avgPool,
  batchNorm,
  batchToSpaceND,
  broadcastTo,
  cast,
  ceil,
  clipByValue,
  conv1d,
  conv2d,
  conv2dTranspose,
  cos,
  cosh,
  cumprod,
  cumsum,
  depthToSpace,
  depthwiseConv2d,
  dilation2d,
  div,
  divNoNan,
  dot,
  elu,
  equal,
  erf,
  euclideanNorm,
  exp,
  expandDims,
  expm1,
  fft,
  floor,
  floorDiv,
  gather,
  greater,
  greaterEqual,
  ifft,
  irfft,
  isFinite: isFiniteOf,
  isInf,
  isNaN: isNaNOf,
  leakyRelu,
  less,
  lessEqual,
  localResponseNormalization,
  log,
  log1p,
  logSigmoid,
  logSoftmax,
  logSumExp,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  matMul,
  max,
  maxPool,
  maximum,
  mean,
  min,
  minimum,
  mirrorPad,
  mod,
  mul,
  neg,
  norm,
  notEqual,
  oneHot,
  onesLike,
  pad,
  pool,
  pow,
  prelu,
  prod,
  reciprocal,
  relu,
  relu6,
  resizeBilinear,
  resizeNearestNeighbor,
  reverse,
  rfft,
  round,
  rsqrt,
  selu,
  separableConv2d,
  sigmoid,
  sign,
  sin,
  sinh,
  slice,
  softmax,
  softplus,
  spaceToBatchND,
  split,
  sqrt,
  square,
  squaredDifference,
  squeeze,
  step,
  stridedSlice,
  sub,
  sum,
  tan,
  tanh,
  tile,
  topk,
  transpose,
  unique,
  unsortedSegmentSum,
  unstack,
  variable,
  zerosLike,
};

type List = Tensor | readonly (Tensor | TensorLike)[];

const listOf = (tensors: List) => (tensors instanceof Tensor ? [tensors] : tensors);

function asShape(this: Tensor, ...sizes: number[]): Tensor {
  return this.reshape(sizes);
}

function asVector(this: Tensor): Tensor {
  return this.reshape([this.size]);
}

/** Methods that are no function of the tensor and the same arguments. */
const METHODS = {
  as1D: asVector,
  as2D: asShape,
  as3D: asShape,
  as4D: asShape,
  as5D: asShape,
  asScalar: asShape,
  asType(this: Tensor, dtype: DataType): Tensor {
    return cast(this, dtype);
  },
  concat(this: Tensor, tensors: List, axis?: number): Tensor {
    return concat([this, ...listOf(tensors)], axis);
  },
  flatten: asVector,
  reshapeAs(this: Tensor, x: Tensor): Tensor {
    return this.reshape(x.shape);
  },
  stack(this: Tensor, x: List, axis?: number): Tensor {
    return stack([this, ...listOf(x)], axis);
  },
  toBool(this: Tensor): Tensor {
    return cast(this, 'bool');
  },
  toFloat(this: Tensor): Tensor {
    return cast(this, 'float32');
  },
  toInt(this: Tensor): Tensor {
    return cast(this, 'int32');
  },
  where(this: Tensor, condition: Tensor | TensorLike, x: Tensor | TensorLike): Tensor {
    return where(condition, this, x);
  },
};

/** They agree in nothing else. */
type AnyFunction = (x: Tensor, ...rest: never[]) => unknown;

/** Gives tensors the methods of js/ops/chained-types.ts. */
export function installMethods(): void {
  for (const [name, call] of Object.entries(FUNCTIONS as unknown as Record<string, AnyFunction>)) {
    define(name, function (this: Tensor, ...rest: never[]) {
      return call(this, ...rest);
    });
  }
  for (const [name, method] of Object.entries(METHODS)) define(name, method);
}

function define(name: string, method: (this: Tensor, ...rest: never[]) => unknown): void {
  Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true });
}
