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

type Make = (config: Config, number: (key: string, byDefault?: number) => number) => schedules.DescribedSchedule;

const MAKERS: Readonly<Record<string, Make>> = {
  ExponentialDecay: (c, n) =>
    schedules.exponentialDecay(n('initialLearningRate'), n('decaySteps'), n('decayRate'), c['staircase'] === true),
  InverseTimeDecay: (c, n) =>
    schedules.inverseTimeDecay(n('initialLearningRate'), n('decaySteps'), n('decayRate'), c['staircase'] === true),
  PiecewiseConstantDecay: (c) => schedules.piecewiseConstantDecay(numbers(c['boundaries']), numbers(c['values'])),
  PolynomialDecay: (c, n) =>
    schedules.polynomialDecay(
      n('initialLearningRate'),
      n('decaySteps'),
      n('endLearningRate', 1e-4),
      n('power', 1),
      c['cycle'] === true,
    ),
  CosineDecay: (c, n) => {
    const warmUp = { target: n('warmupTarget', 0), steps: n('warmupSteps', 0) };
    const hasTarget = typeof c['warmupTarget'] === 'number';
    return schedules.cosineDecay(
      n('initialLearningRate'),
      n('decaySteps'),
      n('alpha', 0),
      hasTarget ? warmUp : undefined,
    );
  },
  CosineDecayRestarts: (_, n) =>
    schedules.cosineDecayRestarts(
      n('initialLearningRate'),
      n('firstDecaySteps'),
      n('tMul', 2),
      n('mMul', 1),
      n('alpha', 0),
    ),
};

const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : []);

/** The schedule that a file describes; undefined for unknown ones, and without the numbers that it needs. */
export function scheduleOf({ className, config = {} }: SavedSchedule): LearningRateSchedule | undefined {
  const make = className !== undefined && Object.hasOwn(MAKERS, className) ? MAKERS[className] : undefined;
  if (!make) return undefined;
  const schedule = make(config, (key, byDefault = Number.NaN) => {
    const value = config[key];
    return typeof value === 'number' ? value : byDefault;
  });
  if (!Number.isFinite(schedule(0))) return undefined;
  // Written again as it was, with its name.
  return Object.assign(schedule, { described: { className, config } });
}

/** The schedule of an optimizer for a file; undefined if it is a function of the program, or none. */
export function savedSchedule({ schedule }: Optimizer): SavedSchedule | undefined {
  return (schedule as Partial<schedules.DescribedSchedule> | undefined)?.described;
}
