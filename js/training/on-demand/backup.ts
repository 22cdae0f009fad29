// SPDX-License-Identifier: Apache-2.0
// Backups of models that are being trained, for BackupAndRestore.
import { TfwasmError } from '../../core/errors.js';
import { removeModel } from '../../io/on-demand.js';
import { dispose } from '../../tensor/memory.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Optimizer } from '../optimizer.js';

/** Where a backup keeps the epoch with which training goes on. */
const KEY = 'tfwasmNextEpoch';

/** What backups use of a LayersModel. */
export interface BackedUpModel {
  readonly optimizer: Optimizer;
  getWeights(): Tensor[];
  setWeights(values: Tensor[]): void;
  getUserDefinedMetadata(): object | undefined;
  setUserDefinedMetadata(metadata: object): void;
  save(target: string, config: { includeOptimizer: boolean }): Promise<unknown>;
  dispose(): unknown;
}

const isMissing = (error: unknown): boolean =>
  error instanceof TfwasmError && /there is no model|ENOENT/.test(error.message);

/**
 * Gives a model the weights and the state of the optimizer of a backup. Returns the epoch with which training goes on;
 * undefined if there is no backup.
 *
 * @param load loadLayersModel().
 * @throws E_INPUT if another model is there.
 */
export async function restoreBackup(
  model: BackedUpModel,
  url: string,
  load: (url: string) => Promise<BackedUpModel>,
): Promise<number | undefined> {
  const backup = await load(/^file:/.test(url) ? `${url}/model.json` : url).catch((error) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (!backup) return undefined;
  try {
    const { [KEY]: epoch } = (backup.getUserDefinedMetadata() ?? {}) as Record<string, unknown>;
    if (!Number.isInteger(epoch)) {
      throw new TfwasmError('E_INPUT', `the model at ${url} is no backup of training: use another URL`);
    }
    const weights = backup.getWeights();
    model.setWeights(weights);
    dispose(weights);
    const state = await backup.optimizer.getWeights();
    await model.optimizer.setWeights(state);
    state[0]?.tensor.dispose();
    return epoch as number;
  } finally {
    backup.dispose();
  }
}

export async function saveBackup(model: BackedUpModel, url: string, nextEpoch: number): Promise<void> {
  const metadata = model.getUserDefinedMetadata();
  model.setUserDefinedMetadata({ ...metadata, [KEY]: nextEpoch });
  try {
    await model.save(url, { includeOptimizer: true });
  } finally {
    model.setUserDefinedMetadata(metadata ?? {});
  }
}

/** Does nothing if there is none. */
export async function removeBackup(url: string): Promise<void> {
  await removeModel(url).catch((error) => {
    if (!isMissing(error)) throw error;
  });
}
