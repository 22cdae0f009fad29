// SPDX-License-Identifier: Apache-2.0
// The benchmark page: runs on every thread and with every peer, and how they end.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { cellsOf, download, QUICK, run, startBenchmark, TINY, tableRows, waitForResult } from './benchmark.mjs';
import { serveModel, waitForText } from './playground.mjs';
import { attr, GraphBuilder } from '../graph-builder.mjs';

describe('the benchmark page runs', { skip: missing('dist', 'chromium', 'models', 'tfjs') }, () => {
  let site;

  before(async () => {
    site = await startBenchmark();
  });
  after(() => site?.close());

  const withPage = (...given) => site.withPage(...given);

  for (const thread of ['worker', 'main']) {
    test(`in the ${thread} thread, and tells everything`, () =>
      withPage(TINY, async (page, { faults }) => {
        await page.selectOption('#thread', thread);
        await page.fill('#runs', '9');
        await page.fill('#warmup', '3');
        await page.check('input[value=tfjs-wasm]');
        await run(page);
        const times = await tableRows(page, 'Time of a prediction');
        assert.deepEqual(times[0].slice(1), ['tfwasm', 'tfjs wasm']);
        for (const title of ['Median', 'Mean ± 95 % CI', 'p90', 'p99', 'Minimum', 'Standard deviation']) {
          for (const cell of cellsOf(times, title)) assert.match(cell, /^[\d.]+ ms/, title);
        }
        assert.deepEqual(cellsOf(times, 'Runs'), ['9', '9']);
        assert.equal(cellsOf(times, 'Warm-up (not counted)')[0].split(', ').length, 3);
        const load = await tableRows(page, 'From the address');
        for (const title of [
          'Load',
          '– fetch',
          '– parse',
          '– optimize',
          '– plan and pack',
          'First run',
          'To the first result',
        ]) {
          assert.match(cellsOf(load, title)[0], /^[\d.]+ ms$/, title);
        }
        const sizes = await tableRows(page, 'Memory and code');
        assert.match(cellsOf(sizes, 'Peak memory of wasm or GPU')[0], /MB$/);
        assert.match(cellsOf(sizes, 'Binary: wasm and JavaScript')[0], /^[\d.]+ (MB|kB)$/);
        assert.deepEqual(cellsOf(sizes, 'Tensors before and after')[0], '1, 1');
        const ops = await tableRows(page, 'By op');
        assert.ok(
          ops.some(([op]) => op === '_FusedMatMul'),
          JSON.stringify(ops),
        );
        assert.match(await page.textContent('#result'), /outputs agree with @tensorflow\/tfjs-backend-cpu 4/);
        const where = thread === 'main' ? 'on the main thread' : 'in a worker';
        assert.match(await page.textContent('#result'), new RegExp(`tfwasm: tfwasm [\\d.]+, \\w+, 1 thread, ${where}`));
        assert.equal(await page.$$eval('.chart canvas', (list) => list.length), 2);
        assert.deepEqual(faults(), []);
      }));
  }

  test('a sample that is chosen from the list, with threads and a build', () =>
    withPage('?model=', async (page, { faults }) => {
      assert.ok(await page.isDisabled('#start'));
      await page.selectOption('#sample', 'liveness');
      await waitForText(page, '#model-facts', /liveness/);
      await page.selectOption('#variant', 'simd');
      await page.fill('#threads', '2');
      await page.fill('#runs', '5');
      await page.fill('#batch', '2');
      await page.uncheck('#check');
      for (const id of ['tfjs-wasm', 'tfwasm-single']) await page.check(`input[value=${id}]`);
      await run(page);
      for (const name of ['tfwasm \\(simd\\)', 'tfjs wasm']) {
        assert.match(await page.textContent('#result'), new RegExp(`${name}: \\S+ [\\d.]+, simd-threads, 2 threads`));
      }
      assert.match(await page.textContent('#result'), /tfwasm \(one thread\): \S+ [\d.]+, simd, 1 thread/);
      assert.equal(await page.$$eval('.ratios li', (list) => list.length), 2);
      const { text } = await download(page, 'Download JSON');
      assert.deepEqual(JSON.parse(text).settings.inputs[0].shape, [2, 32, 32, 3]);
      assert.equal(JSON.parse(text).correctness, null);
      assert.deepEqual(faults(), []);
    }));

  test('only loading, when no runs are wanted', () =>
    withPage(`${TINY}&runs=0&run=1`, async (page) => {
      await waitForResult(page);
      assert.match(await page.textContent('.headline'), /to the first result/);
      assert.match(cellsOf(await tableRows(page, 'From the address'), 'Load')[0], /ms/);
    }));

  test('at most so long', () =>
    withPage('?model=liveness&runs=100000&seconds=1&profiles=0&check=0&run=1', async (page) => {
      await waitForResult(page);
      assert.match(await page.textContent('#result'), /Ended by\s*the limit of 1 s/);
      assert.match(cellsOf(await tableRows(page, 'Time of a prediction'), 'Runs')[0], /^\d+$/);
    }));

  test('every peer in turn, with a ratio and its interval', () =>
    withPage(TINY, async (page) => {
      for (const id of ['tfjs-wasm', 'tfjs-cpu', 'tfwasm-simd']) await page.check(`input[value=${id}]`);
      assert.ok(await page.isDisabled('input[value=tfjs-webgl]'), 'there is no GPU here');
      assert.match(await page.textContent('#peers-hint'), /tfjs webgl: no GPU/);
      await run(page);
      assert.equal(await page.$$eval('.ratios li', (list) => list.length), 3);
      for (const text of await page.$$eval('.ratios li', (list) => list.map(({ textContent }) => textContent))) {
        assert.match(text, /95 % interval [\d.]+× to [\d.]+×/);
      }
    }));

  for (const thread of ['worker', 'main']) {
    test(`until it is cancelled (${thread})`, () =>
      withPage(`?model=liveness&runs=100000&seconds=600&thread=${thread}&check=0`, async (page, { faults }) => {
        await page.click('#start');
        await waitForText(page, '#status', /Timing/);
        await page.waitForFunction(() => document.getElementById('progress').value > 3);
        await page.click('#cancel');
        await waitForText(page, '#status', /^Cancelled\. The result has what was measured/);
        assert.match(await page.textContent('#result .notice'), /cancelled after \d+ of 100000 timed runs/);
        assert.match(cellsOf(await tableRows(page, 'Time of a prediction'), 'Median')[0], /ms/);
        assert.match(await page.textContent('#result'), /Ended by\s*cancelling/);
        assert.equal(JSON.parse((await download(page, 'Download JSON')).text).stoppedBy, 'cancel');
        assert.ok(await page.isHidden('#progress'));
        assert.equal(await page.$$eval('iframe', (list) => list.length), 0);
        // It can be run again.
        await page.fill('#runs', '5');
        await run(page);
        assert.deepEqual(faults(), []);
      }));
  }

  test('while the page stays responsive', () =>
    withPage('?model=liveness&runs=100000&seconds=20&check=0&profiles=0&thread=main', async (page) => {
      await page.click('#start');
      await waitForText(page, '#status', /Timing/);
      // The page must get control between runs, not only after 20 seconds.
      const status = await page.evaluate(async () => {
        for (let i = 0; i < 20; ++i) await new Promise((resolve) => setTimeout(resolve, 10));
        return document.querySelector('#status').textContent;
      });
      assert.match(status, /Timing/);
      await page.click('#cancel');
      await waitForText(page, '#status', /^Cancelled\./);
    }));

  test('until it is cancelled before anything was timed', () =>
    withPage(
      TINY,
      async (page) => {
        await page.focus('#start');
        await page.keyboard.press('Enter');
        await waitForText(page, '#status', /^Loading in tfwasm/);
        await page.focus('#cancel');
        await page.keyboard.press('Enter');
        await waitForText(page, '#status', /^Cancelled\.$/);
        assert.ok(await page.isHidden('#result'));
        assert.equal(await page.evaluate(() => document.activeElement.id), 'start');
      },
      {
        // The second request is that of the run: it never gets an answer.
        prepare: async (page) => {
          let requests = 0;
          await page.route('**/tiny/weights.bin', (route) => {
            requests += 1;
            return requests < 2 ? route.continue() : undefined;
          });
        },
      },
    ));

  test('void when the tab is hidden meanwhile', () =>
    withPage(TINY, async (page) => {
      await page.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
      });
      await page.check('input[value=tfjs-wasm]');
      await run(page);
      assert.match(await page.textContent('#result .error'), /tab was hidden.*void/);
      assert.equal(await page.$$eval('.ratios', (list) => list.length), 0, 'no claim');
    }));

  test('without a claim when outputs are wrong', () =>
    withPage(
      `?model=/made/nan/model.json&${QUICK}&peers=tfjs-wasm`,
      async (page) => {
        // Both backends of TensorFlow.js give other outputs, as if tfwasm were wrong.
        await run(page);
        assert.match(await page.textContent('#result .error'), /outputs are not those of/);
        assert.equal(await page.$$eval('.ratios', (list) => list.length), 0, 'no claim');
        assert.match(await page.textContent('#result'), /outputs differ/);
      },
      {
        prepare: async (page) => {
          await serveModel(page, 'nan', squareRoots(4));
          await falsify(page, 'cpu');
          await falsify(page, 'wasm');
        },
      },
    ));

  test('with a claim when outputs differ by less than the backends of TensorFlow.js do', () =>
    withPage(
      `?model=/made/roots/model.json&${QUICK}&peers=tfjs-wasm`,
      async (page) => {
        await run(page);
        assert.match(await page.textContent('#result'), /outputs agree/);
        assert.match(await page.textContent('#result'), /tfjs-backend-wasm 4.* computed the same for comparison/);
        assert.match(await page.textContent('#result .notice'), /differ much in the output y/);
        assert.equal(await page.$$eval('.ratios li', (list) => list.length), 1);
      },
      {
        prepare: async (page) => {
          await serveModel(page, 'roots', squareRoots(4));
          await falsify(page, 'cpu');
        },
      },
    ));

  test('a peer that cannot run it takes no part, and says why', () =>
    withPage(
      `${TINY}&peers=tfjs-wasm&run=1`,
      async (page) => {
        await waitForResult(page);
        assert.match(await page.textContent('#result .notice'), /tfjs wasm takes no part: .+/);
        assert.deepEqual((await tableRows(page, 'Time of a prediction'))[0].slice(1), ['tfwasm']);
      },
      { prepare: (page) => page.route('**/tf-backend-wasm.min.js', (route) => route.abort()) },
    ));
});

/** sqrt(x) of a vector with `size` elements. */
function squareRoots(size) {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [size]);
  graph.op('y', 'Sqrt', ['x'], { T: attr.type('float32') });
  return graph.handler(['y']);
}

/** Makes a backend of tfjs compute something else for Sqrt. */
function falsify(page, backend) {
  const code = `(() => {
    const { tf } = globalThis;
    const cosine = tf.getKernel('Cos', '${backend}').kernelFunc;
    tf.unregisterKernel('Sqrt', '${backend}');
    tf.registerKernel({ kernelName: 'Sqrt', backendName: '${backend}', kernelFunc: cosine });
  })();`;
  return page.route(`**/tf-backend-${backend}.min.js`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n${code}` });
  });
}
