// SPDX-License-Identifier: Apache-2.0
// Loads keras-files.js on first use. Must not import what is in it: js/common.ts passes in the import.
import { loadBundle, setBundleImport } from '../core/bundles.js';

/** The exports of keras-files.js. */
export type KerasFiles = typeof import('./index.js');

/** Sets the function that imports keras-files.js. */
export function setKerasFilesImport(importer: () => Promise<KerasFiles>): void {
  setBundleImport('keras-files.js', importer);
}

/** Throws E_FILE if it cannot be loaded. The next call tries again. */
export function loadKerasFiles(): Promise<KerasFiles> {
  return loadBundle('keras-files.js') as Promise<KerasFiles>;
}
