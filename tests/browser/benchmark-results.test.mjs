// SPDX-License-Identifier: Apache-2.0
// The benchmark page: actions on results, links, hosting on other servers, appearance.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { DIST } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import {
  BARE_HOST,
  cellsOf,
  download,
  QUICK,
  run,
  squareModel,
  startBenchmark,
  TINY,
  tableRows,
  waitForResult,
} from './benchmark.mjs';
import { accessibilityFaults, serveModel, sidewaysOverflow, waitForText } from './playground.mjs';

const file = (name, json) => ({ name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(json)) });

describe('results of the benchmark page', { skip: missing('dist', 'chromium', 'tfjs') }, () => {
  let site;

  before(async () => {
    site = await startBenchmark();
  });
  after(() => site?.close());

  const withPage = (...given) => site.withPage(...given);

  test('are exported with the numbers that are shown', () =>
    withPage(`${TINY}&peers=tfjs-wasm&run=1`, async (page) => {
      await waitForResult(page);
      const shown = cellsOf(await tableRows(page, 'Time of a prediction'), 'Median')[0].replace(' ms', '');
      const json = await download(page, 'Download JSON');
      assert.match(json.name, /^benchmark-tiny-[\d-]+\.json$/);
      const result = JSON.parse(json.text);
      const [subject, peer] = result.engines;
      assert.equal(subject.samples.length, 5);
      const sorted = [...subject.samples].sort((a, b) => a - b);
      assert.equal(sorted[2], subject.summary.median);
      assert.equal(sorted[2].toFixed(shown.split('.')[1].length), shown);
      const csv = await download(page, 'Download CSV');
      const lines = csv.text
        .trim()
        .split('\n')
        .map((line) => line.split(','));
      const timed = lines.filter(([, id, , , , , kind]) => id === peer.id && kind === 'timed');
      assert.deepEqual(
        timed.map((line) => Number(line.at(-1))),
        peer.samples,
      );
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.click('text=Copy as Markdown');
      await waitForText(page, '#result', /Copied\./);
      const markdown = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(markdown, new RegExp(`\\| tfwasm \\(.*\\) \\| ${shown.replace('.', '\\.')} \\|`));
    }));

  test('count as the binary of an engine what it loads, and no module of the pages', () =>
    withPage(`${TINY}&variant=simd&thread=main`, async (page) => {
      await run(page);
      const [{ codeBytes }] = JSON.parse((await download(page, 'Download JSON')).text).engines;
      const files = ['index.js', 'common.js', 'glue.js', 'tfwasm-simd.wasm'];
      const loaded = files.map((name) => statSync(path.join(DIST, name)).size);
      assert.equal(
        codeBytes.raw,
        loaded.reduce((sum, size) => sum + size, 0),
      );
    }));

  test('have a profile that can be sorted', () =>
    withPage(
      `?model=/made/square/model.json&${QUICK}&run=1`,
      async (page) => {
        await waitForResult(page);
        await page.click('.nodes summary');
        const table = '.nodes table';
        const column = (index) =>
          page.$$eval(`${table} tbody tr`, (rows, i) => rows.map(({ cells }) => cells[i].textContent), index);
        await page.click(`${table} th:nth-child(1) button`);
        const falling = await column(0);
        assert.equal(falling.length, 2);
        assert.equal(await page.getAttribute(`${table} th:nth-child(1)`, 'aria-sort'), 'descending');
        await page.click(`${table} th:nth-child(1) button`);
        assert.deepEqual(await column(0), falling.reverse());
        assert.match((await column(6)).join(), /\[256, 256\] \[256, 256\]/);
        assert.match((await column(5)).join(), /\d/);
        assert.ok((await page.$$('.strip rect')).length > 0);
      },
      { prepare: (page) => serveModel(page, 'square', squareModel()) },
    ));

  test('are compared: two of this page, then one of a file', () =>
    withPage(TINY, async (page) => {
      assert.match(await page.textContent('#comparison'), /Two results are needed/);
      await run(page);
      await run(page);
      await waitForText(page, '#comparison', /faster|slower|No difference/);
      const result = JSON.parse((await download(page, 'Download JSON')).text);
      result.engines[0].samples = Array.from({ length: 20 }, (_, i) => 1000 + i);
      await page.setInputFiles('#result-file', file('old.json', result));
      await waitForText(page, '#comparison', /slower/);
      assert.match(await page.textContent('#comparison'), /After is slower/);
      const [old] = await page.$$eval('#after option:checked', (list) => list.map(({ value }) => value));
      await page.selectOption('#after', '0');
      await page.selectOption('#before', old);
      await waitForText(page, '#comparison', /After is faster/);
      assert.match(await page.textContent('#comparison'), /Mann-Whitney p /);
      result.correctness.passed = false;
      await page.setInputFiles('#result-file', file('wrong.json', result));
      await waitForText(page, '#comparison', /No verdict: .*outputs were not right/);
      assert.doesNotMatch(await page.textContent('#comparison'), /After is/);
      await page.selectOption('#before', old);
      await page.selectOption('#after', old);
      await waitForText(page, '#comparison', /two different/);
    }));

  test('are there again after a reload, and can be told apart', () =>
    withPage(TINY, async (page) => {
      await run(page);
      await page.selectOption('#variant', 'simd');
      await page.selectOption('#thread', 'main');
      await run(page);
      const labels = () => page.$$eval('#after option', (list) => list.map(({ textContent }) => textContent));
      const before = await labels();
      assert.match(before[0], /^run 1 · tfwasm \w+, 1 thread · tiny · 1×2 · \d+ \w+ \d+, \d\d:\d\d$/);
      assert.match(before[1], /^run 2 · tfwasm \(simd\), 1 thread, main thread · tiny/);
      const shown = await page.textContent('#result');
      await page.reload();
      await page.waitForSelector('#result:not([hidden])');
      assert.equal(await page.textContent('#result'), shown);
      assert.deepEqual(await labels(), before);
      assert.match(await page.textContent('#comparison'), /faster|slower|No difference/);
    }));

  test('of a slow peer do not make the charts flat: a logarithmic scale, and series that can be hidden', () =>
    withPage(`${TINY}&peers=tfjs-wasm`, async (page) => {
      await run(page);
      const result = JSON.parse((await download(page, 'Download JSON')).text);
      const times = (milliseconds) => Array.from({ length: 10 }, (_, i) => milliseconds * (1 + 0.3 * i));
      result.engines[0].samples = times(1);
      result.engines[1].samples = times(300);
      for (const engine of result.engines) engine.warmups = [];
      await page.evaluate(async (made) => {
        const { showResult } = await import('/benchmark-page/result-view.js');
        await showResult(document.getElementById('result'), made);
      }, result);
      await page.waitForSelector('.chart canvas');
      /** The height of an engine's line in the first chart: 0 at the top, 1 at the bottom; null if there is none. */
      const heightOf = (index) =>
        page.evaluate((colour) => {
          const probe = document.body.appendChild(document.createElement('i'));
          probe.style.color = `var(--chart-${colour})`;
          const wanted = getComputedStyle(probe).color.match(/\d+/g).map(Number);
          probe.remove();
          const canvas = document.querySelector('.chart canvas');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          const rows = [];
          for (let at = 0; at < data.length; at += 4) {
            if (wanted.every((part, i) => data[at + i] === part)) rows.push(Math.floor(at / 4 / canvas.width));
          }
          return rows.length < 20 ? null : rows.reduce((sum, row) => sum + row, 0) / rows.length / canvas.height;
        }, index + 1);
      const box = (text) => `.chart-controls label:has-text("${text}") input`;
      assert.ok(await page.isChecked(box('Logarithmic scale')));
      const logarithmic = await heightOf(0);
      await page.uncheck(box('Logarithmic scale'));
      const linear = await heightOf(0);
      assert.ok(linear - logarithmic > 0.02, `${linear} ${logarithmic}`);
      // Alone, it is in the upper half even on a linear scale.
      await page.uncheck(box('tfjs wasm'));
      assert.equal(await heightOf(1), null);
      assert.ok((await heightOf(0)) < linear - 0.1);
      await page.check(box('tfjs wasm'));
      assert.notEqual(await heightOf(1), null);
    }));

  test('of a file that is none are refused in words', () =>
    withPage(TINY, async (page) => {
      await page.setInputFiles('#result-file', file('package.json', { name: 'x' }));
      await waitForText(page, '#compare-error', /package\.json is not a result/);
    }));

  describe('links', () => {
    test('bring the settings back', () =>
      withPage(TINY, async (page) => {
        await page.fill('#runs', '7');
        await page.fill('#warmup', '2');
        await page.fill('#seed', '42');
        await page.fill('#batch', '3');
        await page.selectOption('#variant', 'simd');
        await page.selectOption('#thread', 'main');
        await page.check('input[value=tfjs-cpu]');
        await page.uncheck('#check');
        await page.fill('label:has-text("Highest") input', '5');
        await page.click('#link');
        await waitForText(page, '#status', /link is in/);
        const link = page.url();
        await withPage('', async (other) => {
          await other.goto(link);
          await waitForText(other, '#model-facts', /tiny/);
          const value = (id) => other.inputValue(`#${id}`);
          assert.deepEqual(await Promise.all(['runs', 'warmup', 'seed', 'batch', 'variant', 'thread'].map(value)), [
            '7',
            '2',
            '42',
            '3',
            'simd',
            'main',
          ]);
          assert.ok(await other.isChecked('input[value=tfjs-cpu]'));
          assert.ok(!(await other.isChecked('#check')));
          assert.equal(await other.inputValue('label:has-text("Highest") input'), '5');
          await run(other);
          const { settings } = JSON.parse((await download(other, 'Download JSON')).text);
          assert.deepEqual(settings.inputs, [
            { name: 'x', dtype: 'float32', shape: [3, 2], fill: 'random', range: [0, 5] },
          ]);
        });
      }));

    test('that make no sense are told of', () =>
      withPage(`${TINY}&threads=abc&hack=1&variant=avx512`, async (page) => {
        const text = await page.textContent('#link-problems');
        for (const part of ['threads=abc', 'hack', 'variant=avx512']) assert.ok(text.includes(part), text);
        assert.equal(await page.inputValue('#threads'), '1');
        await run(page);
      }));

    test('that want more threads than there can be are told of', () =>
      withPage(
        `${TINY}&threads=16`,
        async (page) => {
          assert.match(await page.textContent('#link-problems'), /threads=16.* is 8 here/);
          assert.equal(await page.inputValue('#threads'), '8');
        },
        {
          prepare: (page) =>
            page.addInitScript(() => Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 })),
        },
      ));
  });

  describe('look', () => {
    for (const colorScheme of ['light', 'dark']) {
      test(`accessible in ${colorScheme}, before and after a run`, () =>
        withPage(
          `${TINY}&peers=tfjs-wasm`,
          async (page) => {
            assert.deepEqual(await accessibilityFaults(page), []);
            await run(page);
            await run(page);
            await page.click('.nodes summary');
            assert.deepEqual(await accessibilityFaults(page), []);
          },
          { colorScheme },
        ));
    }

    test('well on a phone', () =>
      withPage(
        `${TINY}&peers=tfjs-wasm,tfjs-cpu`,
        async (page) => {
          assert.ok((await sidewaysOverflow(page)) <= 0);
          await run(page);
          await page.click('.nodes summary');
          await page.click('#model-facts summary');
          assert.ok((await sidewaysOverflow(page)) <= 0);
        },
        { viewport: { width: 360, height: 740 } },
      ));

    test('the same without a mouse', () =>
      withPage(TINY, async (page) => {
        await page.focus('#runs');
        await page.keyboard.press('Enter');
        await waitForResult(page);
        assert.equal(await page.evaluate(() => document.activeElement.id), 'result');
        assert.equal(await page.getAttribute('#status', 'aria-live'), 'polite');
      }));
  });
});

describe('the benchmark page on another host', { skip: missing('dist', 'chromium') }, () => {
  let site;

  before(async () => {
    site = await startBenchmark(BARE_HOST);
  });
  after(() => site?.close());

  test('says what is not there, asks nobody for it, and runs all the same', async () => {
    const { page, requests } = await site.open(TINY);
    assert.match(await page.textContent('#no-threads'), /Threads are off.*Cross-Origin-Opener-Policy/);
    assert.ok(await page.isDisabled('#threads'));
    assert.match(await page.textContent('#elsewhere'), /no sample models and no TensorFlow\.js.*cdn\.jsdelivr\.net/s);
    assert.ok(await page.isDisabled('#sample'));
    assert.ok(await page.isDisabled('input[value=tfjs-wasm]'));
    assert.ok(await page.isDisabled('#check'));
    await run(page);
    assert.deepEqual(
      requests.filter((url) => !url.startsWith(site.url) && !url.startsWith('blob:')),
      [],
    );
    await page.close();
  });

  test('runs from any folder, under a strict content security policy', async () => {
    const mounts = { '/deep/er/benchmark-page/': 'benchmark-page', '/deep/er/web/': 'web', '/deep/er/dist/': 'dist' };
    const policy =
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; frame-src 'self'";
    const strict = await startBenchmark({ mounts, headers: { 'content-security-policy': policy } });
    const { page, faults, requests } = await strict.open('?model=', { folder: 'deep/er/' });
    await page.fill('#url', '/tiny/model.json');
    await page.press('#url', 'Enter');
    await waitForText(page, '#model-facts', /tiny/);
    await page.selectOption('#thread', 'main');
    await run(page);
    assert.equal(await page.$$eval('.chart canvas', (list) => list.length), 2);
    const elsewhere = new Set(requests.filter((url) => !url.startsWith(`${strict.url}deep/er/`)));
    assert.deepEqual([...elsewhere].sort(), [`${strict.url}tiny/model.json`, `${strict.url}tiny/weights.bin`]);
    // The page probes for the samples and TensorFlow.js, which are missing.
    assert.deepEqual(
      faults().filter((fault) => !/404/.test(fault)),
      [],
    );
    await strict.close();
  });

  test('takes them from a CDN when the visitor says so, in exact versions', {
    skip: missing('tfjs', 'models'),
  }, async () => {
    const asked = [];
    const { page } = await site.open(`?model=&${QUICK}`, {
      // There is no network in the test: serves the same files from node_modules.
      prepare: (page) =>
        page.context().route('https://cdn.jsdelivr.net/**', (route) => {
          const url = route.request().url();
          asked.push(url);
          const [, name, rest] = /\/npm\/(@[^/]+\/[^/@]+)@[\d.]+\/(.*)$/.exec(url);
          return route.fulfill({
            path: `node_modules/${name}/${rest}`,
            headers: { 'access-control-allow-origin': '*' },
          });
        }),
    });
    await page.check('#cdn');
    await page.selectOption('#sample', 'liveness');
    await waitForText(page, '#model-facts', /liveness/);
    await page.check('input[value=tfjs-cpu]');
    await run(page);
    assert.match(await page.textContent('#result'), /outputs agree with @tensorflow\/tfjs-backend-cpu 4/);
    assert.ok(asked.length > 0);
    for (const url of asked) assert.match(url, /@(4\.22\.0|3\.3\.6)\//);
    await page.context().unroute('https://cdn.jsdelivr.net/**');
    await page.close();
  });
});
