// SPDX-License-Identifier: Apache-2.0

/** The numbers below `count` in a random order: of each, or of runs of this length. A shorter run stays at the end. */
export function shuffled(count: number, run = 1): Int32Array {
  const starts = Array.from({ length: Math.ceil(count / run) }, (_, i) => i * run);
  for (let i = Math.floor(count / run) - 1; i > 0; --i) {
    const other = Math.floor(Math.random() * (i + 1));
    [starts[i], starts[other]] = [starts[other] as number, starts[i] as number];
  }
  return Int32Array.from(
    starts.flatMap((start) => Array.from({ length: Math.min(run, count - start) }, (_, i) => start + i)),
  );
}
