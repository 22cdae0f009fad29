// SPDX-License-Identifier: Apache-2.0
// What loading a model spends its time on, as measures of the performance timeline: developer tools
// show them, and pages read them with performance.getEntriesByType('measure'). The network that ready()
// loads leaves its own before them.

/** What is measured, in order. Parsing goes on while weights arrive, and interrupts nothing. */
export type Phase = 'fetch' | 'parse' | 'weights' | 'optimize' | 'pack';

/** Calls `f` and notes when it began and ended, as a measure named "tfwasm: " and the phase. */
export function measured<T>(phase: Phase, f: () => T): T {
  const start = performance.now();
  const note = () => void performance.measure(`tfwasm: ${phase}`, { start, end: performance.now() });
  const result = f();
  if (result instanceof Promise) return result.finally(note) as T;
  note();
  return result;
}
