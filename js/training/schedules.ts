// SPDX-License-Identifier: Apache-2.0
// Learning-rate schedules: functions of the number of steps taken before. Formulas are those of Keras.
import type { Config } from '../layers/config.js';
import type { LearningRateSchedule } from './optimizer.js';

/** @internal A schedule that files of Keras can have. */
export interface DescribedSchedule extends LearningRateSchedule {
  readonly described: { className: string; config: Config };
}

const describe = (className: string, config: Config, schedule: LearningRateSchedule): DescribedSchedule =>
  Object.assign(schedule, { described: { className, config } });

/** `initial * rate^(step / decaySteps)`; with `staircase`, the quotient is rounded down. */
export function exponentialDecay(
  initial: number,
  decaySteps: number,
  rate: number,
  staircase = false,
): LearningRateSchedule {
  return describe(
    'ExponentialDecay',
    { initialLearningRate: initial, decaySteps, decayRate: rate, staircase },
    (step) => initial * rate ** (staircase ? Math.floor(step / decaySteps) : step / decaySteps),
  );
}

/** `initial / (1 + rate * step / decaySteps)`; with `staircase`, the quotient is rounded down. */
export function inverseTimeDecay(
  initial: number,
  decaySteps: number,
  rate: number,
  staircase = false,
): LearningRateSchedule {
  return describe(
    'InverseTimeDecay',
    { initialLearningRate: initial, decaySteps, decayRate: rate, staircase },
    (step) => initial / (1 + rate * (staircase ? Math.floor(step / decaySteps) : step / decaySteps)),
  );
}

/** `values[i]` for the first i with `step <= boundaries[i]`, else the last value. */
export function piecewiseConstantDecay(boundaries: readonly number[], values: readonly number[]): LearningRateSchedule {
  return describe('PiecewiseConstantDecay', { boundaries: [...boundaries], values: [...values] }, (step) => {
    const i = boundaries.findIndex((boundary) => step <= boundary);
    return values[i < 0 ? values.length - 1 : i] as number;
  });
}

/** From `initial` to `end` in `decaySteps` steps. With `cycle`, starts again with more steps instead of staying at the end. */
export function polynomialDecay(
  initial: number,
  decaySteps: number,
  end = 1e-4,
  power = 1,
  cycle = false,
): LearningRateSchedule {
  const config = { initialLearningRate: initial, decaySteps, endLearningRate: end, power, cycle };
  return describe('PolynomialDecay', config, (step) => {
    const length = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
    const at = cycle ? step : Math.min(step, decaySteps);
    return (initial - end) * (1 - at / length) ** power + end;
  });
}

/** Options of cosineDecay. */
export interface WarmUp {
  /** The learning rate at the end of the warm-up. */
  target: number;
  /** The number of steps of the warm-up. */
  steps: number;
}

/** Half a cosine, from `initial`, or from the target of the warm-up, to `alpha` times that. */
export function cosineDecay(initial: number, decaySteps: number, alpha = 0, warmUp?: WarmUp): LearningRateSchedule {
  const decayed = (base: number, step: number) => {
    const cosine = 0.5 * (1 + Math.cos((Math.PI * Math.min(step, decaySteps)) / decaySteps));
    return base * ((1 - alpha) * cosine + alpha);
  };
  const { target = null, steps = 0 } = warmUp ?? {};
  const config = { initialLearningRate: initial, decaySteps, alpha, warmupTarget: target, warmupSteps: steps };
  return describe('CosineDecay', config, (step) => {
    if (target === null) return decayed(initial, step);
    return step < steps ? initial + ((target - initial) * step) / steps : decayed(target, step - steps);
  });
}

/** Cosine decays one after the other: each has `tMul` times the steps and starts at `mMul` times the rate of the last. */
export function cosineDecayRestarts(
  initial: number,
  firstDecaySteps: number,
  tMul = 2,
  mMul = 1,
  alpha = 0,
): LearningRateSchedule {
  const config = { initialLearningRate: initial, firstDecaySteps, tMul, mMul, alpha };
  return describe('CosineDecayRestarts', config, (step) => {
    let fraction = step / firstDecaySteps;
    let period: number;
    if (tMul === 1) {
      period = Math.floor(fraction);
      fraction -= period;
    } else {
      period = Math.floor(Math.log(1 - fraction * (1 - tMul)) / Math.log(tMul));
      fraction = (fraction - (1 - tMul ** period) / (1 - tMul)) / tMul ** period;
    }
    const cosine = 0.5 * mMul ** period * (1 + Math.cos(Math.PI * fraction));
    return initial * ((1 - alpha) * cosine + alpha);
  });
}
