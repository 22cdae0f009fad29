// SPDX-License-Identifier: Apache-2.0
// Custom activation functions. The built-in ones are in src/layers/activations.cc.
import type { Tensor } from '../tensor/tensor.js';
import { makeRegistered, readDescription } from './configured.js';
import { Serializable } from './serialization.js';

/** An object of a custom class: a function of single elements, or of the last axis. */
export interface Activation extends Serializable {
  apply(x: Tensor, axis?: number): Tensor;
}

const isActivation = (value: unknown): value is Activation =>
  value instanceof Serializable && typeof (value as Partial<Activation>).apply === 'function';

/** The custom activation of a config; undefined if it is one of the core. */
export function getCustomActivation(value: unknown): Activation | undefined {
  if (value === undefined || value === null) return undefined;
  return isActivation(value) ? value : makeRegistered<Activation>(readDescription(value, 'activation'));
}
