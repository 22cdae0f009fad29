// SPDX-License-Identifier: Apache-2.0
// Custom activation functions. The built-in ones are in src/layers/activations.cc.
import { type Tensor, tensorOfHandle } from '../tensor/tensor.js';
import { callTrainingCore } from '../training/core.js';
import { coreJson, type CoreFunction, makeRegistered, readDescription } from './configured.js';
import type { Config } from './config.js';
import { Serializable } from './serialization.js';

/** A function of single elements or of the last axis. Custom ones extend it, and are registered. */
export abstract class Activation extends Serializable {
  abstract apply(x: Tensor, axis?: number): Tensor;

  getConfig(): Config {
    return {};
  }
}

class CoreActivation extends Activation {
  readonly #function: CoreFunction;

  constructor(given: CoreFunction) {
    super();
    this.#function = given;
  }

  override apply(x: Tensor): Tensor {
    const json = coreJson(this.#function);
    const handle = x.storage.handle();
    return tensorOfHandle(callTrainingCore((core) => core.applyActivation(json, 2, handle)));
  }

  override getClassName(): string {
    return this.#function.className;
  }

  override getConfig(): Config {
    return { ...this.#function.config };
  }
}

/** The custom activation of a config; undefined if it is one of the core. */
export function getCustomActivation(value: unknown): Activation | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Activation) return value;
  return makeRegistered<Activation>(readDescription(value, 'activation'));
}

/** An activation: itself, or that of a name or description. */
export function getActivation(value: unknown): Activation {
  return getCustomActivation(value) ?? new CoreActivation(readDescription(value ?? 'linear', 'activation'));
}
