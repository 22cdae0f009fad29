// SPDX-License-Identifier: Apache-2.0
// What media.js takes from index.js. There is but one of each: tools/build/javascript.mjs makes variables
// of these names in media.js, and connect() sets them. So media.js need not know where index.js is, whose
// URL may have a query.
export { dispose } from './engine.js';
export { describeError, TfwasmError } from './errors.js';
export { CompositeArrayBuffer } from './io/composite-array-buffer.js';
export { http } from './io/http.js';
export { checkManifest, checkPath, groupBytes } from './io/manifest.js';
export { artifactsInfo, optionalParts, toJson, withoutUndefined } from './io/model-json.js';
export { request, requestContext, retry, toHttpError } from './io/request.js';
export { findLoadHandler, findSaveHandler } from './io/router.js';
export { canHash, digest } from './io/sha256.js';
export { encodeStrings } from './io/string-weights.js';
export { decodeWeights } from './io/weight-codec.js';
export { openWeights, toBytes, toWeightStream } from './io/weight-feed.js';
export { builtin, fileUrl } from './node-files.js';
export { callCore, coreStarted } from './runtime.js';
export { tensorBytes } from './tensor-storage.js';

/** Where media.js is not apart, there is nothing to connect. */
export function connect(_shared: object): void {}
