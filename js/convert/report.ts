// SPDX-License-Identifier: Apache-2.0
// What a conversion tells about itself.
import type { WeightQuantization } from '../io/types.js';

/** A weight of the converted model. */
export interface WeightReport {
  name: string;
  shape: number[];
  /** That of the values. */
  dtype: string;
  /** Its size in the converted model. */
  bytes: number;
  quantization?: WeightQuantization;
  /** The largest difference that quantization makes; of graph models, the largest that it can make. */
  maxError?: number;
  /** The signal-to-noise ratio after quantization, in decibels; null if nothing is lost. */
  snr?: number | null;
}

/** An input or output of the converted model, in the order of predict(). */
export interface EndpointReport {
  name: string;
  dtype: string | null;
  shape: (number | null)[] | null;
}

/** A file that was written. */
export interface FileReport {
  path: string;
  bytes: number;
}

export interface ConversionReport {
  source: string;
  inputFormat: InputFormat;
  outputFormat: OutputFormat;
  /** What wrote the source, such as 'keras v2.15.0'. */
  generatedBy?: string;
  /** Layers of the model by class. */
  layers?: Record<string, number>;
  /** Nodes of the graph and its functions, before and after, and those that are left by op. */
  ops?: { before: number; after: number; byOp: Record<string, number> };
  inputs?: EndpointReport[];
  outputs?: EndpointReport[];
  /** Empty for a Keras file, whose weights are those of the source. */
  weights: WeightReport[];
  /** Of all weights, before and after. */
  weightBytes: { before: number; after: number };
  /** What of the source was left out or changed, and why. */
  notes: string[];
  warnings: string[];
}

/** What a model can be converted from. The names are those of tensorflowjs_converter. */
export type InputFormat =
  | 'keras'
  | 'keras_keras'
  | 'keras_saved_model'
  | 'tf_saved_model'
  | 'tf_hub'
  | 'tf_frozen_model'
  | 'tfjs_layers_model'
  | 'tfjs_graph_model';

/** What a model can be converted to. */
export type OutputFormat = 'tfjs_layers_model' | 'tfjs_graph_model' | 'keras' | 'keras_keras' | 'keras_saved_model';
