// SPDX-License-Identifier: Apache-2.0
// The data exchanged between models and handlers. Names are those of TensorFlow.js, so that its handlers work here.
import type { NamedTensorMap } from '../tensor/tensor.js';

/** The quantization of a weight. */
export interface WeightQuantization {
  dtype: 'uint8' | 'uint16' | 'float16';
  /** value = scale * stored + min. float16 has neither. */
  scale?: number;
  min?: number;
  original_dtype?: string;
}

/** One weight of a manifest. Weights are adjacent in the data. */
export interface WeightSpec {
  name: string;
  shape: number[];
  dtype: 'float32' | 'int32' | 'bool' | 'string' | 'complex64';
  group?: string;
  quantization?: WeightQuantization;
}

/** Files whose concatenation holds a group of weights. */
export interface WeightsManifestGroup {
  paths: string[];
  weights: WeightSpec[];
  /** The SHA-256 of each file as 64 hexadecimal digits. An extension; TensorFlow.js ignores it. */
  sha256?: string[];
}

/** Names of TensorFlow.js for these types. */
export type WeightsManifestEntry = WeightSpec;
export type WeightsManifestGroupConfig = WeightsManifestGroup;
export type WeightsManifestConfig = WeightsManifestGroup[];
export type WeightGroup = 'model' | 'optimizer';

/** The bytes of all weights, in one or several buffers. */
export type WeightData = ArrayBuffer | ArrayBuffer[];

/** Gets the fraction of a load that is done, from 0 to 1. */
export type OnProgressCallback = (fraction: number) => void;

/** A tensor in a signature. */
export interface SignatureTensorInfo {
  name?: string;
  dtype?: string;
  tensorShape?: { unknownRank?: boolean; dim?: { size?: string | number; name?: string }[] };
  resourceId?: number | null;
}

/** The names of a model's inputs and outputs. */
export interface Signature {
  inputs?: { [key: string]: SignatureTensorInfo };
  outputs?: { [key: string]: SignatureTensorInfo };
}

/** Metadata that the author attached at conversion. */
export interface UserDefinedMetadata {
  /** Overrides the signature next to it. */
  signature?: Signature;
  /** The names under which `predict` returns the outputs. */
  structuredOutputKeys?: string[];
  [key: string]: unknown;
}

/** A model's parts, as an IOHandler loads them. */
export interface ModelArtifacts {
  /** A GraphDef or a layers model as JSON, or the bytes of a .keras or .h5 file. */
  modelTopology?: object | ArrayBuffer;
  weightSpecs?: WeightSpec[];
  /** The bytes of all weights, or ... */
  weightData?: WeightData;
  /** ... a stream of them. It has priority if both exist. */
  getWeightStream?: () => ReadableStream<ArrayBuffer | ArrayBufferView>;
  format?: string;
  generatedBy?: string;
  convertedBy?: string | null;
  signature?: Signature;
  userDefinedMetadata?: UserDefinedMetadata;
  modelInitializer?: object;
  initializerSignature?: Signature;
  /** The training configuration of a layers model. */
  trainingConfig?: TrainingConfig;
}

/** The training configuration of a layers model: configs of optimizer, loss and metrics. */
export interface TrainingConfig {
  optimizer_config: object;
  loss: string | string[] | { [output: string]: string };
  metrics?: string[] | { [output: string]: string };
  weighted_metrics?: string[];
  sample_weight_mode?: string;
  loss_weights?: number[] | { [output: string]: number };
}

/** The content of a model.json. */
export interface ModelJSON
  extends Omit<ModelArtifacts, 'modelTopology' | 'weightSpecs' | 'weightData' | 'getWeightStream'> {
  modelTopology: object;
  weightsManifest: WeightsManifestGroup[];
}

/** Information about a saved model, available without loading it. */
export interface ModelArtifactsInfo {
  dateSaved: Date;
  modelTopologyType: 'JSON' | 'GraphDef';
  /** Sizes of the topology and of the weight specs as JSON, in bytes. */
  modelTopologyBytes?: number;
  weightSpecsBytes?: number;
  weightDataBytes?: number;
}

export interface SaveResult {
  modelArtifactsInfo: ModelArtifactsInfo;
  /** Responses of the server, for HTTP. */
  responses?: Response[];
  errors?: (object | string)[];
}

/** Which parts of a layers model to save. A graph model is always saved completely. */
export interface SaveConfig {
  /** Omits weights that are not trainable. The default is false. */
  trainableOnly?: boolean;
  /** Includes the state of the optimizer. The default is false. */
  includeOptimizer?: boolean;
  /**
   * Of layers models: 'tfjs', 'keras' (a .keras file) or 'h5'. By default what the URL ends in, else 'tfjs'. Handlers get
   * such a file as an ArrayBuffer in `modelTopology`.
   */
  format?: 'tfjs' | 'keras' | 'h5';
}

/** Loads a model. May be synchronous. */
export type LoadHandler = () => Promise<ModelArtifacts> | ModelArtifacts;
export type SaveHandler = (artifacts: ModelArtifacts) => Promise<SaveResult>;

/** A storage place for models. Can load, save, or both. */
export interface IOHandler {
  load?: LoadHandler;
  save?: SaveHandler;
}

/** A synchronous IOHandler. */
export interface IOHandlerSync {
  load?: () => ModelArtifacts;
  save?: (artifacts: ModelArtifacts) => SaveResult;
}

/** Manages the models of a medium by path (the URL without the scheme). */
export interface ModelStoreManager {
  listModels(): Promise<{ [path: string]: ModelArtifactsInfo }>;
  /** Throws E_STORAGE if there is no such model. */
  removeModel(path: string): Promise<ModelArtifactsInfo>;
}

/** The third argument of `fetchFunc`. */
export interface RequestDetails {
  /** Whether weights are requested, rather than JSON. */
  isBinary?: boolean;
}

/** The part of `fetch` that tfwasm uses. */
export type FetchFunction = (url: string, init?: RequestInit, details?: RequestDetails) => Promise<Response>;

/** The options of one request. */
export interface RequestParts {
  fetchFunc: FetchFunction;
  requestInit: RequestInit | undefined;
  signal: AbortSignal;
}

/** Loads all or some weights of a manifest. */
export type WeightsLoader = (
  manifest: WeightsManifestGroup[],
  filePathPrefix?: string,
  weightNames?: string[],
) => Promise<NamedTensorMap>;

export interface LoadOptions {
  /** Used for every request: headers, credentials, an AbortSignal, ... */
  requestInit?: RequestInit;
  /** Called with the fraction of the weights that has arrived; ends with 1. */
  onProgress?: (fraction: number) => void;
  /** Replaces the global `fetch`. */
  fetchFunc?: FetchFunction;
  /** Prefix of the manifest's paths, instead of the folder of model.json. */
  weightPathPrefix?: string;
  /** Maps each path of the manifest to a URL. The result is not checked. */
  weightUrlConverter?: (path: string) => string | Promise<string>;
  /** For URLs of TensorFlow Hub: appends "/model.json?tfjs-format=file". */
  fromTFHub?: boolean;
  /** Whether bytes after the last weight are an error. The default is true. */
  strict?: boolean;
  /** Whether the `load` of a handler gives `getWeightStream` rather than `weightData`. loadGraphModel() streams anyway. */
  streamWeights?: boolean;
  /** Cancels loading, which then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** The number of parallel requests for weight files. The default is 6. */
  maxParallelRequests?: number;
  /**
   * The number of retries after a network error or a temporary status (408, 429, 5xx). Downloads are resumed if ETag or
   * Last-Modified show that the file is unchanged. The default is 2.
   */
  maxRetries?: number;
  /** Milliseconds before the first retry; doubles for each further one. The default is 250. */
  retryDelay?: number;
  /**
   * Stores files fetched over HTTP for offline use; `io.clearCache()` removes them. Files with a `sha256` in the
   * manifest are then always read from the cache. All others, including model.json, only if model.json cannot be
   * fetched. No effect without browser support, as on pages without HTTPS. The default is false.
   */
  cache?: 'cache-storage' | 'opfs' | false;
  /**
   * The most loop iterations and function calls of a run of the model, all loops and functions together; then the run
   * throws E_LIMIT. Also holds for the graph that fills the model's tables while it is loaded. By default there is no
   * limit, as in TensorFlow: a loop that never ends does not return. Set it for models that you do not trust.
   */
  maxIterations?: number | undefined;
  /**
   * Whether the weights of float32 become variables (`model.weights`), for `tf.variableGrads`, `optimizer.minimize` and
   * captures: what `predict` and `execute` compute then follows them, and `save` writes what they have learned. Control
   * flow, functions and tables are refused. The default is false.
   */
  trainable?: boolean;
  /**
   * `'int8'`: convolutions and matrix products with constant weights are computed with integers of 8 bits where that is
   * faster. The weights are rounded when the model is loaded, activations in each run, so that results differ by about
   * a percent. Not in `tfwasm/inference`. The default is `'float32'`.
   */
  precision?: 'float32' | 'int8';
}
