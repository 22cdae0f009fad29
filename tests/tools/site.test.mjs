// SPDX-License-Identifier: Apache-2.0
// `npm run site`: the static site that is published, including the API reference.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { startServer } from '../../tools/serve.mjs';
import { assembleSite } from '../../tools/site.mjs';
import { startBrowser } from '../browser/chromium.mjs';
import { missing } from '../prerequisites.mjs';

describe('the site', { skip: missing('dist', 'typedoc') }, () => {
  let folder;
  const textOf = (name) => readFileSync(path.join(folder, name), 'utf8');

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'tfwasm-site-'));
    await assembleSite(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('has a page for every public function, class and namespace', async () => {
    const pages = new Set(readdirSync(path.join(folder, 'api'), { recursive: true }));
    const all = Object.entries(await import('../../dist/index.js'));
    assert.ok(all.length > 200, `only ${all.length} exports`);
    for (const [name, value] of all) {
      const page = ['functions', 'classes', 'modules', 'variables', 'enums'].find((kind) =>
        pages.has(path.join(kind, `${name}.html`)),
      );
      assert.ok(page, `${name} has no page`);
      if (!isNamespace(value)) continue;
      const members = Object.keys(value).filter((member) => typeof value[member] === 'function');
      const own = textOf(`api/${page}/${name}.html`);
      for (const member of members) {
        assert.ok(
          own.includes(`>${member}<`) || own.includes(`>${member}(`),
          `${name}.${member} is not on the page of ${name}`,
        );
      }
    }
  });

  test('has a page for the entries of the package, and that of inference lacks training', async () => {
    const page = textOf('api/index.html');
    const { exports } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    const entries = Object.entries(exports).filter(([, target]) => target.types);
    const names = Object.keys(await import('../../dist/index.js')).sort();
    assert.ok(entries.length > 1);
    for (const [entry, target] of entries) {
      assert.ok(page.includes(`>${entry.replace('.', 'tfwasm')}<`), `${entry} is not on the page`);
      // The converter has an API of its own, and the worker's is one object.
      if (entry === './convert' || entry === './worker') continue;
      const exported = new Set(Object.keys(await import(path.join(ROOT, target.default))));
      const absent = names.filter((name) => !exported.has(name));
      assert.ok(
        [...exported].every((name) => names.includes(name)),
        `${entry} exports more than the package`,
      );
      if (entry === './inference') {
        for (const name of ['grad', 'train', 'variableGrads']) assert.ok(absent.includes(name), name);
        for (const name of ['loadGraphModel', 'variable', 'tensor']) assert.ok(exported.has(name), name);
      } else {
        assert.deepEqual(absent, [], entry);
      }
    }
  });

  test('describes what it has: shapes, dtypes and errors', () => {
    const page = textOf('api/functions/loadGraphModel.html');
    assert.match(page, /Throws[\s\S]*E_HTTP/);
    assert.match(page, /<h1[^>]*>[\s\S]*loadGraphModel/);
  });

  test('names the licences of what is in it', () => {
    for (const name of ['LICENSE.txt', 'api/LICENSE-typedoc.txt', 'dist/vendor/LICENSE-uplot.txt']) {
      assert.ok(existsSync(path.join(folder, name)), name);
    }
  });

  test('has no addresses that hold on one host or at its root only', () => {
    const pages = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.html'));
    for (const name of pages) {
      const text = textOf(name);
      assert.doesNotMatch(text, /(?:href|src)="(?:\/|file:|site:)/, name);
      for (const [, link] of text.matchAll(/(?:href|src)="(?![a-z]+:)([^"#?]+)/g)) {
        const target = path.join(folder, path.dirname(name), decodeURI(link));
        assert.ok(existsSync(target), `${name}: ${link}`);
      }
    }
  });

  test('leads from page to page', { skip: missing('chromium') }, async () => {
    const server = await startServer({ port: 0, root: folder, mounts: { '/some/folder/': '.' }, isolated: false });
    const browser = await startBrowser();
    try {
      const { page, problems } = await browser.newPage();
      const tabs = () => page.$$eval('header nav a', (links) => links.map(({ textContent }) => textContent));
      await page.goto(`${server.url}some/folder/`);
      await page.waitForURL(`${server.url}some/folder/web/index.html`);
      await page.waitForSelector('header nav a');
      assert.deepEqual(await tabs(), ['Playground', 'Benchmark', 'API']);
      await page.click('header nav a:text("Benchmark")');
      await page.waitForSelector('header nav a[aria-current]:text("Benchmark")');
      await page.click('header nav a:text("API")');
      await page.waitForSelector('a:text("loadGraphModel")');
      await page.click('a:text("loadGraphModel") >> nth=0');
      await page.waitForURL(/functions\/loadGraphModel\.html/);
      await page.click('a:text("Playground") >> nth=0');
      await page.waitForURL(`${server.url}some/folder/web/index.html`);
      // Sample models and TensorFlow.js are not part of the site; both pages request them and get 404.
      assert.deepEqual(
        problems.filter((text) => !/models\.json|tf-core|status of 404|ERR_ABORTED/.test(text)),
        [],
      );
    } finally {
      await browser.close();
      await server.close();
    }
  });
});

/** True for an object with functions, such as tf.io, but not for a class or a constant. */
function isNamespace(value) {
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((member) => typeof member === 'function')
  );
}
