// SPDX-License-Identifier: Apache-2.0
// Selection of the wasm variant.
import { relaxedSimd, simd, threads } from 'wasm-feature-detect';

import { TfwasmError } from './errors.js';

/** The variants of the core, best first. */
export const WASM_VARIANTS = ['relaxed-threads', 'simd-threads', 'relaxed', 'simd'] as const;
export type WasmVariant = (typeof WASM_VARIANTS)[number];

/** Features of the browser or Node.js. */
export interface WasmFeatures {
  simd: boolean;
  relaxedSimd: boolean;
  /** Shared memory. In browsers only in cross-origin isolated pages. */
  threads: boolean;
}

export async function detectFeatures(): Promise<WasmFeatures> {
  const [hasSimd, hasRelaxedSimd, hasThreads] = await Promise.all([simd(), relaxedSimd(), threads()]);
  return { simd: hasSimd, relaxedSimd: hasRelaxedSimd, threads: hasThreads && hasWorkers() };
}

function hasWorkers(): boolean {
  // Some browsers do not support nested workers.
  return typeof Worker === 'function' || isNode();
}

export function isNode(): boolean {
  return typeof process === 'object' && typeof process.versions?.node === 'string';
}

export function isThreaded(variant: WasmVariant): boolean {
  return variant.endsWith('-threads');
}

/**
 * The best variant for these features.
 *
 * @param threadCount Threaded variants need at least two.
 * @throws E_WASM if WebAssembly SIMD is missing.
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

/** Half of the logical processors, which is usually the number of cores, but at most 4. */
export function defaultThreadCount(): number {
  const processors = globalThis.navigator?.hardwareConcurrency ?? nodeParallelism();
  return Math.max(1, Math.min(4, Math.ceil(processors / 2)));
}

function nodeParallelism(): number {
  if (!isNode()) return 1;
  return process.getBuiltinModule?.('node:os').availableParallelism() ?? 1;
}
