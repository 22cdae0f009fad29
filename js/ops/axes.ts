// SPDX-License-Identifier: Apache-2.0
// Axis arguments. Negative axes count from the end.
import { TfwasmError } from '../core/errors.js';

export type Axes = number | readonly number[] | null | undefined;

/** Resolves a negative axis. Throws E_SHAPE unless it is from -rank to rank - 1. */
export function axisOf(axis: number, rank: number): number {
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw new TfwasmError('E_SHAPE', `Axis = ${axis} is not in [${-rank}, ${rank})`);
}

/** Axes as a list; by default all. */
export function axesOf(axis: Axes, rank: number): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: rank }, (_, index) => index);
  return typeof axis === 'number' ? [axis] : [...axis];
}
