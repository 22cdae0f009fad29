// SPDX-License-Identifier: Apache-2.0
// The playground on other hosts: the files of the npm package in any folder, with the headers of a plain host or with a
// strict Content-Security-Policy.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { tinyAnswer } from '../tiny-model.mjs';
import { predict, startPlayground, waitForModel, waitForText } from './playground.mjs';

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
].join('; ');

describe('the playground on another host', { skip: missing('dist', 'chromium') }, () => {
  for (const [what, options] of [
    ['without any headers', { isolated: false }],
    ['with a strict content security policy', { isolated: true, headers: { 'content-security-policy': POLICY } }],
  ]) {
    test(what, async () => {
      const mounts = {
        '/models/': 'tests/browser/page',
        '/some/folder/web/': 'web',
        '/some/folder/dist/': 'dist',
        '/some/folder/benchmark-page/': 'benchmark-page',
      };
      const playground = await startPlayground({ ...options, mounts });
      try {
        const { page, problems } = await playground.open('../some/folder/web/index.html?model=/tiny/model.json');
        await waitForModel(page, 'tiny');
        assert.deepEqual(await predict(page, [[1, 2]]), tinyAnswer([1, 2]));
        await page.click('#save-button');
        await waitForText(page, '#save-status', /^Saved/);
        await page.waitForSelector('#sample-elsewhere:not([hidden])');
        assert.match(await page.getAttribute('nav a:not([aria-current])', 'href'), /^\.\.\/benchmark-page\//);
        // The page probes for samples only once.
        assert.deepEqual(
          problems.filter((text) => !text.includes('models/models.json') && !text.includes('status of 404')),
          [],
        );
        await page.close();
      } finally {
        await playground.close();
      }
    });
  }
});
