// SPDX-License-Identifier: Apache-2.0
// The packed package as users consume it: each way must give a correct prediction, without files copied by hand.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { ISOLATION_HEADERS, startServer } from '../../tools/serve.mjs';
import { startBrowser } from '../browser/chromium.mjs';
import { missing } from '../prerequisites.mjs';
import { tinyAnswer } from '../tiny-model.mjs';
import { HANGS_AFTER_MS } from '../until.mjs';
import { builders, installApps } from './build-apps.mjs';

const EXPECTED = tinyAnswer([1, 2]);

const skip = missing('dist', 'chromium', 'bundlers');

// All entries use the same glue, so threads are tested with one of them.
describe('the packed package', { skip }, () => testEntry('tfwasm', [1, 2], testCommandLine));
describe('the packed package, without training', { skip }, () => testEntry('tfwasm/inference', [1]));

describe('the packed package, in its worker', { skip }, () => {
  let apps;
  let browser;

  before(async () => {
    [apps, browser] = await Promise.all([installApps('tfwasm'), startBrowser()]);
    for (const bundler of ['vite', 'webpack']) {
      await cp(path.join(apps.folder, 'off-thread.js'), path.join(apps.folder, bundler, 'main.js'));
    }
  });
  after(() => Promise.all([apps?.remove(), browser?.close()]));

  for (const bundler of ['vite', 'webpack']) {
    test(`predicts in a page built with ${bundler}`, async () => {
      const folder = path.relative(apps.folder, await builders[bundler](apps.folder));
      const mounts = { '/': folder, '/model/': 'model' };
      const server = await startServer({ port: 0, root: apps.folder, isolated: false, mounts });
      const { page, problems } = await browser.newPage();
      try {
        await page.goto(server.url);
        const result = await page.waitForFunction(() => globalThis.result, null, { timeout: HANGS_AFTER_MS });
        const { error, values, threads } = await result.jsonValue();
        assert.equal(error, undefined);
        assert.deepEqual({ values, threads, problems }, { values: EXPECTED, threads: 1, problems: [] });
      } finally {
        await page.close();
        await server.close();
      }
    });
  }
});

/** `npx tfwasm` in a folder that has the package installed. */
function testCommandLine(folderOf) {
  test('has a command line', async () => {
    const cwd = folderOf();
    const dense = { class_name: 'Dense', config: { name: 'd', units: 1, batch_input_shape: [null, 2] } };
    const modelTopology = { class_name: 'Sequential', config: { name: 's', layers: [dense] } };
    const weights = [
      ['d/kernel', [2, 1]],
      ['d/bias', [1]],
    ].map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
    await mkdir(path.join(cwd, 'layers'));
    const json = { format: 'layers-model', modelTopology, weightsManifest: [{ paths: ['w.bin'], weights }] };
    await writeFile(path.join(cwd, 'layers/model.json'), JSON.stringify(json));
    await writeFile(path.join(cwd, 'layers/w.bin'), new Float32Array([1, 2, 3]));
    const npx = (...args) => promisify(execFile)('npx', ['--no-install', ...args], { cwd, timeout: HANGS_AFTER_MS });
    await npx('tfwasm', 'convert', 'layers', 'model.keras', '--output_format=keras_keras');
    const { stdout } = await npx('tensorflowjs_converter', 'model.keras', 'again', '--verify');
    assert.match(stdout, /verified +d: largest difference 0\.00/);
  });
}

function testEntry(entry, threadCounts, testMore) {
  let apps;
  let browser;

  before(async () => {
    [apps, browser] = await Promise.all([installApps(entry), startBrowser()]);
  });
  after(() => Promise.all([apps?.remove(), browser?.close()]));
  testMore?.(() => apps.folder);

  const serve = (folder, isolated) =>
    startServer({ port: 0, root: apps.folder, isolated, mounts: { '/': folder, '/model/': 'model' } });

  /** Opens a page and returns the result that its app reported. */
  async function predictInPage(url) {
    const { page, problems } = await browser.newPage();
    try {
      await page.goto(url);
      const result = await page.waitForFunction(() => globalThis.result, null, { timeout: HANGS_AFTER_MS });
      return { ...(await result.jsonValue()), problems };
    } catch (error) {
      throw new Error(`${error.message}\n${problems.join('\n')}`, { cause: error });
    } finally {
      await page.close();
    }
  }

  function assertPredicted({ error, values, shape, variant, threads, problems }, wantedThreads) {
    assert.equal(error, undefined);
    assert.deepEqual(problems, []);
    assert.deepEqual(values, EXPECTED);
    assert.deepEqual(shape, [1, 3]);
    assert.equal(threads, wantedThreads);
    assert.equal(variant.endsWith('-threads'), wantedThreads > 1, variant);
  }

  async function checkInBrowser(folder, { threads, page = '' }) {
    const server = await serve(folder, threads > 1);
    try {
      assertPredicted(await predictInPage(`${server.url}${page}?threads=${threads}`), threads);
    } finally {
      await server.close();
    }
  }

  for (const bundler of Object.keys(builders)) {
    test(`works in a ${bundler} build`, async (context) => {
      const built = await builders[bundler](apps.folder);
      for (const threads of threadCounts) {
        await context.test(`with ${threads} threads`, () => checkInBrowser(built, { threads }));
      }
    });
  }

  test('works in the development server of vite', async (context) => {
    const { createServer } = await import('vite');
    const server = await createServer({
      root: path.join(apps.folder, 'vite'),
      configFile: false,
      publicDir: apps.folder,
      logLevel: 'silent',
      server: { port: 0, fs: { allow: [apps.folder] }, headers: ISOLATION_HEADERS },
    });
    try {
      await server.listen();
      for (const threads of threadCounts) {
        await context.test(`with ${threads} threads`, async () => {
          assertPredicted(await predictInPage(`${server.resolvedUrls.local[0]}?threads=${threads}`), threads);
        });
      }
    } finally {
      await server.close();
    }
  });

  for (const app of ['plain', 'worker']) {
    for (const threads of threadCounts) {
      test(`works as it is in a page (${app}, ${threads} threads)`, () =>
        checkInBrowser('.', { threads, page: `${app}/` }));
    }
  }

  for (const threads of threadCounts) {
    test(`works in Node.js, which then ends by itself (${threads} threads)`, async () => {
      const server = await serve('.', true);
      try {
        const args = [path.join(apps.folder, 'node/main.js'), `${server.url}model/model.json`, String(threads)];
        const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: HANGS_AFTER_MS });
        assert.equal(stderr, '');
        assertPredicted({ ...JSON.parse(stdout), problems: [] }, threads);
      } finally {
        await server.close();
      }
    });
  }
}
