// SPDX-License-Identifier: Apache-2.0
// Saves models in the format of TensorFlow.js.
import { TfwasmError } from '../core/errors.js';
import { callCore } from '../core/runtime.js';
import { version } from '../core/version.js';
import { isKerasFile } from '../io/keras-names.js';
import { isStorageUrl, storedKerasFile } from '../io/keras-stored.js';
import { loadMedia } from '../io/media-loader.js';
import { findSaveHandler } from '../io/router.js';
import type { IOHandler, ModelArtifacts, SaveConfig, SaveResult, TrainingConfig, WeightSpec } from '../io/types.js';
import type { NamedTensor } from '../io/weights-api.js';
import type { Container } from './container.js';
import { checkForKeras2 } from './generations.js';
import { namedWeights } from './named-weights.js';
import { kerasArtifacts } from './save-keras.js';

/** What is saved besides the layers. */
export interface SavedExtras {
  userDefinedMetadata: object | undefined;
  trainingConfig: TrainingConfig | undefined;
  /** The state of the optimizer. */
  optimizerWeights: readonly NamedTensor[];
}

const specOf = ({ name, tensor: { shape, dtype } }: NamedTensor, group?: 'optimizer'): WeightSpec => ({
  name,
  shape: [...shape],
  dtype,
  ...(group && { group }),
});

/** The format that a URL asks for by its end. */
function formatOf(target: unknown): 'tfjs' | 'keras' | 'h5' {
  if (typeof target !== 'string' || !isKerasFile(target)) return 'tfjs';
  return /\.keras(?:[?#]|$)/i.test(target) ? 'keras' : 'h5';
}

export async function saveModel(
  model: Container,
  target: string | Pick<IOHandler, 'save'>,
  config: SaveConfig | undefined,
  { userDefinedMetadata, trainingConfig, optimizerWeights }: SavedExtras,
): Promise<SaveResult> {
  const handler = typeof target === 'string' ? findSaveHandler(target) : target;
  if (typeof handler?.save !== 'function') {
    throw new TfwasmError('E_INPUT', 'save() takes a URL or an object with a save() method');
  }
  const saved = config?.format ?? formatOf(target);
  if (saved !== 'tfjs') {
    const file = await kerasArtifacts(model, saved);
    return handler.save(isStorageUrl(target) ? storedKerasFile(file) : file);
  }
  checkForKeras2(model);
  const weights = namedWeights(model, config?.trainableOnly ?? false);
  const state = config?.includeOptimizer ? optimizerWeights : [];
  const tensors = new Map([...weights, ...state].map(({ name, tensor }) => [name, tensor]));
  const parts: ModelArtifacts = {
    format: 'layers-model',
    generatedBy: `tfwasm v${version}`,
    convertedBy: null,
    weightSpecs: [...weights.map((weight) => specOf(weight)), ...state.map((slot) => specOf(slot, 'optimizer'))],
    ...(config?.includeOptimizer && trainingConfig && { trainingConfig }),
    ...(userDefinedMetadata && { userDefinedMetadata: userDefinedMetadata as Record<string, unknown> }),
  };
  const openWeight = (name: string): number => {
    const tensor = tensors.get(name);
    if (!tensor) throw new TfwasmError('E_INTERNAL', `there is no weight ${name}`);
    const handle = tensor.storage.handle();
    return callCore((core) => core.shareTensor(handle));
  };
  const { toArtifacts } = await loadMedia();
  return handler.save(toArtifacts({ topology: model.toJSON(), parts }, openWeight));
}
