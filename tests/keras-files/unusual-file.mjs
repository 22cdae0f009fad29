// SPDX-License-Identifier: Apache-2.0
import * as h5wasm from 'h5wasm';

/** A compressed file, which only the HDF5 library reads. */
export async function unusualFile() {
  await h5wasm.ready;
  const file = new h5wasm.File('compressed.h5', 'w');
  const group = file.create_group('layers').create_group('dense').create_group('vars');
  group.create_dataset({ name: '0', data: Float32Array.of(1, 2), shape: [2], chunks: [2], compression: 'gzip' });
  file.close();
  return h5wasm.FS.readFile('compressed.h5');
}
