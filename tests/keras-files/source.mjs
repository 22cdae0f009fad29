// SPDX-License-Identifier: Apache-2.0
// The room js/keras-files/, with its inner modules, and the libraries that tests compare it with.
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from '../../tools/lib/paths.mjs';
import { importBundle, innerModules } from '../js/source.mjs';

const LIBRARY = path.join(ROOT, 'node_modules/h5wasm/dist/esm/hdf5_util.js');

const INNER = [
  'core/errors',
  'keras-files/hdf5/library-loader',
  'keras-files/hdf5/library-read',
  'keras-files/hdf5/nodes',
  'keras-files/hdf5/open',
  'keras-files/hdf5/read',
  'keras-files/hdf5/write',
  'keras-files/zip',
];

const { inner, ...room } = await importBundle(["export * from './js/keras-files/index.js';", ...innerModules(INNER)], {
  'hdf5-library.js': readFileSync(LIBRARY),
});

export const keras = room;
export const { TfwasmError } = inner['core/errors'];
export const hdf5 = Object.assign({}, ...INNER.filter((name) => name.includes('hdf5')).map((name) => inner[name]));
export const zip = inner['keras-files/zip'];

/** Reads a file with the HDF5 library alone. */
export async function readWithHdf5Library(bytes) {
  return hdf5.readWithLibrary(await hdf5.startHdf5Library(), bytes);
}

/** For assert.rejects and assert.throws: an error with this code, and a message that matches. */
export function coded(code, message = /./) {
  return (error) => {
    if (!(error instanceof TfwasmError) || error.code !== code || !message.test(error.message)) throw error;
    return true;
  };
}
