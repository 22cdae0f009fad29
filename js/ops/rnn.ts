// SPDX-License-Identifier: Apache-2.0
// Steps of recurrent networks.
import { check } from '../core/errors.js';
import { callUser } from '../core/public-function.js';
import type { Scalar, Tensor1D, Tensor2D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg, args } from './arguments.js';
import { add, mul } from './arithmetic.js';
import { concat, split } from './join.js';
import { matMul } from './matrix.js';
import { opFunction } from './op-function.js';
import { sigmoid, tanh } from './unary.js';

/** One step of a cell: maps input, cell state and output to the new cell state and output. */
export type LSTMCellFunc = (data: Tensor2D, c: Tensor2D, h: Tensor2D) => [Tensor2D, Tensor2D];

/**
 * One step of an LSTM cell without peepholes.
 *
 * @param lstmKernel [inputs + units, 4 * units]: input gate, candidate, forget gate, output gate.
 * @returns The new cell state and output, [batch, units] each.
 */
export const basicLSTMCell = opFunction(
  'basicLSTMCell',
  (
    forgetBias: Scalar | TensorLike,
    lstmKernel: Tensor2D | TensorLike,
    lstmBias: Tensor1D | TensorLike,
    data: Tensor2D | TensorLike,
    c: Tensor2D | TensorLike,
    h: Tensor2D | TensorLike,
  ): [Tensor2D, Tensor2D] => {
    const kernel = arg<Tensor2D>(lstmKernel, 'lstmKernel');
    const bias = arg<Tensor1D>(lstmBias, 'lstmBias');
    const extra = arg<Scalar>(forgetBias, 'forgetBias');
    const inputs = concat([arg(data, 'data'), arg(h, 'h')], 1);
    const gates = add(matMul(inputs, kernel), bias);
    const [input, candidate, forget, output] = split<Tensor2D>(gates, 4, 1) as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
    const fresh = mul(sigmoid(input), tanh(candidate));
    const kept = mul(arg(c, 'c'), sigmoid(add(extra, forget)));
    const state = add<Tensor2D>(fresh, kept);
    return [state, mul<Tensor2D>(tanh(state), sigmoid(output))];
  },
);

/** One step of stacked cells, each of which takes the output of the previous one. Returns all states and outputs. */
export const multiRNNCell = opFunction(
  'multiRNNCell',
  (
    lstmCells: readonly LSTMCellFunc[],
    data: Tensor2D | TensorLike,
    c: readonly (Tensor2D | TensorLike)[],
    h: readonly (Tensor2D | TensorLike)[],
  ): [Tensor2D[], Tensor2D[]] => {
    const states = args<Tensor2D>(c, 'c');
    const outputs = args<Tensor2D>(h, 'h');
    check(
      states.length === lstmCells.length && outputs.length === lstmCells.length,
      () => `${lstmCells.length} cells take as many states and outputs`,
    );
    let input = arg<Tensor2D>(data, 'data');
    const results = lstmCells.map((cell, index) => {
      const result = callUser(cell, input, states[index] as Tensor2D, outputs[index] as Tensor2D);
      input = result[1];
      return result;
    });
    return [results.map(([state]) => state), results.map(([, output]) => output)];
  },
);
