// SPDX-License-Identifier: Apache-2.0
// What only Keras 3 computes.
import { TfwasmError } from '../../core/errors.js';
import type { KerasFile } from '../../keras-files/index.js';
import { readSavedLayer, type SavedLayer } from './config-layers.js';

/** Throws E_LAYER if a model of Keras 3 would compute something else after its conversion. */
export function checkConvertible({ kerasVersion, modelConfig }: KerasFile): void {
  if (!kerasVersion?.startsWith('3') || !modelConfig) return;
  const layer = findLayer(readSavedLayer(modelConfig), ({ config }) =>
    JSON.stringify(config).includes('"hard_sigmoid"'),
  );
  if (!layer) return;
  throw new TfwasmError(
    'E_LAYER',
    `layer '${layer.name}' uses the hard_sigmoid of Keras 3, relu6(x + 3) / 6. TensorFlow.js and Keras 2 have another ` +
      'function of this name, so the model cannot be converted; tf.loadLayersModel() of tfwasm runs the file itself',
  );
}

function findLayer({ layers = [] }: SavedLayer, isWanted: (layer: SavedLayer) => boolean): SavedLayer | undefined {
  for (const layer of layers) {
    const found = layer.layers ? findLayer(layer, isWanted) : isWanted(layer) && layer;
    if (found) return found;
  }
  return undefined;
}
