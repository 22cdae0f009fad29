// SPDX-License-Identifier: Apache-2.0
// What the inputs of a layer must fit.
import { TfwasmError } from '../core/errors.js';
import type { DataType } from '../tensor/dtype.js';
import { describeShape, type Shape } from './topology.js';

/** A spec of one input. */
export interface InputSpecArgs {
  dtype?: DataType;
  shape?: Shape;
  ndim?: number;
  minNDim?: number;
  maxNDim?: number;
  /** Sizes by axis. */
  axes?: { [axis: number]: number };
}

interface Input {
  dtype: DataType;
  shape: readonly (number | null)[];
}

/** What does not fit; undefined if everything does. */
function findFault(spec: InputSpecArgs, { shape }: Input): string | undefined {
  const rank = shape.length;
  const { ndim, minNDim, maxNDim, axes = {} } = spec;
  if (ndim !== undefined && rank !== ndim) return `expected ndim=${ndim}, found ndim=${rank}`;
  if (maxNDim !== undefined && rank > maxNDim) return `expected max_ndim=${maxNDim}, found ndim=${rank}`;
  if (minNDim !== undefined && rank < minNDim) return `expected min_ndim=${minNDim}, found ndim=${rank}`;
  for (const [key, expected] of Object.entries(axes)) {
    const size = shape.at(Number(key));
    if (size !== null && size !== expected) return `expected axis ${key} to have value ${expected}, found ${size}`;
  }
  const isOther = spec.shape?.some((expected, axis) => {
    const size = shape[axis];
    return expected !== null && size !== null && size !== expected;
  });
  return isOther
    ? `expected shape=${describeShape(spec.shape as Shape)}, found shape=${describeShape(shape)}`
    : undefined;
}

/** Throws E_LAYER for another number of inputs, E_DTYPE or E_SHAPE for one that does not fit. */
export function checkInputSpecs(layer: string, specs: InputSpecArgs[] | undefined, inputs: readonly Input[]): void {
  if (!specs || specs.length === 0) return;
  if (specs.length !== inputs.length) {
    throw new TfwasmError('E_LAYER', `Layer ${layer} expects ${specs.length} inputs, but it received ${inputs.length}`);
  }
  for (const [i, spec] of specs.entries()) {
    const input = inputs[i] as Input;
    const prefix = `Input ${i} is incompatible with layer ${layer}`;
    if (spec.dtype !== undefined && spec.dtype !== input.dtype) {
      throw new TfwasmError('E_DTYPE', `${prefix}: expected dtype=${spec.dtype}, found dtype=${input.dtype}`);
    }
    const fault = findFault(spec, input);
    if (fault) throw new TfwasmError('E_SHAPE', `${prefix}: ${fault}`);
  }
}
