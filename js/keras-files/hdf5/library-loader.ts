// SPDX-License-Identifier: Apache-2.0
// Loads the HDF5 library, which is a large file beside keras-files.js, when a file needs it.
import { describeError, TfwasmError } from '../../core/errors.js';
import type { Hdf5Module, StartHdf5 } from './library.js';

/** Starts a new instance of the library. Throws E_FILE if it cannot be loaded. */
export async function startHdf5Library(): Promise<Hdf5Module> {
  try {
    // A URL, so that bundlers copy the file and leave it as it is. With a literal in import(), some would make it a part
    // of the program, which would be ten times as large.
    const { href } = new URL('./hdf5-library.js', import.meta.url);
    const { default: start }: { default: StartHdf5 } = await import(/* webpackIgnore: true */ /* @vite-ignore */ href);
    const silent = () => {};
    return await start({ noInitialRun: true, print: silent, printErr: silent });
  } catch (error) {
    throw new TfwasmError(
      'E_FILE',
      'cannot load hdf5-library.js, which has to be beside the keras-files.js of tfwasm, ' +
        `in an environment that allows import(): ${describeError(error)}`,
      { cause: error },
    );
  }
}
