// SPDX-License-Identifier: Apache-2.0
// Learning-rate schedules in files: {className, config}, with the names of Keras.
import type { Config } from '../../layers/config.js';
import type { LearningRateSchedule, Optimizer } from '../optimizer.js';
import * as schedules from '../schedules.js';

/** What files have of a schedule. */
export interface SavedSchedule {
  className?: string;
  config?: Config;
}

/** What makes schedules, and the keys of its arguments in files. */
const MAKERS: Readonly<Record<string, readonly [make: (...args: never[]) => LearningRateSchedule, keys: string]>> = {
  ExponentialDecay: [schedules.exponentialDecay, 'initialLearningRate decaySteps decayRate staircase'],
  InverseTimeDecay: [schedules.inverseTimeDecay, 'initialLearningRate decaySteps decayRate staircase'],
  PiecewiseConstantDecay: [schedules.piecewiseConstantDecay, 'boundaries values'],
  PolynomialDecay: [schedules.polynomialDecay, 'initialLearningRate decaySteps endLearningRate power cycle'],
  CosineDecay: [cosineDecay, 'initialLearningRate decaySteps alpha warmupTarget warmupSteps'],
  CosineDecayRestarts: [schedules.cosineDecayRestarts, 'initialLearningRate firstDecaySteps tMul mMul alpha'],
};

function cosineDecay(initial: number, decaySteps: number, alpha?: number, target?: number, steps = 0) {
  return schedules.cosineDecay(initial, decaySteps, alpha, target === undefined ? undefined : { target, steps });
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isArgument = (value: unknown, key: string) =>
  /^(boundaries|values)$/.test(key)
    ? Array.isArray(value) && value.every(isNumber)
    : isNumber(value) || typeof value === 'boolean';

/** The schedule that a file describes; undefined for unknown ones, and without the numbers that it needs. */
export function scheduleOf({ className = '', config = {} }: SavedSchedule): LearningRateSchedule | undefined {
  const maker = Object.hasOwn(MAKERS, className) ? MAKERS[className] : undefined;
  if (!maker) return undefined;
  const [make, keys] = maker;
  const args = keys.split(' ').map((key) => (isArgument(config[key], key) ? config[key] : undefined));
  if (args[0] === undefined || args[1] === undefined) return undefined;
  const schedule = make(...(args as never[]));
  if (![0, 1].every((step) => Number.isFinite(schedule(step)))) return undefined;
  // Written again as it was, with its name.
  return Object.assign(schedule, { described: { className, config } });
}

/** The schedule of an optimizer for a file; undefined if it is a function of the program, or none. */
export function savedSchedule({ schedule }: Optimizer): SavedSchedule | undefined {
  return (schedule as Partial<schedules.DescribedSchedule> | undefined)?.described;
}
