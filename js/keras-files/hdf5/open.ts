// SPDX-License-Identifier: Apache-2.0
// Opens an HDF5 file with the reader that can.
import { TfwasmError } from '../../core/errors.js';
import { startHdf5Library } from './library-loader.js';
import { readWithLibrary } from './library-read.js';
import { type Hdf5Group, NeedsLibrary } from './nodes.js';
import { readClassicHdf5 } from './read.js';

/** Reads a file that isHdf5(). Loads the HDF5 library if the file has structures that Keras does not write. */
export async function openHdf5(bytes: Uint8Array): Promise<Hdf5Group> {
  try {
    return readClassicHdf5(bytes);
  } catch (error) {
    if (!(error instanceof NeedsLibrary)) throw error;
    const library = await startHdf5Library().catch((cause: TfwasmError) => {
      throw new TfwasmError(cause.code, `Keras does not write HDF5 files with ${error.message}, and ${cause.message}`, {
        cause,
      });
    });
    return readWithLibrary(library, bytes);
  }
}
