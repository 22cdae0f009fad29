// SPDX-License-Identifier: Apache-2.0
// How files of Keras say that a model is trained: the arguments of compile(). The state is in keras-slots.ts.
import type { JsonObject, KerasFile, KerasFormat } from '../../keras-files/index.js';
import type { KerasTraining } from '../../layers/save-keras.js';
import { type Config, toCamelConfig, toSnakeConfig } from '../../layers/config.js';
import type { CoreFunction } from '../../layers/configured.js';
import { findRegistered, getRegisteredName } from '../../layers/serialization.js';
import type { LearningRateSchedule, Optimizer } from '../optimizer.js';
import type { ModelCompileArgs } from '../options.js';
import type { Variable } from '../../tensor/variable.js';
import type { TrainingHost } from '../training-host.js';
import { stateVariables } from './keras-slots.js';
import { type SavedSchedule, savedSchedule, scheduleOf } from './saved-schedules.js';
import { type OptimizerMakers, readObjectives, savedObjectives } from './training-config.js';

type Described = SavedSchedule;

/** A learning rate: a number, or a schedule that the file describes. Undefined for unknown ones. */
function learningRateOf(value: unknown): number | LearningRateSchedule | undefined {
  return typeof value === 'number' ? value : scheduleOf((value ?? {}) as Described);
}

const inverseTime = (rate: number, decay: number): Described => ({
  className: 'InverseTimeDecay',
  config: { initialLearningRate: rate, decaySteps: 1, decayRate: decay, staircase: false },
});

/** The names of our options by those of Keras. */
const OPTIONS = {
  weightDecay: 'weightDecay',
  clipnorm: 'clipNorm',
  clipvalue: 'clipValue',
  globalClipnorm: 'globalClipNorm',
  gradientAccumulationSteps: 'gradientAccumulationSteps',
} as const;
const EMA_OPTIONS = ['useEma', 'emaMomentum', 'emaOverwriteFrequency'];
/** Names of FTRL in Keras. */
const FTRL = {
  learningRatePower: 'learningRatePower',
  initialAccumulatorValue: 'initialAccumulatorValue',
  beta: 'beta',
  l1: 'l1RegularizationStrength',
  l2: 'l2RegularizationStrength',
  l2Shrinkage: 'l2ShrinkageRegularizationStrength',
} as const;

function optimizerOf(value: unknown, { optimizerByName, optimizerFromConfig }: OptimizerMakers): Optimizer {
  if (typeof value === 'string') return optimizerByName(value);
  const { className: given = '', config = {} } = toCamelConfig(value as Config) as Described;
  // Keras 2.11 and 2.12 have their own classes as if they were the user's.
  const className = given.replace(/^Custom>(?=(SGD|RMSprop|Ada\w+|Nadam|Lion|Ftrl)$)/, '');
  const options: Config = {};
  for (const [key, name] of Object.entries(OPTIONS)) {
    if (typeof config[key] === 'number' && config[key] > 0) options[name] = config[key];
  }
  if (config['useEma'] === true) {
    for (const key of EMA_OPTIONS) if (config[key] != null) options[key] = config[key];
  }
  // Muon has a weight decay of its own.
  if (className === 'Muon') delete options['weightDecay'];
  if (className === 'Adam' && config['amsgrad'] === true) options['amsgrad'] = true;
  const hasMomentum = className === 'SGD' && Number(config['momentum'] ?? 0) > 0;
  const stored = config['learningRate'] ?? config['lr'];
  // Older versions divide the rate of all optimizers by 1 + decay * steps.
  const decay = Number(config['decay'] ?? 0);
  const rate = learningRateOf(decay > 0 && typeof stored === 'number' ? inverseTime(stored, decay) : stored) ?? 0.001;
  const ftrl = Object.entries(FTRL).filter(([, key]) => key in config);
  return optimizerFromConfig({
    className: hasMomentum ? 'Momentum' : className,
    config: {
      ...config,
      learningRate: rate,
      decay: className.toLowerCase() === 'rmsprop' ? (config['rho'] ?? 0.9) : 0,
      useNesterov: config['nesterov'] === true,
      config: className === 'Ftrl' ? Object.fromEntries(ftrl.map(([name, key]) => [name, config[key]])) : config,
      options,
    },
  });
}

/** The arguments of compile(). Throws E_INPUT for what is unknown. */
export function compileArgsOf({ trainingConfig }: KerasFile, makers: OptimizerMakers): ModelCompileArgs {
  const given = trainingConfig as Record<string, unknown>;
  const args = {
    optimizer: optimizerOf(given['optimizer'] ?? given['optimizer_config'], makers),
    loss: readObjectives(given['loss']),
    metrics: readObjectives(given['metrics'] ?? undefined),
    weightedMetrics: readObjectives(given['weighted_metrics'] ?? undefined),
    lossWeights: given['loss_weights'] ?? undefined,
  };
  return args as ModelCompileArgs;
}

/** The classes of optimizers in Keras, and their options besides the learning rate. */
const CLASSES: Readonly<Record<string, (c: Config) => [className: string, config: Config]>> = {
  SGD: () => ['SGD', { momentum: 0, nesterov: false }],
  Momentum: ({ momentum, useNesterov }) => ['SGD', { momentum, nesterov: useNesterov }],
  RMSProp: ({ decay: rho, momentum, epsilon, centered }) => ['RMSprop', { rho, momentum, epsilon, centered }],
  Adam: (c) => ['Adam', { ...betasOf(c), amsgrad: amsgradOf(c) }],
  AdamW: (c) => ['AdamW', { ...betasOf(c), amsgrad: amsgradOf(c), weightDecay: c['weightDecay'] }],
  Adamax: (c) => ['Adamax', betasOf(c)],
  Nadam: (c) => ['Nadam', betasOf(c)],
  Adagrad: ({ initialAccumulatorValue }) => ['Adagrad', { initialAccumulatorValue, epsilon: 1e-7 }],
  Adadelta: ({ rho, epsilon }) => ['Adadelta', { rho, epsilon }],
  Lion: ({ beta1, beta2 }) => ['Lion', { beta_1: beta1, beta_2: beta2 }],
  Ftrl: ({ config }) => [
    'Ftrl',
    Object.fromEntries(Object.entries(FTRL).map(([name, key]) => [key, (config as Config)[name]])),
  ],
  Lamb: (c) => ['Lamb', betasOf(c)],
  Adafactor: ({ config }) => ['Adafactor', numbered(config as Config)],
  Muon: ({ config }) => ['Muon', numbered(config as Config)],
};

/** Keys as Keras has them: `beta_2Decay`. */
const numbered = (config: Config): Config =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(/\d/, '_$&'), value]));

const betasOf = ({ beta1, beta2, epsilon }: Config): Config => ({ beta_1: beta1, beta_2: beta2, epsilon });
const amsgradOf = ({ options }: Config): boolean => (options as Config | undefined)?.['amsgrad'] === true;

/** The class and the config of an optimizer, as Keras has them; undefined if Keras has no such optimizer. */
function describeOptimizer(optimizer: Optimizer): { class_name: string; config: Config } | undefined {
  const config = optimizer.getConfig() as Config;
  const name = optimizer.getClassName();
  const described = Object.hasOwn(CLASSES, name) ? CLASSES[name]?.(config) : undefined;
  if (!described) return undefined;
  const [className, own] = described;
  const options = (config['options'] ?? {}) as Config;
  const all = {
    name: className.toLowerCase(),
    learningRate: describeRate(optimizer),
    ...Object.fromEntries(Object.entries(OPTIONS).map(([key, option]) => [key, options[option] ?? null])),
    ...(options['useEma'] === true && Object.fromEntries(EMA_OPTIONS.map((key) => [key, options[key] ?? null]))),
    ...own,
  };
  return { class_name: className, config: toSnakeConfig(all) };
}

function describeRate(optimizer: Optimizer): unknown {
  const { schedule, learningRate } = optimizer;
  const described = savedSchedule(optimizer);
  if (described) return { module: 'keras.optimizers.schedules', ...described, registeredName: null };
  if (schedule) console.warn('The learning rate is saved as it is now: a file of Keras cannot have a function for it');
  return learningRate;
}

/** As Keras has it: it knows no 'auto' any more, and null where the core needs a word. */
function withKerasNames({ className, config }: CoreFunction): CoreFunction {
  const { reduction, classAggregation, ...rest } = config;
  return {
    className,
    config: {
      ...rest,
      ...(reduction !== undefined && { reduction: reduction === 'auto' ? 'sum_over_batch_size' : reduction }),
      ...(classAggregation !== undefined && {
        classAggregation: classAggregation === 'none' ? null : classAggregation,
      }),
    },
  };
}

/** The form of Keras 3. */
const kerasDescription =
  (module: string) =>
  (given: CoreFunction): object => {
    const custom = findRegistered(given.className);
    const registeredName = custom ? getRegisteredName(custom) : null;
    return { module: custom ? null : module, ...withKerasNames(given), registeredName };
  };

/**
 * The arguments of compile() for a file of Keras; undefined, with a warning, if it has losses or metrics that are
 * functions of the program, or an optimizer that Keras has not.
 */
function kerasConfigOf(args: ModelCompileArgs, optimizer: Optimizer, isArchive: boolean): JsonObject | undefined {
  const described = describeOptimizer(optimizer);
  const [loss, metrics, weighted] = [args.loss, args.metrics ?? [], args.weightedMetrics ?? []].map((given, i) =>
    savedObjectives(given, isArchive ? kerasDescription(i === 0 ? 'keras.losses' : 'keras.metrics') : withKerasNames),
  );
  if (!described || loss === undefined || metrics === undefined || weighted === undefined) {
    console.warn(
      'The model is saved without its training: a file of Keras can have optimizers of Keras only, and losses and ' +
        'metrics that are no functions of the program',
    );
    return undefined;
  }
  const common = {
    loss,
    metrics: typeof metrics === 'string' ? [metrics] : metrics,
    weighted_metrics: args.weightedMetrics === undefined ? null : weighted,
    loss_weights: args.lossWeights ?? null,
  };
  if (!isArchive) return { ...common, optimizer_config: described } as JsonObject;
  const module = { module: 'keras.optimizers', ...described, registered_name: null };
  return { ...common, optimizer: module, run_eagerly: false, steps_per_execution: 1, jit_compile: false } as JsonObject;
}

/** What a file of Keras gets of the training of a model; undefined, with a warning, if it cannot have it. */
export function kerasTraining(
  { optimizer, training }: TrainingHost,
  args: ModelCompileArgs,
  format: KerasFormat,
  isKeras3: boolean,
): KerasTraining | undefined {
  const config = kerasConfigOf(args, optimizer, format === 'keras');
  if (!config) return undefined;
  // Keras makes its variables at the first step.
  if (optimizer.iterations === 0) return { config, variables: [] };
  const values = training.weights.map((weight) => weight.read() as Variable);
  const slots = optimizer.slotsOf(values);
  const count = optimizer.slots.length;
  const weights = training.weights.map(({ name, shape }, i) => ({
    name,
    shape: shape as number[],
    slots: slots.slice(i * count, (i + 1) * count),
  }));
  return { config, variables: stateVariables(optimizer, weights, isKeras3) };
}
