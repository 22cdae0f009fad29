// SPDX-License-Identifier: Apache-2.0
// data.js is loaded when a dataset is read. static.js has it.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import { staticFiles } from '../static-files.mjs';

describe('data.js', { skip: missing('dist') }, () => {
  let folder;
  const copy = (name) => cp(path.join(ROOT, 'dist', name), path.join(folder, name));

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-data-js-'));
    for (const name of ['index.js', 'common.js']) await copy(name);
  });
  after(() => rm(folder, { recursive: true }));

  test('if it is missing: E_FILE, at the first reading', async () => {
    const { data } = await import(pathToFileURL(path.join(folder, 'index.js')));
    const dataset = data.array([1, 2]).map((x) => x + 1);
    assert.equal(dataset.size, 2);
    for (const read of [
      () => dataset.toArray(),
      () => data.csv(new Blob(['a\n1'])).columnNames(),
      () => data.webcam(),
      () => data.microphone(),
    ]) {
      await assert.rejects(read, { code: 'E_FILE', message: /cannot load data\.js/ });
    }
  });

  test('static.js needs no other file', async () => {
    for (const name of staticFiles()) await copy(name);
    const { data } = await import(pathToFileURL(path.join(folder, 'static.js')));
    assert.deepEqual(await data.array([1, 2]).toArray(), [1, 2]);
  });
});
