// SPDX-License-Identifier: Apache-2.0
// Loads artifacts from an IOHandler into a model of the core.
import { shown, TfwasmError } from '../core/errors.js';
import { callCore, coreStarted, endWarmUp } from '../core/runtime.js';
import { getModelArtifactsForJSONSync, getWeightSpecs } from '../io/artifacts-api.js';
import { toJson } from '../io/artifacts-json.js';
import { checkManifest } from '../io/manifest.js';
import { isArrayBuffer, toBytes } from '../io/bytes.js';
import { checkOptions, loadStreamed } from '../io/load-options.js';
import { findLoadHandler } from '../io/router.js';
import type { IOHandler, IOHandlerSync, LoadOptions, ModelArtifacts, ModelJSON, Signature } from '../io/types.js';
import { openFeed, type WeightFeed } from '../io/weights-feed.js';
import { feedWeights, WeightWriter, withDecoder } from '../io/weights-in.js';
import { GraphModel } from './graph-model.js';
import { iterationLimitOf, type RunOptions } from './run-options.js';
import { measured } from './timeline.js';

/** Required by TensorFlow Hub. */
const HUB_SUFFIX = 'model.json?tfjs-format=file';

/** A URL, or an object that loads artifacts. */
type Source = string | Pick<IOHandler, 'load'>;

/**
 * Loads a graph model: the format that tensorflowjs_converter writes for a SavedModel. Starts the core if necessary.
 * Weights are written to the wasm heap as they arrive.
 *
 * @param source The URL of a model.json, or of a model saved to localstorage://, indexeddb://, opfs:// or file://
 *     (Node.js); or an object with a `load` method.
 * @throws E_HTTP, E_JSON, E_MANIFEST, E_PATH, E_WEIGHT_BYTES and others for faulty files; E_OP with a list of all
 *     unsupported ops if every run would reach one; E_LIMIT, E_WASM, E_OOM. Nothing is left behind.
 */
export async function loadGraphModel(source: Source, loadOptions: LoadOptions = {}): Promise<GraphModel> {
  const options = checkOptions(loadOptions);
  options.signal?.throwIfAborted();
  iterationLimitOf(options);
  const started = coreStarted();
  // Awaited later; the files may fail first.
  started.catch(() => {});
  return loadStarted(source, options, started);
}

/** Like `loadGraphModel`, after `started`. */
export async function loadStarted(source: Source, options: LoadOptions, started?: Promise<void>): Promise<GraphModel> {
  let weights: WeightFeed | undefined;
  try {
    const artifacts = await measured('fetch', () => loadArtifacts(source, options));
    weights = openFeed(artifacts);
    if (started) {
      await untilAborted(started, options.signal);
      endWarmUp();
    }
    return await createModel(artifacts, weights, options);
  } catch (error) {
    throw nameSource(error, source);
  } finally {
    // Cancels requests after a failure; no-op after the end.
    weights?.cancel();
  }
}

/** Adds the model's URL to an error, if it is missing. */
function nameSource(error: unknown, source: Source): unknown {
  if (!(error instanceof TfwasmError) || typeof source !== 'string' || error.code === 'E_WASM') return error;
  const url = shown(source);
  if (error.message.includes(url)) return error;
  const { code, message, op, node } = error;
  return new TfwasmError(code, `${url}: ${message}`, { op, node, cause: error.cause ?? error });
}

/**
 * Like `loadGraphModel`, for a model in memory. The core must have been started.
 *
 * @param source A synchronous handler, artifacts, or a model.json and its weights.
 * @param options Limits of the model's runs.
 */
export function loadGraphModelSync(
  source: IOHandlerSync | ModelArtifacts | [ModelJSON, ArrayBuffer],
  options?: RunOptions,
): GraphModel {
  iterationLimitOf(options);
  const artifacts = checkArtifacts(artifactsOf(source));
  const graph = readGraph(artifacts);
  const load = (decoder: number) => {
    // A stream cannot be read synchronously.
    if (!artifacts.weightData && artifacts.getWeightStream) {
      throw new TfwasmError('E_INPUT', 'loadGraphModelSync() takes weightData, not a stream');
    }
    const writer = new WeightWriter(decoder, true);
    for (const part of [artifacts.weightData ?? []].flat()) writer.write(toBytes(part));
    writer.finish();
    return finishModel(artifacts, graph, decoder, { maxIterations: options?.maxIterations });
  };
  try {
    return withDecoder(artifacts.weightSpecs ?? [], load);
  } finally {
    graph.dispose();
  }
}

function artifactsOf(source: IOHandlerSync | ModelArtifacts | [ModelJSON, ArrayBuffer]): ModelArtifacts {
  if (Array.isArray(source)) {
    const [json, weights] = source;
    return getModelArtifactsForJSONSync(json, getWeightSpecs(checkManifest(json?.weightsManifest)), weights);
  }
  return typeof (source as IOHandlerSync)?.load === 'function'
    ? (source as Required<IOHandlerSync>).load()
    : (source as ModelArtifacts);
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

async function loadArtifacts(source: Source, options: LoadOptions): Promise<ModelArtifacts> {
  const handler =
    typeof source === 'string' ? findLoadHandler(options.fromTFHub ? hubUrl(source) : source, options) : source;
  if (typeof handler?.load !== 'function') {
    throw new TfwasmError('E_INPUT', 'loadGraphModel() takes a URL or an object with a load() method');
  }
  // Not every handler supports the signal.
  return checkArtifacts(
    await untilAborted(Promise.resolve(loadStreamed(handler as Required<IOHandler>)), options.signal),
  );
}

function checkArtifacts(artifacts: ModelArtifacts): ModelArtifacts {
  const { modelTopology } = artifacts ?? {};
  const isObject = typeof modelTopology === 'object' && modelTopology !== null;
  if (!isObject || isArrayBuffer(modelTopology) || ArrayBuffer.isView(modelTopology)) {
    throw new TfwasmError(
      'E_JSON',
      'this is not a graph model: modelTopology must be a GraphDef as a JSON object; use loadLayersModel() for files of Keras',
    );
  }
  // A layers model. As a GraphDef it would be an empty graph.
  if ('model_config' in modelTopology || 'class_name' in modelTopology) {
    throw new TfwasmError('E_JSON', 'this is not a graph model but a Keras layers model: use loadLayersModel()');
  }
  return artifacts;
}

function hubUrl(url: string): string {
  return `${url}${url.endsWith('/') ? '' : '/'}${HUB_SUFFIX}`;
}

async function createModel(
  artifacts: ModelArtifacts,
  weights: WeightFeed | undefined,
  options: LoadOptions,
): Promise<GraphModel> {
  // Runs while the weights arrive.
  const graph = measured('parse', () => readGraph(artifacts));
  try {
    return await withDecoder(artifacts.weightSpecs ?? [], async (decoder) => {
      await measured('weights', () => untilAborted(feedWeights(decoder, weights, options), options.signal));
      return measured('optimize', () => finishModel(artifacts, graph, decoder, options));
    });
  } finally {
    graph.dispose();
  }
}

/** A parsed topology in the core. */
interface ReadGraph {
  handle: number;
  topology: string;
  dispose: () => void;
}

function readGraph(artifacts: ModelArtifacts): ReadGraph {
  const topology = toJson(artifacts.modelTopology);
  const handle = callCore((core) => core.readGraph(topology));
  return { handle, topology, dispose: () => callCore((core) => core.disposeGraph(handle)) };
}

/** Creates a model from a decoder that has all weights. */
function finishModel(
  artifacts: ModelArtifacts,
  graph: ReadGraph,
  decoder: number,
  { maxIterations, trainable, precision }: LoadOptions,
): GraphModel {
  const limit = iterationLimitOf({ maxIterations });
  const signature = signatureOf(artifacts);
  const handle = callCore((core) =>
    core.createModel(
      graph.handle,
      optionalJson(signature),
      optionalJson(artifacts.modelInitializer),
      optionalJson(artifacts.initializerSignature),
      decoder,
      limit,
      precision === 'int8',
    ),
  );
  try {
    return new GraphModel(handle, artifacts, graph.topology, signature, limit, trainable);
  } catch (error) {
    callCore((core) => core.disposeModel(handle));
    throw error;
  }
}

const optionalJson = (value: unknown): string => (value === undefined || value === null ? '' : toJson(value));

/** The signature in the metadata overrides the other. */
function signatureOf({ signature, userDefinedMetadata }: ModelArtifacts): Signature | undefined {
  return userDefinedMetadata?.signature ?? signature ?? undefined;
}
