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
import type { KerasFormat } from '../keras-files/index.js';
import { dispose, keep } from '../tensor/memory.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Container } from './container.js';
import { checkForKeras2 } from './generations.js';
import { namedWeights } from './named-weights.js';
import { kerasArtifacts, type KerasTraining } from './save-keras.js';

/** What is saved besides the layers. */
export interface SavedExtras {
  userDefinedMetadata: object | undefined;
  trainingConfig: () => TrainingConfig | undefined;
  /** The state of the optimizer. */
  optimizerWeights: readonly NamedTensor[];
  /** For a file of Keras. */
  kerasTraining?: ((format: KerasFormat, isKeras3: boolean) => KerasTraining | undefined) | undefined;
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
  { userDefinedMetadata, trainingConfig, optimizerWeights, kerasTraining }: SavedExtras,
): Promise<SaveResult> {
  const handler = typeof target === 'string' ? findSaveHandler(target) : target;
  if (typeof handler?.save !== 'function') {
    throw new TfwasmError('E_INPUT', 'save() takes a URL or an object with a save() method');
  }
  const saved = config?.format ?? formatOf(target);
  if (saved !== 'tfjs') {
    const file = await kerasArtifacts(model, saved, kerasTraining);
    return handler.save(isStorageUrl(target) ? storedKerasFile(file) : file);
  }
  checkForKeras2(model);
  const weights = namedWeights(model, config?.trainableOnly ?? false);
  const state = config?.includeOptimizer ? optimizerWeights : [];
  const training = config?.includeOptimizer ? trainingConfig() : undefined;
  const parts: ModelArtifacts = {
    format: 'layers-model',
    generatedBy: `tfwasm v${version}`,
    convertedBy: null,
    weightSpecs: [...weights.map((weight) => specOf(weight)), ...state.map((slot) => specOf(slot, 'optimizer'))],
    ...(training && { trainingConfig: training }),
    ...(userDefinedMetadata && { userDefinedMetadata: userDefinedMetadata as Record<string, unknown> }),
  };
  const { toArtifacts } = await loadMedia();
  const all = [...weights, ...state];
  // What the weights are now, however late they are read.
  const values = new Map(all.map(({ name, tensor }) => [name, keep(tensor.clone())]));
  const opened = new Set<string>();
  const free = () => dispose([...values.values()]);
  const openWeight = (name: string): number => {
    opened.add(name);
    const value = values.get(name) as Tensor;
    // Later reads of what has been read get what the weights are then.
    const { storage } = value.isDisposed ? (all.find((weight) => weight.name === name) as NamedTensor).tensor : value;
    const handle = callCore((core) => core.shareTensor(storage.handle()));
    if (opened.size === values.size) free();
    return handle;
  };
  try {
    return await handler.save(toArtifacts({ topology: model.toJSON(), parts }, openWeight, free));
  } finally {
    // A handler of the program may keep the artifacts. Values that it never reads are freed with them.
    if (typeof target === 'string') free();
  }
}
