// SPDX-License-Identifier: Apache-2.0
// What media.js takes from index.js. There is but one of each: tools/build/javascript.mjs makes variables
// of these names in media.js, and connect() sets them. So media.js need not know where index.js is, whose
// URL may have a query.
export { describeError, TfwasmError } from './core/errors.js';
export { tensorBytes } from './core/heap.js';
export { builtin, fileUrl } from './core/node-files.js';
export { callCore, coreStarted } from './core/runtime.js';
export { artifactsInfo, optionalParts, toJson, withoutUndefined } from './io/artifacts-json.js';
export { CompositeArrayBuffer } from './io/composite-array-buffer.js';
export { http } from './io/http.js';
export { checkManifest, checkPath, groupBytes } from './io/manifest.js';
export { request, requestContext, retry, toHttpError } from './io/request.js';
export { findLoadHandler, findSaveHandler } from './io/router.js';
export { canHash, digest } from './io/sha256.js';
export { decodeWeights } from './io/weights-api.js';
export { openWeights, toBytes, toWeightStream } from './io/weights-feed.js';
export { encodeStrings } from './io/weights-out-strings.js';
export { dispose } from './tensor/memory.js';

/** Where media.js is not apart, there is nothing to connect. */
export function connect(_shared: object): void {}
