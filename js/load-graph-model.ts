// SPDX-License-Identifier: Apache-2.0
// From the parts that an IOHandler delivers to a model of the core.
import { TfwasmError } from './errors.js';
import { GraphModel } from './graph-model.js';
import { findLoadHandler } from './io/router.js';
import type { IOHandler, LoadOptions, ModelArtifacts, Signature } from './io/types.js';
import { feedWeights, openWeights } from './io/weight-stream.js';
import { callCore, ready } from './runtime.js';

/** What TensorFlow Hub wants to be asked for. */
const HUB_SUFFIX = 'model.json?tfjs-format=file';

/** A URL, or whatever loads the parts of a model. */
type Source = string | Pick<IOHandler, 'load'>;

/**
 * Loads a graph model: what tensorflowjs_converter writes for a SavedModel. Starts the core if that
 * has not been done. The weights go straight into the wasm heap while they arrive.
 *
 * @param source The URL of a model.json, or of a model saved to localstorage://, indexeddb://, opfs://
 *     or file:// (Node.js); or any object with a `load` method.
 * @throws E_HTTP, E_JSON, E_MANIFEST, E_PATH, E_WEIGHT_BYTES and others for files that are not what
 *     they should be; E_OP that lists all ops of the model that tfwasm does not have; E_WASM, E_OOM.
 *     Nothing is left behind.
 */
export async function loadGraphModel(source: Source, options: LoadOptions = {}): Promise<GraphModel> {
  const started = ready();
  // It is awaited below; the files may fail before.
  started.catch(() => {});
  const artifacts = await loadArtifacts(source, options);
  const weights = openWeights(artifacts);
  try {
    await started;
    return await createModel(artifacts, weights, options);
  } finally {
    // Stops the requests when something failed; after the end it does nothing.
    if (weights && !weights.locked) weights.cancel().catch(() => {});
  }
}

async function loadArtifacts(source: Source, options: LoadOptions): Promise<ModelArtifacts> {
  const handler =
    typeof source === 'string' ? findLoadHandler(options.fromTFHub ? hubUrl(source) : source, options) : source;
  if (typeof handler?.load !== 'function') {
    throw new TfwasmError('E_INPUT', 'loadGraphModel() takes a URL or an object with a load() method');
  }
  const artifacts = await handler.load();
  const { modelTopology } = artifacts ?? {};
  if (typeof modelTopology === 'object' && modelTopology !== null && !(modelTopology instanceof ArrayBuffer)) {
    return artifacts;
  }
  throw new TfwasmError('E_JSON', 'this is not a graph model: modelTopology must be a GraphDef as a JSON object');
}

function hubUrl(url: string): string {
  return `${url}${url.endsWith('/') ? '' : '/'}${HUB_SUFFIX}`;
}

async function createModel(
  artifacts: ModelArtifacts,
  weights: ReturnType<typeof openWeights>,
  { onProgress, strict = true }: LoadOptions,
): Promise<GraphModel> {
  const decoder = callCore((core) => core.createWeightDecoder(toJson(artifacts.weightSpecs ?? [])));
  try {
    if (weights) await feedWeights(decoder, weights, { onProgress, strict });
    const signature = signatureOf(artifacts);
    const handle = callCore((core) =>
      core.createModel(toJson(artifacts.modelTopology), signature ? toJson(signature) : '', decoder),
    );
    try {
      return new GraphModel(handle, artifacts, signature);
    } catch (error) {
      callCore((core) => core.disposeModel(handle));
      throw error;
    }
  } finally {
    callCore((core) => core.disposeWeightDecoder(decoder));
  }
}

/** A signature among the metadata is the newer one. */
function signatureOf({ signature, userDefinedMetadata }: ModelArtifacts): Signature | undefined {
  return userDefinedMetadata?.signature ?? signature ?? undefined;
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new TfwasmError('E_LIMIT', 'the model is nested too deep', { cause: error });
  }
}
