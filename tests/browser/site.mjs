// SPDX-License-Identifier: Apache-2.0
// A site with an empty page, the built package and a tiny model, for test scripts that run in the page.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { SITE, startServer } from '../../tools/serve.mjs';
import { writeTinyModel } from '../tiny-model.mjs';

/**
 * @param {object} [options] See startServer(); `mounts` are added to /, /dist/, /models/, /web/ and /tiny/.
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function startSite({ mounts = {}, ...options } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-site-'));
  await writeTinyModel(folder);
  const server = await startServer({
    ...options,
    port: 0,
    mounts: { ...SITE, '/': 'tests/browser/page', '/tiny/': folder, ...mounts },
  });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}
