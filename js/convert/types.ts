// SPDX-License-Identifier: Apache-2.0
// The public types of the converter.
import type { WeightQuantization } from '../io/types.js';

/** A file that can be read in parts. */
export interface ConvertFile {
  /** In bytes. */
  size: number;
  /** Returns exactly the bytes from `offset` to `offset + length`. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The files of a model by their path in its folder, such as "variables/variables.index". */
export type FileTree = { [path: string]: ConvertFile };

/** The formats of models that can be converted to graph models, as the official converter names them. */
export type GraphInputFormat = 'tf_frozen_model' | 'tf_saved_model' | 'tf_hub' | 'tfjs_graph_model';

export type QuantizedDType = WeightQuantization['dtype'];

/** A weight of the converted model. */
export interface ConvertedWeight {
  name: string;
  dtype: 'float32' | 'int32' | 'bool' | 'string' | 'complex64';
  shape: number[];
}

/**
 * The dtypes to store weights with, by name, or a function of the weight. Weights that are not listed are stored as
 * they are; only float32 weights are quantized.
 */
export type QuantizationMap =
  | { [weight: string]: QuantizedDType }
  | ((weight: ConvertedWeight) => QuantizedDType | undefined);

export interface ConvertProgress {
  step: 'read' | 'simplify' | 'write';
  /** Of the step, from 0 to 1. */
  fraction: number;
}

export interface ConvertOptions {
  /** By default the files tell. */
  inputFormat?: GraphInputFormat | undefined;
  /** The signature to convert. Default: "serving_default", for TF Hub "default"; the only one if there is one. */
  signatureName?: string | undefined;
  /** The tags of the graph in a SavedModel. Default: ["serve"], or those of the only graph. */
  tags?: string[] | undefined;
  /** The outputs of a frozen graph, as names of nodes or tensors. Default: the nodes that nothing reads. */
  outputNodeNames?: string[] | undefined;
  quantization?: QuantizationMap | undefined;
  /** The size of all weight files but the last. Default: 4 MB (4,194,304 bytes). */
  weightShardSizeBytes?: number | undefined;
  /** Whether to remove Assert, CheckNumerics, Print and summaries. Default: true. */
  stripDebugOps?: boolean | undefined;
  /** Whether to write the model even if it has ops that the target lacks. Default: false. */
  skipOpCheck?: boolean | undefined;
  /** Accepted for compatibility. Loops and conditions are always kept as While and If. */
  controlFlowV2?: boolean | undefined;
  /** Whether a model that changes its variables starts every run from the saved values. Default: false, an error. */
  freezeState?: boolean | undefined;
  /** Where the model is to run. "tfwasm" allows ops that TensorFlow.js lacks. Default: "tfjs". */
  target?: 'tfjs' | 'tfwasm' | undefined;
  /** The model's metadata: becomes userDefinedMetadata. */
  metadata?: { [key: string]: unknown } | undefined;
  /** Whether `predict` names its outputs by the keys of the signature. Default: false. */
  useStructuredOutputsNames?: boolean | undefined;
  onProgress?: ((progress: ConvertProgress) => void) | undefined;
  /** Stops the conversion, which rejects with the reason of the signal. */
  signal?: AbortSignal | undefined;
}

/** Gets the files of the converted model, one after the other; model.json comes last. */
export interface ConvertSink {
  /** `bytes` are the sink's to keep. */
  write(name: string, bytes: Uint8Array): void | Promise<void>;
}

/** What a conversion did. */
export interface ConvertSummary {
  /** Nodes of the graph and its functions, before and after simplification. */
  nodesBefore: number;
  nodesAfter: number;
  weights: number;
  weightBytes: number;
  shards: number;
  /** What was left out or changed, and why: one sentence each. */
  notes: string[];
  /** Ops that the target lacks. Empty unless skipOpCheck. */
  unsupportedOps: { op: string; count: number; node: string }[];
}
