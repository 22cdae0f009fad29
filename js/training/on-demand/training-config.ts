// SPDX-License-Identifier: Apache-2.0
// How a model is trained, as saved models have it.
import type { TrainingConfig } from '../../io/types.js';
import { toSnakeCase } from '../../layers/config.js';
import type { Optimizer } from '../optimizer.js';
import type { ModelCompileArgs } from '../options.js';

/** Names in snake case, of one output, a list, or by name. Undefined if there is something else. */
export function namesOf(given: unknown, isList = true): unknown {
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

/** How optimizers are made: optimizer-makers.ts of js/training/, which this bundle cannot import. */
export type OptimizerMakers = typeof import('../optimizer-makers.js');

/** The arguments of compile() for a saved config. Throws E_INPUT for what is unknown. */
export function fromTrainingConfig(config: TrainingConfig, makers: OptimizerMakers): ModelCompileArgs {
  const { loss, metrics, weighted_metrics, loss_weights } = config as TrainingConfig & Record<string, unknown>;
  const args = {
    optimizer: makers.optimizerFromConfig(config.optimizer_config),
    loss,
    ...(metrics && { metrics }),
    ...(weighted_metrics && { weightedMetrics: weighted_metrics }),
    ...(loss_weights && { lossWeights: loss_weights }),
  };
  return args as unknown as ModelCompileArgs;
}
