// SPDX-License-Identifier: Apache-2.0
// The error class and its codes.

/** The kind of an error, for programs. The message has the details. */
export type ErrorCode =
  | 'E_AMBIGUOUS' // two contradicting sources for one value
  | 'E_ATTR' // a node attribute is missing, of the wrong kind or out of range
  | 'E_CYCLE' // the graph has a cycle that is not a loop
  | 'E_DEVICE' // a camera or a microphone is missing or not allowed
  | 'E_DISPOSED' // use after dispose
  | 'E_DTYPE' // unknown or unsupported dtype
  | 'E_DUPLICATE' // a name occurs twice
  | 'E_EDGE' // a node input refers to nothing
  | 'E_FILE' // a file cannot be read
  | 'E_HASH' // a file does not have the hash in the manifest
  | 'E_HTTP' // a request failed: network, CORS, status
  | 'E_INPUT' // an invalid argument, e.g. a tensor passed to a model
  | 'E_INTERNAL' // a bug in tfwasm
  | 'E_JSON' // malformed JSON
  | 'E_LAYER' // a layer's config or call is wrong
  | 'E_LIMIT' // exceeds a size or depth limit of tfwasm
  | 'E_MANIFEST' // malformed weights manifest
  | 'E_OOM' // the wasm heap cannot grow any further
  | 'E_OP' // ops that tfwasm does not support
  | 'E_PATH' // a weights path that leads out of the model's folder
  | 'E_PROTO' // a file to convert is damaged
  | 'E_QUANT' // bad quantization parameters
  | 'E_SHAPE' // incompatible shapes
  | 'E_STATE' // a model to convert changes its variables
  | 'E_STORAGE' // a storage medium is missing or full, or lacks the model
  | 'E_STORAGE_CORRUPT' // a stored model is incomplete
  | 'E_STRING' // malformed string tensor bytes
  | 'E_WASM' // the WebAssembly core is missing, blocked, outdated or not supported
  | 'E_WEIGHT_BYTES' // too few or too many weight bytes
  | 'E_WEIGHT_MISSING'; // a constant or a variable without weights

/** The origin of an error. */
export interface ErrorOrigin {
  /** The op that failed, e.g. "Conv2D". */
  op?: string | undefined;
  /** The graph node that failed. */
  node?: string | undefined;
  /** The underlying error. */
  cause?: unknown;
}

/** The class of all errors that tfwasm throws. */
export class TfwasmError extends Error {
  readonly code: ErrorCode;
  /** The op that failed, if known. */
  readonly op: string | undefined;
  /** The graph node that failed, if known. */
  readonly node: string | undefined;

  constructor(code: ErrorCode, message: string, { op, node, cause }: ErrorOrigin = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TfwasmError';
    this.code = code;
    this.op = op || undefined;
    this.node = node || undefined;
  }
}

/** Throws if the condition is false. A message that takes time to build is a function. */
export function check(
  condition: boolean,
  message: string | (() => string),
  code: ErrorCode = 'E_INPUT',
): asserts condition {
  if (!condition) throw new TfwasmError(code, typeof message === 'string' ? message : message());
}

/** For CoreModuleOptions.makeError. The codes are those in src/core/error.cc. */
export function makeCoreError(code: string, message: string, op: string, node: string): TfwasmError {
  return new TfwasmError(code as ErrorCode, message, { op, node });
}

const OUT_OF_MEMORY = /out of memory|OOM|memory\.grow|enlarge memory|Array buffer allocation|allocation failed/i;

/** Converts what a call into the core threw to a TfwasmError, including traps and errors of the JavaScript engine. */
export function fromCore(error: unknown): TfwasmError {
  if (error instanceof TfwasmError) return error;
  const text = describeError(error);
  if (OUT_OF_MEMORY.test(text)) {
    return new TfwasmError('E_OOM', `out of memory: ${text}`, { cause: error });
  }
  // From the JavaScript around the core, which gets arguments as they are.
  if (error instanceof TypeError)
    return new TfwasmError('E_INPUT', `an argument has the wrong type: ${text}`, { cause: error });
  return new TfwasmError('E_INTERNAL', `the WebAssembly core failed: ${text}`, { cause: error });
}

const SHOWN_LENGTH = 200;

/** A URL for messages. Names of models, and data: URLs, may be megabytes long. */
export function shown(url: string): string {
  return url.length <= SHOWN_LENGTH ? url : `${url.slice(0, SHOWN_LENGTH)}... (${url.length} characters)`;
}

/** The message of any thrown value. */
export function describeError(error: unknown): string {
  const message = (error as Partial<Error> | null | undefined)?.message;
  // Errors of another realm are no instances of Error.
  return typeof message === 'string' ? message : String(error);
}
