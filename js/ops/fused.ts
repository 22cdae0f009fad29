// SPDX-License-Identifier: Apache-2.0
// Convolutions and matrix products fused with bias and activation.
import { check } from '../core/errors.js';
import { withoutNulls } from '../core/public-function.js';
import type { Attrs } from '../tensor/attributes.js';
import { run } from '../tensor/call.js';
import type { Tensor, Tensor3D, Tensor4D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { floatArg } from './arguments.js';
import { add, prelu } from './arithmetic.js';
import { matMul as plainMatMul } from './matrix.js';
import { opFunction } from './op-function.js';
import { broadcastTo } from './shape.js';
import { elu, leakyRelu, relu, relu6, sigmoid } from './unary.js';
import { batched, conv2dAttrs, type Pad, type Rounding } from './windows.js';

export type Activation = 'linear' | 'relu' | 'prelu' | 'elu' | 'relu6' | 'leakyrelu' | 'sigmoid';

interface Fused {
  bias?: Tensor | TensorLike | undefined;
  /** 'linear' by default. */
  activation?: Activation | undefined;
  /** The slopes of 'prelu'. */
  preluActivationWeights?: Tensor | undefined;
  /** The slope of 'leakyrelu', 0.2 by default. */
  leakyreluAlpha?: number | undefined;
}

interface FusedConv<T extends Tensor> extends Fused {
  x: T | TensorLike;
  filter: Tensor4D | TensorLike;
  strides: [number, number] | number;
  pad: Pad;
  dataFormat?: 'NHWC' | 'NCHW';
  dilations?: [number, number] | number;
  dimRoundingMode?: Rounding;
}

interface FusedMatMul extends Fused {
  a: Tensor | TensorLike;
  b: Tensor | TensorLike;
  transposeA?: boolean;
  transposeB?: boolean;
}

/** The core's names of the activations. */
const FUSED_NAMES: Readonly<Record<Exclude<Activation, 'linear'>, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  prelu: 'Prelu',
  leakyrelu: 'LeakyRelu',
  sigmoid: 'Sigmoid',
};

/** The inputs and attributes for `fused`, for an op with this number of output channels. */
function fusedInputs(fused: Fused, channels: number): { inputs: Tensor[]; attrs: Attrs } {
  const { activation = 'linear', preluActivationWeights, leakyreluAlpha = 0.2 } = fused;
  check(activation === 'linear' || activation in FUSED_NAMES, () => `there is no fused activation '${activation}'`);
  const inputs: Tensor[] = [];
  const names: string[] = [];
  if (fused.bias !== undefined) {
    const bias = floatArg(fused.bias, 'bias');
    inputs.push(bias.size === 1 ? broadcastTo(bias.reshape<'R1'>([1]), [channels]) : bias);
    names.push('BiasAdd');
  }
  if (activation !== 'linear') names.push(FUSED_NAMES[activation]);
  if (activation === 'prelu') {
    check(preluActivationWeights !== undefined, `the activation 'prelu' needs the argument 'preluActivationWeights'`);
    inputs.push(floatArg(preluActivationWeights, 'preluActivationWeights'));
  }
  return { inputs, attrs: { fused_ops: names, num_args: inputs.length, leakyrelu_alpha: leakyreluAlpha } };
}

type FusedConvolution = <T extends Tensor3D | Tensor4D>(options: FusedConv<T>) => T;

/** `axis`: where the filter's dimensions of output channels begin. */
function fusedConvolution(name: string, op: string, plainOp: string, axis: number): FusedConvolution {
  return opFunction(name, <T extends Tensor3D | Tensor4D>(given: FusedConv<T>) => {
    const options = withoutNulls(given);
    const { strides, pad, dataFormat = 'NHWC', dilations = [1, 1], dimRoundingMode } = options;
    const filter = floatArg<Tensor>(options.filter, 'filter');
    return batched(floatArg<T>(options.x, 'x'), 4, (images) => {
      const window = conv2dAttrs(images, filter, strides, pad, dataFormat, dilations, dimRoundingMode);
      const channels = filter.shape.slice(axis).reduce((product, size) => product * size, 1);
      const bias = options.bias === undefined ? undefined : floatArg<Tensor>(options.bias, 'bias');
      if (bias && bias.size !== 1 && bias.size !== channels) {
        // It broadcasts to the result in another way.
        return activate(add(run(plainOp, [images, filter], window), bias), options);
      }
      const { inputs, attrs } = fusedInputs({ ...options, bias }, channels);
      return run(op, [images, filter, ...inputs], { ...window, ...attrs });
    });
  });
}

/** `conv2d`, a bias [outChannels] and an activation. */
export const conv2d: FusedConvolution = fusedConvolution('fused conv2d', '_FusedConv2D', 'Conv2D', 3);

/** `depthwiseConv2d`, a bias [channels] and an activation. */
export const depthwiseConv2d: FusedConvolution = fusedConvolution(
  'fused depthwiseConv2d',
  'FusedDepthwiseConv2dNative',
  'DepthwiseConv2dNative',
  2,
);

function activate(x: Tensor, { activation, preluActivationWeights, leakyreluAlpha }: Fused): Tensor {
  if (activation === 'prelu') return prelu(x, preluActivationWeights as Tensor);
  if (activation === 'leakyrelu') return leakyRelu(x, leakyreluAlpha);
  const functions = { relu, relu6, elu, sigmoid };
  return activation === undefined || activation === 'linear' ? x : functions[activation](x);
}

/** `matMul`, a bias that broadcasts to the result, and an activation. */
export const matMul = opFunction('fused matMul', (given: FusedMatMul): Tensor => {
  const options = withoutNulls(given);
  const { transposeA = false, transposeB = false, bias } = options;
  const a = floatArg(options.a, 'a');
  const b = floatArg(options.b, 'b');
  const columns = (b.shape as number[])[b.rank - (transposeB ? 2 : 1)] ?? 0;
  const addend = bias === undefined ? undefined : floatArg(bias, 'bias');
  const { inputs, attrs } = fusedInputs({ ...options, bias: addend }, columns);
  if (addend && addend.size !== 1 && (addend.rank !== 1 || addend.size !== columns)) {
    return activate(add(plainMatMul(a, b, transposeA, transposeB), addend), options);
  }
  return run('_FusedMatMul', [a, b, ...inputs], { ...attrs, transpose_a: transposeA, transpose_b: transposeB });
});
