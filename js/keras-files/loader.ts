// SPDX-License-Identifier: Apache-2.0
// Loads keras-files.js, which is next to index.js, on first use. Must not import what is in it: js/common.ts passes in the
// import.
import { describeError, TfwasmError } from '../core/errors.js';

/** The exports of keras-files.js. */
export type KerasFiles = typeof import('./index.js');

let importKerasFiles: () => Promise<KerasFiles>;
let loading: Promise<KerasFiles> | undefined;

/** Sets the function that imports keras-files.js. */
export function setKerasFilesImport(importer: () => Promise<KerasFiles>): void {
  importKerasFiles = importer;
}

/** Throws E_FILE if it cannot be loaded. The next call tries again. */
export function loadKerasFiles(): Promise<KerasFiles> {
  loading ??= importKerasFiles().catch((error) => {
    loading = undefined;
    throw new TfwasmError(
      'E_FILE',
      `cannot load keras-files.js, which has to be beside the index.js of tfwasm: ${describeError(error)}`,
      { cause: error },
    );
  });
  return loading;
}
