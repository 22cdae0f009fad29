// SPDX-License-Identifier: Apache-2.0
// Storage in the playground: save, reload the page, open, copy, rename, download, delete.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { tinyAnswer } from '../tiny-model.mjs';
import { until } from '../until.mjs';
import { at, focused, predict, startPlayground, TINY, waitForModel, waitForText } from './playground.mjs';

describe('stored models in the playground', { skip: missing('dist', 'models', 'chromium') }, () => {
  let playground;
  let page;

  before(async () => {
    playground = await startPlayground();
  });
  after(() => playground?.close());

  beforeEach(async () => {
    ({ page } = await playground.open(TINY));
    await waitForModel(page, 'tiny');
  });
  afterEach(async () => {
    // Clears storage for the next test.
    await page.evaluate(async () => {
      const tf = await import('../dist/index.js');
      for (const url of Object.keys(await tf.io.listModels())) await tf.io.removeModel(url);
    });
    await page.close();
  });

  async function save(medium, name) {
    await page.selectOption('#save-medium', medium);
    await page.fill('#save-name', name);
    await page.click('#save-button');
    await waitForText(page, '#save-status', /^Saved to/);
    await page.waitForSelector(`tr[data-url="${medium}://${name}"]`);
  }

  /** The focus is moved after the list has been read again. */
  const waitForFocus = (what) => until(async () => (await focused(page)) === what, `the focus on ${what}`);

  const storedUrls = () => page.$$eval('#stored tr', (rows) => rows.map((row) => row.dataset.url).sort());
  const button = (url, text) => page.click(`tr[data-url="${url}"] button:text-is("${text}")`);

  for (const medium of ['localstorage', 'indexeddb', 'opfs']) {
    test(`${medium}: saved, listed, opened after a reload, with the same prediction`, async () => {
      const before = await predict(page, [[3, 5]]);
      await save(medium, 'my model');
      assert.match(await page.textContent('#save-status'), /Saved to .*:\/\/my model, \d+ bytes/);
      await page.goto(`${playground.url}web/`);
      const row = `tr[data-url="${medium}://my model"]`;
      await page.waitForSelector(row);
      assert.match(await page.textContent(row), /my model.*\d+ (bytes|kB)\d+ \w+ \d{4}, \d\d:\d\d/);
      await button(`${medium}://my model`, 'Open');
      await waitForModel(page, 'my model');
      assert.deepEqual(await predict(page, [[3, 5]]), before);
      assert.deepEqual(before, tinyAnswer([3, 5]));
      const link = await page.getAttribute('#benchmark-link', 'href');
      assert.equal(new URL(link, page.url()).searchParams.get('model'), `${medium}://my model`);
      // The address links to it, too.
      await page.reload();
      await waitForModel(page, 'my model');
    });
  }

  test('downloads: two files, which can be opened again', async () => {
    await page.selectOption('#save-medium', 'downloads');
    await page.fill('#save-name', 'taken');
    const downloads = [];
    page.on('download', (download) => downloads.push(download));
    await page.click('#save-button');
    await waitForText(page, '#save-status', /two files/);
    await until(() => downloads.length >= 2, 'two downloads');
    const files = await Promise.all(
      downloads.map(async (download) => ({
        name: download.suggestedFilename(),
        mimeType: '',
        buffer: await readFile(await download.path()),
      })),
    );
    assert.deepEqual(
      files.map(({ name }) => name),
      ['taken.json', 'taken.weights.bin'],
    );
    await page.setInputFiles('#files', files);
    await waitForModel(page, 'taken');
    assert.deepEqual(await predict(page, [[1, 2]]), tinyAnswer([1, 2]));
  });

  test('a server that takes the model, and one that does not', async () => {
    const sent = [];
    await page.route(at('/upload'), (route) => {
      sent.push(route.request().postData());
      return route.fulfill({ status: 200 });
    });
    await page.selectOption('#save-medium', 'http');
    assert.equal(await page.isVisible('#save-name'), false);
    await page.click('#save-button');
    await waitForText(page, '#save-error', /Type the URL/);
    await page.fill('#save-url', '../upload');
    await page.click('#save-button');
    await waitForText(page, '#save-status', /^Saved to/);
    assert.equal(sent.length, 1);
    assert.match(sent[0], /model\.json[\s\S]*modelTopology[\s\S]*model\.weights\.bin/);
    await page.fill('#save-url', '../none');
    await page.click('#save-button');
    await waitForText(page, '#save-error', /status 40\d.*E_HTTP/);
  });

  test('asks before it replaces a model', async () => {
    await save('indexeddb', 'one');
    await page.click('#save-button');
    await page.waitForSelector('dialog[open]');
    assert.match(await page.textContent('dialog'), /indexeddb:\/\/one already/);
    await page.click('dialog button:text("Cancel")');
    assert.equal(await page.textContent('#save-status'), '');
    await page.click('#save-button');
    await page.click('dialog button:text("Replace")');
    await waitForText(page, '#save-status', /^Saved to/);
    assert.deepEqual(await storedUrls(), ['indexeddb://one']);
  });

  test('copies to another medium, renames, and deletes after a question', async () => {
    await save('indexeddb', 'one');
    await button('indexeddb://one', 'Copy');
    await page.selectOption('#dialog-medium', 'localstorage');
    await page.fill('#dialog-name', 'two');
    await page.click('dialog button:text-is("Copy")');
    await page.waitForSelector('tr[data-url="localstorage://two"]');
    assert.deepEqual(await storedUrls(), ['indexeddb://one', 'localstorage://two']);

    await button('localstorage://two', 'Rename');
    await page.fill('#dialog-name', 'three');
    await page.press('#dialog-name', 'Enter');
    await page.waitForSelector('tr[data-url="localstorage://three"]');
    assert.deepEqual(await storedUrls(), ['indexeddb://one', 'localstorage://three']);

    await button('localstorage://three', 'Open');
    await waitForModel(page, 'three');
    assert.deepEqual(await predict(page, [[1, 2]]), tinyAnswer([1, 2]));

    await button('indexeddb://one', 'Delete');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    assert.deepEqual(await storedUrls(), ['indexeddb://one', 'localstorage://three']);
    await button('indexeddb://one', 'Delete');
    await page.click('dialog button:text-is("Delete")');
    await page.waitForSelector('tr[data-url="indexeddb://one"]', { state: 'detached' });
    assert.deepEqual(await storedUrls(), ['localstorage://three']);
    assert.match(await page.textContent('#storage-status'), /indexeddb:\/\/one was deleted/);
  });

  test('keeps the focus, so that keys are enough', async () => {
    const press = async (selector) => {
      await page.focus(selector);
      await page.keyboard.press('Enter');
    };
    const inRow = (url, text) => `tr[data-url="${url}"] button:text-is("${text}")`;
    await save('indexeddb', 'a');
    await save('indexeddb', 'b');
    await page.fill('#save-name', 'c');
    await press('#save-button');
    await page.waitForSelector('tr[data-url="indexeddb://c"]');
    assert.equal(await focused(page), 'save-button');
    await press('#save-button');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    assert.equal(await focused(page), 'save-button');
    await press('#run-start');
    await waitForText(page, '#run-status', /^Done/);
    assert.equal(await focused(page), 'run-start');
    for (const text of ['Copy', 'Rename', 'Delete']) {
      await press(inRow('indexeddb://b', text));
      await page.waitForSelector('dialog[open]');
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog', { state: 'detached' });
      assert.equal(await focused(page), `${text} b (IndexedDB)`);
    }
    await press(inRow('indexeddb://b', 'Copy'));
    await page.selectOption('#dialog-medium', 'opfs');
    await press('dialog button:text-is("Copy")');
    await page.waitForSelector('tr[data-url="opfs://b"]');
    await waitForFocus('Copy b (IndexedDB)');
    await press(inRow('indexeddb://b', 'Rename'));
    await page.fill('#dialog-name', 'z');
    await page.keyboard.press('Enter');
    await waitForFocus('Rename z (IndexedDB)');
    const remove = async (url) => {
      await press(inRow(url, 'Delete'));
      await press('dialog button:text-is("Delete")');
      await page.waitForSelector(`tr[data-url="${url}"]`, { state: 'detached' });
    };
    // To the next row, to the previous one after the last, to the title after all.
    await remove('indexeddb://a');
    await waitForFocus('Delete b (Private file system (OPFS))');
    await remove('opfs://b');
    await waitForFocus('Delete c (IndexedDB)');
    await remove('indexeddb://z');
    await waitForFocus('Delete c (IndexedDB)');
    await remove('indexeddb://c');
    await waitForFocus('storage-title');
  });

  test('renames and deletes the model that is open, and no link to the old name is left', async () => {
    await save('opfs', 'old');
    await button('opfs://old', 'Open');
    await waitForModel(page, 'old');
    await button('opfs://old', 'Rename');
    await page.fill('#dialog-name', 'new');
    await page.press('#dialog-name', 'Enter');
    await waitForText(page, '#model-name', /^new$/);
    assert.equal(await page.textContent('#model-source'), 'opfs://new');
    const link = await page.getAttribute('#benchmark-link', 'href');
    assert.equal(new URL(link, page.url()).searchParams.get('model'), 'opfs://new');
    assert.equal(new URL(page.url()).searchParams.get('model'), 'opfs://new');
    await page.reload();
    await waitForModel(page, 'new');
    await button('opfs://new', 'Delete');
    await page.click('dialog button:text-is("Delete")');
    await waitForText(page, '#model-source', /no longer stored/);
    assert.equal(await page.isVisible('#benchmark-link'), false);
    assert.equal(new URL(page.url()).search, '');
    assert.deepEqual(await predict(page, [[1, 2]]), tinyAnswer([1, 2]));
  });

  test('a name that is taken, and one that is empty, are errors in the dialog', async () => {
    await save('opfs', 'a');
    await save('opfs', 'b');
    await button('opfs://a', 'Rename');
    await page.fill('#dialog-name', 'b');
    await page.click('dialog button:text-is("Rename")');
    await waitForText(page, 'dialog .error', /opfs:\/\/b already/);
    await page.fill('#dialog-name', '   ');
    await page.click('dialog button:text-is("Rename")');
    await waitForText(page, 'dialog .error', /Type a name/);
    await page.click('dialog button:text("Cancel")');
    assert.deepEqual(await storedUrls(), ['opfs://a', 'opfs://b']);
    await page.fill('#save-name', '  ');
    await page.click('#save-button');
    await waitForText(page, '#save-error', /Type a name/);
  });

  test('downloads what is stored', async () => {
    await save('indexeddb', 'folder/name');
    const names = [];
    page.on('download', (download) => names.push(download.suggestedFilename()));
    await button('indexeddb://folder/name', 'Download');
    await waitForText(page, '#storage-status', /two files/);
    await until(() => names.length >= 2, 'two downloads');
    assert.deepEqual(names, ['folder-name.json', 'folder-name.weights.bin']);
  });

  test('a model that is too large for the medium', async () => {
    await page.goto(`${playground.url}web/?model=../models/movenet-lightning.json`);
    await waitForModel(page, 'movenet-lightning');
    await page.selectOption('#save-medium', 'localstorage');
    await page.click('#save-button');
    await waitForText(page, '#save-error', /not enough room.*E_STORAGE/);
    assert.deepEqual(await storedUrls(), []);
  });

  test('a stored model that is damaged, which can be deleted', async () => {
    await save('localstorage', 'torn');
    await page.evaluate(() => localStorage.setItem('tensorflowjs_models/torn/weight_data', 'AAAA'));
    await button('localstorage://torn', 'Open');
    await waitForText(page, '#open-error', /damaged.*E_STORAGE_CORRUPT/);
    await button('localstorage://torn', 'Delete');
    await page.click('dialog button:text-is("Delete")');
    await page.waitForSelector('#stored-empty:not([hidden])');
  });

  test('tells what is used, and asks the browser to keep it', async () => {
    await waitForText(page, '#quota-text', /of [\d.]+ [MG]B used by this site/);
    await page.evaluate(() => {
      navigator.storage.persist = async () => true;
      navigator.storage.persisted = async () => true;
    });
    await page.click('#storage-persist');
    await waitForText(page, '#storage-status', /will keep/);
    await waitForText(page, '#quota-persisted', /^kept for good$/);
    await page.evaluate(() => {
      navigator.storage.persist = async () => false;
      navigator.storage.persisted = async () => false;
    });
    await page.click('#storage-refresh');
    await page.waitForSelector('#storage-persist:not([hidden])');
    await page.click('#storage-persist');
    await waitForText(page, '#storage-status', /did not promise/);
  });
});
