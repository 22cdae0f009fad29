// SPDX-License-Identifier: Apache-2.0
// Keras files, by name. Handlers pass their bytes on as `modelTopology`; js/layers/keras-model.ts reads them.

/** Whether a path or URL is that of a .keras or HDF5 file. */
export function isKerasFile(name: string): boolean {
  return /\.(keras|h5|hdf5)$/i.test(name.replace(/[?#].*$/, ''));
}
