// SPDX-License-Identifier: Apache-2.0
// Every fault of docs/faults.md, in Node.js and in Chromium: the error names the file or the weight, nothing is left
// behind, and the next model loads.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { startBrowser } from '../browser/chromium.mjs';
import { missing } from '../prerequisites.mjs';
import { FAULTS, serveModel } from './http-faults.mjs';
import { startHttpServer } from './http-server.mjs';

/** Loads a model and reports the result. Runs in Node.js and in a page. */
async function tryToLoad({ tf, url }) {
  const memory = () => {
    const { numTensors, numBytes } = tf.memory();
    return { numTensors, numBytes };
  };
  const before = memory();
  let error = null;
  try {
    const model = await tf.loadGraphModel(url, { retryDelay: 1 });
    model.dispose();
  } catch (caught) {
    error = { name: caught.name, code: caught.code, message: caught.message };
  }
  return { error, before, after: memory(), isPolluted: 'isPolluted' in {} };
}

const PLACES = {
  'Node.js': { needs: ['dist'], start: startInNode },
  Chromium: { needs: ['dist', 'chromium'], start: startInPage },
};

async function startInNode(server) {
  const tf = await import('../../dist/index.js');
  await tf.ready();
  return { run: () => tryToLoad({ tf, url: `${server.url}/m/model.json` }), close: () => {} };
}

async function startInPage(server) {
  const browser = await startBrowser();
  const { page } = await browser.newPage();
  await page.goto(`${server.url}/page.html`);
  await page.evaluate(async (source) => {
    const tf = await import('/dist/index.js');
    await tf.ready();
    // biome-ignore lint/security/noGlobalEval: the source is a function of the test
    const tryToLoad = globalThis.eval(`(${source})`);
    globalThis.run = () => tryToLoad({ tf, url: '/m/model.json' });
  }, String(tryToLoad));
  return { run: () => page.evaluate(() => globalThis.run()), close: () => browser.close() };
}

for (const [place, { needs, start }] of Object.entries(PLACES)) {
  describe(`faults over HTTP, in ${place}`, { skip: missing(...needs) }, () => {
    let server;
    let loader;
    before(async () => {
      server = await startHttpServer();
      loader = await start(server);
    });
    after(async () => {
      await loader?.close();
      await server?.close();
    });
    beforeEach(() => {
      server.reset();
      serveModel(server);
    });

    for (const [what, arrange, code, message] of FAULTS) {
      test(what, async () => {
        arrange(server);
        const { error, before, after, isPolluted } = await loader.run();
        assert.equal(isPolluted, false);
        assert.deepEqual(after, before, 'nothing is left behind');
        if (code) {
          assert.equal(error?.name, 'TfwasmError', JSON.stringify(error));
          assert.equal(error.code, code, error.message);
          assert.match(error.message, message);
          assert.match(error.message, /\/m\//, 'names the file');
        } else {
          assert.equal(error, null);
        }
        server.reset();
        serveModel(server);
        assert.equal((await loader.run()).error, null, 'the next model loads');
      });
    }
  });
}

test('docs/faults.md has all of them', async () => {
  const page = await readFile(path.join(ROOT, 'docs/faults.md'), 'utf8');
  for (const [what] of FAULTS) assert.ok(page.includes(`| ${what.replaceAll('\\', '\\\\')} |`), what);
});
