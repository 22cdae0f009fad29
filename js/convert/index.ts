// SPDX-License-Identifier: Apache-2.0
// The entry `tfwasm/convert`: conversion of models to graph models. It loads a WebAssembly binary of its own, which
// runs beside that of `tfwasm`.
export { type ErrorCode, TfwasmError } from '../core/errors.js';
export { setWasmPaths } from '../core/runtime.js';
export type { WasmPaths } from '../core/wasm-files.js';
export { formatOf } from './format.js';
export { convertGraphModel } from './graph-model.js';
export type {
  ConvertedWeight,
  ConvertFile,
  ConvertOptions,
  ConvertProgress,
  ConvertSink,
  ConvertSummary,
  FileTree,
  GraphInputFormat,
  QuantizationMap,
  QuantizedDType,
} from './types.js';
