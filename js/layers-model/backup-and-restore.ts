// SPDX-License-Identifier: Apache-2.0
import { check, TfwasmError } from '../core/errors.js';
import { removeModel } from '../io/on-demand.js';
import { Callback } from '../training/callbacks.js';
import { loadLayersModel } from './load-model.js';
import type { LayersModel } from './model.js';

export interface BackupAndRestoreArgs {
  /** 'epoch' (the default), or a number of batches. */
  saveFreq?: 'epoch' | number;
  /** Whether to remove the backup at the end of the training. Default: true. */
  deleteCheckpoint?: boolean;
}

/** Where a backup keeps the epoch with which training goes on. */
const KEY = 'tfwasmNextEpoch';

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
    this.startEpoch = undefined;
    this.#batches = 0;
    const backup = await loadBackup(this.#url);
    if (!backup) return;
    try {
      const { [KEY]: epoch } = (backup.getUserDefinedMetadata() ?? {}) as Record<string, unknown>;
      if (!Number.isInteger(epoch)) {
        throw new TfwasmError('E_INPUT', `the model at ${this.#url} is no backup of training: use another URL`);
      }
      const weights = backup.getWeights();
      this.#trained.setWeights(weights);
      for (const weight of weights) weight.dispose();
      const state = await backup.optimizer.getWeights();
      await this.#trained.optimizer.setWeights(state);
      state[0]?.tensor.dispose();
      this.startEpoch = epoch as number;
    } finally {
      backup.dispose();
    }
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
    if (this.#args.deleteCheckpoint === false) return;
    await removeModel(this.#url).catch((error) => {
      if (!isMissing(error)) throw error;
    });
  }

  async #save(nextEpoch: number): Promise<void> {
    const model = this.#trained;
    const metadata = model.getUserDefinedMetadata();
    model.setUserDefinedMetadata({ ...metadata, [KEY]: nextEpoch });
    try {
      await model.save(this.#url, { includeOptimizer: true });
    } finally {
      model.setUserDefinedMetadata(metadata ?? {});
    }
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof TfwasmError && /there is no model|ENOENT/.test(error.message);

async function loadBackup(url: string): Promise<LayersModel | undefined> {
  try {
    return await loadLayersModel(/^file:/.test(url) ? `${url}/model.json` : url);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
