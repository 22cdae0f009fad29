// SPDX-License-Identifier: Apache-2.0
// How files of Keras say that a model is trained: the arguments of compile(), and the state of the optimizer.
import type { KerasArray, KerasFile } from '../keras-files/index.js';
import { type Config, toCamelConfig } from '../layers/config.js';
import { tensor } from '../tensor/factories.js';
import type { Tensor } from '../tensor/tensor.js';
import type { LearningRateSchedule, NamedTensor, Optimizer } from './optimizer.js';
import * as schedules from './schedules.js';
import { optimizerByName, optimizerFromConfig } from './training-config.js';
import type { ModelCompileArgs } from './options.js';

type Described = { className?: string; config?: Config };

/** A learning rate: a number, or a schedule that the file describes. Undefined for unknown ones. */
function learningRateOf(value: unknown): number | LearningRateSchedule | undefined {
  if (typeof value === 'number') return value;
  const { className, config: c = {} } = (value ?? {}) as Described;
  const [first, steps] = [Number(c['initialLearningRate']), Number(c['decaySteps'])];
  const isStaircase = c['staircase'] === true;
  if (className === 'ExponentialDecay') {
    return schedules.exponentialDecay(first, steps, Number(c['decayRate']), isStaircase);
  }
  if (className === 'InverseTimeDecay') {
    return schedules.inverseTimeDecay(first, steps, Number(c['decayRate']), isStaircase);
  }
  if (className === 'PiecewiseConstantDecay') {
    return schedules.piecewiseConstantDecay(c['boundaries'] as number[], c['values'] as number[]);
  }
  if (className === 'PolynomialDecay') {
    const [end, power] = [Number(c['endLearningRate']), Number(c['power'])];
    return schedules.polynomialDecay(first, steps, end, power, c['cycle'] === true);
  }
  return undefined;
}

const CLIPS = { clipnorm: 'clipNorm', clipvalue: 'clipValue', globalClipnorm: 'globalClipNorm' } as const;

function optimizerOf(given: unknown): Optimizer {
  if (typeof given === 'string') return optimizerByName(given);
  const { className = '', config = {} } = toCamelConfig(given as Config) as Described;
  const options: Config = {};
  for (const [key, name] of Object.entries({ ...CLIPS, weightDecay: 'weightDecay' })) {
    if (typeof config[key] === 'number' && config[key] > 0) options[name] = config[key];
  }
  if (className === 'Adam' && config['amsgrad'] === true) options['amsgrad'] = true;
  const hasMomentum = className === 'SGD' && Number(config['momentum'] ?? 0) > 0;
  const rate = learningRateOf(config['learningRate'] ?? config['lr']) ?? 0.001;
  // Older versions divide the rate of all optimizers by 1 + decay * steps.
  const decay = Number(config['decay'] ?? 0);
  return optimizerFromConfig({
    className: hasMomentum ? 'Momentum' : className,
    config: {
      ...config,
      learningRate: decay > 0 && typeof rate === 'number' ? schedules.inverseTimeDecay(rate, 1, decay) : rate,
      decay: className.toLowerCase() === 'rmsprop' ? (config['rho'] ?? 0.9) : 0,
      useNesterov: config['nesterov'] === true,
      config,
      options,
    },
  });
}

/** Losses and metrics: Keras wraps functions. */
function unwrap(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(unwrap);
  if (typeof given !== 'object' || given === null) return given;
  const { class_name, config } = given as { class_name?: string; config?: Config | string };
  if (class_name === undefined) {
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, unwrap(value)]));
  }
  if (class_name === 'MeanMetricWrapper') {
    const { fn, name } = config as Config;
    return { className: fn, config: { name } };
  }
  return typeof config === 'string' ? config : { className: class_name, config: config ?? {} };
}

/** The arguments of compile(). Throws E_INPUT for what is unknown. */
export function compileArgsOf({ trainingConfig }: KerasFile): ModelCompileArgs {
  const given = trainingConfig as Record<string, unknown>;
  const args = {
    optimizer: optimizerOf(given['optimizer'] ?? given['optimizer_config']),
    loss: unwrap(given['loss']),
    metrics: unwrap(given['metrics'] ?? undefined),
    weightedMetrics: unwrap(given['weighted_metrics'] ?? undefined),
    lossWeights: given['loss_weights'] ?? undefined,
  };
  return args as ModelCompileArgs;
}

const sizesOf = (array: KerasArray) => String(array.shape);

/**
 * The state of an optimizer for Optimizer.setWeights(), for weights with these shapes; undefined if the file has none, or
 * one that does not fit.
 */
export function optimizerStateOf(
  { optimizerWeights }: KerasFile,
  optimizer: Optimizer,
  weights: readonly { name: string; shape: readonly number[] }[],
): NamedTensor[] | undefined {
  const [steps, ...all] = optimizerWeights.map(({ array }) => array);
  const shapes = weights.map(({ shape }) => String(shape));
  // Keras 3 has the learning rate after the steps.
  const rest = all[0]?.shape.length === 0 ? all.slice(1) : all;
  const { slots } = optimizer;
  const count = rest.length / weights.length;
  if (!steps || !Number.isInteger(count) || count > slots.length) return undefined;
  const places = (isGrouped: boolean) =>
    weights.map((_, i) =>
      Array.from({ length: count }, (_, k) => (isGrouped ? k * weights.length + i : i * count + k)),
    );
  const fits = (order: number[][]) =>
    order.every((own, i) => own.every((place) => sizesOf(rest[place] as KerasArray) === shapes[i]));
  // Keras up to 2.10 has the first slot of all weights, then the second; later ones all slots of each weight.
  const isOld = optimizerWeights[0]?.name.includes('iter:') === true;
  const order = [places(isOld), places(!isOld)].find(fits);
  if (!order) return undefined;
  const state: NamedTensor[] = [{ name: 'iter', tensor: tensor([Number(steps.read()[0])], [], 'int32') }];
  for (const [k, slot] of slots.entries()) {
    for (const [i, { name, shape }] of weights.entries()) {
      const place = order[i]?.[k];
      const values = place === undefined ? undefined : (rest[place] as KerasArray).readFloats();
      state.push({ name: `${name}/${slot}`, tensor: slotOf(optimizer, values, shape) });
    }
  }
  return state;
}

/** The momentum of Keras has the factor -learningRate. */
function slotOf(optimizer: Optimizer, values: Float32Array | undefined, shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const factor = optimizer.getClassName() === 'Momentum' ? -1 / optimizer.learningRate : 1;
  return tensor(values ? values.map((value) => value * factor) : new Float32Array(size), [...shape], 'float32');
}
