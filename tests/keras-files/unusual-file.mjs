// SPDX-License-Identifier: Apache-2.0
import * as h5wasm from 'h5wasm';

/** A file in the newest version of the format, which only the HDF5 library reads. */
export async function unusualFile() {
  await h5wasm.ready;
  const file = new h5wasm.File('newest.h5', 'w', { libver: 'latest' });
  const group = file.create_group('layers').create_group('dense').create_group('vars');
  group.create_dataset({ name: '0', data: Float32Array.of(1, 2), shape: [2], chunks: [2], compression: 'gzip' });
  file.close();
  return h5wasm.FS.readFile('newest.h5');
}
