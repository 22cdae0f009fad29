// SPDX-License-Identifier: Apache-2.0
// Shapes: checks, and the types that relate rank and nested arrays.
import { TfwasmError } from '../core/errors.js';
import { kindOf } from '../core/public-function.js';

/** Tensors have at most this many dimensions (src/core/shape.h). */
export const MAX_RANK = 8;

/** The core counts bytes with 32 bits. */
const MAX_ELEMENTS = 2 ** 32;

export interface ShapeMap {
  R0: number[];
  R1: [number];
  R2: [number, number];
  R3: [number, number, number];
  R4: [number, number, number, number];
  R5: [number, number, number, number, number];
  R6: [number, number, number, number, number, number];
}

/** The type of `array()` for each rank. */
export interface ArrayMap {
  R0: number;
  R1: number[];
  R2: number[][];
  R3: number[][][];
  R4: number[][][][];
  R5: number[][][][][];
  R6: number[][][][][][];
}

export type Rank = keyof ShapeMap;

/** The ranks by name, as in TensorFlow.js: `tf.Rank.R3`. */
export const Rank = { R0: 'R0', R1: 'R1', R2: 'R2', R3: 'R3', R4: 'R4', R5: 'R5', R6: 'R6' } as const;

/** The same as types: `Tensor<tf.Rank.R3>`. */
// An enum would refuse Tensor<'R3'>.
export namespace Rank {
  export type R0 = 'R0';
  export type R1 = 'R1';
  export type R2 = 'R2';
  export type R3 = 'R3';
  export type R4 = 'R4';
  export type R5 = 'R5';
  export type R6 = 'R6';
}

/** "[1,224,224,3]" */
export function formatShape(shape: readonly (number | null)[] | null | undefined): string {
  return shape ? `[${shape.map((size) => size ?? -1).join(',')}]` : 'any shape';
}

/** Number of elements. */
export function sizeOfShape(shape: readonly number[]): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/** The strides of each dimension but the last, in elements. */
export function stridesOfShape(shape: readonly number[]): number[] {
  return shape.slice(1).map((_, index) => sizeOfShape(shape.slice(index + 1)));
}

const describeSize = (size: unknown): string => (typeof size === 'number' ? String(size) : kindOf(size));

/** A copy of a user's shape. Throws E_SHAPE if it is invalid. */
export function checkShape(shape: readonly number[]): number[] {
  if (!Array.isArray(shape)) {
    throw new TfwasmError('E_SHAPE', `a shape must be an array of integers >= 0, but got '${kindOf(shape)}'`);
  }
  if (shape.length > MAX_RANK) {
    throw new TfwasmError('E_SHAPE', `a tensor has at most ${MAX_RANK} dimensions, got ${shape.length}`);
  }
  for (const dimension of shape) {
    if (!Number.isInteger(dimension) || dimension < 0) {
      throw new TfwasmError(
        'E_SHAPE',
        `Tensor must have a shape comprised of positive integers but got shape [${shape.map(describeSize)}].`,
      );
    }
  }
  if (!(sizeOfShape(shape) <= MAX_ELEMENTS)) {
    throw new TfwasmError('E_LIMIT', `shape ${formatShape(shape)} has more elements than fit into memory`);
  }
  return [...shape];
}

/** Replaces a -1 so that the shape has `size` elements. */
export function resolveShape(shape: readonly number[], size: number): number[] {
  const unknown = Array.isArray(shape) ? shape.indexOf(-1) : -1;
  if (unknown < 0) return checkShape(shape);
  const known = checkShape(shape.map((dimension, index) => (index === unknown ? 1 : dimension)));
  const rest = sizeOfShape(known);
  if (rest === 0 || size % rest !== 0) {
    throw new TfwasmError(
      'E_SHAPE',
      `The implicit shape can't be a fractional number: cannot reshape ${size} elements to ${formatShape(shape)}`,
    );
  }
  known[unknown] = size / rest;
  return known;
}
