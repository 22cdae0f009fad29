// SPDX-License-Identifier: Apache-2.0
// What layers that work through time share. The size of the batch is in none of the constants, so that calls with other
// sizes share a program.
import { cast } from '../ops/cast.js';
import { zerosLike } from '../ops/creation.js';
import { where } from '../ops/logical.js';
import { stack, unstack } from '../ops/join.js';
import { slice, tile } from '../ops/shape.js';
import { runView } from '../tensor/call.js';
import type { Tensor } from '../tensor/tensor.js';
import { ints } from '../tensor/written.js';

/** x in the shape [-1, ...dims]. */
export function withRows(x: Tensor, dims: readonly number[]): Tensor {
  // With no elements, -1 could be anything.
  const rows = x.size === 0 ? 0 : -1;
  return runView('Reshape', [x, ints([rows, ...dims])]);
}

/** Zeros in the shape [N, ...dims], with the batch of x. */
export function zeroState(x: Tensor, dims: readonly number[]): Tensor {
  const flat = withRows(x, [x.shape.slice(1).reduce((a, b) => a * b, 1)]);
  const column = zerosLike(slice(flat, [0, 0], [-1, 1]));
  return tile(
    withRows(
      column,
      dims.map(() => 1),
    ),
    [1, ...dims],
  );
}

/** Elements of `a` for the samples of which the mask [N] is true, else those of `b`. */
export function select(mask: Tensor, a: Tensor, b: Tensor): Tensor {
  return where(withRows(mask, new Array<number>(a.rank - 1).fill(1)), a, b);
}

/** A mask as bool. */
export const asMask = (mask: Tensor): Tensor => (mask.dtype === 'bool' ? mask : cast(mask, 'bool'));

/** How a sequence is worked through. */
export interface Sequence {
  /** [batch, time, ...], or [time, batch, ...] with the time axis 0. */
  x: Tensor;
  timeAxis: number;
  /** [batch, time], or the other way round like `x`. */
  mask: Tensor | undefined;
  goBackwards: boolean;
  /** Whether masked steps give zeros, not the output of the step before. */
  zeroOutputForMask: boolean;
}

/** The outputs of all steps, in the order of processing, and the last states. `start` gets the first step. */
export function runSteps(
  { x, timeAxis, mask, goBackwards, zeroOutputForMask }: Sequence,
  start: (step: Tensor) => Tensor[],
  call: (step: Tensor, states: Tensor[]) => Tensor[],
): { outputs: Tensor[]; states: Tensor[] } {
  const order = <T>(list: T[]) => (goBackwards ? list.reverse() : list);
  const steps = order(unstack(x, timeAxis));
  const flags = mask && order(unstack(asMask(mask), timeAxis));
  let states = start(steps[0] as Tensor);
  const outputs: Tensor[] = [];
  for (const [i, step] of steps.entries()) {
    const [output, ...news] = call(step, states) as [Tensor, ...Tensor[]];
    const flag = flags?.[i];
    const old = states;
    states = flag ? news.map((value, k) => select(flag, value, old[k] as Tensor)) : news;
    const before = zeroOutputForMask ? undefined : outputs.at(-1);
    outputs.push(flag ? select(flag, output, before ?? zerosLike(output)) : output);
  }
  return { outputs, states };
}

/** The output of a sequence: of all steps, or of the last. */
export const sequenceOutput = (outputs: Tensor[], returnSequences: boolean, timeAxis: number): Tensor =>
  returnSequences ? stack(outputs, timeAxis) : (outputs.at(-1) as Tensor);
