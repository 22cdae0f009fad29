// SPDX-License-Identifier: Apache-2.0
// Startup of the core in a real browser: which variant, under which headers, and error messages.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { tinyAnswer } from '../tiny-model.mjs';
import { startBrowser } from './chromium.mjs';
import { startSite } from './site.mjs';

/** Runs in the page: starts the package, predicts, and reports what happened. */
async function predictTiny({ threads, variant } = {}) {
  const tf = await import('/dist/index.js');
  try {
    if (threads) tf.setThreadsCount(threads);
    if (variant) tf.setWasmVariant(variant);
    const model = await tf.loadGraphModel('/tiny/model.json');
    const [a, b] = [tf.tensor2d([[1, 2]]), model.predict(tf.tensor2d([[1, 2]]))];
    const values = Array.from(await b.data());
    tf.dispose([a, b]);
    // Loads media.js too.
    await model.save('opfs://tiny');
    return { values, variant: tf.getWasmVariant(), threads: tf.getThreadsCount() };
  } catch (error) {
    return { name: error.name, code: error.code, message: error.message };
  }
}

describe('the core in a browser', { skip: missing('dist', 'chromium') }, () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.close());

  /** Opens an empty page of a new site and runs `script` in it. */
  async function runIn(siteOptions, script, argument, prepare = async () => {}) {
    const site = await startSite(siteOptions);
    const { page, problems, requests } = await browser.newPage();
    try {
      await prepare(page);
      await page.goto(site.url);
      return { result: await page.evaluate(script, argument), problems, requests };
    } finally {
      await page.close();
      await site.close();
    }
  }

  async function assertPredicts(siteOptions, argument, variants, threads) {
    const { result, problems, requests } = await runIn(siteOptions, predictTiny, argument);
    assert.deepEqual(result.values, tinyAnswer([1, 2]), result.message);
    assert.ok(variants.includes(result.variant), result.variant);
    assert.equal(result.threads, threads);
    assert.deepEqual(problems, []);
    const wasm = requests.filter((url) => url.endsWith('.wasm')).map((url) => url.split('/').at(-1));
    assert.deepEqual(wasm, [`tfwasm-${result.variant}.wasm`], 'one binary is fetched');
  }

  const withThreads = ['relaxed-threads', 'simd-threads'];
  const withoutThreads = ['relaxed', 'simd'];

  test('takes a build with threads where the page is cross-origin isolated', () =>
    assertPredicts({ isolated: true }, { threads: 3 }, withThreads, 3));

  test('takes one without threads where it is not', () => assertPredicts({ isolated: false }, {}, withoutThreads, 1));

  test('takes one without threads when a single thread is asked for', () =>
    assertPredicts({ isolated: true }, { threads: 1 }, withoutThreads, 1));

  for (const variant of ['simd', 'relaxed', 'simd-threads', 'relaxed-threads']) {
    test(`runs the build ${variant} when told to`, () => {
      const threads = variant.endsWith('-threads') ? 2 : 1;
      return assertPredicts({ isolated: true }, { variant, threads }, [variant], threads);
    });
  }

  test('runs on one thread and says so where threads are asked for but cannot be had', async () => {
    const warnings = [];
    const { result } = await runIn({ isolated: false }, predictTiny, { threads: 2 }, async (page) => {
      page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
    });
    assert.deepEqual(result.values, tinyAnswer([1, 2]), result.message);
    assert.equal(result.threads, 1);
    assert.match(warnings.join('\n'), /cross-origin isolated/);
    assert.equal(warnings.length, 1);
  });

  describe('under a strict content security policy', () => {
    const policy = (script) => ({
      'content-security-policy': `default-src 'none'; connect-src 'self'; img-src data:; worker-src 'self'; script-src ${script}`,
    });

    test('works with wasm-unsafe-eval and nothing more, on one thread', () =>
      assertPredicts({ headers: policy("'self' 'wasm-unsafe-eval'") }, { threads: 1 }, withoutThreads, 1));

    test('and on several', () =>
      assertPredicts({ headers: policy("'self' 'wasm-unsafe-eval'") }, { threads: 2 }, withThreads, 2));

    test('says what the policy lacks', async () => {
      const { result } = await runIn({ headers: policy("'self'") }, predictTiny, { threads: 1 });
      assert.equal(result.name, 'TfwasmError');
      assert.equal(result.code, 'E_WASM');
      assert.match(result.message, /wasm-unsafe-eval/);
    });
  });

  describe('says what is wrong with the wasm file', () => {
    for (const [what, answer, message] of [
      ['missing', { status: 404, body: 'not here' }, /tfwasm-\w+\.wasm.*404/],
      ['a page', { contentType: 'text/html', body: '<!doctype html><p>app' }, /text\/html.*<!doctype html/],
      ['a page that claims to be WebAssembly', { contentType: 'application/wasm', body: '<!doctype html>' }, /\.wasm/],
      ['cut off', { contentType: 'application/wasm', body: '\0asm\x01\0\0\0\x01' }, /\.wasm/],
      ['blocked', null, /cannot fetch .*tfwasm-\w+\.wasm/],
    ]) {
      test(what, async () => {
        const intercept = (page) =>
          page.route('**/*.wasm', (route) => (answer ? route.fulfill(answer) : route.abort('blockedbyclient')));
        const { result } = await runIn({}, predictTiny, { threads: 1 }, intercept);
        assert.equal(result.name, 'TfwasmError', JSON.stringify(result));
        assert.equal(result.code, 'E_WASM');
        assert.match(result.message, message);
      });
    }

    test('and starts when it is tried again and is there', async () => {
      let answers = 0;
      const failOnce = (page) =>
        page.route('**/*.wasm', (route) => (answers++ === 0 ? route.fulfill({ status: 503 }) : route.continue()));
      const script = async () => {
        const tf = await import('/dist/index.js');
        tf.setThreadsCount(1);
        const first = await tf.ready().then(
          () => 'started',
          ({ code }) => code,
        );
        await tf.ready();
        return { first, variant: tf.getWasmVariant() };
      };
      const { result } = await runIn({}, script, undefined, failOnce);
      assert.equal(result.first, 'E_WASM');
      assert.ok(withoutThreads.includes(result.variant));
    });
  });

  test('finds the wasm files where setWasmPaths() says', async () => {
    const script = async () => {
      const tf = await import('/dist/index.js');
      tf.setThreadsCount(1);
      tf.setWasmPaths('/elsewhere/');
      await tf.ready();
      return tf.getWasmVariant();
    };
    const { result, requests, problems } = await runIn({ mounts: { '/elsewhere/': 'dist' } }, script);
    assert.ok(
      requests.some((url) => url.endsWith(`/elsewhere/tfwasm-${result}.wasm`)),
      requests.join(),
    );
    assert.deepEqual(problems, []);
  });
});
