// SPDX-License-Identifier: Apache-2.0
// Checks the options of loading, and gives handlers a load() with weightData beside their stream.
import { TfwasmError } from '../core/errors.js';
import { loadMedia } from './media-loader.js';
import type { IOHandler, LoadHandler, LoadOptions, ModelArtifacts } from './types.js';

const isFunction = (value: unknown) => typeof value === 'function';
const isObject = (value: unknown) => typeof value === 'object';
const isAbortSignal = (value: unknown) => isFunction((value as Partial<AbortSignal>).addEventListener);
const isCount = (least: number) => (value: unknown) => typeof value === 'number' && value >= least;

const EXPECTED: { [name in keyof LoadOptions]?: [string, (value: unknown) => boolean] } = {
  fetchFunc: ['a function', isFunction],
  maxParallelRequests: ['a number of at least 1', isCount(1)],
  maxRetries: ['a number of at least 0', isCount(0)],
  onProgress: ['a function', isFunction],
  precision: ["'float32' or 'int8'", (value) => value === 'float32' || value === 'int8'],
  requestInit: ['an object', isObject],
  retryDelay: ['a number of at least 0', isCount(0)],
  signal: ['an AbortSignal', isAbortSignal],
  trainable: ['true or false', (value) => typeof value === 'boolean'],
  weightPathPrefix: ['a string', (value) => typeof value === 'string'],
  weightUrlConverter: ['a function', isFunction],
};

/** The options that are set: null counts as left out. Throws E_INPUT. */
export function checkOptions(options: LoadOptions | null | undefined): LoadOptions {
  if (!isObject(options ?? {})) throw new TfwasmError('E_INPUT', `options must be an object, got ${String(options)}`);
  const set = Object.fromEntries(
    Object.entries(options ?? {}).filter(([, value]) => value !== null && value !== undefined),
  ) as LoadOptions;
  for (const [name, [what, fits]] of Object.entries(EXPECTED)) {
    const value = set[name as keyof LoadOptions];
    if (value === undefined || fits(value)) continue;
    const got = typeof value === 'number' || typeof value === 'string' ? value : typeof value;
    throw new TfwasmError('E_INPUT', `the option ${name} must be ${what}, got ${got}`);
  }
  if (set.trainable && set.precision === 'int8') {
    throw new TfwasmError('E_INPUT', "a model with the precision 'int8' cannot be trainable");
  }
  return set;
}

/** Functions that load with a stream, by the load() of their handlers. */
const streams = new WeakMap<LoadHandler, LoadHandler>();

/**
 * A load() method for a function that loads with a stream. It gives weightData, as in TensorFlow.js, unless
 * `streamWeights` is set. tfwasm itself uses `loadStreamed`.
 */
export function loaderOf(
  open: () => Promise<ModelArtifacts>,
  { streamWeights = false, strict = true }: LoadOptions = {},
): () => Promise<ModelArtifacts> {
  const load = streamWeights ? open : async () => (await loadMedia()).withWeightData(await open(), strict);
  streams.set(load, open);
  return load;
}

/** Loads from a handler; with a stream if the handler is one of tfwasm. */
export function loadStreamed(handler: Required<Pick<IOHandler, 'load'>>): ModelArtifacts | Promise<ModelArtifacts> {
  const open = streams.get(handler.load);
  return open ? open() : handler.load();
}
