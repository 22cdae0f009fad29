// SPDX-License-Identifier: Apache-2.0
// What the tests of the benchmark page share: the page, and what a visitor does again and again.
import { readFile } from 'node:fs/promises';

import { attr, GraphBuilder } from '../graph-builder.mjs';
import { startBrowser } from './chromium.mjs';
import { startSite } from './site.mjs';

/** What the page asks for with HEAD has no body, which the browser reports as aborted. */
const PROBE = /^request: .*(liveness\.json|tf-core\.min\.js) net::ERR_ABORTED$/;

/**
 * One browser and one site for a test file.
 *
 * @param {object} [siteOptions] As of startSite().
 * @param {object} [browserOptions] As of startBrowser().
 * @returns {Promise<{open: Function, withPage: Function, url: string, close: () => Promise<void>}>} open(query, options)
 *     opens the benchmark page in a tab of its own and waits until it is ready. faults() lists what
 *     the browser complained of. `folder`: where the page's folder is on the site. withPage(query,
 *     task, options) opens one for a task, and closes it.
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

/** A few quick runs of a model that computes next to nothing. */
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

/** The cells behind a title in the rows of a table. */
export const cellsOf = (rows, title) => rows.find(([head]) => head === title)?.slice(1);

/** The cells of a table by its caption: rows of texts. */
export function tableRows(page, caption) {
  return page.evaluate((wanted) => {
    const tables = Array.from(document.querySelectorAll('table'));
    const table = tables.find((candidate) => candidate.caption?.textContent.startsWith(wanted));
    return Array.from(table.querySelectorAll('tr'), ({ cells }) =>
      Array.from(cells, (cell) => cell.textContent.trim()),
    );
  }, caption);
}

/** Presses a button that downloads something. @returns {Promise<{name: string, text: string}>} */
export async function download(page, button) {
  const [made] = await Promise.all([page.waitForEvent('download'), page.click(`text=${button}`)]);
  return { name: made.suggestedFilename(), text: await readFile(await made.path(), 'utf8') };
}

/** x + 1, with an op in between that nobody has. */
export function unsupportedModel() {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [1, 2]);
  graph.op('frobnicated', 'Frobnicate', ['x'], { T: attr.type('float32') });
  return graph.handler(['frobnicated']);
}

/** Two nodes; the square of a matrix takes longer than a tick of any browser's clock. */
export function squareModel() {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [256, 256]);
  graph.op('square', 'MatMul', ['x', 'x'], { T: attr.type('float32') });
  graph.op('shares', 'Softmax', ['square'], { T: attr.type('float32') });
  return graph.handler(['shares']);
}

/** Says 1 in a tensor of 6.4 GB. */
export function giantModel() {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [1]);
  graph.ints('dims', [40000, 40000]);
  graph.op('scalar', 'Sum', ['x', 'axis'], { T: attr.type('float32'), Tidx: attr.type('int32') });
  graph.ints('axis', [0]);
  graph.op('giant', 'Fill', ['dims', 'scalar'], { T: attr.type('float32') });
  return graph.handler(['giant']);
}

/** Takes an int32 vector of open length, and strings: gathers, and passes the strings on. */
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
