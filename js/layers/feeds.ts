// SPDX-License-Identifier: Apache-2.0
// Checks tensors that a user passes for the inputs or the outputs of a model.
import { TfwasmError } from '../core/errors.js';
import { cast } from '../ops/cast.js';
import { type NamedTensorMap, Tensor } from '../tensor/tensor.js';
import type { Container } from './container.js';
import { describeShape, type SymbolicTensor, toList } from './topology.js';

/** One tensor, or several in the order of the model or by name. */
export type TensorOrMap = Tensor | Tensor[] | NamedTensorMap;

/** A symbolic tensor fits values of a shape if known sizes are equal, from an axis on. */
function fits(declared: readonly (number | null)[], shape: readonly number[], from: number): boolean {
  return (
    declared.length === shape.length &&
    declared.every((size, axis) => axis < from || size === null || size === shape[axis])
  );
}

/**
 * The tensors in the order of `names`.
 *
 * @param kind What they are: 'input' or 'target'.
 */
export function listTensors(given: TensorOrMap, names: readonly string[], kind: string): Tensor[] {
  const isMap = typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof Tensor);
  const list = isMap ? names.map((name) => (given as NamedTensorMap)[name]) : toList<Tensor>(given as Tensor[]);
  if (list.length !== names.length) {
    throw new TfwasmError(
      'E_INPUT',
      `Error when checking model ${kind}: the Array of Tensors that you are passing to your model is not the size the ` +
        `model expected. Expected to see ${names.length} Tensor(s), but instead got ${list.length} Tensors(s).`,
    );
  }
  for (const [i, value] of list.entries()) {
    if (value instanceof Tensor) continue;
    if (isMap && value === undefined) {
      throw new TfwasmError('E_INPUT', `No value is provided for the model's ${kind} ${names[i]}`);
    }
    throw new TfwasmError('E_INPUT', `the ${kind} ${names[i]} of the model must be a tensor`);
  }
  return list as Tensor[];
}

/** Throws E_SHAPE unless all tensors have the same first dimension, which is returned. */
export function countExamples(tensors: readonly Tensor[], names: readonly string[]): number {
  const count = tensors[0]?.shape[0] ?? 0;
  for (const [i, { shape }] of tensors.entries()) {
    if (shape[0] === count) continue;
    throw new TfwasmError(
      'E_SHAPE',
      `All inputs should have the same number of samples: ${names[i]} has ${shape[0]}, not ${count}`,
    );
  }
  return count;
}

/**
 * The size of the batches in which a model takes this many examples: as given, that of its inputs, or 32.
 *
 * @throws E_INPUT if it is no size, E_SHAPE if the model is made for other batches.
 */
export function checkBatchSize({ name, inputs }: Container, count: number, given?: number): number {
  const fixed = inputs.map(({ shape }) => shape[0]).find((size) => typeof size === 'number');
  const size = given ?? fixed ?? 32;
  if (!Number.isInteger(size) || size < 1) {
    throw new TfwasmError('E_INPUT', `batchSize is required to be a positive integer, but got ${size}`);
  }
  if (fixed === undefined || (size === fixed && count % fixed === 0)) return size;
  throw new TfwasmError(
    'E_SHAPE',
    `${name} takes batches of ${fixed} examples only: expected a multiple of ${fixed} examples and no other batchSize, ` +
      `got ${count} examples in batches of ${size}`,
  );
}

/**
 * Checks the inputs of a model, and converts their dtypes.
 *
 * @param isTable Whether they are to be cut into batches.
 */
export function checkFeeds(model: Container, given: TensorOrMap, isTable = false): Tensor[] {
  const feeds = listTensors(given, model.inputNames, 'input');
  for (const [i, value] of feeds.entries()) {
    const { shape } = model.inputs[i] as SymbolicTensor;
    if (fits(shape, value.shape, Number(isTable))) continue;
    throw new TfwasmError(
      'E_SHAPE',
      `Error when checking : expected ${model.inputNames[i]} to have shape ${describeShape(shape)} but got array with ` +
        `shape ${describeShape(value.shape)}.`,
    );
  }
  countExamples(feeds, model.inputNames);
  return feeds.map((value, i) => {
    const { dtype } = model.inputs[i] as SymbolicTensor;
    return value.dtype === dtype || value.dtype === 'string' ? value : cast(value, dtype);
  });
}
