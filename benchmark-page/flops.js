// SPDX-License-Identifier: Apache-2.0
// Floating point operations of a node, from its op and shapes. A multiply-add counts as two. Fused activations and
// biases, and transcendental functions, are not counted.
import { sizeOf } from '../web/common/values.js';

/** [height, width, channels in, channels out] */
const convolution = ([, filter], [output]) => 2 * sizeOf(output) * filter[0] * filter[1] * filter[2];

/** [height, width, channels, multiplier] */
const depthwise = ([, filter], [output]) => 2 * sizeOf(output) * filter[0] * filter[1];

/** The filter is [height, width, channels out, channels in]. Each input element is multiplied by all of it. */
const transposedConvolution = ([, filter, input]) => 2 * sizeOf(input) * filter[0] * filter[1] * filter[2];

/** Either matrix may be transposed. The inner dimension is the one of `a` that is not in the output. */
function matrixProduct([a], [output]) {
  const rows = output.at(-2);
  if (rows === undefined || a.length < 2) return Number.NaN;
  return 2 * sizeOf(output) * (a.at(-2) === rows ? a.at(-1) : a.at(-2));
}

const perOutput = (_, [output]) => sizeOf(output);
const perInput = ([input]) => sizeOf(input);

const ELEMENTWISE = [
  ...['Add', 'AddV2', 'AddRelu', 'Sub', 'Mul', 'RealDiv', 'Div', 'Maximum', 'Minimum', 'SquaredDifference', 'BiasAdd'],
  ...['Relu', 'Relu6', 'LeakyRelu', 'Prelu', 'Neg', 'Square', 'Sqrt', 'Abs', 'ClipByValue'],
];

const FORMULAS = {
  ...Object.fromEntries(ELEMENTWISE.map((op) => [op, perOutput])),
  ...Object.fromEntries(['Sum', 'Mean', 'Max', 'Min', 'Prod'].map((op) => [op, perInput])),
  Conv2D: convolution,
  _FusedConv2D: convolution,
  FusedConv2D: convolution,
  DepthwiseConv2dNative: depthwise,
  DepthwiseConv2d: depthwise,
  FusedDepthwiseConv2dNative: depthwise,
  _FusedDepthwiseConv2dNative: depthwise,
  Conv2DBackpropInput: transposedConvolution,
  MatMul: matrixProduct,
  _FusedMatMul: matrixProduct,
  BatchMatMul: matrixProduct,
  BatchMatMulV2: matrixProduct,
  BatchMatMulV3: matrixProduct,
};

/**
 * @param {string} op
 * @param {number[][]} inputShapes
 * @param {number[][]} outputShapes
 * @returns {number | null} null if not defined, or if the shapes do not fit the op.
 */
export function flopsOf(op, inputShapes, outputShapes) {
  if (!Object.hasOwn(FORMULAS, op) || !inputShapes?.length || !outputShapes?.length) return null;
  try {
    const flops = FORMULAS[op](inputShapes, outputShapes);
    return Number.isFinite(flops) ? flops : null;
  } catch {
    return null;
  }
}
