// SPDX-License-Identifier: Apache-2.0
// Records the phases of loading as measures of the performance timeline. Developer tools show them; pages read them
// with performance.getEntriesByType('measure'). The warm-up of ready() records its own before them.

/** The phases in order. Parsing overlaps with the arrival of weights. */
export type Phase = 'fetch' | 'parse' | 'weights' | 'optimize' | 'pack';

/** Calls `f` and records its time as a measure "tfwasm: PHASE". */
export function measured<T>(phase: Phase, f: () => T): T {
  const start = performance.now();
  const note = () => void performance.measure?.(`tfwasm: ${phase}`, { start, end: performance.now() });
  const result = f();
  if (result instanceof Promise) return result.finally(note) as T;
  note();
  return result;
}
