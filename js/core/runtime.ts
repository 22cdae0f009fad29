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
import { usedLink } from './links.js';
import { samePaths, variantsIn, type WasmPaths } from './wasm-files.js';
import { canImportThreads, startCore } from './wasm-loader.js';

interface Started {
  core: CoreModule;
  /** The stack pointer while the core does nothing. */
  stackTop: number;
  variant: WasmVariant;
}

let wantedPaths: WasmPaths | undefined;
let wantedThreads: number | undefined;
let wantedVariant: WasmVariant | undefined;

let starting: Promise<void> | undefined;
let started: Started | undefined;

let warmUp: (signal: AbortSignal) => Promise<void> = async () => {};
let warming: Promise<void> | undefined;
/** Created late: Cloudflare's workers allow none while a module is loaded. */
let warmUpEnd: AbortController | undefined;

/** More threads do not help, and browsers refuse to start them. */
const MAX_THREADS = 64;

/**
 * Sets where the wasm files are, if they are not next to the JavaScript. After the start, the same paths again have no
 * effect.
 *
 * @param paths The URL of their folder, or a map from file names ("tfwasm-simd.wasm") to URLs or compiled modules
 *     (WebAssembly.Module). Files that the map lacks are loaded from the default location. If the map has modules, only
 *     their variants are used.
 * @throws E_WASM if the core has already been started with other paths.
 */
export function setWasmPaths(paths: WasmPaths): void {
  if (typeof paths !== 'string' && (typeof paths !== 'object' || paths === null)) {
    throw new TfwasmError('E_INPUT', 'setWasmPaths() takes a URL or a map from file names to URLs or modules');
  }
  if (starting) checkInForce(samePaths(paths, wantedPaths), 'setWasmPaths');
  else wantedPaths = typeof paths === 'string' ? paths : { ...paths };
}

/** What setWasmPaths() has set. */
export function wasmPaths(): WasmPaths | undefined {
  return wantedPaths;
}

/**
 * Sets the number of threads that kernels use. The default is half of the logical processors, at most 4, and one while
 * the page is hidden, which a worker cannot tell. Without support for threads (the page is not cross-origin isolated), one
 * is used. After the start, the same number again has no effect.
 *
 * @throws E_WASM if the core has already been started with another number.
 */
export function setThreadsCount(count: number): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new TfwasmError('E_INPUT', `setThreadsCount() takes a positive integer, got ${String(count)}`);
  }
  const wanted = Math.min(count, MAX_THREADS);
  const isInForce = () => wanted === wantedThreads || wanted === started?.core.threadCount();
  if (starting) checkInForce(isInForce(), 'setThreadsCount');
  else wantedThreads = wanted;
}

/**
 * Forces a variant of the core, for comparisons. By default the best supported variant is used. After the start, the
 * same variant again has no effect.
 *
 * @throws E_WASM if the core has already been started with another variant.
 */
export function setWasmVariant(variant: WasmVariant | undefined): void {
  if (variant !== undefined && !WASM_VARIANTS.includes(variant)) {
    throw new TfwasmError('E_INPUT', `there is no variant ${String(variant)}; there are ${WASM_VARIANTS.join(', ')}`);
  }
  if (starting) checkInForce(variant === wantedVariant || variant === started?.variant, 'setWasmVariant');
  else wantedVariant = variant;
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

function warmUpController(): AbortController {
  warmUpEnd ??= new AbortController();
  return warmUpEnd;
}

/** Stops the warm-up at its next step, since a model has arrived. */
export function endWarmUp(): void {
  warmUpController().abort();
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
  warming = warmUp(warmUpController().signal).catch(() => {});
}

async function startBest(): Promise<Started> {
  const threadCount = wantedThreads ?? (wantedVariant && isThreaded(wantedVariant) ? 2 : defaultThreadCount());
  const choice = variantsIn(usedLink(), wantedPaths).filter((name) => canImportThreads() || !isThreaded(name));
  const variant = wantedVariant ?? chooseVariant(await detectFeatures(), threadCount, choice);
  if (wantedThreads !== undefined && wantedThreads > 1 && !isThreaded(variant)) {
    warnOfOneThread(whyNoThreads());
  }
  try {
    return await startVariant(variant, threadCount);
  } catch (error) {
    if (wantedVariant || !isThreaded(variant)) throw error;
    warnOfOneThread(`its workers do not start: ${describeError(error)}`);
    return startVariant(variant === 'relaxed-threads' ? 'relaxed' : 'simd', 1);
  }
}

async function startVariant(variant: WasmVariant, threadCount: number): Promise<Started> {
  const core = await startCore(variant, { paths: wantedPaths, threadCount });
  if (wantedThreads === undefined && isThreaded(variant)) pauseThreadsWhileHidden(core);
  return { core, stackTop: core.stackSave(), variant };
}

/** Leaves the other cores to the page that the user looks at. */
function pauseThreadsWhileHidden(core: CoreModule): void {
  const { document } = globalThis;
  if (typeof document?.addEventListener !== 'function') return;
  const update = () => core.pauseThreads(document.visibilityState === 'hidden');
  document.addEventListener('visibilitychange', update);
  update();
}

function warnOfOneThread(reason: string): void {
  console.warn(`tfwasm runs on one thread: ${reason}`);
}

function whyNoThreads(): string {
  if (typeof crossOriginIsolated === 'undefined' || crossOriginIsolated) return 'there are no threads here';
  return (
    'the page is not cross-origin isolated (HTTPS, Cross-Origin-Opener-Policy: same-origin, ' +
    'Cross-Origin-Embedder-Policy: require-corp)'
  );
}

function checkInForce(isInForce: boolean, name: string): void {
  if (isInForce) return;
  throw new TfwasmError(
    'E_WASM',
    `${name}() has to be called before ready() and before a model is loaded, unless with the value in force`,
  );
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
  const { core, stackTop } = requireStarted();
  try {
    return call(core);
  } catch (error) {
    // An error that leaves WebAssembly leaves its stack frames, too. No others are there: the core calls no JavaScript
    // that calls the core.
    core.stackRestore(stackTop);
    throw fromCore(error);
  }
}
