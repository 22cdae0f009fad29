// SPDX-License-Identifier: Apache-2.0
// Runs that let the page or worker respond in between.
import { pause } from '../core/pause.js';
import { callCore } from '../core/runtime.js';

/** The time between two pauses, unless an op takes longer. */
const MILLISECONDS = 8;

/**
 * Continues a run of the core to its end.
 *
 * @param model Returns the model's handle. Throws if the model has been disposed, and the run with it.
 * @throws The signal's reason, and errors of the run. The run has then ended.
 */
export async function runInParts(model: () => number, run: number, signal: AbortSignal): Promise<number[]> {
  for (;;) {
    const handle = model();
    const results = callCore((core) => core.continueRun(handle, run, MILLISECONDS));
    if (results) return results;
    await pause();
    if (!signal.aborted) continue;
    const end = model();
    callCore((core) => core.stopRun(end, run));
    signal.throwIfAborted();
  }
}
