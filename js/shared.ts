// SPDX-License-Identifier: Apache-2.0
// Internal modules that must exist only once and are used by several bundles: the default export of common.js.
// tools/build/javascript.mjs makes the other bundles import them from there.
export { loadBundle, setBundleImport } from './core/bundles.js';
export { check, describeError, shown, TfwasmError } from './core/errors.js';
export { tensorBytes } from './core/heap.js';
export { useLink } from './core/links.js';
/** @internal Its type needs that of Node.js, which programs for browsers do not have. */
export { builtin, fileUrl } from './core/node-files.js';
export { publicFunction } from './core/public-function.js';
export { callCore, coreStarted } from './core/runtime.js';
export { version, version_core } from './core/version.js';
export { useFactory } from './core/wasm-loader.js';
export { artifactsInfo, formatParts, optionalParts, toJson } from './io/artifacts-json.js';
export { isArrayBuffer, newBytes, toBytes } from './io/bytes.js';
export { CompositeArrayBuffer } from './io/composite-array-buffer.js';
export { http, openShards } from './io/http.js';
export { isKerasFile } from './io/keras-names.js';
export { checkOptions, loaderOf, loadStreamed } from './io/load-options.js';
export { checkManifest, checkPath, checkSpecs, groupBytes } from './io/manifest.js';
export { loadMedia, setMediaImport } from './io/media-loader.js';
export { reasonOf } from './io/request.js';
export { loadWeights } from './io/on-demand.js';
export { findLoadHandler, findSaveHandler } from './io/router.js';
export { canHash, digest } from './io/sha256.js';
export { decodeFeed } from './io/weights-api.js';
export { openFeed, openWeights, progressOf, toWeightStream } from './io/weights-feed.js';
export { encodeStrings } from './io/weights-out-strings.js';
export { loadKerasFiles, setKerasFilesImport } from './keras-files/loader.js';
export { arg } from './ops/arguments.js';
export { cast } from './ops/cast.js';
export { concat } from './ops/join.js';
export { slice } from './ops/shape.js';
export { runAll } from './tensor/call.js';
export { dtypeFromNumber, dtypeNumber } from './tensor/dtype.js';
export { fill, scalar, tensor, zeros } from './tensor/factories.js';
export { dispose, keep, tensorsIn, tidy } from './tensor/memory.js';
export { isRecording, recordNodes, recordUpdate } from './tensor/profile-recorder.js';
export { runInScope } from './tensor/scopes.js';
export { TensorStorage } from './tensor/storage.js';
export { Tensor, tensorOfHandle, tensorsOfHandles } from './tensor/tensor.js';
export type { TensorLike } from './tensor/values.js';
export { registeredVariables, Variable } from './tensor/variable.js';
