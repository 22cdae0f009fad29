// SPDX-License-Identifier: Apache-2.0
// The table of results: for each test file, how many tests have each status.
import { fileURLToPath } from 'node:url';

/** The expected results, written by `npm run conformance -- --save`. */
export const RESULTS = fileURLToPath(new URL('./results.json', import.meta.url));

export function tableOf(results) {
  const table = {};
  for (const { file, status } of results) {
    table[file] ??= {};
    table[file][status] = (table[file][status] ?? 0) + 1;
  }
  return table;
}

/** All files together: {passed: 2000, failed: 10, ...}. */
export function totals(table) {
  const all = {};
  for (const counts of Object.values(table)) {
    for (const [status, count] of Object.entries(counts)) all[status] = (all[status] ?? 0) + count;
  }
  return all;
}
