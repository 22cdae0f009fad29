// SPDX-License-Identifier: Apache-2.0
// Penalties on weights that are added to the loss: `tf.regularizers`. The formulas are in src/layers/regularizers.cc.
import { type Tensor, type Scalar, tensorOfHandle } from '../tensor/tensor.js';
import { callTrainingCore } from '../autodiff/core.js';
import { Configured, makeRegistered, readDescription } from './configured.js';

/** Gives the penalty of a weight. Custom ones extend it. */
export abstract class Regularizer extends Configured {
  abstract apply(x: Tensor): Scalar;
}

class CoreRegularizer extends Regularizer {
  override apply(x: Tensor): Scalar {
    const handle = x.storage.handle();
    return tensorOfHandle(callTrainingCore((core) => core.applyRegularizer(this.json, handle))) as Scalar;
  }
}

/** A regularizer: itself, or that of a name or description; undefined for null. */
export function getRegularizer(value: unknown): Regularizer | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Regularizer) return value;
  const described = readDescription(value, 'regularizer');
  return makeRegistered<Regularizer>(described) ?? new CoreRegularizer(described);
}

/** The sum of absolute values times `l1`, 0.01 by default. */
export const l1 = (config?: { l1?: number }): Regularizer =>
  new CoreRegularizer({ className: 'L1L2', config: { l1: config?.l1 ?? 0.01, l2: 0 } });

/** The sum of squares times `l2`, 0.01 by default. */
export const l2 = (config?: { l2?: number }): Regularizer =>
  new CoreRegularizer({ className: 'L1L2', config: { l1: 0, l2: config?.l2 ?? 0.01 } });

/** Both, with 0.01 by default. */
export const l1l2 = (config?: { l1?: number; l2?: number }): Regularizer =>
  new CoreRegularizer({ className: 'L1L2', config: { l1: config?.l1 ?? 0.01, l2: config?.l2 ?? 0.01 } });
