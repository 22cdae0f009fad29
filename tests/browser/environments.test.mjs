// SPDX-License-Identifier: Apache-2.0
// The library in unusual places: service workers, other origins, pages that look like Node.js, two copies in a page.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { ISOLATION_HEADERS } from '../../tools/serve.mjs';
import { send, startFaultServer } from '../js/fault-server.mjs';
import { missing } from '../prerequisites.mjs';
import { tinyAnswer, writeTinyModel } from '../tiny-model.mjs';
import { startBrowser } from './chromium.mjs';

const ANSWER = tinyAnswer([1, 2]);
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };
const SHARED = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };

/** Source of a function that predicts with the library that it gets. */
const PREDICT = `async (tf) => {
  const model = await tf.loadGraphModel('/model/model.json');
  const values = Array.from(await model.predict(tf.tensor2d([[1, 2]])).data());
  return { values, threads: tf.getThreadsCount(), node: tf.env().getBool('IS_NODE') };
}`;

describe('the library', { skip: missing('dist', 'threads', 'chromium') }, () => {
  let browser;
  let folder;
  let files;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-environments-'));
    await writeTinyModel(folder);
    files = { '/dist/': path.join(ROOT, 'dist'), '/model/': folder };
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /**
   * A server of the library, the model, an empty page and `scripts`. `headers` by file name, or for all as ''.
   * `rewrite` changes files.
   */
  async function serve({ headers = {}, scripts = {}, rewrite = (_url, body) => body } = {}) {
    const routes = {};
    const add = (url, original, type) => {
      const body = rewrite(url, original);
      const all = { 'content-type': type, ...headers[''], ...headers[path.basename(url)] };
      routes[url] = send(body, Object.fromEntries(Object.entries(all).filter(([, value]) => value)));
    };
    for (const [prefix, from] of Object.entries(files)) {
      for (const name of (await readdir(from)).filter((file) => /\.(js|wasm|json|bin)$/.test(file))) {
        const type = TYPES[path.extname(name)] ?? 'application/octet-stream';
        add(prefix + name, await readFile(path.join(from, name)), type);
      }
    }
    for (const [url, source] of Object.entries(scripts)) add(url, source, 'text/javascript');
    add('/', '<!doctype html><link rel="icon" href="data:,">', 'text/html');
    return startFaultServer(routes);
  }

  /** Runs `source`, an async function, in a page of `server`. Returns result, warnings and problems. */
  async function runIn(server, source, argument) {
    const { page, problems } = await browser.newPage();
    const warnings = [];
    page.on('console', (message) => {
      if (message.type() === 'warning') warnings.push(message.text());
    });
    try {
      await page.goto(server.url);
      return { result: await page.evaluate(`(${source})(${JSON.stringify(argument)})`), warnings, problems };
    } finally {
      await page.close();
    }
  }

  /** Runs with servers that are closed afterwards. */
  async function withServers(options, use) {
    const servers = await Promise.all(options.map(serve));
    try {
      return await use(...servers);
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  }

  const predictWith = (threads, prepare = '') => `async (url) => {
    ${prepare}
    const tf = await import(url);
    tf.setThreadsCount(${threads});
    return (${PREDICT})(tf);
  }`;

  const isolated = { '': ISOLATION_HEADERS };

  test('works in a module service worker, storage included', async () => {
    const worker = `import * as tf from '/dist/static.js';
      const run = async () => {
        const model = await tf.loadGraphModel('/model/model.json');
        await model.save('indexeddb://kept');
        const again = await tf.loadGraphModel('indexeddb://kept');
        return Array.from(await again.predict(tf.tensor2d([[1, 2]])).data());
      };
      addEventListener('message', ({ ports: [port] }) =>
        run().then((values) => port.postMessage({ values }), (error) => port.postMessage({ error: error.stack })));`;
    const page = `async () => {
      const { installing } = await navigator.serviceWorker.register('/worker.js', { type: 'module' });
      const { port1, port2 } = new MessageChannel();
      const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
      installing.postMessage(0, [port2]);
      return answer;
    }`;
    await withServers([{ scripts: { '/worker.js': worker } }], async (server) => {
      const { result, problems } = await runIn(server, page);
      assert.deepEqual([result, problems], [{ values: ANSWER }, []]);
    });
  });

  test('has threads when it comes from another origin', () =>
    withServers([{ headers: isolated }, { headers: { '': SHARED } }], async (server, cdn) => {
      const { result, problems, warnings } = await runIn(server, predictWith(2), `${cdn.url}dist/index.js`);
      assert.deepEqual([result, problems, warnings], [{ values: ANSWER, threads: 2, node: false }, [], []]);
    }));

  test('goes on with one thread if the policy forbids workers of another origin', async () => {
    const policy = { 'content-security-policy': "worker-src 'self'" };
    await withServers([{ headers: { '': { ...ISOLATION_HEADERS, ...policy } } }, { headers: { '': SHARED } }], checkIt);
    async function checkIt(server, cdn) {
      const { result, problems, warnings } = await runIn(server, predictWith(2), `${cdn.url}dist/index.js`);
      assert.deepEqual(result, { values: ANSWER, threads: 1, node: false });
      assert.match(warnings.join('\n'), /tfwasm runs on one thread: .*Content-Security-Policy .*worker-src blob:/);
      // The browser reports the violation itself.
      assert.deepEqual(
        problems.filter((text) => !/Content Security Policy|csp/i.test(text)),
        [],
      );
    }
  });

  test('starts workers if the bundler gives a path in place of a URL, as Turbopack does', () => {
    const script = 'new URL("./glue-threads.js",import.meta.url)';
    const rewrite = (url, body) => {
      if (!url.endsWith('/common.js')) return body;
      assert.ok(body.includes(script));
      return String(body).replace(script, '({ href: "/dist/glue-threads.js", origin: "" })');
    };
    return withServers([{ headers: isolated, rewrite }], async (server) => {
      const { result, problems } = await runIn(server, predictWith(2), '/dist/index.js');
      assert.deepEqual([result, problems], [{ values: ANSWER, threads: 2, node: false }, []]);
    });
  });

  for (const [what, headers, words] of [
    [
      'a header of the worker is missing',
      { ...isolated, 'glue-threads.js': { 'cross-origin-embedder-policy': undefined } },
      /one thread: .*glue-threads\.js is served without the header Cross-Origin-Embedder-Policy/,
    ],
    ['the page is not isolated', {}, /one thread: .*not cross-origin isolated.*Embedder-Policy: require-corp/],
  ]) {
    test(`goes on with one thread and says why if ${what}`, () =>
      withServers([{ headers }], async (server) => {
        const { result, problems, warnings } = await runIn(server, predictWith(2), '/dist/index.js');
        assert.deepEqual(result, { values: ANSWER, threads: 1, node: false });
        assert.match(warnings.join('\n'), words);
        assert.deepEqual(
          problems.filter((text) => text.startsWith('uncaught')),
          [],
        );
      }));
  }

  for (const [what, process] of [
    ['a polyfill', "{ versions: { node: '16.8.0' }, env: {}, argv: [], cwd: () => '/', nextTick: queueMicrotask }"],
    ["Electron's", "{ versions: { node: '22.0.0' }, type: 'renderer', [Symbol.toStringTag]: 'process' }"],
  ]) {
    for (const threads of [1, 2]) {
      test(`works in a page with a \`process\`: ${what}, ${threads} threads`, () =>
        withServers([{ headers: isolated }], async (server) => {
          const prepare = `globalThis.process = ${process}; globalThis.global = globalThis;`;
          const { result, problems } = await runIn(server, predictWith(threads, prepare), '/dist/index.js');
          assert.deepEqual([result, problems], [{ values: ANSWER, threads, node: false }, []]);
        }));
    }
  }
});
