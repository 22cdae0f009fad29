// SPDX-License-Identifier: Apache-2.0
import { TfwasmError } from './core/errors.js';

/** What `time()` tells, in milliseconds. */
export interface TimingInfo {
  wallMs: number;
  /** The same: ops are done when they return. */
  kernelMs: number;
}

/** How long a synchronous function takes. */
export async function time(f: () => unknown): Promise<TimingInfo> {
  if (typeof f !== 'function') throw new TfwasmError('E_INPUT', 'time() takes a function');
  const start = performance.now();
  f();
  const wallMs = performance.now() - start;
  return { wallMs, kernelMs: wallMs };
}

/** Lets the page draw: resolves with its next frame. */
export function nextFrame(): Promise<void> {
  const { requestAnimationFrame: request } = globalThis as { requestAnimationFrame?: (f: () => void) => number };
  return new Promise((resolve) => {
    if (request) request(() => resolve());
    else setTimeout(resolve);
  });
}
