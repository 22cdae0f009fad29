// SPDX-License-Identifier: Apache-2.0
// Accessibility of the playground: light and dark mode, phone width, keyboard, screen readers.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import {
  accessibilityFaults,
  sidewaysOverflow,
  startPlayground,
  TINY,
  waitForModel,
  waitForText,
} from './playground.mjs';

const PHONE = { width: 360, height: 740 };
const LONG = 'a_name_without_any_place_to_break_it_that_goes_on_and_on_and_on_for_quite_a_while';

describe('the playground for everybody', { skip: missing('dist', 'models', 'chromium') }, () => {
  let playground;

  before(async () => {
    playground = await startPlayground();
  });
  after(() => playground?.close());

  /** The page with all of its content shown. */
  async function openFull(options) {
    const { page } = await playground.open('?model=../models/movenet-lightning.json', options);
    await waitForModel(page, 'movenet-lightning');
    await page.click('#run-start');
    await waitForText(page, '#run-status', /^Done/);
    await page.fill('#graph-search', 'conv');
    await page.press('#graph-search', 'Enter');
    for (const summary of await page.$$('details:not([open]) > summary:visible')) await summary.click();
    await page.fill('#save-name', LONG);
    await page.click('#save-button');
    await waitForText(page, '#save-status', /^Saved/);
    await page.waitForSelector('#stored tr');
    await page.fill('#url', '../none.json');
    await page.press('#url', 'Enter');
    await waitForText(page, '#open-error', /404/);
    return page;
  }

  /** Clears storage for the next test. */
  afterEach(async () => {
    const { page } = await playground.open(TINY);
    await page.evaluate(async () => {
      const tf = await import('../dist/index.js');
      for (const url of Object.keys(await tf.io.listModels())) await tf.io.removeModel(url);
    });
    await page.close();
  });

  for (const colorScheme of ['light', 'dark']) {
    test(`axe finds nothing serious, ${colorScheme}`, async () => {
      const { page: empty } = await playground.open('', { colorScheme });
      await waitForText(empty, '#status', /Found/);
      assert.deepEqual(await accessibilityFaults(empty), []);
      await empty.close();
      const page = await openFull({ colorScheme });
      assert.deepEqual(await accessibilityFaults(page), []);
      await page.click('#stored button:text-is("Copy")');
      await page.waitForSelector('dialog[open]');
      assert.deepEqual(await accessibilityFaults(page), []);
      await page.keyboard.press('Escape');
      await page.close();
    });

    test(`axe finds nothing serious on a phone, ${colorScheme}`, async () => {
      const page = await openFull({ colorScheme, viewport: PHONE });
      assert.deepEqual(await accessibilityFaults(page), []);
      await page.close();
    });
  }

  test('nothing scrolls sideways on a phone', async () => {
    const { page: empty } = await playground.open('', { viewport: PHONE });
    await waitForText(empty, '#status', /Found/);
    assert.equal(await sidewaysOverflow(empty), 0);
    await empty.close();
    const page = await openFull({ viewport: PHONE });
    assert.equal(await sidewaysOverflow(page), 0);
    await page.click('#stored button:text-is("Copy")');
    assert.equal(await sidewaysOverflow(page), 0);
    await page.keyboard.press('Escape');
    await page.fill('#url', `https://localhost:1/${LONG}${LONG}.json`);
    await page.press('#url', 'Enter');
    await waitForText(page, '#open-error', /localhost:1/);
    assert.equal(await sidewaysOverflow(page), 0);
    await page.close();
  });

  test('everything up to the result of a run can be done by keys', async () => {
    const { page } = await playground.open();
    await waitForText(page, '#status', /Found/);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip-link');
    await page.focus('#url');
    await page.keyboard.type('../tiny/model.json');
    await page.keyboard.press('Enter');
    await waitForModel(page, 'tiny');
    // The opened model has the focus; the run panel is further down.
    assert.equal(await page.evaluate(() => document.activeElement.id), 'model-name');
    for (let i = 0; i < 60; ++i) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement.id === 'run-start')) break;
    }
    assert.equal(await page.evaluate(() => document.activeElement.id), 'run-start');
    await page.keyboard.press('Enter');
    await waitForText(page, '#run-status', /^Done/);
    await page.close();
  });

  test('files that were dropped anywhere: the page shows it, and comes to what becomes of them', async () => {
    const { page } = await playground.open();
    await page.locator('#storage').scrollIntoViewIfNeeded();
    const isAskedToDrop = () =>
      page.evaluate(() => getComputedStyle(document.documentElement, '::after').content.includes('Drop to open'));
    const send = (type) =>
      page.evaluate(
        ([kind, text]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([text], 'far.json'));
          const options = { bubbles: true, cancelable: true, dataTransfer: transfer };
          document.getElementById('storage').dispatchEvent(new DragEvent(kind, options));
        },
        [type, '{"modelTopology": {'],
      );
    assert.equal(await isAskedToDrop(), false);
    await send('dragover');
    assert.equal(await isAskedToDrop(), true);
    await send('dragleave');
    assert.equal(await isAskedToDrop(), false);
    await send('dragover');
    await send('drop');
    assert.equal(await isAskedToDrop(), false);
    await waitForText(page, '#open-error', /far\.json is not JSON/);
    assert.ok(await page.$eval('#open-error', (error) => error.getBoundingClientRect().bottom > 0));
    await page.close();
  });

  test('the theme is the one of the system, or the chosen one, which is remembered', async () => {
    const ground = () => page.$eval('body', (body) => getComputedStyle(body).backgroundColor);
    const { page } = await playground.open(TINY, { colorScheme: 'light' });
    const light = await ground();
    await page.selectOption('[data-theme-switch]', 'dark');
    const dark = await ground();
    assert.notEqual(dark, light);
    await page.reload();
    await page.waitForSelector('[data-theme-switch] option', { state: 'attached' });
    assert.equal(await ground(), dark);
    assert.equal(await page.inputValue('[data-theme-switch]'), 'dark');
    await page.selectOption('[data-theme-switch]', 'auto');
    assert.equal(await ground(), light);
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.equal(await ground(), dark);
    await page.close();
  });

  test('asks nobody but its own host', async () => {
    const { page, requests } = await playground.open(TINY);
    await waitForModel(page, 'tiny');
    assert.deepEqual(
      requests.filter((url) => !url.startsWith(playground.url) && !url.startsWith('blob:') && !url.startsWith('data:')),
      [],
    );
    await page.close();
  });
});
