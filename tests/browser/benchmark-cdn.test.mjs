// SPDX-License-Identifier: Apache-2.0
// The benchmark page and the CDN: it asks the visitor first, and runs only the files whose hashes it knows.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { HASHES } from '../../benchmark-page/places.js';
import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import { BARE_HOST, QUICK, startBenchmark, waitForResult } from './benchmark.mjs';

const PACKAGES = path.join(ROOT, 'node_modules/@tensorflow');
/** The package of a file. */
const packageOf = (file) => {
  const [, part] = /^(?:tf-|tfjs-)(core|converter|layers|backend-(?:cpu|wasm|webgl))/.exec(file);
  return `tfjs-${part}`;
};

test('the hashes are those of the packages', { skip: missing('tfjs') }, () => {
  assert.ok(Object.keys(HASHES).length >= 7);
  for (const [file, hash] of Object.entries(HASHES)) {
    const bytes = readFileSync(path.join(PACKAGES, packageOf(file), 'dist', file));
    assert.equal(createHash('sha384').update(bytes).digest('base64'), hash, file);
  }
});

describe('a link to the benchmark page that wants files of a CDN', {
  skip: missing('dist', 'chromium', 'tfjs', 'models'),
}, () => {
  let site;
  before(async () => {
    site = await startBenchmark(BARE_HOST);
  });
  after(() => site?.close());

  const LINK = `?model=liveness&peers=tfjs-wasm,tfjs-cpu&cdn=1&run=1&${QUICK}`;

  /** Opens the link. The CDN serves the files of node_modules, changed by `change`. */
  async function open(link, change = (bytes) => bytes) {
    const asked = [];
    const opened = await site.open(link, {
      prepare: (page) =>
        page.context().route('https://cdn.jsdelivr.net/**', (route) => {
          const url = route.request().url();
          asked.push(url);
          const [, name, rest] = /\/npm\/(@[^/]+\/[^/@]+)@[\d.]+\/(.*)$/.exec(url);
          const bytes = readFileSync(path.join(ROOT, 'node_modules', name, rest));
          return route.fulfill({
            body: change(bytes, url),
            headers: { 'access-control-allow-origin': '*' },
          });
        }),
    });
    return {
      ...opened,
      asked,
      close: async () => {
        await opened.page.context().unroute('https://cdn.jsdelivr.net/**');
        await opened.page.close();
      },
    };
  }

  test('waits until the visitor allows it, then runs', async () => {
    const { page, asked, close } = await open(LINK);
    assert.match(await page.textContent('#elsewhere'), /The link to this page wants to fetch it/);
    assert.equal(await page.isChecked('#cdn'), false);
    assert.equal(await page.textContent('#model-status'), '');
    assert.deepEqual(asked, []);
    await page.check('#cdn');
    await waitForResult(page);
    assert.match(await page.textContent('#result'), /liveness/);
    assert.match(await page.textContent('#result'), /outputs agree with @tensorflow\/tfjs-backend-cpu 4/);
    for (const part of ['tf-core.min.js', 'tf-backend-wasm.min.js', 'tfjs-backend-wasm-simd.wasm', 'liveness.json']) {
      assert.ok(
        asked.some((url) => url.endsWith(part)),
        part,
      );
    }
    await close();
  });

  for (const [what, file] of [
    ['script', 'tf-core.min.js'],
    ['binary', 'tfjs-backend-wasm-simd.wasm'],
  ]) {
    test(`does not run a ${what} that is not the known one`, async () => {
      const change = (bytes, url) =>
        url.endsWith(file) ? Buffer.concat([bytes, Buffer.from('\nglobalThis.isEvil = true;')]) : bytes;
      const { page, close } = await open(LINK, change);
      await page.check('#cdn');
      await waitForResult(page);
      const expected = new RegExp(`${file.replaceAll('.', '\\.')} .*not the file that was expected`);
      assert.match(await page.textContent('#result'), expected);
      const isEvil = await Promise.all(page.frames().map((frame) => frame.evaluate(() => 'isEvil' in globalThis)));
      assert.ok(!isEvil.includes(true));
      await close();
    });
  }
});
