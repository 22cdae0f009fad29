// SPDX-License-Identifier: Apache-2.0
// The public API shared by js/index.ts and js/inference.ts. Names and semantics are those of TensorFlow.js. It is
// bundled separately as common.js, so that a page that imports both entries has one core and one Tensor class.
import { setWarmUp } from './core/runtime.js';
import { setMediaImport } from './io/media-loader.js';
import { setKerasFilesImport } from './keras-files/loader.js';
import { warmUp } from './models/warm-up.js';
import { installMethods } from './ops/chained.js';
import * as shared from './shared.js';

export { type ErrorCode, TfwasmError } from './core/errors.js';
export type { WasmVariant } from './core/features.js';
export type { WasmFileName } from './core/links.js';
export type { UnsupportedOp } from './core/model-description.js';
export {
  getThreadsCount,
  getWasmVariant,
  ready,
  setThreadsCount,
  setWasmPaths,
  setWasmVariant,
} from './core/runtime.js';
export { version_converter, version_core, versions as version } from './core/version.js';
export type { WasmPaths } from './core/wasm-files.js';
export {
  type Backend,
  backend,
  type Engine,
  ENV,
  Environment,
  enableDebugMode,
  enableProdMode,
  engine,
  env,
  findBackend,
  getBackend,
  setBackend,
} from './environment.js';
export * as io from './io/index.js';
export {
  GraphModel,
  type InferenceModel,
  type ModelInputs,
  type ModelPredictConfig,
  type ModelTensorInfo,
  type NamedTensorsMap,
} from './models/graph-model.js';
export { loadGraphModel, loadGraphModelSync } from './models/load-graph-model.js';
export type { AsyncRunOptions, RunOptions } from './models/run-options.js';
// Imported from the module that adds the methods, so that declarations include them.
export { Tensor } from './ops/chained.js';
export * from './ops/index.js';
export { buffer, TensorBuffer } from './tensor/buffer.js';
export type { DataType, DataTypeFor, DataTypeMap, DataValues, NumericDataType } from './tensor/dtype.js';
export {
  fill,
  ones,
  scalar,
  tensor,
  tensor1d,
  tensor2d,
  tensor3d,
  tensor4d,
  tensor5d,
  tensor6d,
  zeros,
} from './tensor/factories.js';
export { dispose, keep, type MemoryInfo, memory, tidy } from './tensor/memory.js';
export type { PixelData, PixelSource } from './tensor/pixels.js';
export * as browser from './tensor/pixels.js';
export { type ProfileInfo, profile } from './tensor/profile.js';
export type { KernelProfile } from './tensor/profile-recorder.js';
export { type ArrayMap, Rank, type ShapeMap } from './tensor/shape.js';
export type {
  DataId,
  NamedTensorMap,
  Scalar,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Tensor5D,
  Tensor6D,
  TensorContainer,
  TensorContainerArray,
  TensorContainerObject,
  TensorInfo,
} from './tensor/tensor.js';
export type { RecursiveArray, ScalarLike, TensorLike, TypedArray } from './tensor/values.js';
export { disposeVariables, Variable, variable } from './tensor/variable.js';
export { nextFrame, type TimingInfo, time } from './timing.js';
export { util } from './util-namespace.js';

installMethods();
setWarmUp(warmUp);
setMediaImport(() => import('./storage-media.js'));
setKerasFilesImport(() => import('./keras-files/index.js'));

/** @internal */
export default shared;
