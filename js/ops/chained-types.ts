// SPDX-License-Identifier: Apache-2.0
// The methods of tensors that stand for functions of the op API. The functions say what they do.
import type { DataType } from '../tensor/dtype.js';
import type { Rank, ShapeMap } from '../tensor/shape.js';
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import type { Variable } from '../tensor/variable.js';
import type { Pad, Rounding } from './windows.js';

type Values = Tensor | TensorLike;
type Axes = number | readonly number[] | null;
type Pair = [number, number] | number;

/** Functions of one tensor, whose result is like it. */
type OfOne =
  | 'abs'
  | 'acos'
  | 'acosh'
  | 'asin'
  | 'asinh'
  | 'atan'
  | 'atanh'
  | 'ceil'
  | 'cos'
  | 'cosh'
  | 'elu'
  | 'erf'
  | 'exp'
  | 'expm1'
  | 'floor'
  | 'isFinite'
  | 'isInf'
  | 'isNaN'
  | 'log'
  | 'log1p'
  | 'logSigmoid'
  | 'logicalNot'
  | 'neg'
  | 'onesLike'
  | 'reciprocal'
  | 'relu'
  | 'relu6'
  | 'round'
  | 'rsqrt'
  | 'selu'
  | 'sigmoid'
  | 'sign'
  | 'sin'
  | 'sinh'
  | 'softplus'
  | 'sqrt'
  | 'square'
  | 'tan'
  | 'tanh'
  | 'toBool'
  | 'toFloat'
  | 'toInt'
  | 'zerosLike';

/** Functions of two tensors, with broadcasting. */
type OfTwo =
  | 'add'
  | 'atan2'
  | 'div'
  | 'divNoNan'
  | 'equal'
  | 'floorDiv'
  | 'greater'
  | 'greaterEqual'
  | 'less'
  | 'lessEqual'
  | 'logicalAnd'
  | 'logicalOr'
  | 'logicalXor'
  | 'maximum'
  | 'minimum'
  | 'mod'
  | 'mul'
  | 'notEqual'
  | 'pow'
  | 'prelu'
  | 'squaredDifference'
  | 'sub';

type Reductions = 'all' | 'any' | 'euclideanNorm' | 'logSumExp' | 'max' | 'mean' | 'min' | 'prod' | 'sum';

type MethodsOfOne = { [Name in OfOne]: <T extends Tensor>(this: T) => T };
type MethodsOfTwo = { [Name in OfTwo]: <T extends Tensor>(b: Values) => T };
type ReductionMethods = { [Name in Reductions]: <T extends Tensor>(axis?: Axes, keepDims?: boolean) => T };
type SpectralMethods = { [Name in 'fft' | 'ifft' | 'irfft']: () => Tensor };

export interface ChainedMethods<R extends Rank> extends MethodsOfOne, MethodsOfTwo, ReductionMethods, SpectralMethods {
  argMax<T extends Tensor>(axis?: number): T;
  argMin<T extends Tensor>(axis?: number): T;
  /** The same values in one dimension. */
  as1D(): Tensor1D;
  as2D(rows: number, columns: number): Tensor2D;
  as3D(rows: number, columns: number, depth: number): Tensor3D;
  as4D(rows: number, columns: number, depth: number, depth2: number): Tensor4D;
  as5D(rows: number, columns: number, depth: number, depth2: number, depth3: number): Tensor5D;
  /** The one value without dimensions. Throws E_SHAPE when there are more. */
  asScalar(): Scalar;
  /** As cast. */
  asType<T extends Tensor>(this: T, dtype: DataType): T;
  avgPool<T extends Tensor3D | Tensor4D>(filterSize: Pair, strides: Pair, pad: Pad, dimRoundingMode?: Rounding): T;
  batchNorm(
    mean: Values,
    variance: Values,
    offset?: Values | null,
    scale?: Values | null,
    varianceEpsilon?: number,
  ): Tensor<R>;
  batchToSpaceND<S extends Rank>(blockShape: readonly number[], crops: readonly (readonly number[])[]): Tensor<S>;
  broadcastTo<S extends Rank>(shape: ShapeMap[S]): Tensor<S>;
  cast<T extends Tensor>(dtype: DataType): T;
  clipByValue<T extends Tensor>(this: T, min: number, max: number): T;
  /** The tensor and the others side by side. */
  concat<T extends Tensor>(tensors: T | readonly (T | TensorLike)[], axis?: number): T;
  conv1d<T extends Tensor2D | Tensor3D>(
    filter: Tensor3D | TensorLike,
    stride: number,
    pad: Pad,
    dataFormat?: 'NWC' | 'NCW',
    dilation?: number,
    dimRoundingMode?: Rounding,
  ): T;
  conv2d<T extends Tensor3D | Tensor4D>(
    filter: Tensor4D | TensorLike,
    strides: Pair,
    pad: Pad,
    dataFormat?: 'NHWC' | 'NCHW',
    dilations?: Pair,
    dimRoundingMode?: Rounding,
  ): T;
  conv2dTranspose<T extends Tensor3D | Tensor4D>(
    filter: Tensor4D | TensorLike,
    outputShape: [number, number, number, number] | [number, number, number],
    strides: Pair,
    pad: Pad,
    dimRoundingMode?: Rounding,
  ): T;
  cumprod<S extends Rank>(axis?: number, exclusive?: boolean, reverse?: boolean): Tensor<S>;
  cumsum<S extends Rank>(axis?: number, exclusive?: boolean, reverse?: boolean): Tensor<S>;
  depthToSpace<T extends Tensor4D>(blockSize: number, dataFormat?: 'NHWC' | 'NCHW'): T;
  depthwiseConv2d<T extends Tensor3D | Tensor4D>(
    filter: Tensor4D | TensorLike,
    strides: Pair,
    pad: Pad,
    dataFormat?: 'NHWC' | 'NCHW',
    dilations?: Pair,
    dimRoundingMode?: Rounding,
  ): T;
  dilation2d<T extends Tensor3D | Tensor4D>(
    filter: Tensor3D | TensorLike,
    strides: Pair,
    pad: 'valid' | 'same',
    dilations?: Pair,
    dataFormat?: 'NHWC',
  ): T;
  dot(b: Values): Tensor;
  expandDims<T extends Tensor>(axis?: number): T;
  /** The same values in one dimension. */
  flatten(): Tensor1D;
  gather<T extends Tensor>(this: T, indices: Values, axis?: number, batchDims?: number): T;
  leakyRelu<T extends Tensor>(this: T, alpha?: number): T;
  localResponseNormalization<T extends Tensor>(
    this: T,
    depthRadius?: number,
    bias?: number,
    alpha?: number,
    beta?: number,
  ): T;
  logSoftmax<T extends Tensor>(this: T, axis?: number): T;
  matMul(b: Values, transposeA?: boolean, transposeB?: boolean): Tensor;
  maxPool<T extends Tensor3D | Tensor4D>(filterSize: Pair, strides: Pair, pad: Pad, dimRoundingMode?: Rounding): T;
  mirrorPad<T extends Tensor>(
    this: T,
    paddings: readonly (readonly [number, number])[],
    mode: 'reflect' | 'symmetric',
  ): T;
  norm(ord?: number | 'euclidean' | 'fro', axis?: Axes, keepDims?: boolean): Tensor;
  oneHot(depth: number, onValue?: number, offValue?: number): Tensor;
  pad<T extends Tensor>(this: T, paddings: readonly (readonly [number, number])[], constantValue?: number): T;
  pool<T extends Tensor3D | Tensor4D>(
    windowShape: Pair,
    poolingType: 'avg' | 'max',
    pad: Pad,
    dilations?: Pair,
    strides?: Pair,
    dimRoundingMode?: Rounding,
  ): T;
  /** The same values in the shape of another tensor. */
  reshapeAs<T extends Tensor>(x: T): T;
  resizeBilinear<T extends Tensor3D | Tensor4D>(
    newShape2D: [number, number],
    alignCorners?: boolean,
    halfPixelCenters?: boolean,
  ): T;
  resizeNearestNeighbor<T extends Tensor3D | Tensor4D>(
    newShape2D: [number, number],
    alignCorners?: boolean,
    halfPixelCenters?: boolean,
  ): T;
  reverse<T extends Tensor>(this: T, axis?: number | readonly number[] | null): T;
  rfft(fftLength?: number | null): Tensor;
  separableConv2d<T extends Tensor3D | Tensor4D>(
    depthwiseFilter: Tensor4D | TensorLike,
    pointwiseFilter: Tensor4D | TensorLike,
    strides: Pair,
    pad: Pad,
    dilation?: Pair,
    dataFormat?: 'NHWC' | 'NCHW',
  ): T;
  slice<T extends Tensor>(this: T, begin: number | readonly number[], size?: number | readonly number[]): T;
  softmax<T extends Tensor>(this: T, dim?: number): T;
  spaceToBatchND<S extends Rank>(blockShape: readonly number[], paddings: readonly (readonly number[])[]): Tensor<S>;
  split<T extends Tensor>(numOrSizeSplits: readonly number[] | number, axis?: number): T[];
  squeeze<T extends Tensor>(axis?: readonly number[]): T;
  /** The tensor and the others along a new axis. */
  stack<T extends Tensor>(x: Tensor | readonly Tensor[], axis?: number): T;
  step<T extends Tensor>(this: T, alpha?: number): T;
  stridedSlice(
    begin: readonly number[],
    end: readonly number[],
    strides?: readonly number[],
    beginMask?: number,
    endMask?: number,
    ellipsisMask?: number,
    newAxisMask?: number,
    shrinkAxisMask?: number,
  ): Tensor;
  tile<T extends Tensor>(this: T, reps: readonly number[]): T;
  topk<T extends Tensor>(this: T, k?: number, sorted?: boolean): { values: T; indices: T };
  transpose<T extends Tensor>(perm?: readonly number[]): T;
  unique<T extends Tensor>(this: T, axis?: number): { values: T; indices: Tensor1D };
  unsortedSegmentSum<T extends Tensor>(this: T, segmentIds: Tensor1D | TensorLike, numSegments: number): T;
  unstack<T extends Tensor>(axis?: number): T[];
  /** A variable that starts with the values of the tensor. */
  variable(trainable?: boolean, name?: string, dtype?: DataType): Variable<R>;
  /** The elements of the tensor where the condition is true, of x elsewhere. */
  where<T extends Tensor>(condition: Values, x: Values): T;
}
