// SPDX-License-Identifier: Apache-2.0
// The playground: all ways to open a model, and error messages.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { SAMPLES } from '../../web/common/samples.js';
import { missing } from '../prerequisites.mjs';
import { tinyModel, writeTinyModel } from '../tiny-model.mjs';
import { startSite } from './site.mjs';
import { at, focused, predict, startPlayground, TINY, waitForModel, waitForText } from './playground.mjs';

const MODELS = path.join('node_modules', '@vladmandic', 'human', 'models');

describe('opening a model in the playground', { skip: missing('dist', 'models', 'chromium') }, () => {
  let playground;
  let folder;

  before(async () => {
    playground = await startPlayground();
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-playground-'));
    await writeTinyModel(path.join(folder, 'tiny'));
  });
  after(async () => {
    await playground?.close();
    await rm(folder, { recursive: true });
  });

  const tinyFiles = () => ['model.json', 'weights.bin'].map((name) => path.join(folder, 'tiny', name));

  /** Opens a page, runs an action in it, and returns the error message shown. */
  async function errorAfter(action, prepare) {
    const { page } = await playground.open('', { prepare });
    await action(page);
    await page.waitForSelector('#open-error:not([hidden])');
    const text = await page.textContent('#open-error');
    assert.equal(await page.isVisible('#model'), false);
    await page.close();
    return text;
  }

  const openUrl = (url) => async (page) => {
    await page.fill('#url', url);
    await page.press('#url', 'Enter');
  };

  test('a sample: its inputs, outputs, ops and sizes', async () => {
    const { page, problems } = await playground.open();
    await page.selectOption('#sample', 'liveness');
    await page.click('#open-sample');
    await waitForModel(page, 'liveness');
    assert.match(await page.textContent('#model-endpoints'), /conv2d_1_inputfloat32\[\?, 32, 32, 3\]/);
    assert.match(await page.textContent('#model-endpoints'), /activation_6.*float32\[\?, 2\]/);
    const facts = await page.textContent('#model-facts');
    assert.match(facts, /Parameters148,242/);
    assert.match(facts, /Weights593 kB/);
    assert.match(facts, /Nodes45/);
    assert.match(facts, /Quantizationnone/);
    assert.match(await page.textContent('#model-origin'), /Formatgraph-model/);
    assert.match(await page.textContent('#model-signature'), /conv2d_1_input/);
    assert.equal(await page.isVisible('#demo'), false);
    // Opening a model stops the demo's, if that is still loading.
    assert.deepEqual(
      problems.filter((text) => !/movenet-lightning\S* net::ERR_ABORTED/.test(text)),
      [],
    );
    await page.close();
  });

  test('quantized weights are told apart', async () => {
    const { page } = await playground.open('?model=../models/antispoof.json');
    await waitForModel(page, 'antispoof');
    assert.match(await page.textContent('#model-facts'), /Quantizationfloat16/);
    assert.match(await page.textContent('#model-weights'), /float32float16/);
    await page.close();
  });

  test('every sample on the list is there', async () => {
    const { page } = await playground.open(TINY);
    const shown = await page.$$eval('#sample option', (options) => options.map(({ value }) => value));
    assert.deepEqual(
      shown,
      SAMPLES.map(({ name }) => name),
    );
    for (const name of shown) {
      const { status } = await page.evaluate(async (url) => fetch(url, { method: 'HEAD' }), `../models/${name}.json`);
      assert.notEqual(status, 404, name);
    }
    await page.close();
  });

  test('the table of ops is sorted by a click', async () => {
    const { page } = await playground.open('?model=../models/liveness.json');
    await waitForModel(page, 'liveness');
    const column = (number) =>
      page.$$eval(`#model-ops td:nth-child(${number})`, (cells) => cells.map((c) => c.textContent));
    const counts = (await column(2)).map(Number);
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => b - a),
    );
    await page.click('#model-ops th:first-child button');
    const ops = await column(1);
    assert.deepEqual(
      ops,
      [...ops].sort((a, b) => a.localeCompare(b)),
    );
    assert.equal(await page.getAttribute('#model-ops th:first-child', 'aria-sort'), 'ascending');
    await page.click('#model-ops th:first-child button');
    assert.deepEqual(await column(1), ops.reverse());
    await page.close();
  });

  test('a URL, relative to the page; the address then leads to it', async () => {
    const { page } = await playground.open();
    await openUrl('../tiny/model.json')(page);
    await waitForModel(page, 'tiny');
    assert.equal(new URL(page.url()).searchParams.get('model'), `${playground.url}tiny/model.json`);
    const link = await page.getAttribute('#benchmark-link', 'href');
    assert.equal(new URL(link, page.url()).searchParams.get('model'), `${playground.url}tiny/model.json`);
    await page.reload();
    await waitForModel(page, 'tiny');
    await page.click('#close-model');
    assert.equal(await page.isVisible('#model'), false);
    assert.equal(new URL(page.url()).search, '');
    await page.close();
  });

  test('files that were chosen; there is no link to benchmark them', async () => {
    const { page } = await playground.open();
    await page.setInputFiles('#files', tinyFiles());
    await waitForModel(page, 'model');
    assert.equal(await page.isVisible('#benchmark-link'), false);
    assert.deepEqual(await predict(page, [[1, 2]]), [9.5, 0, 85]);
    await page.close();
  });

  test('a folder, whose other files are left out', async () => {
    await writeFile(path.join(folder, 'tiny', 'notes.txt'), 'not a model');
    const { page } = await playground.open();
    await page.setInputFiles('#folder', path.join(folder, 'tiny'));
    await waitForModel(page, 'tiny');
    await page.close();
  });

  test('files that were dropped', async () => {
    const { page } = await playground.open();
    const model = JSON.stringify(tinyModel());
    await page.evaluate((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'dropped.json'));
      const weights = Float32Array.from([1, 2, -3, 4, 5, -6, 0.5, -20, 100]);
      transfer.items.add(new File([weights], 'weights.bin'));
      for (const type of ['dragenter', 'dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
      }
    }, model);
    await waitForModel(page, 'dropped');
    await page.close();
  });

  test('a weight file that the browser has renamed', async () => {
    const file = (name) => ({ name, mimeType: '', buffer: readFileSync(tinyFiles()[Number(!/json$/.test(name))]) });
    const { page } = await playground.open();
    for (const [names, title] of [
      [['tiny.json', 'weights (1).bin'], 'tiny'],
      [['other.json', 'something-else.bin'], 'other'],
      [['third.json', 'weights(2).bin', 'foreign.bin'], 'third'],
    ]) {
      await page.setInputFiles('#files', names.map(file));
      await waitForModel(page, title);
      assert.deepEqual(await predict(page, [[1, 2]]), [9.5, 0, 85]);
    }
    await page.close();
  });

  test('a model without its weight file, which is named; it can be looked at', async () => {
    const { page } = await playground.open();
    await page.setInputFiles('#files', tinyFiles()[0]);
    await waitForModel(page, 'model');
    const text = await page.textContent('#model-problem');
    assert.match(text, /looked at, but not run\. model\.json names the weight file weights\.bin, which is not among/);
    assert.doesNotMatch(text, /kernel|bias/);
    assert.match(await page.textContent('#model-facts'), /Parameters9/);
    assert.equal(await page.isVisible('#run'), false);
    await page.close();
  });

  test('one of several models among the files', async () => {
    const { page } = await playground.open();
    const names = ['liveness', 'emotion'].flatMap((name) => [`${name}.json`, `${name}.bin`]);
    await page.setInputFiles(
      '#files',
      names.map((name) => path.join(MODELS, name)),
    );
    await page.click('#file-models button:text("emotion")');
    await waitForModel(page, 'emotion');
    await page.close();
  });

  test('a host without samples asks before it goes to another one', async () => {
    const asked = [];
    const { page } = await playground.open('', {
      prepare: async (page) => {
        await page.route('**/models/*', (route) => route.fulfill({ status: 404 }));
        await page.route('https://cdn.jsdelivr.net/**', (route) => {
          asked.push(route.request().url());
          return route.fulfill({
            path: path.join(MODELS, path.basename(route.request().url())),
            headers: { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' },
          });
        });
      },
    });
    await page.waitForSelector('#sample-elsewhere:not([hidden])');
    await waitForText(page, '#status', /not on this host/);
    assert.equal(await page.isDisabled('#open-sample'), true);
    assert.deepEqual(asked, []);
    await page.check('#from-cdn');
    await page.selectOption('#sample', 'liveness');
    await page.click('#open-sample');
    await waitForModel(page, 'liveness');
    assert.equal(asked.length, 2);
    await page.reload();
    await waitForModel(page, 'liveness');
    await page.goto(`${playground.url}web/`);
    asked.length = 0;
    await page.click('#demo-cdn');
    await waitForText(page, '#status', /Found \d+ of 17/);
    assert.equal(asked.length, 2);
    await page.close();
  });

  test('can be cancelled', async () => {
    let release;
    const held = new Promise((resolve) => {
      release = resolve;
    });
    const { page } = await playground.open('', {
      prepare: (page) =>
        page.route('**/emotion.bin', async (route) => {
          await held;
          await route.abort().catch(() => {});
        }),
    });
    await page.selectOption('#sample', 'emotion');
    await page.click('#open-sample');
    await waitForText(page, '#opening-status', /emotion: Loading the weights/);
    await page.focus('#opening-cancel');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#opening', { state: 'hidden' });
    assert.equal(await focused(page), 'open-sample');
    assert.equal(await page.isVisible('#model'), false);
    assert.equal(await page.isVisible('#open-error'), false);
    release();
    await page.selectOption('#sample', 'liveness');
    await page.click('#open-sample');
    await waitForModel(page, 'liveness');
    await page.close();
  });

  describe('says what is wrong with', () => {
    test('models of other programs', async () => {
      const choose = (name) => (page) => page.setInputFiles('#files', { name, mimeType: '', buffer: Buffer.from('x') });
      for (const [name, message] of [
        ['net.h5', /net\.h5 is a Keras file.*--input_format=keras/],
        ['net.keras', /Keras file.*model\.export/],
        ['net.tflite', /TensorFlow Lite model/],
        ['net.onnx', /ONNX model.*SavedModel/],
        ['net.zip', /archive.*Unpack/],
      ]) {
        assert.match(await errorAfter(choose(name)), message);
      }
      assert.match(
        await errorAfter(openUrl('https://example.org/a/net.tflite?x=1')),
        /net\.tflite is a TensorFlow Lite/,
      );
    });

    test('a server that does not let other sites read, one that does not answer, and no network', async () => {
      const other = await startSite();
      assert.match(
        await errorAfter(openUrl(`${other.url}tiny/model.json`)),
        /localhost:\d+.*Access-Control-Allow-Origin/,
      );
      await other.close();
      const prepare = (page) => page.route(at('/tiny/model.json'), (route) => route.abort());
      assert.match(
        await errorAfter(openUrl('../tiny/model.json'), prepare),
        /server does not answer.*tiny\/model\.json/,
      );
      const goOffline = async (page) => {
        // The library has to be there.
        await waitForText(page, '#status', /Found/);
        await page.context().setOffline(true);
        await openUrl('../tiny/model.json')(page);
        await waitForText(page, '#open-error', /./);
        await page.context().setOffline(false);
      };
      assert.match(await errorAfter(goOffline), /There is no network/);
    });

    test('a URL behind which there is nothing', async () => {
      assert.match(await errorAfter(openUrl('../tiny/none.json')), /none\.json.*404.*E_HTTP/);
    });

    test('a URL that is none, and one of a scheme that no page can read', async () => {
      assert.match(await errorAfter(openUrl('https://')), /"https:\/\/" is not a URL/);
      assert.match(await errorAfter(openUrl('file:///etc/passwd')), /cannot be opened/);
      assert.match(await errorAfter(openUrl(' ')), /Type the URL/);
    });

    test('a URL in the address of the page', async () => {
      const { page } = await playground.open('?model=opfs://nothing');
      await waitForText(page, '#open-error', /there is no model opfs:\/\/nothing/i);
      await page.close();
    });

    test('a page instead of a model', async () => {
      assert.match(await errorAfter(openUrl('index.html')), /JSON/);
    });

    test('JSON that is no model', async () => {
      const body = JSON.stringify({ hello: 'world' });
      const prepare = (page) => page.route(at('/made/other.json'), (route) => route.fulfill({ body }));
      assert.match(await errorAfter(openUrl('../made/other.json'), prepare), /E_(JSON|MANIFEST)/);
    });

    test('weights that are cut off', async () => {
      const prepare = (page) =>
        page.route(at('/tiny/weights.bin'), (route) =>
          route.fulfill({ body: Buffer.alloc(20), contentType: 'application/octet-stream' }),
        );
      assert.match(await errorAfter(openUrl('../tiny/model.json'), prepare), /E_WEIGHT_BYTES/);
    });

    test('weights that are missing', async () => {
      const prepare = (page) => page.route(at('/tiny/weights.bin'), (route) => route.fulfill({ status: 404 }));
      assert.match(await errorAfter(openUrl('../tiny/model.json'), prepare), /weights\.bin.*404/);
    });

    test('files without a model, with a broken one, and with weights that do not fit', async () => {
      const choose = (files) => (page) => page.setInputFiles('#files', files);
      const file = (name, text) => ({ name, mimeType: '', buffer: Buffer.from(text) });
      assert.match(await errorAfter(choose([file('a.bin', 'x')])), /no \.json file/);
      assert.match(await errorAfter(choose([file('a.json', '{"modelTopology": {')])), /a\.json is not JSON/);
      assert.match(await errorAfter(choose([file('a.json', '{}'), file('b.json', '[]')])), /None of the \.json files/);
      const weights = [file('model.json', JSON.stringify(tinyModel())), file('weights.bin', 'short')];
      assert.match(await errorAfter(choose(weights)), /E_WEIGHT_BYTES/);
    });

    test('a model with ops that are not supported, which can be looked at', async () => {
      const model = tinyModel();
      Object.assign(model.modelTopology.node.at(-1), { op: 'NobodyHasThisOp' });
      const { page } = await playground.open('?model=../tiny/model.json', {
        prepare: (page) => page.route(at('/tiny/model.json'), (route) => route.fulfill({ json: model })),
      });
      await waitForModel(page, 'tiny');
      assert.match(await page.textContent('#model-problem'), /looked at, but not run.*NobodyHasThisOp.*E_OP/);
      assert.equal(await page.isVisible('#run'), false);
      assert.equal(await page.isVisible('#save'), false);
      // Nothing leads to what cannot be done.
      const links = await page.$$eval('.sections a:not([hidden])', (list) => list.map(({ hash }) => hash));
      assert.deepEqual(links, ['#model-name', '#graph']);
      assert.equal(await page.isVisible('#benchmark-link'), false);
      assert.equal(await page.isVisible('#benchmark-hint'), false);
      // The op is marked wherever it is.
      const marked = await page.$$eval('.node.unsupported', (nodes) => nodes.map(({ dataset }) => dataset.name));
      assert.deepEqual(marked, ['y']);
      assert.match(await page.getAttribute('.node[data-name="y"]', 'aria-label'), /not supported/);
      assert.match(await page.textContent('#graph-legend'), /not supported/);
      assert.match(await page.textContent('#model-ops'), /NobodyHasThisOp not supported/);
      await page.fill('#graph-search', 'not supported');
      await page.press('#graph-search', 'Enter');
      await waitForText(page, '#search-status', /^1 of 1/);
      assert.match(await page.textContent('#node-details'), /NobodyHasThisOpnot supported/);
      await page.close();
    });

    test('a model that runs although some of its ops are not supported', async () => {
      const model = tinyModel();
      model.modelTopology.node.push({ name: 'unused', op: 'NobodyHasThisOp', input: ['x'] });
      model.signature = { outputs: { y: { name: 'y:0' } } };
      const { page } = await playground.open('?model=../tiny/model.json', {
        prepare: (page) => page.route(at('/tiny/model.json'), (route) => route.fulfill({ json: model })),
      });
      await waitForModel(page, 'tiny');
      assert.match(await page.textContent('#model-unsupported'), /runs, but .* not supported.*NobodyHasThisOp \(1\)/);
      assert.equal(await page.textContent('#model-problem'), '');
      assert.equal(await page.isVisible('#run'), true);
      await page.close();
    });

    test('a model that fails, and keeps the one that is open', async () => {
      const { page } = await playground.open(TINY);
      await waitForModel(page, 'tiny');
      await openUrl('../none.json')(page);
      await waitForText(page, '#open-error', /404/);
      assert.equal(await page.textContent('#model-name'), 'tiny');
      assert.deepEqual(await predict(page, [[1, 2]]), [9.5, 0, 85]);
      await page.close();
    });
  });
});
