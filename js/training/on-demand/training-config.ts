// SPDX-License-Identifier: Apache-2.0
// How a model is trained, as saved models have it.
import type { TrainingConfig } from '../../io/types.js';
import { type Config, type Configurable, either, serialize, toSnakeCase, toSnakeConfig } from '../../layers/config.js';
import type { CoreFunction } from '../../layers/configured.js';
import type { Optimizer } from '../optimizer.js';
import type { ModelCompileArgs } from '../options.js';
import { type SavedSchedule, savedSchedule, scheduleOf } from './saved-schedules.js';

/** An object of a class, or its description; undefined for functions of the program. */
function describe(given: object): CoreFunction | undefined {
  if (typeof (given as Partial<Configurable>).getConfig === 'function') {
    const { className, config } = serialize(given as Configurable);
    return typeof className === 'string' ? { className, config } : undefined;
  }
  const className = either(given as Config, 'class_name');
  const { config = {} } = given as { config?: Config };
  return typeof className === 'string' ? { className, config } : undefined;
}

/**
 * Losses or metrics as files have them: of one output, a list, or by name. Undefined if there is a function of the
 * program.
 *
 * @param toSaved The form of descriptions.
 */
export function savedObjectives(given: unknown, toSaved: (described: CoreFunction) => object): unknown {
  if (given === null) return null;
  if (typeof given === 'string') return toSnakeCase(given);
  if (Array.isArray(given)) {
    const saved = given.map((item) => savedObjectives(item, toSaved));
    return saved.includes(undefined) ? undefined : saved;
  }
  if (typeof given !== 'object') return undefined;
  const described = describe(given);
  if (described) return toSnakeConfig({ ...toSaved(described) });
  if (Object.getPrototypeOf(given) !== Object.prototype) return undefined;
  const entries = Object.entries(given).map(([output, item]) => [output, savedObjectives(item, toSaved)]);
  return entries.some(([, saved]) => saved === undefined) ? undefined : Object.fromEntries(entries);
}

/** Losses and metrics for compile(). Keras wraps functions, and tuples. */
export function readObjectives(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(readObjectives);
  if (typeof given !== 'object' || given === null) return given;
  const { class_name, config } = given as { class_name?: string; config?: Config | string };
  if (class_name === undefined) {
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, readObjectives(value)]));
  }
  if (class_name === '__tuple__') return readObjectives((given as { items?: unknown }).items);
  if (typeof config === 'string') return config;
  if (!/^(MeanMetric|LossFunction)Wrapper$/.test(class_name)) return { className: class_name, config: config ?? {} };
  const { fn, ...rest } = config ?? {};
  return { className: typeof fn === 'string' ? fn : (fn as { config?: unknown } | undefined)?.config, config: rest };
}

/**
 * The config of a compiled model; undefined, with a warning, if it has losses or metrics that are functions of the
 * program.
 */
export function toTrainingConfig(args: ModelCompileArgs, optimizer: Optimizer): TrainingConfig | undefined {
  const same = (described: CoreFunction) => described;
  const loss = savedObjectives(args.loss, same);
  const metrics = args.metrics === undefined ? [] : savedObjectives(args.metrics, same);
  const weighted = args.weightedMetrics === undefined ? null : savedObjectives(args.weightedMetrics, same);
  if (loss === undefined || metrics === undefined || weighted === undefined) {
    console.warn('The model is saved without its losses and metrics: functions of the program cannot be saved');
    return undefined;
  }
  // TensorFlow.js has no schedules, and ignores the key.
  const schedule = savedSchedule(optimizer);
  const saved = {
    // The keys of the config stay in camel case, as in TensorFlow.js.
    optimizer_config: {
      class_name: optimizer.getClassName(),
      config: { ...optimizer.getConfig(), ...(schedule && { schedule }) },
    },
    loss,
    metrics: typeof metrics === 'string' ? [metrics] : metrics,
    ...(weighted !== null && { weighted_metrics: weighted }),
    ...(args.lossWeights !== undefined && { loss_weights: args.lossWeights }),
  };
  return saved as TrainingConfig;
}

/** How optimizers are made: optimizer-makers.ts of js/training/, which this bundle cannot import. */
export type OptimizerMakers = typeof import('../optimizer-makers.js');

/** The arguments of compile() for a saved config. Throws E_INPUT for what is unknown. */
export function fromTrainingConfig(config: TrainingConfig, makers: OptimizerMakers): ModelCompileArgs {
  const { loss, metrics, weighted_metrics, loss_weights } = config as TrainingConfig & Record<string, unknown>;
  const optimizer = makers.optimizerFromConfig(config.optimizer_config);
  const { schedule } = ((config.optimizer_config as { config?: Config }).config ?? {}) as { schedule?: SavedSchedule };
  if (schedule) optimizer.schedule = scheduleOf(schedule);
  const args = {
    optimizer,
    loss: readObjectives(loss),
    ...(metrics && { metrics: readObjectives(metrics) }),
    ...(weighted_metrics !== undefined && { weightedMetrics: readObjectives(weighted_metrics) }),
    ...(loss_weights && { lossWeights: loss_weights }),
  };
  return args as unknown as ModelCompileArgs;
}
