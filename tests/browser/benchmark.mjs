// SPDX-License-Identifier: Apache-2.0
// Helpers for the tests of the benchmark page: the page and common user actions.
import { readFile } from 'node:fs/promises';

import { attr, GraphBuilder } from '../graph-builder.mjs';
import { startBrowser } from './chromium.mjs';
import { startSite } from './site.mjs';

/** The browser reports HEAD requests, which have no body, as aborted. */
const PROBE = /^request: .*(liveness\.json|tf-core\.min\.js) net::ERR_ABORTED$/;

/**
 * Starts one browser and one site for a test file.
 *
 * @param {object} [siteOptions] See startSite().
 * @param {object} [browserOptions] See startBrowser().
 * @returns {Promise<{open: Function, withPage: Function, url: string, close: () => Promise<void>}>} open(query,
 *     options) opens the benchmark page in a new tab and waits until it is ready. faults() lists errors that the
 *     browser reported. `folder`: the path of the page on the site. withPage(query, task, options) opens a page for a
 *     task and closes it.
 */
export async function startBenchmark(siteOptions, browserOptions) {
  const [browser, site] = await Promise.all([startBrowser(browserOptions), startSite(siteOptions)]);
  async function open(query = TINY, { prepare = async () => {}, folder = '', ...options } = {}) {
    const opened = await browser.newPage(options);
    await opened.page.emulateMedia({ reducedMotion: 'reduce', colorScheme: options.colorScheme });
    await prepare(opened.page);
    await opened.page.goto(`${site.url}${folder}benchmark-page/${query}`);
    await opened.page.waitForFunction(() => 'ready' in document.documentElement.dataset);
    return { ...opened, faults: () => opened.problems.filter((problem) => !PROBE.test(problem)) };
  }
  return {
    url: site.url,
    open,
    async withPage(query, task, options) {
      const opened = await open(query, options);
      try {
        await task(opened.page, opened);
      } finally {
        await opened.page.close();
      }
    },
    close: async () => {
      await browser.close();
      await site.close();
    },
  };
}

/** Options of a site without sample models, TensorFlow.js and isolation headers. */
export const BARE_HOST = {
  isolated: false,
  mounts: { '/models/': 'tests/browser/page', '/tfjs/': 'tests/browser/page' },
};

/** A few quick runs, for models that compute almost nothing. */
export const QUICK = 'runs=5&profiles=1&seconds=5';
export const TINY = `?model=../tiny/model.json&${QUICK}`;

/** Presses the button and waits for the result. */
export async function run(page) {
  await page.click('#start');
  await waitForResult(page);
}

export async function waitForResult(page) {
  await page.waitForFunction(() => {
    const failed = !document.getElementById('run-error').hidden;
    return failed || document.getElementById('status').textContent === 'Done.';
  });
  const error = await page.textContent('#run-error');
  if (error !== '') throw new Error(`The run failed: ${error}`);
}

/** The cells of the row with this title, without the title. */
export const cellsOf = (rows, title) => rows.find(([head]) => head === title)?.slice(1);

/** The cells of the table with this caption: rows of texts. */
export function tableRows(page, caption) {
  return page.evaluate((wanted) => {
    const tables = Array.from(document.querySelectorAll('table'));
    const table = tables.find((candidate) => candidate.caption?.textContent.startsWith(wanted));
    return Array.from(table.querySelectorAll('tr'), ({ cells }) =>
      Array.from(cells, (cell) => cell.textContent.trim()),
    );
  }, caption);
}

/** Clicks a button that starts a download. @returns {Promise<{name: string, text: string}>} */
export async function download(page, button) {
  const [made] = await Promise.all([page.waitForEvent('download'), page.click(`text=${button}`)]);
  return { name: made.suggestedFilename(), text: await readFile(await made.path(), 'utf8') };
}

/** x + 1, with an unsupported op in between. */
export function unsupportedModel() {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [1, 2]);
  graph.op('frobnicated', 'Frobnicate', ['x'], { T: attr.type('float32') });
  return graph.handler(['frobnicated']);
}

/** Two nodes. The square of a matrix takes longer than the timer resolution of any browser. */
export function squareModel() {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [256, 256]);
  graph.op('square', 'MatMul', ['x', 'x'], { T: attr.type('float32') });
  graph.op('shares', 'Softmax', ['square'], { T: attr.type('float32') });
  return graph.handler(['shares']);
}

/** Requests a tensor of 6.4 GB. */
export function giantModel() {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [1]);
  graph.ints('dims', [40000, 40000]);
  graph.op('scalar', 'Sum', ['x', 'axis'], { T: attr.type('float32'), Tidx: attr.type('int32') });
  graph.ints('axis', [0]);
  graph.op('giant', 'Fill', ['dims', 'scalar'], { T: attr.type('float32') });
  return graph.handler(['giant']);
}

/** Takes an int32 vector of unknown length, and strings. Gathers, and returns the strings. */
export function openModel() {
  const graph = new GraphBuilder();
  graph.input('ids', 'int32', [-1, -1]);
  graph.input('words', 'string', [2]);
  graph.constant('table', 'float32', [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  graph.int('axis', 0);
  graph.op('rows', 'GatherV2', ['table', 'ids', 'axis'], {
    Tparams: attr.type('float32'),
    Tindices: attr.type('int32'),
    Taxis: attr.type('int32'),
  });
  graph.op('said', 'Identity', ['words'], { T: attr.type('string') });
  return graph.handler(['rows', 'said']);
}
