// SPDX-License-Identifier: Apache-2.0
// Options of a single run of a model.
import { TfwasmError } from '../core/errors.js';

export interface RunOptions {
  /**
   * The most loop iterations and function calls of the run, all loops and functions together; then it throws E_LIMIT.
   * Only models with control flow have any. The default is that of `loadGraphModel`: no limit.
   */
  maxIterations?: number | undefined;
}

export interface AsyncRunOptions extends RunOptions {
  /**
   * Cancels the run, which then rejects with the signal's reason. With a signal, loops of the main graph pause every few
   * milliseconds, so that the page or worker can respond; single ops and loops inside of functions do not. The inputs
   * may be disposed meanwhile.
   */
  signal?: AbortSignal | undefined;
}

/** The limit for the core: Infinity if there is none. Throws E_INPUT unless it is a number that is not negative. */
export function iterationLimitOf(options: RunOptions | null | undefined, fallback = Number.POSITIVE_INFINITY): number {
  const limit = options?.maxIterations ?? fallback;
  if (typeof limit === 'number' && limit >= 0) return limit;
  throw new TfwasmError('E_INPUT', `maxIterations must be a number of 0 or more, got ${String(limit)}`);
}
