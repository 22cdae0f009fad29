// SPDX-License-Identifier: Apache-2.0
// tf.train: makes optimizers. Every function takes OptimizerOptions as its last argument.
import type { LearningRateSchedule, OptimizerOptions } from './optimizer.js';
import {
  type AdafactorConfig,
  AdafactorOptimizer,
  AdadeltaOptimizer,
  AdagradOptimizer,
  AdamaxOptimizer,
  AdamOptimizer,
  type AdamOptions,
  AdamWOptimizer,
  type FtrlConfig,
  FtrlOptimizer,
  LambOptimizer,
  LionOptimizer,
  MomentumOptimizer,
  type MuonConfig,
  MuonOptimizer,
  NadamOptimizer,
  RMSPropOptimizer,
  SGDOptimizer,
} from './optimizers.js';

type LearningRate = number | LearningRateSchedule;

/** Stochastic gradient descent: `w -= learningRate * g`. */
export function sgd(learningRate: LearningRate, options?: OptimizerOptions): SGDOptimizer {
  return new SGDOptimizer(learningRate, options);
}

/** With momentum: `a = momentum * a + g`, `w -= learningRate * a`. */
export function momentum(
  learningRate: LearningRate,
  momentum: number,
  useNesterov = false,
  options?: OptimizerOptions,
): MomentumOptimizer {
  return new MomentumOptimizer(learningRate, momentum, useNesterov, options);
}

/** RMSProp. */
export function rmsprop(
  learningRate: LearningRate,
  decay = 0.9,
  momentum = 0,
  epsilon: number | null = null,
  centered = false,
  options?: OptimizerOptions,
): RMSPropOptimizer {
  return new RMSPropOptimizer(learningRate, decay, momentum, epsilon, centered, options);
}

/** Adam. */
export function adam(
  learningRate: LearningRate = 0.001,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon: number | null = null,
  options?: AdamOptions,
): AdamOptimizer {
  return new AdamOptimizer(learningRate, beta1, beta2, epsilon, options);
}

/** Adam with decoupled weight decay. */
export function adamW(
  learningRate: LearningRate = 0.001,
  weightDecay = 0.004,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon: number | null = null,
  options?: AdamOptions,
): AdamWOptimizer {
  return new AdamWOptimizer(learningRate, weightDecay, beta1, beta2, epsilon, options);
}

/** Adadelta. */
export function adadelta(
  learningRate: LearningRate = 0.001,
  rho = 0.95,
  epsilon: number | null = null,
  options?: OptimizerOptions,
): AdadeltaOptimizer {
  return new AdadeltaOptimizer(learningRate, rho, epsilon, options);
}

/** Adamax. */
export function adamax(
  learningRate: LearningRate = 0.002,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon: number | null = null,
  decay = 0,
  options?: OptimizerOptions,
): AdamaxOptimizer {
  return new AdamaxOptimizer(learningRate, beta1, beta2, epsilon, decay, options);
}

/** Adagrad. */
export function adagrad(
  learningRate: LearningRate,
  initialAccumulatorValue = 0.1,
  options?: OptimizerOptions,
): AdagradOptimizer {
  return new AdagradOptimizer(learningRate, initialAccumulatorValue, options);
}

/** Nadam. */
export function nadam(
  learningRate: LearningRate = 0.001,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon: number | null = null,
  options?: OptimizerOptions,
): NadamOptimizer {
  return new NadamOptimizer(learningRate, beta1, beta2, epsilon, options);
}

/** Lion. */
export function lion(
  learningRate: LearningRate = 0.001,
  beta1 = 0.9,
  beta2 = 0.99,
  options?: OptimizerOptions,
): LionOptimizer {
  return new LionOptimizer(learningRate, beta1, beta2, options);
}

/** FTRL. */
export function ftrl(
  learningRate: LearningRate = 0.001,
  config?: FtrlConfig,
  options?: OptimizerOptions,
): FtrlOptimizer {
  return new FtrlOptimizer(learningRate, config, options);
}

/** Lamb: Adam with steps in proportion to the norm of the variable, for large batches. */
export function lamb(
  learningRate: LearningRate = 0.001,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon: number | null = null,
  options?: OptimizerOptions,
): LambOptimizer {
  return new LambOptimizer(learningRate, beta1, beta2, epsilon, options);
}

/** Adafactor. */
export function adafactor(
  learningRate: LearningRate = 0.001,
  config?: AdafactorConfig,
  options?: OptimizerOptions,
): AdafactorOptimizer {
  return new AdafactorOptimizer(learningRate, config, options);
}

/** Muon, with AdamW for variables that are no matrices. */
export function muon(
  learningRate: LearningRate = 0.001,
  config?: MuonConfig,
  options?: OptimizerOptions,
): MuonOptimizer {
  return new MuonOptimizer(learningRate, config, options);
}

export * from './schedules.js';
