// SPDX-License-Identifier: Apache-2.0
// The core of this realm: its configuration, startup and calls.
import type { CoreModule } from './core-module.js';
import { describeError, fromCore, TfwasmError } from './errors.js';
import {
  chooseVariant,
  defaultThreadCount,
  detectFeatures,
  isThreaded,
  WASM_VARIANTS,
  type WasmVariant,
} from './features.js';
import type { WasmPaths } from './wasm-files.js';
import { startCore } from './wasm-loader.js';

interface Started {
  core: CoreModule;
  variant: WasmVariant;
}

let wantedPaths: WasmPaths | undefined;
let wantedThreads: number | undefined;
let wantedVariant: WasmVariant | undefined;

let starting: Promise<void> | undefined;
let started: Started | undefined;

let warmUp: (signal: AbortSignal) => Promise<void> = async () => {};
let warming: Promise<void> | undefined;
const warmUpEnd = new AbortController();

/** More threads do not help, and browsers refuse to start them. */
const MAX_THREADS = 64;

/**
 * Sets where the wasm files are, if they are not next to the JavaScript.
 *
 * @param paths The URL of their folder, or a map from file names ("tfwasm-simd.wasm") to URLs. Files that the map lacks
 *     are loaded from the default location.
 * @throws E_WASM if the core has already been started.
 */
export function setWasmPaths(paths: WasmPaths): void {
  checkNotStarted('setWasmPaths');
  if (typeof paths !== 'string' && (typeof paths !== 'object' || paths === null)) {
    throw new TfwasmError('E_INPUT', 'setWasmPaths() takes a URL or a map from file names to URLs');
  }
  wantedPaths = typeof paths === 'string' ? paths : { ...paths };
}

/**
 * Sets the number of threads that kernels use. The default is half of the logical processors, at most 4. Without
 * support for threads (the page is not cross-origin isolated), one is used.
 *
 * @throws E_WASM if the core has already been started.
 */
export function setThreadsCount(count: number): void {
  checkNotStarted('setThreadsCount');
  if (!Number.isInteger(count) || count < 1) {
    throw new TfwasmError('E_INPUT', `setThreadsCount() takes a positive integer, got ${String(count)}`);
  }
  wantedThreads = Math.min(count, MAX_THREADS);
}

/**
 * Forces a variant of the core, for comparisons. By default the best supported variant is used.
 *
 * @throws E_WASM if the core has already been started.
 */
export function setWasmVariant(variant: WasmVariant | undefined): void {
  checkNotStarted('setWasmVariant');
  if (variant !== undefined && !WASM_VARIANTS.includes(variant)) {
    throw new TfwasmError('E_INPUT', `there is no variant ${String(variant)}; there are ${WASM_VARIANTS.join(', ')}`);
  }
  wantedVariant = variant;
}

/** The number of threads that kernels use. Throws E_WASM before ready(). */
export function getThreadsCount(): number {
  return callCore((core) => core.threadCount());
}

/** The variant of the running core. Throws E_WASM before ready(). */
export function getWasmVariant(): WasmVariant {
  return requireStarted().variant;
}

/** Sets the warm-up action, which runs after the core has started. `signal` stops it when the core is needed. */
export function setWarmUp(action: (signal: AbortSignal) => Promise<void>): void {
  warmUp = action;
}

/** Stops the warm-up at its next step, since a model has arrived. */
export function endWarmUp(): void {
  warmUpEnd.abort();
}

/**
 * Starts the core, once, and runs a warm-up so that the browser compiles the code that models need (see
 * js/models/warm-up.ts). `loadGraphModel` calls it. Tensors can be created before.
 *
 * @throws E_WASM if the core cannot be started. The next call tries again.
 */
export async function ready(): Promise<void> {
  await coreStarted();
  await warming;
}

/** Like `ready`, without waiting for the warm-up. */
export async function coreStarted(): Promise<void> {
  starting ??= start();
  try {
    await starting;
  } catch (error) {
    starting = undefined;
    throw error;
  }
}

async function start(): Promise<void> {
  started = await startBest();
  // If the core is broken, the first model reports the error.
  warming = warmUp(warmUpEnd.signal).catch(() => {});
}

async function startBest(): Promise<Started> {
  const threadCount = wantedThreads ?? (wantedVariant && isThreaded(wantedVariant) ? 2 : defaultThreadCount());
  const variant = wantedVariant ?? chooseVariant(await detectFeatures(), threadCount);
  if (wantedThreads !== undefined && wantedThreads > 1 && !isThreaded(variant)) {
    warnOfOneThread('threads need a cross-origin isolated page (the headers COOP and COEP)');
  }
  try {
    return await startVariant(variant, threadCount);
  } catch (error) {
    if (wantedVariant || !isThreaded(variant)) throw error;
    warnOfOneThread(`threads do not start here: ${describeError(error)}`);
    return startVariant(variant === 'relaxed-threads' ? 'relaxed' : 'simd', 1);
  }
}

async function startVariant(variant: WasmVariant, threadCount: number): Promise<Started> {
  return { core: await startCore(variant, { paths: wantedPaths, threadCount }), variant };
}

function warnOfOneThread(reason: string): void {
  console.warn(`tfwasm runs on one thread: ${reason}`);
}

function checkNotStarted(name: string): void {
  if (starting)
    throw new TfwasmError('E_WASM', `${name}() has to be called before ready() and before a model is loaded`);
}

function requireStarted(): Started {
  if (started) return started;
  throw new TfwasmError('E_WASM', 'the WebAssembly core has not been started: await ready() first');
}

export function isReady(): boolean {
  return started !== undefined;
}

/**
 * Calls into the core. Converts all errors, including traps, to TfwasmErrors.
 *
 * @throws E_WASM before ready().
 */
export function callCore<T>(call: (core: CoreModule) => T): T {
  const { core } = requireStarted();
  try {
    return call(core);
  } catch (error) {
    throw fromCore(error);
  }
}
