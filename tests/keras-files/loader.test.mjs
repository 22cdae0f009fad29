// SPDX-License-Identifier: Apache-2.0
// keras-files.js and hdf5-library.js are loaded on first use; errors if they cannot be loaded.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import { unusualFile } from './unusual-file.mjs';

const DIST = path.join(ROOT, 'dist');

describe('in dist/', { skip: missing('dist') }, () => {
  let folder;
  let bytes;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-keras-files-'));
    for (const name of ['common.js', 'keras-files.js', 'hdf5-library.js']) {
      await cp(path.join(DIST, name), path.join(folder, name));
    }
    bytes = await unusualFile();
  });
  after(() => rm(folder, { recursive: true }));

  const importCommon = async () => await import(pathToFileURL(path.join(folder, 'common.js')).href);

  async function without(name, body) {
    await rename(path.join(folder, name), path.join(folder, 'away'));
    try {
      await body();
    } finally {
      await rename(path.join(folder, 'away'), path.join(folder, name));
    }
  }

  test('keras-files.js that is not there is an error that names it', async () => {
    const { default: shared, TfwasmError } = await importCommon();
    await without('keras-files.js', () =>
      assert.rejects(shared.loadKerasFiles(), (error) => {
        assert.ok(error instanceof TfwasmError && error.code === 'E_FILE' && error.cause);
        assert.match(error.message, /cannot load keras-files\.js, which has to be beside the index\.js of tfwasm: .+/);
        return true;
      }),
    );
  });

  test('the HDF5 library that is not there is an error that names it', async () => {
    const { readKerasFile } = await import(pathToFileURL(path.join(folder, 'keras-files.js')).href);
    const { TfwasmError } = await importCommon();
    const read = () => readKerasFile(bytes, { hdf5Library: true });
    await without('hdf5-library.js', () =>
      assert.rejects(read(), (error) => {
        assert.ok(error instanceof TfwasmError && error.code === 'E_FILE');
        assert.match(
          error.message,
          /cannot load hdf5-library\.js, which has to be beside the keras-files\.js of tfwasm/,
        );
        return true;
      }),
    );
  });

  test('both are loaded where they are needed', async () => {
    const { default: shared } = await import('../../dist/common.js');
    const { readKerasFile } = await shared.loadKerasFiles();
    const { root } = await readKerasFile(bytes, { hdf5Library: true });
    assert.deepEqual(root.children.get('layers').children.get('dense').variables.get(0).read(), Float32Array.of(1, 2));
  });

  test('licences of the libraries are there', async () => {
    const names = await readdir(DIST);
    for (const name of ['LICENSE-fflate.txt', 'LICENSE-h5wasm.txt']) assert.ok(names.includes(name), name);
  });

  test('the HDF5 library is no part of the bundles, and none makes functions of text', async () => {
    for (const name of ['index.js', 'common.js', 'keras-files.js', 'hdf5-library.js']) {
      const text = await readFile(path.join(DIST, name), 'utf8');
      assert.ok(name === 'hdf5-library.js' || text.length < 200_000, name);
      assert.doesNotMatch(text, /new Function\b|\beval\(/, name);
    }
  });
});
