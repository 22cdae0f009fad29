// SPDX-License-Identifier: Apache-2.0
// What passes between models and the places that keep them. The names are those of TensorFlow.js,
// so that handlers written for it work here.
import type { NamedTensorMap } from '../tensor/tensor.js';

/** How a weight was made smaller. */
export interface WeightQuantization {
  dtype: 'uint8' | 'uint16' | 'float16';
  /** value = scale * stored + min; float16 has neither. */
  scale?: number;
  min?: number;
  original_dtype?: string;
}

/** One weight of a manifest. The weights follow each other in the data without gaps. */
export interface WeightSpec {
  name: string;
  shape: number[];
  dtype: 'float32' | 'int32' | 'bool' | 'string' | 'complex64';
  group?: string;
  quantization?: WeightQuantization;
}

/** Files whose concatenation holds some weights. */
export interface WeightsManifestGroup {
  paths: string[];
  weights: WeightSpec[];
  /** The SHA-256 of each file as 64 hexadecimal digits. TensorFlow.js does not know of it. */
  sha256?: string[];
}

/** A tensor as a signature describes it. */
export interface SignatureTensorInfo {
  name?: string;
  dtype?: string;
  tensorShape?: { unknownRank?: boolean; dim?: { size?: string | number; name?: string }[] };
  resourceId?: number | null;
}

/** What a model calls its inputs and outputs. */
export interface Signature {
  inputs?: { [key: string]: SignatureTensorInfo };
  outputs?: { [key: string]: SignatureTensorInfo };
}

/** What whoever converted a model attached to it. */
export interface UserDefinedMetadata {
  /** Wins over the signature beside it. */
  signature?: Signature;
  /** The names under which `predict` returns the outputs. */
  structuredOutputKeys?: string[];
  [key: string]: unknown;
}

/** A model, in parts, as an IOHandler loads it. */
export interface ModelArtifacts {
  /** A GraphDef in its JSON form. */
  modelTopology?: object | ArrayBuffer;
  weightSpecs?: WeightSpec[];
  /** The bytes of all weights, or ... */
  weightData?: ArrayBuffer | ArrayBuffer[];
  /** ... a stream of them. It wins when both are there. */
  getWeightStream?: () => ReadableStream<ArrayBuffer | ArrayBufferView>;
  format?: string;
  generatedBy?: string;
  convertedBy?: string | null;
  signature?: Signature;
  userDefinedMetadata?: UserDefinedMetadata;
  modelInitializer?: object;
  initializerSignature?: Signature;
  /** How a layers model is trained. */
  trainingConfig?: TrainingConfig;
}

/** How a layers model is trained: optimizer, loss and metrics as their configs. */
export interface TrainingConfig {
  optimizer_config: object;
  loss: string | string[] | { [output: string]: string };
  metrics?: string[] | { [output: string]: string };
  weighted_metrics?: string[];
  sample_weight_mode?: string;
  loss_weights?: number[] | { [output: string]: number };
}

/** What a model.json holds. */
export interface ModelJSON
  extends Omit<ModelArtifacts, 'modelTopology' | 'weightSpecs' | 'weightData' | 'getWeightStream'> {
  modelTopology: object;
  weightsManifest: WeightsManifestGroup[];
}

/** What is known of a saved model without loading it. */
export interface ModelArtifactsInfo {
  /** A Date; from localStorage, which keeps text only, its ISO form. */
  dateSaved: Date;
  modelTopologyType: 'JSON' | 'GraphDef';
  /** Bytes of the topology, and of the weight specs, as JSON. */
  modelTopologyBytes?: number;
  weightSpecsBytes?: number;
  weightDataBytes?: number;
}

export interface SaveResult {
  modelArtifactsInfo: ModelArtifactsInfo;
  /** Of a server that the model was sent to. */
  responses?: Response[];
  errors?: (object | string)[];
}

/** Which parts of a layers model to save; a graph model is always saved whole. */
export interface SaveConfig {
  /** Leaves out the weights that are not trained. The default is false. */
  trainableOnly?: boolean;
  /** Keeps the state of the optimizer too. The default is false. */
  includeOptimizer?: boolean;
}

/** Loads a model. It may also answer at once. */
export type LoadHandler = () => Promise<ModelArtifacts> | ModelArtifacts;
export type SaveHandler = (artifacts: ModelArtifacts) => Promise<SaveResult>;

/** A place that keeps models: loads one, saves one, or both. */
export interface IOHandler {
  load?: LoadHandler;
  save?: SaveHandler;
}

/** The same for code that cannot wait. */
export interface IOHandlerSync {
  load?: () => ModelArtifacts;
  save?: (artifacts: ModelArtifacts) => SaveResult;
}

/** Knows all models of one medium by their paths: URLs without the scheme. */
export interface ModelStoreManager {
  listModels(): Promise<{ [path: string]: ModelArtifactsInfo }>;
  /** Throws E_STORAGE when there is no such model. */
  removeModel(path: string): Promise<ModelArtifactsInfo>;
}

/** What `fetchFunc` gets beside the URL and the request's init. */
export interface RequestDetails {
  /** Whether weights are asked for, rather than JSON. */
  isBinary?: boolean;
}

/** The part of `fetch` that is used. */
export type FetchFunction = (url: string, init?: RequestInit, details?: RequestDetails) => Promise<Response>;

/** What the program wants of one request. */
export interface RequestParts {
  fetchFunc: FetchFunction;
  requestInit: RequestInit | undefined;
  signal: AbortSignal;
}

/** Loads the weights of a manifest, or those of some names. */
export type WeightsLoader = (
  manifest: WeightsManifestGroup[],
  filePathPrefix?: string,
  weightNames?: string[],
) => Promise<NamedTensorMap>;

export interface LoadOptions {
  /** For every request: headers, credentials, an AbortSignal, ... */
  requestInit?: RequestInit;
  /** Called with a number that grows to 1 with every part of the weights that has arrived. */
  onProgress?: (fraction: number) => void;
  /** Instead of the global `fetch`. */
  fetchFunc?: FetchFunction;
  /** Put before the manifest's paths instead of the folder of model.json. */
  weightPathPrefix?: string;
  /** Turns each path of the manifest into a URL; what it says is not checked. */
  weightUrlConverter?: (path: string) => string | Promise<string>;
  /** The URL is that of a model on TensorFlow Hub: "/model.json?tfjs-format=file" is appended. */
  fromTFHub?: boolean;
  /** Whether bytes after the last weight are an error. The default is true. */
  strict?: boolean;
  /** Weights are always streamed; this option of TensorFlow.js changes nothing. */
  streamWeights?: boolean;
  /** Cancels everything that is under way: loading rejects with the signal's reason. */
  signal?: AbortSignal;
  /** How many files of weights are asked for at once, over HTTP. The default is 6. */
  maxParallelRequests?: number;
  /**
   * How often a request is tried again after a network error or a status that passes (408, 429, 5xx).
   * What has arrived of a file is not asked for again when its ETag or Last-Modified tells that it is
   * still the same. The default is 2.
   */
  maxRetries?: number;
  /** Milliseconds before the first retry; each further one waits twice as long. The default is 250. */
  retryDelay?: number;
  /**
   * Keeps what comes over HTTP for use without a network; `io.clearCache()` removes it. Files whose
   * manifest tells their `sha256` are not asked for again; all others, model.json too, are taken from
   * the cache only when model.json cannot be had. Without effect where the browser has no such store,
   * as on pages that did not come over HTTPS. The default is false.
   */
  cache?: 'cache-storage' | 'opfs' | false;
}
