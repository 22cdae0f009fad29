// SPDX-License-Identifier: Apache-2.0
// Loads models made of layers: `tf.loadLayersModel`, `tf.models.modelFromJSON`.
import { TfwasmError } from '../core/errors.js';
import { coreStarted } from '../core/runtime.js';
import { kerasBytesOf } from '../io/keras-stored.js';
import { checkOptions, loadStreamed } from '../io/load-options.js';
import { findLoadHandler } from '../io/router.js';
import type { ModelTopology } from '../layers/config.js';
import type { IOHandler, LoadOptions, ModelArtifacts, WeightSpec, WeightsManifestConfig } from '../io/types.js';
import { decodeFeed, type NamedTensor } from '../io/weights-api.js';
import { openFeed } from '../io/weights-feed.js';
import { loadWeights } from '../io/on-demand.js';
import { dispose, keep } from '../tensor/memory.js';
import type { NamedTensorMap } from '../tensor/tensor.js';
import { modelFromKerasFile } from './keras-model.js';
import type { LayersModel } from './model.js';
import { modelFromTopology } from './model-config.js';
import { setNamedWeights } from '../layers/named-weights.js';
import type { SerializableConstructor } from '../layers/serialization.js';

/** Options of loadLayersModel. */
export interface LoadLayersModelOptions extends LoadOptions {
  /** Classes by name, besides those that registerClass() has registered. */
  customObjects?: Record<string, SerializableConstructor>;
  /**
   * Whether the HDF5 library (1 MB) may read files with structures that Keras does not write. Only for files that you
   * trust: others can keep it busy for ever. Default: false.
   */
  hdf5Library?: boolean;
}

/** A model, with its weights, from artifacts. */
async function modelFromArtifacts(artifacts: ModelArtifacts, options: LoadLayersModelOptions): Promise<LayersModel> {
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

/**
 * Loads a model made of layers, with its weights, the state of its optimizer and its metadata. Starts the core if
 * necessary.
 *
 * @param source The URL of a model.json, a .keras or .h5 file, or of a model saved to localstorage://, indexeddb://,
 *     opfs:// or file:// (Node.js); or an object with a `load` method.
 * @throws E_LAYER for unknown classes and wrong configs, E_WEIGHT_MISSING, and the errors of loading files. Nothing is
 *     left behind.
 */
export async function loadLayersModel(
  source: string | Pick<IOHandler, 'load'>,
  loadOptions: LoadLayersModelOptions = {},
): Promise<LayersModel> {
  const options = checkOptions(loadOptions) as LoadLayersModelOptions;
  options.signal?.throwIfAborted();
  const handler = typeof source === 'string' ? findLoadHandler(source, options) : source;
  if (typeof handler?.load !== 'function') {
    throw new TfwasmError('E_INPUT', 'loadLayersModel() takes a URL or an object with a load() method');
  }
  const artifacts = await loadStreamed(handler as Required<Pick<IOHandler, 'load'>>);
  return modelFromArtifacts(artifacts, options);
}

/** What modelFromJSON takes besides a topology: where the weights are. */
export interface ModelAndWeightsConfig {
  modelTopology: object;
  weightsManifest?: WeightsManifestConfig;
  /** The folder of the weight files. */
  pathPrefix?: string;
}

/**
 * A model from what `model.toJSON()` gave, without values of its weights unless a manifest tells where they are.
 *
 * @throws E_LAYER.
 */
export async function modelFromJSON(
  config: ModelAndWeightsConfig | object,
  customObjects?: Record<string, SerializableConstructor>,
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
