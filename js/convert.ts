// SPDX-License-Identifier: Apache-2.0
// The entry `tfwasm/convert`: converts models without Python. For graphs it loads a WebAssembly binary of its own, which
// runs beside that of `tfwasm`; the latter is loaded for conversions that build a model of layers.
import { convertFiles } from './convert/convert.js';
import { openSource } from './convert/files/open.js';
import { findModel } from './convert/files/sniff.js';
import { outputsOf } from './convert/formats.js';
import { setLibraryImport } from './convert/layers/library.js';

export { type ConvertedModel, convert, inspect } from './convert/api.js';
export type { ModelSource, OpenOptions } from './convert/files/open.js';
export { formatOf } from './convert/format.js';
export { convertGraphModel } from './convert/graph-model.js';
export type { LayerInfo, ModelInfo, WeightInfo } from './convert/inspect.js';
export type { QuantizeOption } from './convert/output/quantization-rules.js';
export type {
  ConversionReport,
  EndpointReport,
  InputFormat,
  OutputFormat,
  WeightReport,
} from './convert/report.js';
export type { ConvertOptions, ConvertProgress } from './convert/task.js';
export type {
  ConvertedWeight,
  ConvertFile,
  ConvertOptions as GraphConvertOptions,
  ConvertProgress as GraphConvertProgress,
  ConvertSink,
  ConvertSummary,
  FileTree,
  GraphInputFormat,
  QuantizationMap,
  QuantizedDType,
} from './convert/types.js';
export { type ErrorCode, TfwasmError } from './core/errors.js';
export { setWasmPaths } from './core/runtime.js';
export type { WasmPaths } from './core/wasm-files.js';

setLibraryImport(() => import('./index.js'));

/** @internal For the command line. */
export default { convertFiles, findModel, openSource, outputsOf };
