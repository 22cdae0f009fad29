// SPDX-License-Identifier: Apache-2.0
import { TfwasmError } from './core/errors.js';

/** The result of `time()`, in milliseconds. */
export interface TimingInfo {
  wallMs: number;
  /** The same: ops are synchronous. */
  kernelMs: number;
}

/** Measures a synchronous function. */
export async function time(f: () => unknown): Promise<TimingInfo> {
  if (typeof f !== 'function') throw new TfwasmError('E_INPUT', 'time() takes a function');
  const start = performance.now();
  f();
  const wallMs = performance.now() - start;
  return { wallMs, kernelMs: wallMs };
}

/** Resolves at the next animation frame, so that the page can draw. */
export function nextFrame(): Promise<void> {
  const { requestAnimationFrame: request } = globalThis as { requestAnimationFrame?: (f: () => void) => number };
  return new Promise((resolve) => {
    if (request) request(() => resolve());
    else setTimeout(resolve);
  });
}
