// SPDX-License-Identifier: Apache-2.0
// The entry `tfwasm`, which only some conversions need: those that build the model. js/convert.ts passes in the import.
import { loadBundle, setBundleImport } from '../../core/bundles.js';

/** The part of `tfwasm` that conversions use. */
export type Library = Pick<typeof import('../../layers-model/load-model.js'), 'loadLayersModel'>;

/** Sets the function that imports the library. */
export function setLibraryImport(importer: () => Promise<Library>): void {
  setBundleImport('index.js', importer);
}

/** Throws E_FILE if it cannot be loaded. */
export function loadLibrary(): Promise<Library> {
  return loadBundle('index.js') as Promise<Library>;
}
