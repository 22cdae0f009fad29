// SPDX-License-Identifier: Apache-2.0
// Loads models made of layers: `tf.loadLayersModel`, `tf.models.modelFromJSON`.
import { loadBundle } from '../core/bundles.js';
import { TfwasmError } from '../core/errors.js';
import { coreStarted, endWarmUp } from '../core/runtime.js';
import { checkOptions, loadStreamed } from '../io/load-options.js';
import { findLoadHandler } from '../io/router.js';
import type { IOHandler, LoadOptions, ModelArtifacts, WeightsManifestConfig } from '../io/types.js';
import type { SerializableConstructor } from '../layers/serialization.js';
import type { LayersModel } from './model.js';

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

/** What model-files.js exports for loading. */
interface LoadingFiles {
  modelFromArtifacts(artifacts: ModelArtifacts, options: LoadLayersModelOptions): Promise<LayersModel>;
  modelFromJSON: typeof modelFromJSON;
}

const loadModelFiles = () => loadBundle('model-files.js') as Promise<LoadingFiles>;

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
  const [artifacts, { modelFromArtifacts }] = await Promise.all([
    loadStreamed(handler as Required<Pick<IOHandler, 'load'>>),
    loadModelFiles(),
    coreStarted(),
  ]);
  endWarmUp();
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
  return (await loadModelFiles()).modelFromJSON(config, customObjects);
}
