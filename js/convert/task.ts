// SPDX-License-Identifier: Apache-2.0
// A conversion: what it starts from, what it is to do, and where its result goes.
import type { ModelFiles } from './files/model-files.js';
import type { OpenOptions } from './files/open.js';
import type { FoundModel } from './files/sniff.js';
import type { QuantizeOption } from './output/quantization-rules.js';
import type { InputFormat, OutputFormat } from './report.js';
import type { ConvertOptions as GraphOptions } from './types.js';

export interface ConvertProgress {
  step: 'read' | 'convert' | 'write';
  /** Of the step, from 0 to 1. */
  fraction: number;
}

/** What a conversion is to do. Every option can be left out. Those of graphs are described at GraphOptions. */
export interface ConvertOptions extends OpenOptions, Omit<GraphOptions, 'inputFormat' | 'quantization' | 'onProgress'> {
  /** By default what the content shows. */
  inputFormat?: InputFormat | undefined;
  /** Default: a graph model for TensorFlow, a layers model for Keras, a .h5 file for a layers model. */
  outputFormat?: OutputFormat | undefined;
  /** Which weights are stored in fewer bits. By default none; those of a layers model stay as they are. */
  quantize?: QuantizeOption | undefined;
  /** Weights with fewer elements are not quantized. Default: 0. */
  quantizeMinElements?: number | undefined;
  /** The size of all weight files but the last. Default: 4 MiB; in memory 1 GiB. */
  weightShardSizeBytes?: number | undefined;
  /** The weights of each layer get files of their own. Only for layers models. */
  splitWeightsByLayer?: boolean | undefined;
  onProgress?: ((progress: ConvertProgress) => void) | undefined;
}

/** A conversion whose formats are known. */
export interface Task {
  files: ModelFiles;
  found: FoundModel;
  inputFormat: InputFormat;
  outputFormat: OutputFormat;
  options: ConvertOptions;
}
