// SPDX-License-Identifier: Apache-2.0
// Models from what was loaded: artifacts, or JSON.
import { TfwasmError } from '../../core/errors.js';
import { coreStarted } from '../../core/runtime.js';
import { kerasBytesOf } from '../../io/keras-stored.js';
import { loadWeights } from '../../io/on-demand.js';
import type { ModelArtifacts, WeightSpec } from '../../io/types.js';
import { decodeFeed, type NamedTensor } from '../../io/weights-api.js';
import { openFeed } from '../../io/weights-feed.js';
import type { ModelTopology } from '../../layers/config.js';
import { setNamedWeights } from '../../layers/named-weights.js';
import type { SerializableConstructor } from '../../layers/serialization.js';
import { dispose, keep } from '../../tensor/memory.js';
import type { NamedTensorMap } from '../../tensor/tensor.js';
import type { LoadLayersModelOptions, ModelAndWeightsConfig } from '../load-model.js';
import type { LayersModel } from '../model.js';
import { modelFromTopology } from './model-config.js';
import { modelFromKerasFile } from './keras-model.js';

/** A model, with its weights, from artifacts. */
export async function modelFromArtifacts(
  artifacts: ModelArtifacts,
  options: LoadLayersModelOptions,
): Promise<LayersModel> {
  const { modelTopology, weightSpecs, trainingConfig, userDefinedMetadata } = artifacts;
  const { customObjects, strict = true, hdf5Library = false } = options;
  const file = await kerasBytesOf(artifacts);
  if (file) {
    await coreStarted();
    return modelFromKerasFile(file, customObjects ? { customObjects } : {}, { strict, hdf5Library });
  }
  if (typeof modelTopology !== 'object' || modelTopology === null) {
    throw new TfwasmError('E_JSON', 'this is not a layers model: modelTopology must be a JSON object');
  }
  if ('node' in modelTopology) {
    throw new TfwasmError('E_JSON', 'this is not a layers model but a graph model: use loadGraphModel()');
  }
  await coreStarted();
  // The weights arrive while the model is built.
  const feed = weightSpecs && openFeed(artifacts);
  const weights = weightSpecs && decodeFeed(feed, weightSpecs);
  weights?.catch(() => {});
  let model: LayersModel | undefined;
  try {
    model = await modelFromTopology(modelTopology as ModelTopology, customObjects && { customObjects });
    const state = weightSpecs ? setWeights(model, weightSpecs, (await weights) as NamedTensorMap, strict) : [];
    if (trainingConfig) await model.continueTraining(trainingConfig, state);
    else dispose(state);
    if (userDefinedMetadata) model.setUserDefinedMetadata(userDefinedMetadata);
    return model;
  } catch (error) {
    feed?.cancel();
    weights?.then(dispose, () => {});
    model?.dispose();
    throw error;
  }
}

/** Sets the weights, disposes the values, and returns the state of the optimizer. */
function setWeights(model: LayersModel, specs: WeightSpec[], values: NamedTensorMap, strict: boolean): NamedTensor[] {
  const optimizer: NamedTensor[] = [];
  try {
    const own: NamedTensorMap = {};
    for (const { name, group } of specs) {
      const tensor = values[name];
      if (!tensor) continue;
      if (group === 'optimizer') optimizer.push({ name, tensor });
      else own[name] = tensor;
    }
    setNamedWeights(model, own, strict);
    return optimizer.map(({ name, tensor }) => ({ name, tensor: keep(tensor.clone()) }));
  } finally {
    dispose(values);
  }
}

/** modelFromJSON() of js/layers-model/load-model.ts. */
export async function modelFromJSON(
  config: ModelAndWeightsConfig | object,
  customObjects: Record<string, SerializableConstructor> | undefined,
): Promise<LayersModel> {
  const given = typeof config === 'string' ? (JSON.parse(config) as object) : config;
  const { modelTopology, weightsManifest, pathPrefix } = (
    'modelTopology' in given ? given : { modelTopology: given }
  ) as ModelAndWeightsConfig;
  await coreStarted();
  const model = await modelFromTopology(modelTopology as ModelTopology, customObjects && { customObjects });
  if (!weightsManifest) return model;
  const weights = await loadWeights(weightsManifest, pathPrefix);
  try {
    setNamedWeights(model, weights, true);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    dispose(weights);
  }
}
