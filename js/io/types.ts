// SPDX-License-Identifier: Apache-2.0
// What passes between models and the places that keep them. The names are those of TensorFlow.js,
// so that handlers written for it work here.

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
}

/** A place that models are loaded from. */
export interface IOHandler {
  load?: () => Promise<ModelArtifacts> | ModelArtifacts;
}

/** What `fetchFunc` gets beside the URL and the request's init. */
export interface RequestDetails {
  /** Whether weights are asked for, rather than JSON. */
  isBinary?: boolean;
}

/** The part of `fetch` that is used. */
export type FetchFunction = (url: string, init?: RequestInit, details?: RequestDetails) => Promise<Response>;

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
}
