// SPDX-License-Identifier: Apache-2.0
// The steps of SimpleRNN, LSTM and GRU with activations that are written in JavaScript: the formulas of
// src/layers/lstm_gru.cc, with the same weights.
import { add, mul, sub } from '../ops/arithmetic.js';
import { split } from '../ops/join.js';
import { matMul } from '../ops/matrix.js';
import { reshape, slice } from '../ops/shape.js';
import type { Tensor } from '../tensor/tensor.js';

export type Activate = (x: Tensor) => Tensor;

/** What a step needs besides its inputs. */
export interface TracedCell {
  className: string;
  activate: Activate;
  activateGate: Activate;
  resetAfter: boolean;
  kernel: Tensor;
  recurrentKernel: Tensor;
  bias: Tensor | undefined;
}

/** The bias of the input (0) or of the state (1). */
function biasOf({ resetAfter, bias }: TracedCell, row: number): Tensor | undefined {
  return bias && resetAfter ? reshape(slice(bias, [row, 0], [1, -1]), [-1]) : bias;
}

const withBias = (x: Tensor, bias: Tensor | undefined): Tensor => (bias ? add(x, bias) : x);

/** What steps get of x, [N, features]. */
export function projectInput(cell: TracedCell, x: Tensor): Tensor {
  return withBias(matMul(x, cell.kernel), biasOf(cell, 0));
}

/** The new states; the first is the output. `factors`: those of dropout. */
export function tracedStep(cell: TracedCell, z: Tensor, states: Tensor[], factors: Tensor | undefined): Tensor[] {
  const h = states[0] as Tensor;
  const dropped = factors ? mul(h, factors) : h;
  if (cell.className.startsWith('GRU')) return gruStep(cell, z, h, dropped);
  const sum = add(z, matMul(dropped, cell.recurrentKernel));
  return cell.className.startsWith('LSTM') ? lstmStep(cell, sum, states[1] as Tensor) : [cell.activate(sum)];
}

function lstmStep({ activate, activateGate }: TracedCell, sum: Tensor, c: Tensor): Tensor[] {
  const [input, forget, candidate, output] = split(sum, 4, -1) as [Tensor, Tensor, Tensor, Tensor];
  const next = add(mul(activateGate(forget), c), mul(activateGate(input), activate(candidate)));
  return [mul(activateGate(output), activate(next)), next];
}

function gruStep(cell: TracedCell, z: Tensor, h: Tensor, dropped: Tensor): Tensor[] {
  const { activate, activateGate, recurrentKernel } = cell;
  const [x0, x1, x2] = split(z, 3, -1) as [Tensor, Tensor, Tensor];
  const mix = (update: Tensor, candidate: Tensor) => [add(mul(update, h), mul(sub(1, update), candidate))];
  if (cell.resetAfter) {
    const product = withBias(matMul(dropped, recurrentKernel), biasOf(cell, 1));
    const [r0, r1, r2] = split(product, 3, -1) as [Tensor, Tensor, Tensor];
    const reset = activateGate(add(x1, r1));
    return mix(activateGate(add(x0, r0)), activate(add(x2, mul(reset, r2))));
  }
  const [k0, k1, k2] = split(recurrentKernel, 3, -1) as [Tensor, Tensor, Tensor];
  const reset = activateGate(add(x1, matMul(dropped, k1)));
  return mix(activateGate(add(x0, matMul(dropped, k0))), activate(add(x2, matMul(mul(reset, dropped), k2))));
}
