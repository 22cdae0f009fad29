// SPDX-License-Identifier: Apache-2.0
// Which of the wasm builds runs here.
import { relaxedSimd, simd, threads } from 'wasm-feature-detect';

import { TfwasmError } from './errors.js';

/** The builds of the core, best first. */
export const WASM_VARIANTS = ['relaxed-threads', 'simd-threads', 'relaxed', 'simd'] as const;
export type WasmVariant = (typeof WASM_VARIANTS)[number];

/** What an engine can do. */
export interface WasmFeatures {
  simd: boolean;
  relaxedSimd: boolean;
  /** Shared memory, which in browsers only a cross-origin isolated page has. */
  threads: boolean;
}

export async function detectFeatures(): Promise<WasmFeatures> {
  const [hasSimd, hasRelaxedSimd, hasThreads] = await Promise.all([simd(), relaxedSimd(), threads()]);
  return { simd: hasSimd, relaxedSimd: hasRelaxedSimd, threads: hasThreads && hasWorkers() };
}

function hasWorkers(): boolean {
  // A worker of a browser may be unable to start workers of its own.
  return typeof Worker === 'function' || isNode();
}

export function isNode(): boolean {
  return typeof process === 'object' && typeof process.versions?.node === 'string';
}

export function isThreaded(variant: WasmVariant): boolean {
  return variant.endsWith('-threads');
}

/**
 * The best variant for this engine.
 *
 * @param threadCount Threads are of use only when there are at least two.
 * @throws E_WASM when the engine lacks WebAssembly SIMD.
 */
export function chooseVariant(features: WasmFeatures, threadCount: number): WasmVariant {
  if (!features.simd) {
    throw new TfwasmError(
      'E_WASM',
      'this browser has no WebAssembly SIMD, which tfwasm needs (Chrome 91, Firefox 89, Safari 16.4, Node.js 16 or later have it)',
    );
  }
  const instructions = features.relaxedSimd ? 'relaxed' : 'simd';
  return features.threads && threadCount > 1 ? `${instructions}-threads` : instructions;
}

/** Half of the logical processors, which most often is the number of cores, and at most 4. */
export function defaultThreadCount(): number {
  const processors = globalThis.navigator?.hardwareConcurrency ?? nodeParallelism();
  return Math.max(1, Math.min(4, Math.ceil(processors / 2)));
}

function nodeParallelism(): number {
  if (!isNode()) return 1;
  return process.getBuiltinModule?.('node:os').availableParallelism() ?? 1;
}
