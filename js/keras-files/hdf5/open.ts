// SPDX-License-Identifier: Apache-2.0
// Opens an HDF5 file with the reader that can.
import { TfwasmError } from '../../core/errors.js';
import { startHdf5Library } from './library-loader.js';
import { readWithLibrary } from './library-read.js';
import { type Hdf5Group, NeedsLibrary } from './nodes.js';
import { readClassicHdf5 } from './read.js';

/**
 * Reads a file that isHdf5().
 *
 * @param useLibrary Whether the HDF5 library may read files with structures that readClassicHdf5() does not know. A hostile
 *     file of 5 KB can keep it busy for ever.
 */
export async function openHdf5(bytes: Uint8Array, useLibrary: boolean): Promise<Hdf5Group> {
  try {
    return readClassicHdf5(bytes);
  } catch (error) {
    if (!(error instanceof NeedsLibrary)) throw error;
    if (useLibrary) return readWithLibrary(await startHdf5Library(), bytes);
    throw new TfwasmError(
      'E_FILE',
      `Keras does not write HDF5 files with ${error.message}. If you trust this one, use the option hdf5Library`,
      { cause: error },
    );
  }
}
