// SPDX-License-Identifier: Apache-2.0
// The public face of tfwasm. Names and meanings are those of TensorFlow.js.
import { installMethods } from './ops/chained.js';
import { setWarmUp } from './runtime.js';
import { warmUp } from './warm-up.js';

export * as browser from './browser.js';
export type { PixelData, PixelSource } from './browser.js';
export type { DataType, DataTypeMap, NumericDataType } from './dtype.js';
export { dispose, keep, type MemoryInfo, memory, tidy } from './engine.js';
export {
  type Backend,
  backend,
  type Engine,
  Environment,
  enableDebugMode,
  enableProdMode,
  engine,
  env,
  findBackend,
  getBackend,
  setBackend,
} from './environment.js';
export { type ErrorCode, TfwasmError } from './errors.js';
export type { WasmVariant } from './features.js';
export {
  GraphModel,
  type ModelInputs,
  type ModelPredictConfig,
  type ModelTensorInfo,
  type NamedTensorsMap,
} from './graph-model.js';
export * as io from './io/index.js';
export { loadGraphModel, loadGraphModelSync } from './load-graph-model.js';
export * from './ops/index.js';
export { type ProfileInfo, profile } from './profile.js';
export type { KernelProfile } from './profile-recorder.js';
export {
  getThreadsCount,
  getWasmVariant,
  ready,
  setThreadsCount,
  setWasmPaths,
  setWasmVariant,
} from './runtime.js';
export type { ArrayMap, Rank, ShapeMap } from './shape.js';
export {
  type NamedTensorMap,
  type Scalar,
  Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  type Tensor5D,
  type Tensor6D,
} from './tensor.js';
export { buffer, TensorBuffer } from './tensor-buffer.js';
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
} from './tensor-factories.js';
export type { TensorLike, TypedArray } from './tensor-values.js';
export { nextFrame, type TimingInfo, time } from './timing.js';
export * as util from './util.js';
export { disposeVariables, Variable, variable } from './variable.js';
export { version } from './version.js';
export type { WasmFileName, WasmPaths } from './wasm-files.js';

installMethods();
setWarmUp(warmUp);
