// SPDX-License-Identifier: Apache-2.0
// Selection of the wasm variant.
import { exceptions, relaxedSimd, simd, threads } from 'wasm-feature-detect';

import { TfwasmError } from './errors.js';
import { isNode } from './node-detection.js';

/** The variants of the core, best first. */
export const WASM_VARIANTS = ['relaxed-threads', 'simd-threads', 'relaxed', 'simd'] as const;
export type WasmVariant = (typeof WASM_VARIANTS)[number];

/** Features of the browser or Node.js. */
export interface WasmFeatures {
  exceptions: boolean;
  simd: boolean;
  relaxedSimd: boolean;
  /** Shared memory. In browsers only in cross-origin isolated pages. */
  threads: boolean;
}

export async function detectFeatures(): Promise<WasmFeatures> {
  const detected = await Promise.all([exceptions(), simd(), relaxedSimd(), threads()]);
  const [hasExceptions, hasSimd, hasRelaxedSimd, hasThreads] = detected;
  return {
    exceptions: hasExceptions,
    simd: hasSimd,
    relaxedSimd: hasRelaxedSimd,
    threads: hasThreads && hasWorkers(),
  };
}

function hasWorkers(): boolean {
  // Some browsers do not support nested workers.
  return typeof Worker === 'function' || isNode();
}

export function isThreaded(variant: WasmVariant): boolean {
  return variant.endsWith('-threads');
}

/**
 * The best variant for these features.
 *
 * @param threadCount Threaded variants need at least two.
 * @param choice The variants to choose from.
 * @throws E_WASM if WebAssembly SIMD or exceptions are missing, or no variant in `choice` runs here.
 */
export function chooseVariant(
  features: WasmFeatures,
  threadCount: number,
  choice: readonly WasmVariant[] = WASM_VARIANTS,
): WasmVariant {
  const missing = [!features.simd && 'SIMD', !features.exceptions && 'exceptions'].filter(Boolean);
  if (missing.length > 0) {
    throw new TfwasmError(
      'E_WASM',
      `WebAssembly has no ${missing.join(' and no ')} here, which tfwasm needs (${ENVIRONMENTS})`,
    );
  }
  const variant = choice.find((name) => {
    if (isThreaded(name) && !(features.threads && threadCount > 1)) return false;
    return features.relaxedSimd || !name.startsWith('relaxed');
  });
  if (variant) return variant;
  throw new TfwasmError('E_WASM', `of the variants ${choice.join(', ')}, none runs here`);
}

/** What every variant needs, as in README.md. */
const ENVIRONMENTS = 'Chrome 100, Firefox 100, Safari 16.4, Node.js 20.16 or later have them';

/** Half of the logical processors, which is usually the number of cores, but at most 4. */
export function defaultThreadCount(): number {
  const processors = globalThis.navigator?.hardwareConcurrency ?? nodeParallelism();
  return Math.max(1, Math.min(4, Math.ceil(processors / 2)));
}

function nodeParallelism(): number {
  if (!isNode()) return 1;
  return process.getBuiltinModule?.('node:os').availableParallelism() ?? 1;
}
