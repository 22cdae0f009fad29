// SPDX-License-Identifier: Apache-2.0
// Limits of weights, applied after each step of training: `tf.constraints`. The formulas are in
// src/layers/constraints.cc.
import { type Tensor, tensorOfHandle } from '../tensor/tensor.js';
import { callTrainingCore } from '../autodiff/core.js';
import { Configured, makeRegistered, readDescription } from './configured.js';
import type { Config } from './config.js';

/** Maps a weight to one that is allowed. Custom ones extend it. */
export abstract class Constraint extends Configured {
  abstract apply(w: Tensor): Tensor;
}

class CoreConstraint extends Constraint {
  override apply(w: Tensor): Tensor {
    const handle = w.storage.handle();
    return tensorOfHandle(callTrainingCore((core) => core.applyConstraint(this.json, handle)));
  }
}

/** A constraint: itself, or that of a name or description; undefined for null. */
export function getConstraint(value: unknown): Constraint | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Constraint) return value;
  const described = readDescription(value, 'constraint');
  return makeRegistered<Constraint>(described) ?? new CoreConstraint(described);
}

const factory =
  (className: string, defaults: Config = {}) =>
  (config: Config = {}): Constraint =>
    new CoreConstraint({ className, config: { ...defaults, ...config } });

/** Norms along `axis` are at most `maxValue`. `{maxValue = 2, axis = 0}` */
export const maxNorm = factory('MaxNorm', { maxValue: 2, axis: 0 });
/** Norms along `axis` are 1. `{axis = 0}` */
export const unitNorm = factory('UnitNorm', { axis: 0 });
/** Negative values become 0. */
export const nonNeg = factory('NonNeg');
/** Norms along `axis` move into a range. `{minValue = 0, maxValue = 1, rate = 1, axis = 0}` */
export const minMaxNorm = factory('MinMaxNorm', { minValue: 0, maxValue: 1, rate: 1, axis: 0 });
