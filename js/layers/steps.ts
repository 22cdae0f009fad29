// SPDX-License-Identifier: Apache-2.0
// What layers that work through time share. The size of the batch is in none of the constants, so that calls with other
// sizes share a program.
import { cast } from '../ops/cast.js';
import { zerosLike } from '../ops/creation.js';
import { where } from '../ops/logical.js';
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
