// SPDX-License-Identifier: Apache-2.0
import { check } from '../core/errors.js';
import { Callback } from '../training/callbacks.js';
import { loadTraining } from '../training/loader.js';
import { loadLayersModel } from './load-model.js';
import type { LayersModel } from './model.js';

export interface BackupAndRestoreArgs {
  /** 'epoch' (the default), or a number of batches. */
  saveFreq?: 'epoch' | number;
  /** Whether to remove the backup at the end of the training. Default: true. */
  deleteCheckpoint?: boolean;
}

/**
 * Saves the model and its optimizer during training. If training was interrupted, by a reload or a crash, the next fit()
 * with the same backup goes on after the last epoch that was saved.
 *
 * ```js
 * await model.fit(x, y, { epochs: 100, callbacks: new tf.BackupAndRestore('indexeddb://backup') });
 * ```
 */
export class BackupAndRestore extends Callback {
  readonly #url: string;
  readonly #args: BackupAndRestoreArgs;
  #epoch = 0;
  #batches = 0;

  /**
   * @param url Where models can be saved, loaded and removed: localstorage://, indexeddb://, opfs:// or file:// (Node.js).
   * @throws E_INPUT.
   */
  constructor(url: string, args: BackupAndRestoreArgs = {}) {
    super();
    const { saveFreq = 'epoch' } = args;
    check(typeof url === 'string', 'BackupAndRestore takes a URL');
    check(
      saveFreq === 'epoch' || (Number.isInteger(saveFreq) && saveFreq > 0),
      `saveFreq has to be 'epoch' or a number of batches, got ${saveFreq}`,
    );
    this.#url = url;
    this.#args = args;
  }

  get #trained(): LayersModel {
    return this.model as unknown as LayersModel;
  }

  override async onTrainBegin(): Promise<void> {
    this.#batches = 0;
    const { restoreBackup } = await loadTraining();
    this.startEpoch = await restoreBackup(this.#trained, this.#url, loadLayersModel);
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.#epoch = epoch;
  }

  override async onEpochEnd(epoch: number): Promise<void> {
    if ((this.#args.saveFreq ?? 'epoch') === 'epoch') await this.#save(epoch + 1);
  }

  override async onBatchEnd(): Promise<void> {
    const { saveFreq } = this.#args;
    if (typeof saveFreq === 'number' && ++this.#batches % saveFreq === 0) await this.#save(this.#epoch);
  }

  override async onTrainEnd(): Promise<void> {
    if (this.#args.deleteCheckpoint !== false) await (await loadTraining()).removeBackup(this.#url);
  }

  async #save(nextEpoch: number): Promise<void> {
    await (await loadTraining()).saveBackup(this.#trained, this.#url, nextEpoch);
  }
}
