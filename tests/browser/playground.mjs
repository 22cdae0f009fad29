// SPDX-License-Identifier: Apache-2.0
// Helpers for the tests of the playground: the page, models and common user actions.
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from '../../tools/lib/paths.mjs';
import { attr, GraphBuilder } from '../graph-builder.mjs';
import { startBrowser } from './chromium.mjs';
import { startSite } from './site.mjs';

/**
 * Starts one browser and one site for a test file.
 *
 * @param {object} [siteOptions] See startSite().
 * @returns {Promise<{open: Function, url: string, close: () => Promise<void>}>} open(query, options) opens the
 *     playground in a new page.
 */
export async function startPlayground(siteOptions) {
  const [browser, site] = await Promise.all([startBrowser(), startSite(siteOptions)]);
  return {
    url: site.url,
    async open(query = '', { prepare = async () => {}, ...options } = {}) {
      const opened = await browser.newPage(options);
      await opened.page.emulateMedia({ reducedMotion: 'reduce', colorScheme: options.colorScheme });
      await prepare(opened.page);
      await opened.page.goto(`${site.url}web/${query}`);
      return opened;
    },
    close: async () => {
      await browser.close();
      await site.close();
    },
  };
}

export const TINY = '?model=../tiny/model.json';

/** Waits until the text of an element matches. @param {RegExp} pattern */
export function waitForText(page, selector, pattern) {
  return page.waitForFunction(
    ([wanted, source, flags]) => {
      const element = document.querySelector(wanted);
      return element && element.closest('[hidden]') === null && new RegExp(source, flags).test(element.textContent);
    },
    [selector, pattern.source, pattern.flags],
  );
}

/** Waits until a model is open and its graph is drawn. */
export async function waitForModel(page, name) {
  await waitForText(page, '#model-name', new RegExp(`^${name}$`));
  await page.waitForSelector('#graph-svg .node');
}

/** Types values for the only input, runs, and returns the displayed values. */
export async function predict(page, values) {
  await page.selectOption('#input-0-source', 'values');
  await page.fill('#input-0-values', JSON.stringify(values));
  await page.click('#run-start');
  await waitForText(page, '#run-status', /^Done/);
  return shownValues(page);
}

/** The values of the first result. */
export async function shownValues(page) {
  const texts = (await page.textContent('.result .values')).replace(/, …$/, '').split(',');
  return texts.map(Number);
}

/** For page.route(): matches the URL with this path. A glob would match the query, too. */
export const at =
  (path) =>
  ({ pathname }) =>
    pathname === path;

/** Serves a model below `/made/NAME/` of a page. @param {{load: () => Promise<object>}} handler */
export async function serveModel(page, name, handler) {
  const { weightData, weightSpecs, ...parts } = await handler.load();
  const json = { ...parts, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
  await page.route(at(`/made/${name}/model.json`), (route) => route.fulfill({ json }));
  await page.route(at(`/made/${name}/weights.bin`), (route) =>
    route.fulfill({ body: Buffer.from(weightData), contentType: 'application/octet-stream' }),
  );
}

/** Returns its input as float32. */
export function echoModel(dtype, shape) {
  const graph = new GraphBuilder();
  graph.input('x', dtype, shape);
  if (dtype === 'float32' || dtype === 'string') graph.op('y', 'Identity', ['x'], { T: attr.type(dtype) });
  else graph.op('y', 'Cast', ['x'], { SrcT: attr.type(dtype), DstT: attr.type('float32') });
  return graph.handler(['y']);
}

const AXE = readFileSync(path.join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');

/** The serious and critical violations that axe finds, as texts. */
export async function accessibilityFaults(page) {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
      );
  });
}

/** How far the page scrolls sideways. Should be 0. */
export function sidewaysOverflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** What has the focus: its id or label. */
export function focused(page) {
  return page.evaluate(() => {
    const { id, tagName, ariaLabel, dataset } = document.activeElement;
    return id || dataset.name || ariaLabel || tagName;
  });
}
