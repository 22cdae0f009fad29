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

/** The names of our options by those of Keras. */
const OPTIONS: Readonly<Record<string, string>> = {
  ...{ clipnorm: 'clipNorm', clipvalue: 'clipValue', globalClipnorm: 'globalClipNorm', weightDecay: 'weightDecay' },
  gradientAccumulationSteps: 'gradientAccumulationSteps',
};
const EMA_OPTIONS = ['useEma', 'emaMomentum', 'emaOverwriteFrequency'];

function optimizerOf(given: unknown): Optimizer {
  if (typeof given === 'string') return optimizerByName(given);
  const { className = '', config = {} } = toCamelConfig(given as Config) as Described;
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

/**
 * Where the slots of weights are in a list of `count` tensors of these shapes, by weight and slot; undefined if they are
 * not. Files have the averages of all weights first, then the accumulators, then the slots of the rule: those of a weight
 * together or, with `isGrouped`, the first of all weights, then the second. The last slots may be missing.
 */
function placesOf(
  optimizer: Optimizer,
  weights: readonly { name: string; shape: readonly number[] }[],
  shapes: readonly string[],
  isGrouped: boolean,
): number[][] | undefined {
  const places: number[][] = weights.map(() => []);
  const { slots } = optimizer;
  const ownCount = slots.length - ['gradient_accumulator', 'average'].filter((slot) => slots.includes(slot)).length;
  let next = 0;
  const fits = (i: number, k: number): boolean => {
    const weight = weights[i] as { name: string; shape: readonly number[] };
    const shape = optimizer.slotShape(slots[k] as string, weight);
    // An empty slot stands for none.
    if (shape.includes(0) && !weight.shape.includes(0)) return true;
    if (shapes[next] !== String(shape)) return false;
    (places[i] as number[])[k] = next++;
    return true;
  };
  for (let k = slots.length - 1; k >= ownCount; --k) {
    if (!weights.every((_, i) => fits(i, k))) return undefined;
  }
  // As many slots as there are tensors for.
  for (let count = ownCount; count >= 0; --count) {
    const first = next;
    const own = Array.from({ length: count }, (_, k) => k);
    const all = isGrouped
      ? own.every((k) => weights.every((_, i) => fits(i, k)))
      : weights.every((_, i) => own.every((k) => fits(i, k)));
    if (all && next === shapes.length) return places;
    next = first;
    for (const place of places) for (const k of own) delete place[k];
  }
  return undefined;
}

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
  if (!steps) return undefined;
  // Keras up to 2.10 has the first slot of all weights, then the second; later ones all slots of each weight.
  const isOld = optimizerWeights[0]?.name.includes('iter:') === true;
  const shapes = all.map(({ shape }) => String(shape));
  // Keras 3 has the learning rate after the steps.
  for (const skipped of all[0]?.shape.length === 0 ? [1, 0] : [0]) {
    for (const isGrouped of [isOld, !isOld]) {
      const places = placesOf(optimizer, weights, shapes.slice(skipped), isGrouped);
      if (places) return stateAt(optimizer, weights, places, Number(steps.read()[0]), all.slice(skipped));
    }
  }
  return undefined;
}

function stateAt(
  optimizer: Optimizer,
  weights: readonly { name: string; shape: readonly number[] }[],
  places: readonly number[][],
  steps: number,
  arrays: readonly KerasArray[],
): NamedTensor[] {
  const state: NamedTensor[] = [{ name: 'iter', tensor: tensor([steps], [], 'int32') }];
  for (const [k, slot] of optimizer.slots.entries()) {
    for (const [i, weight] of weights.entries()) {
      const place = places[i]?.[k];
      const values = place === undefined ? undefined : (arrays[place] as KerasArray).readFloats();
      const shape = optimizer.slotShape(slot, weight);
      state.push({ name: `${weight.name}/${slot}`, tensor: slotOf(optimizer, slot, values, shape) });
    }
  }
  return state;
}

/** The momentum of Keras has the factor -learningRate. */
function slotOf(
  optimizer: Optimizer,
  slot: string,
  values: Float32Array | undefined,
  shape: readonly number[],
): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const isMomentum = optimizer.getClassName() === 'Momentum' && slot === 'momentum';
  const factor = isMomentum ? -1 / optimizer.learningRate : 1;
  return tensor(values ? values.map((value) => value * factor) : new Float32Array(size), [...shape], 'float32');
}
