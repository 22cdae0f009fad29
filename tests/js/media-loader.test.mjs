// SPDX-License-Identifier: Apache-2.0
// media.js is loaded on first use; errors if it cannot be loaded.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';

describe('media.js', { skip: missing('dist') }, () => {
  let folder;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-media-'));
    for (const name of ['index.js', 'common.js', 'media.js'])
      await cp(path.join(ROOT, 'dist', name), path.join(folder, name));
  });
  after(() => rm(folder, { recursive: true }));

  const importCopy = (query = '') => import(`${pathToFileURL(path.join(folder, 'index.js'))}${query}`);

  test('that is not there is an error that names it, wherever it would be needed', async () => {
    await rename(path.join(folder, 'media.js'), path.join(folder, 'away.js'));
    const { io, TfwasmError } = await importCopy();
    for (const call of [
      () => io.listModels(),
      () => io.clearCache(),
      () => io.moveModel('file://a', 'file://b'),
      () => io.getLoadHandlers('file://a')[0].load(),
      () => io.getSaveHandlers('downloads://a')[0].save({}),
      () => io.http('http://localhost:1/').save({}),
      () => io.browserFiles([new File([], 'model.json')]).load(),
      () => io.loadWeights([]),
    ]) {
      await assert.rejects(call(), (error) => {
        assert.ok(error instanceof TfwasmError, error.stack);
        assert.equal(error.code, 'E_FILE');
        assert.match(error.message, /cannot load media\.js, which has to be beside the index\.js of tfwasm: .+/);
        assert.ok(error.cause);
        return true;
      });
    }
    await rename(path.join(folder, 'away.js'), path.join(folder, 'media.js'));
  });

  test('has the classes of index.js, whatever the URL of that', async () => {
    for (const query of ['?v=1', '?v=2']) {
      const { io, TfwasmError } = await importCopy(query);
      await assert.rejects(io.removeModel('nowhere://x'), (error) => error instanceof TfwasmError);
    }
  });
});
