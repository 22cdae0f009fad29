// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from '../../tensor/tensor.js';
import { dispose } from '../../tensor/memory.js';
import { Callback, type Logs } from '../callbacks.js';
import { checkNumber, Monitor, type MonitorArgs } from './monitor.js';
import { trainedModel } from './trained-model.js';

export interface EarlyStoppingCallbackArgs extends MonitorArgs {
  /** Training stops after so many epochs without improvement. The default is 0: after the first. */
  patience?: number;
  /** 1: tells when it stops. */
  verbose?: number;
  /** Only values better than this count as improvement. */
  baseline?: number;
  /** Whether the model gets the weights of its best epoch at the end. */
  restoreBestWeights?: boolean;
  /** The first epoch that is watched. */
  startFromEpoch?: number;
}

/** Stops training when a logged value does not improve any more. The rules are those of Keras 3. */
export class EarlyStopping extends Callback {
  readonly patience: number;
  /** The epoch after which training was stopped; 0 if it was not. */
  stoppedEpoch = 0;
  readonly #monitor: Monitor;
  readonly #args: EarlyStoppingCallbackArgs;
  #wait = 0;
  #best: number | undefined;
  #bestEpoch = 0;
  #bestWeights: Tensor[] | undefined;

  /** Throws E_INPUT. */
  constructor(args: EarlyStoppingCallbackArgs = {}) {
    super();
    this.#args = args;
    this.#monitor = new Monitor(args);
    this.patience = args.patience ?? 0;
    checkNumber('patience', this.patience, 0);
    checkNumber('startFromEpoch', args.startFromEpoch ?? 0, 0);
    checkNumber('baseline', args.baseline ?? 0);
  }

  override async onTrainBegin(): Promise<void> {
    this.stoppedEpoch = 0;
    this.#wait = 0;
    this.#best = undefined;
    this.#bestEpoch = 0;
    this.#forgetWeights();
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const { baseline, startFromEpoch = 0, restoreBestWeights, verbose } = this.#args;
    const value = this.#monitor.read(logs);
    if (value === undefined || epoch < startFromEpoch) return;
    if (restoreBestWeights && !this.#bestWeights) this.#keepWeights(epoch);
    ++this.#wait;
    if (this.#monitor.isBetter(value, this.#best)) {
      this.#best = value;
      if (restoreBestWeights) this.#keepWeights(epoch);
      if (baseline === undefined || baseline === null || this.#monitor.isBetter(value, baseline)) this.#wait = 0;
    } else if (this.#wait >= this.patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
      if (verbose) console.log(`Epoch ${epoch + 1}: early stopping`);
    }
  }

  override async onTrainEnd(): Promise<void> {
    if (!this.#bestWeights) return;
    if (this.#args.verbose) console.log(`Restoring the weights of epoch ${this.#bestEpoch + 1}`);
    trainedModel(this).setWeights(this.#bestWeights);
    this.#forgetWeights();
  }

  #keepWeights(epoch: number): void {
    this.#forgetWeights();
    this.#bestWeights = trainedModel(this).getWeights();
    this.#bestEpoch = epoch;
  }

  #forgetWeights(): void {
    dispose(this.#bestWeights);
    this.#bestWeights = undefined;
  }
}
