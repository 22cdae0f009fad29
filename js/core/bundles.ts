// SPDX-License-Identifier: Apache-2.0
// Loads files of JavaScript that only some programs need, such as media.js, on first use. They are next to index.js. Must
// not import what is in them: the entries pass in the imports.
import { describeError, TfwasmError } from './errors.js';

type Importer = () => Promise<unknown>;

/** Internal modules of index.js for bundles: those of js/shared-index.ts. */
export const indexParts: Record<string, unknown> = {};

const importers = new Map<string, Importer>();
const loading = new Map<string, Promise<unknown>>();

/** Sets the function that imports a file. */
export function setBundleImport(file: string, importer: Importer): void {
  importers.set(file, importer);
}

/** The exports of a file. Throws E_FILE if it cannot be loaded. The next call tries again. */
export function loadBundle(file: string): Promise<unknown> {
  const known = loading.get(file);
  if (known) return known;
  const promise = (importers.get(file) as Importer)().catch((error) => {
    loading.delete(file);
    throw new TfwasmError(
      'E_FILE',
      `cannot load ${file}, which has to be beside the index.js of tfwasm: ${describeError(error)}`,
      { cause: error },
    );
  });
  loading.set(file, promise);
  return promise;
}
