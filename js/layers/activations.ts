// SPDX-License-Identifier: Apache-2.0
// Custom activation functions. The built-in ones are in src/layers/activations.cc.
import { TfwasmError } from '../core/errors.js';
import { callUser } from '../core/public-function.js';
import { Tensor } from '../tensor/tensor.js';
import { serialize } from './config.js';
import { makeRegistered, readDescription } from './configured.js';
import { Serializable } from './serialization.js';

/** A custom activation: a function of single elements, or of the last axis. */
export interface Activation {
  apply(x: Tensor, axis?: number): Tensor;
}

/** A function of the program. Whatever saves it fails, since JSON would leave it out. */
class FunctionActivation implements Activation {
  readonly #f: (x: Tensor) => Tensor;

  constructor(f: (x: Tensor) => Tensor) {
    this.#f = f;
  }

  apply(x: Tensor): Tensor {
    const y: unknown = callUser(this.#f, x);
    if (y instanceof Tensor) return y;
    throw new TfwasmError('E_LAYER', `the activation '${this.#f.name}' must return a tensor`);
  }

  toJSON(): never {
    throw new TfwasmError(
      'E_LAYER',
      `the activation '${this.#f.name}' is a function, which cannot be saved: register a class that has it as its apply()`,
    );
  }
}

const isActivation = (value: unknown): value is Activation =>
  value instanceof FunctionActivation ||
  (value instanceof Serializable && typeof (value as Partial<Activation>).apply === 'function');

/** The custom activation of a config; undefined if it is one of the core. */
export function getCustomActivation(value: unknown): Activation | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'function') return new FunctionActivation(value as (x: Tensor) => Tensor);
  if (isActivation(value)) return value;
  return makeRegistered<Serializable & Activation>(readDescription(value, 'activation'));
}

/** An activation in a config: described if it is of a class. */
export const savedActivation = (activation: Activation): unknown =>
  activation instanceof Serializable ? serialize(activation) : activation;
