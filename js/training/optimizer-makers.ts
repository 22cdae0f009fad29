// SPDX-License-Identifier: Apache-2.0
// Optimizers by name, and from their configs.
import { TfwasmError } from '../core/errors.js';
import { type Config, toCamelConfig } from '../layers/config.js';
import type { Optimizer } from './optimizer.js';
import * as optimizers from './optimizers.js';
import * as train from './train.js';

/** Optimizers by name, with the options of TensorFlow.js. */
const BY_NAME: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => train.sgd(0.01),
  momentum: () => train.momentum(0.01, 0.9),
  adagrad: () => train.adagrad(0.01),
  adadelta: () => train.adadelta(1, 0.95),
  adam: () => train.adam(),
  adamax: () => train.adamax(),
  rmsprop: () => train.rmsprop(0.001),
  adamw: () => train.adamW(),
  nadam: () => train.nadam(),
  lion: () => train.lion(),
  ftrl: () => train.ftrl(),
  lamb: () => train.lamb(),
  adafactor: () => train.adafactor(),
  muon: () => train.muon(),
};

/** The optimizer of a name. Throws E_INPUT if there is none. */
export function optimizerByName(name: string): Optimizer {
  const make = Object.hasOwn(BY_NAME, name.toLowerCase()) ? BY_NAME[name.toLowerCase()] : undefined;
  if (make) return make();
  throw new TfwasmError('E_INPUT', `Unknown Optimizer ${name}; there are ${Object.keys(BY_NAME).join(', ')}`);
}

/** An optimizer from its class and config. Throws E_INPUT if it is unknown. */
export function optimizerFromConfig(given: unknown): Optimizer {
  const { className, config } = toCamelConfig(given as Config) as { className?: string; config?: Config };
  const all = Object.values(optimizers) as (typeof Optimizer)[];
  const Class = all.find((candidate) => candidate.className?.toLowerCase() === className?.toLowerCase());
  if (Class) return Class.fromConfig(Class, config ?? {});
  throw new TfwasmError('E_INPUT', `Unknown Optimizer ${className}`);
}
