// SPDX-License-Identifier: Apache-2.0
// Callbacks that change the learning rate.
import { check } from '../../core/errors.js';
import { Callback, type Logs } from '../callbacks.js';
import type { Optimizer } from '../optimizer.js';
import { checkNumber, Monitor, type MonitorArgs } from './monitor.js';
import { trainedModel } from './trained-model.js';

/** Throws E_INPUT if a schedule of the optimizer would override the learning rate. */
function optimizerOf(callback: Callback, name: string): Optimizer {
  const { optimizer } = trainedModel(callback);
  check(optimizer.schedule === undefined, `${name} cannot change the learning rate of an optimizer with a schedule`);
  return optimizer;
}

export interface ReduceLROnPlateauArgs extends MonitorArgs {
  /** What the learning rate is multiplied by, less than 1. The default is 0.1. */
  factor?: number;
  /** After so many epochs without improvement. The default is 10. */
  patience?: number;
  /** 1: tells of each reduction. */
  verbose?: number;
  /** How many epochs to wait after a reduction. The default is 0. */
  cooldown?: number;
  /** The smallest learning rate. The default is 0. */
  minLr?: number;
}

/** Reduces the learning rate when a logged value does not improve any more. The rules are those of Keras 3. */
export class ReduceLROnPlateau extends Callback {
  readonly #args: Required<Pick<ReduceLROnPlateauArgs, 'factor' | 'patience' | 'cooldown' | 'minLr' | 'verbose'>>;
  readonly #monitor: Monitor;
  #best: number | undefined;
  #wait = 0;
  #cooling = 0;

  /** Throws E_INPUT. */
  constructor(args: ReduceLROnPlateauArgs = {}) {
    super();
    const { factor = 0.1, patience = 10, cooldown = 0, minLr = 0, verbose = 0 } = args;
    checkNumber('factor', factor, 0);
    check(factor < 1, `factor has to be less than 1, got ${factor}`);
    for (const [name, value] of Object.entries({ patience, cooldown, minLr })) checkNumber(name, value, 0);
    this.#args = { factor, patience, cooldown, minLr, verbose };
    this.#monitor = new Monitor({ ...args, minDelta: args.minDelta ?? 1e-4 });
  }

  override async onTrainBegin(): Promise<void> {
    this.#best = undefined;
    this.#wait = 0;
    this.#cooling = 0;
  }

  /** Adds `learning_rate` to the logs. */
  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const optimizer = optimizerOf(this, 'ReduceLROnPlateau');
    logs['learning_rate'] = optimizer.learningRate;
    const value = this.#monitor.read(logs);
    if (value === undefined) return;
    if (this.#cooling > 0) {
      --this.#cooling;
      this.#wait = 0;
    }
    if (this.#monitor.isBetter(value, this.#best)) {
      this.#best = value;
      this.#wait = 0;
    } else if (this.#cooling === 0 && ++this.#wait >= this.#args.patience) {
      this.#reduce(optimizer, epoch);
    }
  }

  #reduce(optimizer: Optimizer, epoch: number): void {
    const { factor, minLr, cooldown, verbose } = this.#args;
    if (optimizer.learningRate <= minLr) return;
    optimizer.learningRate = Math.max(optimizer.learningRate * factor, minLr);
    this.#cooling = cooldown;
    this.#wait = 0;
    if (verbose) console.log(`Epoch ${epoch + 1}: reduced the learning rate to ${optimizer.learningRate}`);
  }
}

/** The learning rate of an epoch. `lr` is the one before. */
export type EpochSchedule = (epoch: number, lr: number) => number | Promise<number>;

/** Sets the learning rate at the beginning of each epoch. Adds `learning_rate` to the logs. */
export class LearningRateScheduler extends Callback {
  readonly #schedule: EpochSchedule;
  readonly #verbose: number;

  /** Throws E_INPUT. */
  constructor(schedule: EpochSchedule, verbose = 0) {
    super();
    check(typeof schedule === 'function', 'LearningRateScheduler takes a function of the epoch and the learning rate');
    this.#schedule = schedule;
    this.#verbose = verbose;
  }

  /** Throws E_INPUT if the schedule does not return a number. */
  override async onEpochBegin(epoch: number): Promise<void> {
    const optimizer = optimizerOf(this, 'LearningRateScheduler');
    const rate = await this.#schedule(epoch, optimizer.learningRate);
    check(
      typeof rate === 'number' && Number.isFinite(rate),
      () => `the schedule of a LearningRateScheduler has to return a number, got ${String(rate)}`,
    );
    optimizer.learningRate = rate;
    if (this.#verbose) console.log(`Epoch ${epoch + 1}: the learning rate is ${rate}`);
  }

  override async onEpochEnd(_epoch: number, logs: Logs = {}): Promise<void> {
    logs['learning_rate'] = trainedModel(this).optimizer.learningRate;
  }
}
