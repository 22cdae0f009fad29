// SPDX-License-Identifier: Apache-2.0
// Keeps the results of this tab, so that a reload does not lose them.
import { parseResults, toReport } from './result-file.js';

const KEY = 'tfwasm-benchmark-results';
const MOST = 10;

/** The results that this tab has measured, the oldest first. */
export function keptResults() {
  try {
    const text = sessionStorage.getItem(KEY);
    return text === null ? [] : parseResults(text, 'this tab');
  } catch (error) {
    // Storage may be blocked, or has results of another version.
    console.info(error);
    return [];
  }
}

/** Adds a result. Drops the oldest ones if there is no room. */
export function keepResult(result) {
  const results = [...keptResults(), result].slice(-MOST);
  while (results.length > 0) {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(toReport(results)));
      return;
    } catch {
      results.shift();
    }
  }
}
