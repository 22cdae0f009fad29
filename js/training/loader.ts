// SPDX-License-Identifier: Apache-2.0
// Loads training.js on first use. Must not import what is in it: js/index.ts passes in the import.
import { loadBundle } from '../core/bundles.js';

/** The exports of training.js. */
export type Training = typeof import('./on-demand/index.js');

/** Throws E_FILE if it cannot be loaded. The next call tries again. */
export function loadTraining(): Promise<Training> {
  return loadBundle('training.js') as Promise<Training>;
}
