// SPDX-License-Identifier: Apache-2.0
// Waits for conditions.

/** Longer than anything that tests wait for takes on a busy machine. */
export const HANGS_AFTER_MS = 120_000;

/**
 * Resolves as soon as `condition()`, which may be asynchronous, is true. Rejects after HANGS_AFTER_MS with an error
 * that says `what` did not happen.
 */
export async function until(condition, what) {
  const end = performance.now() + HANGS_AFTER_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${HANGS_AFTER_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
