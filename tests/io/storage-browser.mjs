// SPDX-License-Identifier: Apache-2.0
// A browser and a site for storage tests. Its pages have tfwasm and TensorFlow.js.
import assert from 'node:assert/strict';

import { startBrowser } from '../browser/chromium.mjs';
import { startSite } from '../browser/site.mjs';

const TFJS = ['tfjs-core/dist/tf-core', 'tfjs-backend-cpu/dist/tf-backend-cpu', 'tfjs-converter/dist/tf-converter'];

/**
 * @returns {Promise<{open: typeof open, withPage: Function, close: () => Promise<void>, url: string}>} `open()` resolves
 *     to a page. Its `run(script, argument)` runs a script and waits for it; `runInWorker` does so in a worker.
 *     `withPage(task)` calls `task` with a page without TensorFlow.js, closes it, and resolves to what `task` returns.
 */
export async function startStorageBrowser(options) {
  const mounts = { '/io/': 'tests/io/pages', '/tfjs/': 'node_modules/@tensorflow' };
  const [browser, site] = await Promise.all([startBrowser(options), startSite({ mounts })]);
  return {
    url: site.url,
    open: (openOptions) => open(browser, site.url, openOptions),
    withPage: async (task) => {
      const page = await open(browser, site.url, { tfjs: false });
      try {
        return await task(page);
      } finally {
        await page.close();
      }
    },
    close: async () => {
      await browser.close();
      await site.close();
    },
  };
}

/** Checks a TfwasmError that a page has sent as a plain object. */
export function assertError(result, code, message) {
  assert.equal(result.name, 'TfwasmError', JSON.stringify(result));
  assert.equal(result.code, code, result.message);
  assert.match(result.message, message);
}

async function open(browser, url, { tfjs = true } = {}) {
  const { page } = await browser.newPage();
  const prepare = () => preparePage(page, url, tfjs);
  await prepare();
  return {
    page,
    run: (script, argument) => page.evaluate(script, argument),
    runInWorker: (script, argument) => page.evaluate(workerScript, { source: String(script), argument }),
    reload: prepare,
    close: () => page.close(),
  };
}

async function preparePage(page, url, tfjs) {
  await page.goto(url);
  for (const file of tfjs ? TFJS : []) await page.addScriptTag({ url: `/tfjs/${file}.min.js` });
  await page.evaluate(() => import('/io/tools.js').then(() => globalThis.tf?.setBackend('cpu')));
}

function workerScript(message) {
  return new Promise((resolve, reject) => {
    const worker = new Worker('/io/worker.js');
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }) => {
      worker.terminate();
      if (data.error) reject(new Error(data.error));
      else resolve(data.value);
    };
    worker.postMessage(message);
  });
}

/**
 * Runs a script that calls `haltAt`, and closes the tab when it halts. Since the tab is blocked, the browser has to
 * kill its process. Returns whether it halted.
 */
export async function runAndKill({ page, run, close }, script, argument) {
  const halted = new Promise((resolve) => page.route('**/halt', () => resolve(true)));
  const finished = run(script, argument).then(
    () => false,
    (error) => {
      if (!/crash|closed/i.test(error.message)) throw error;
      return true;
    },
  );
  const didHalt = await Promise.race([halted, finished]);
  await close();
  return didHalt;
}
