// SPDX-License-Identifier: Apache-2.0
// Loads data.js on first use. Must not import what is in it: js/index.ts passes in the import.
import { loadBundle } from '../core/bundles.js';

/** The exports of data.js. */
export type Streams = typeof import('./streams/index.js');

/** Throws E_FILE if it cannot be loaded. The next call tries again. */
export function loadStreams(): Promise<Streams> {
  return loadBundle('data.js') as Promise<Streams>;
}
