// SPDX-License-Identifier: Apache-2.0
import { check } from '../../core/errors.js';
import { Callback, type Logs } from '../callbacks.js';
import { loadTraining } from '../loader.js';
import { checkNumber, Monitor, type MonitorArgs } from './monitor.js';
import { trainedModel } from './trained-model.js';

export interface ModelCheckpointArgs extends Omit<MonitorArgs, 'minDelta'> {
  /** 1: tells of each save. */
  verbose?: number;
  /** Whether to save only when the monitored value is better than at each save before. */
  saveBestOnly?: boolean;
  /** Whether to leave out the state of the optimizer. Files have the layers in any case. */
  saveWeightsOnly?: boolean;
  /** 'epoch' (the default), or a number of batches. */
  saveFreq?: 'epoch' | number;
  /** Only values better than this are saved, with `saveBestOnly`. */
  initialValueThreshold?: number;
}

/**
 * Saves the model during training.
 *
 * ```js
 * new tf.ModelCheckpoint('file://models/epoch-{epoch:02d}-{val_loss:.3f}', { saveBestOnly: true });
 * ```
 */
export class ModelCheckpoint extends Callback {
  readonly #target: unknown;
  readonly #args: ModelCheckpointArgs;
  readonly #monitor: Monitor;
  #best: number | undefined;
  #epoch = 0;
  #batches = 0;

  /**
   * @param target What `model.save()` takes. In a URL, {epoch} (from 1), {batch} (from 1, with `saveFreq`) and names of
   *     logged values, also in camel case, are replaced by their values, with a format of Python: {epoch:03d},
   *     {loss:.2f}.
   * @throws E_INPUT.
   */
  constructor(target: unknown, args: ModelCheckpointArgs = {}) {
    super();
    const { saveFreq = 'epoch' } = args;
    const isHandler = typeof (target as { save?: unknown } | null)?.save === 'function';
    check(typeof target === 'string' || isHandler, 'ModelCheckpoint takes a URL or an object with a save() method');
    check(
      saveFreq === 'epoch' || (Number.isInteger(saveFreq) && saveFreq > 0),
      `saveFreq has to be 'epoch' or a number of batches, got ${saveFreq}`,
    );
    checkNumber('initialValueThreshold', args.initialValueThreshold ?? 0);
    this.#target = target;
    this.#args = args;
    this.#monitor = new Monitor(args);
  }

  override async onTrainBegin(): Promise<void> {
    this.#best = this.#args.initialValueThreshold;
    this.#batches = 0;
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.#epoch = epoch;
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    if ((this.#args.saveFreq ?? 'epoch') === 'epoch') await this.#save({ ...logs, epoch: epoch + 1 });
  }

  override async onBatchEnd(batch: number, logs: Logs = {}): Promise<void> {
    const { saveFreq } = this.#args;
    if (typeof saveFreq !== 'number' || ++this.#batches % saveFreq !== 0) return;
    await this.#save({ ...logs, epoch: this.#epoch + 1, batch: batch + 1 });
  }

  async #save(logs: Logs): Promise<void> {
    const { saveBestOnly, saveWeightsOnly, verbose } = this.#args;
    if (saveBestOnly) {
      const value = this.#monitor.read(logs);
      if (value === undefined || !this.#monitor.isBetter(value, this.#best)) return;
      this.#best = value;
    }
    const { formatUrl } = await loadTraining();
    const target = typeof this.#target === 'string' ? formatUrl(this.#target, logs) : this.#target;
    await trainedModel(this).save(target, { includeOptimizer: !saveWeightsOnly });
    if (verbose)
      console.log(`Epoch ${logs['epoch']}: saved the model${typeof target === 'string' ? ` to ${target}` : ''}`);
  }
}
