// SPDX-License-Identifier: Apache-2.0
// Converts models between formats.
import { check } from '../core/errors.js';
import type { ModelFiles } from './files/model-files.js';
import { findModel } from './files/sniff.js';
import { graphModelOf } from './graph.js';
import { inputFormatOf, outputFormatOf } from './formats.js';
import { kerasOfModel } from './layers/to-keras.js';
import { graphOfLayers } from './layers/to-graph.js';
import { layersModelOf } from './layers/to-layers.js';
import { QuantizationRules } from './output/quantization-rules.js';
import type { ConversionReport, InputFormat, OutputFormat } from './report.js';
import type { ConvertOptions, Task } from './task.js';
import type { ConvertSink } from './types.js';

/**
 * Converts the model in files, and writes it to a sink.
 *
 * @throws E_INPUT for formats that do not go together, and the errors of reading and writing.
 */
export async function convertFiles(
  files: ModelFiles,
  options: ConvertOptions,
  sink: ConvertSink,
): Promise<ConversionReport> {
  const { signal, onProgress } = options;
  onProgress?.({ step: 'read', fraction: 0 });
  const found = await findModel(files);
  const inputFormat = inputFormatOf(found, files.name, options.inputFormat);
  const outputFormat = outputFormatOf(inputFormat, options.outputFormat);
  const task: Task = { files, found, inputFormat, outputFormat, options };
  checkOptions(task);
  signal?.throwIfAborted();
  const report = await run(task, sink);
  onProgress?.({ step: 'write', fraction: 1 });
  return report;
}

const LAYERS: InputFormat[] = ['keras', 'keras_keras', 'tfjs_layers_model'];

const isKeras = (format: OutputFormat) => format === 'keras' || format === 'keras_keras';

function run(task: Task, sink: ConvertSink): Promise<ConversionReport> {
  if (isKeras(task.outputFormat)) return kerasOfModel(task, sink);
  if (task.outputFormat === 'tfjs_layers_model') return layersModelOf(task, sink);
  if (LAYERS.includes(task.inputFormat)) return graphOfLayers(task, sink);
  return graphModelOf(task, sink);
}

function checkOptions({ outputFormat, options }: Task): void {
  const { quantize, splitWeightsByLayer, metadata } = options;
  const asks = quantize && Object.values(quantize).some((value) => value !== undefined && value !== false);
  check(!asks || !isKeras(outputFormat), 'only models of TensorFlow.js can be quantized, not files of Keras');
  // Throws if it contradicts itself.
  new QuantizationRules(quantize);
  check(!splitWeightsByLayer || outputFormat === 'tfjs_layers_model', 'only a layers model can be split by layers');
  const size = options.weightShardSizeBytes ?? 1;
  check(Number.isSafeInteger(size) && size > 0, () => `weightShardSizeBytes must be a positive integer, not ${size}`);
  check(!metadata || !isKeras(outputFormat), 'only models of TensorFlow.js have metadata, not files of Keras');
}
