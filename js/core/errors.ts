// SPDX-License-Identifier: Apache-2.0
// The one error class, and the vocabulary of its codes.

/** What went wrong, for programs. The message says the rest, for people. */
export type ErrorCode =
  | 'E_AMBIGUOUS' // two contradicting sources for one value
  | 'E_ATTR' // a node attribute is missing, of the wrong kind or out of range
  | 'E_CYCLE' // the graph has a cycle outside a loop
  | 'E_DISPOSED' // use after dispose
  | 'E_DTYPE' // unknown or unsupported dtype
  | 'E_DUPLICATE' // a name occurs twice
  | 'E_EDGE' // a node input refers to nothing
  | 'E_FILE' // a file cannot be read
  | 'E_HASH' // a file is not the one whose hash the manifest tells
  | 'E_HTTP' // a request failed: network, CORS, status
  | 'E_INPUT' // an argument does not fit, e.g. a tensor handed to a model
  | 'E_INTERNAL' // a bug in tfwasm
  | 'E_JSON' // malformed JSON
  | 'E_LIMIT' // larger or deeper than tfwasm accepts
  | 'E_MANIFEST' // the weights manifest is not what the format says
  | 'E_OOM' // the wasm heap cannot grow any further
  | 'E_OP' // operations that tfwasm does not have
  | 'E_PATH' // a weights path that leads out of the model's folder
  | 'E_QUANT' // bad quantization parameters
  | 'E_SHAPE' // shapes that do not fit together
  | 'E_STORAGE' // a place that keeps models is not there, is full, or has no such model
  | 'E_STORAGE_CORRUPT' // what was stored is not a whole model
  | 'E_STRING' // malformed string tensor bytes
  | 'E_WASM' // the WebAssembly core is not there: missing, blocked, outdated, not supported
  | 'E_WEIGHT_BYTES' // too few or too many weight bytes
  | 'E_WEIGHT_MISSING'; // a constant without weights

/** Where an error comes from. */
export interface ErrorOrigin {
  /** The op that failed, e.g. "Conv2D". */
  op?: string | undefined;
  /** The graph node that failed. */
  node?: string | undefined;
  /** The error that led to this one. */
  cause?: unknown;
}

/** Every error that tfwasm throws by itself. */
export class TfwasmError extends Error {
  readonly code: ErrorCode;
  /** The op that failed; undefined when no op is to blame. */
  readonly op: string | undefined;
  /** The graph node that failed; undefined when no node is to blame. */
  readonly node: string | undefined;

  constructor(code: ErrorCode, message: string, { op, node, cause }: ErrorOrigin = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TfwasmError';
    this.code = code;
    this.op = op || undefined;
    this.node = node || undefined;
  }
}

/** Throws E_INPUT unless the condition holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TfwasmError('E_INPUT', message);
}

/** For CoreModuleOptions.makeError: the codes come from src/core/error.cc. */
export function makeCoreError(code: string, message: string, op: string, node: string): TfwasmError {
  return new TfwasmError(code as ErrorCode, message, { op, node });
}

const OUT_OF_MEMORY = /out of memory|OOM|memory\.grow|enlarge memory|Array buffer allocation|allocation failed/i;

/** What a call into the core threw, as a TfwasmError: also traps, and errors of the JS engine. */
export function fromCore(error: unknown): TfwasmError {
  if (error instanceof TfwasmError) return error;
  const text = describeError(error);
  if (OUT_OF_MEMORY.test(text)) {
    return new TfwasmError('E_OOM', `out of memory: ${text}`, { cause: error });
  }
  return new TfwasmError('E_INTERNAL', `the WebAssembly core failed: ${text}`, { cause: error });
}

/** The message of whatever was thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
