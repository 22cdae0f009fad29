// SPDX-License-Identifier: Apache-2.0
// How a model is trained, as saved models have it.
import { TfwasmError } from '../core/errors.js';
import type { TrainingConfig } from '../io/types.js';
import { type Config, toCamelConfig, toSnakeCase } from '../layers/config.js';
import type { Optimizer } from './optimizer.js';
import * as optimizers from './optimizers.js';
import * as train from './train.js';
import type { ModelCompileArgs } from './options.js';

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

/** Names in snake case, of one output, a list, or by name. Undefined if there is something else. */
function namesOf(given: unknown, isList = true): unknown {
  if (typeof given === 'string') return toSnakeCase(given);
  if (Array.isArray(given) && isList) {
    const names = given.map((item) => namesOf(item));
    return names.includes(undefined) ? undefined : names;
  }
  if (typeof given !== 'object' || given === null || Object.getPrototypeOf(given) !== Object.prototype)
    return undefined;
  const entries = Object.entries(given).map(([output, item]) => [output, namesOf(item)]);
  return entries.some(([, name]) => name === undefined) ? undefined : Object.fromEntries(entries);
}

/**
 * The config of a compiled model; undefined, with a warning, if it has losses or metrics that are not known by their
 * names.
 */
export function toTrainingConfig(args: ModelCompileArgs, optimizer: Optimizer): TrainingConfig | undefined {
  const loss = namesOf(args.loss);
  const metrics = args.metrics === undefined ? [] : namesOf(args.metrics);
  if (loss === undefined || metrics === undefined) {
    console.warn('The model is saved without its losses and metrics: only those that are given by name can be saved');
    return undefined;
  }
  const saved = {
    // The keys of the config stay in camel case, as in TensorFlow.js.
    optimizer_config: { class_name: optimizer.getClassName(), config: optimizer.getConfig() },
    loss,
    metrics: typeof metrics === 'string' ? [metrics] : metrics,
    ...(args.weightedMetrics !== undefined && { weighted_metrics: namesOf(args.weightedMetrics) }),
    ...(args.lossWeights !== undefined && { loss_weights: args.lossWeights }),
  };
  return saved as TrainingConfig;
}

/** The arguments of compile() for a saved config. Throws E_INPUT for what is unknown. */
export function fromTrainingConfig(config: TrainingConfig): ModelCompileArgs {
  const { loss, metrics, weighted_metrics, loss_weights } = config as TrainingConfig & Record<string, unknown>;
  const args = {
    optimizer: optimizerFromConfig(config.optimizer_config),
    loss,
    ...(metrics && { metrics }),
    ...(weighted_metrics && { weightedMetrics: weighted_metrics }),
    ...(loss_weights && { lossWeights: loss_weights }),
  };
  return args as unknown as ModelCompileArgs;
}
