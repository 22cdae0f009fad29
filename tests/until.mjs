// SPDX-License-Identifier: Apache-2.0
// Waiting for what a program does in its own time.

/** Nothing that a test waits for takes that long on any machine, however busy, unless it hangs. */
export const HANGS_AFTER_MS = 120_000;

/**
 * Resolves as soon as `condition()`, which may be asynchronous, is true. Rejects with an error that says `what` did not happen once that
 * would take longer than anything does.
 */
export async function until(condition, what) {
  const end = performance.now() + HANGS_AFTER_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${HANGS_AFTER_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
