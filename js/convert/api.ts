// SPDX-License-Identifier: Apache-2.0
// The functions of the entry `tfwasm/convert`.
import { TfwasmError } from '../core/errors.js';
import { findSaveHandler } from '../io/router.js';
import type { IOHandler, ModelArtifacts, SaveResult } from '../io/types.js';
import { convertFiles } from './convert.js';
import { type ModelSource, type OpenOptions, openSource } from './files/open.js';
import { inspectFiles, type ModelInfo } from './inspect.js';
import { MAX_BUFFER_BYTES, MemorySink } from './output/memory.js';
import type { ConversionReport } from './report.js';
import type { ConvertOptions } from './task.js';

/**
 * A converted model. It is what handlers save, and a handler itself: `tf.loadLayersModel(converted)` and
 * `tf.loadGraphModel(converted)` load it.
 */
export interface ConvertedModel extends ModelArtifacts {
  /** What was converted, and what was not. */
  readonly report: ConversionReport;
  load(): ModelArtifacts;
  /** Saves the model to a URL such as 'indexeddb://name' or 'downloads://name', or with a handler's `save`. */
  save(target: string | Pick<IOHandler, 'save'>): Promise<SaveResult>;
}

/** Only the artifacts are properties of its own, so that copies are artifacts. */
class Converted {
  readonly #report: ConversionReport;

  constructor(artifacts: ModelArtifacts, report: ConversionReport) {
    Object.assign(this, artifacts);
    this.#report = report;
  }

  get report(): ConversionReport {
    return this.#report;
  }

  load(): ModelArtifacts {
    return Object.assign({}, this) as ModelArtifacts;
  }

  save(target: string | Pick<IOHandler, 'save'>): Promise<SaveResult> {
    const handler = typeof target === 'object' ? target : findSaveHandler(String(target));
    if (typeof handler?.save === 'function') return handler.save(this.load());
    throw new TfwasmError('E_INPUT', 'save() takes a URL or an object with a save() method');
  }
}

/**
 * Converts a model, in memory: files of Keras and TensorFlow to models of TensorFlow.js, layers models to files of Keras.
 * The content decides what the source is.
 *
 * @throws E_FILE if nothing there can be converted, E_LAYER or E_OP for parts that cannot, E_INPUT for formats and options
 *     that do not go together, E_QUANT, E_LIMIT, and E_HTTP for URLs. The signal's reason if it aborts.
 * @example
 * import { convert } from 'tfwasm/convert';
 *
 * const converted = await convert(input.files, { quantize: { uint8: true } });
 * const model = await tf.loadLayersModel(converted);
 * await converted.save('indexeddb://classifier');
 */
export async function convert(source: ModelSource, options: ConvertOptions = {}): Promise<ConvertedModel> {
  options.signal?.throwIfAborted();
  const sink = new MemorySink();
  const inMemory = { weightShardSizeBytes: MAX_BUFFER_BYTES, ...options };
  const report = await convertFiles(await openSource(source, options), inMemory, sink);
  return new Converted(sink.artifacts, report);
}

/**
 * Describes a model without converting it: its format, layers or ops, inputs and outputs, and weights.
 *
 * @throws E_FILE if it is no model, and the errors of reading it.
 * @example
 * const { format, weights } = await inspect('/models/classifier.keras');
 */
export async function inspect(source: ModelSource, options: OpenOptions = {}): Promise<ModelInfo> {
  options.signal?.throwIfAborted();
  return inspectFiles(await openSource(source, options), options);
}
