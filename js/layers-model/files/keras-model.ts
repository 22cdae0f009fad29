// SPDX-License-Identifier: Apache-2.0
// Models in the files of Keras. The files themselves are read by js/keras-files/.
import { loadBundle } from '../../core/bundles.js';
import { TfwasmError } from '../../core/errors.js';
import { toBytes } from '../../io/bytes.js';
import { loadKerasFiles } from '../../keras-files/loader.js';
import type { ModelTopology } from '../../layers/config.js';
import type { KerasReadOptions, MatchOptions } from '../../keras-files/index.js';
import { setWeights } from '../../layers/keras-weights.js';
import type { LayersModel } from '../model.js';
import { modelFromTopology } from './model-config.js';
import type { LayerContext } from '../../layers/registry.js';

/** A model, with its weights, from the bytes of a file. Throws E_FILE, E_LAYER, E_WEIGHT_MISSING, E_SHAPE. */
export async function modelFromKerasFile(
  bytes: ArrayBuffer,
  context: Partial<LayerContext>,
  options: MatchOptions & KerasReadOptions,
): Promise<LayersModel> {
  const { readKerasFile, matchWeights, isKeras1, upgradeKeras1 } = await loadKerasFiles();
  const file = await readKerasFile(toBytes(bytes), options);
  if (!file.modelConfig) {
    throw new TfwasmError('E_LAYER', 'the file has weights only: create the model, and call its loadWeights()');
  }
  const generation = file.kerasVersion?.startsWith('3') ? 3 : 2;
  let config = isKeras1(file.kerasVersion) ? upgradeKeras1(file.modelConfig) : file.modelConfig;
  if (file.layout === 'tree' && file.assets.size > 0) {
    const { withVocabularies } = (await loadBundle('adapt.js')) as typeof import('../../layers/adapt.js');
    config = withVocabularies(config, file);
  }
  const topology = config as unknown as ModelTopology;
  const model = await modelFromTopology(topology, { generation, ...context });
  try {
    setWeights(model, file, matchWeights, options);
    if (file.trainingConfig) await model.continueKerasTraining(file);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}
