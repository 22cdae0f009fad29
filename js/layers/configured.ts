// SPDX-License-Identifier: Apache-2.0
// Initializers, regularizers, constraints and activations: what a config may name ("l2"), describe
// ({className: 'L2', config: {l2: 0.1}}), or hold as an object of a class, perhaps one of the user's.
import { TfwasmError } from '../core/errors.js';
import { type Config, toCamelConfig, toSnakeConfig } from './config.js';
import { findRegistered, Serializable, type SerializableConstructor } from './serialization.js';

/** A function of the core with a config. */
export interface CoreFunction {
  className: string;
  config: Config;
}

/** The name of the class and the config, from a name or a description. */
export function readDescription(value: unknown, kind: string): CoreFunction {
  if (typeof value === 'string') return { className: value, config: {} };
  const given = (value ?? {}) as { className?: unknown; class_name?: unknown; config?: unknown };
  const className = given.className ?? given.class_name;
  if (typeof className !== 'string') {
    throw new TfwasmError('E_LAYER', `expected a ${kind}: a name, {className, config}, or an object of a class`);
  }
  if (typeof given.config === 'string') return { className: given.config, config: {} };
  return { className, config: (given.config ?? {}) as Config };
}

/** An object of a registered class for a description; undefined if no class of that name is registered. */
export function makeRegistered<T extends Serializable>({ className, config }: CoreFunction): T | undefined {
  const cls = findRegistered(className) as SerializableConstructor<T> | undefined;
  return cls?.fromConfig(cls, toCamelConfig(config));
}

/** The JSON text for the core. */
export function coreJson({ className, config }: CoreFunction): string {
  return JSON.stringify({ class_name: className, config: toSnakeConfig(config) });
}

/** The base of initializers, regularizers and constraints: custom ones, or functions of the core. */
export abstract class Configured extends Serializable {
  readonly #described: CoreFunction | undefined;

  /** @internal Custom classes pass nothing. */
  constructor(described?: CoreFunction) {
    super();
    this.#described = described;
  }

  /** @internal The description for the core. */
  protected get json(): string {
    return coreJson(this.#described as CoreFunction);
  }

  override getClassName(): string {
    return this.#described?.className ?? super.getClassName();
  }

  override getConfig(): Config {
    return { ...this.#described?.config };
  }
}
