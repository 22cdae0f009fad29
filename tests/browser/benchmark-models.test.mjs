// SPDX-License-Identifier: Apache-2.0
// The benchmark page: all ways to select a model and inputs, and the messages for invalid ones.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { tinyModel, writeTinyModel } from '../tiny-model.mjs';
import { download, giantModel, openModel, QUICK, run, startBenchmark, unsupportedModel } from './benchmark.mjs';
import { echoModel, serveModel, waitForText } from './playground.mjs';

describe('the benchmark page takes models', { skip: missing('dist', 'chromium', 'tfjs') }, () => {
  let site;
  let folder;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-models-'));
    await writeTinyModel(path.join(folder, 'tiny'));
    await writeFile(path.join(folder, 'tiny', 'notes.txt'), 'not a part of it');
    // A fake camera with a test pattern, and granted permission.
    const flags = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
    site = await startBenchmark({}, { flags });
  });
  after(async () => {
    await site?.close();
    await rm(folder, { recursive: true });
  });

  const withPage = (...given) => site.withPage(...given);

  const EMPTY = `?model=&${QUICK}`;
  const files = (...names) => names.map((name) => path.join(folder, 'tiny', name));

  test('from an address that is typed', () =>
    withPage(EMPTY, async (page) => {
      await page.fill('#url', '../tiny/model.json');
      await page.press('#url', 'Enter');
      await waitForText(page, '#model-facts', /tiny/);
      assert.match(await page.textContent('#inputs legend'), /x · float32 \[\?, 2\]/);
      await run(page);
    }));

  test('from files, with tfjs beside it', () =>
    withPage(EMPTY, async (page, { faults }) => {
      await page.setInputFiles('#files', files('model.json', 'weights.bin'));
      await waitForText(page, '#model-facts', /model/);
      await page.check('input[value=tfjs-wasm]');
      await run(page);
      assert.match(await page.textContent('#result'), /outputs agree/);
      await page.click('#link');
      await waitForText(page, '#status', /files cannot be part/);
      assert.deepEqual(faults(), []);
    }));

  test('from a folder', () =>
    withPage(EMPTY, async (page) => {
      await page.setInputFiles('#folder', path.join(folder, 'tiny'));
      await waitForText(page, '#model-facts', /tiny/);
      await run(page);
    }));

  test('from files that are dropped', () =>
    withPage(EMPTY, async (page) => {
      await page.evaluate(
        ([json, numbers]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([json], 'dropped.json'));
          transfer.items.add(new File([Float32Array.from(numbers)], 'weights.bin'));
          document.body.dispatchEvent(
            new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }),
          );
        },
        [JSON.stringify(tinyModel()), [1, 2, -3, 4, 5, -6, 0.5, -20, 100]],
      );
      await waitForText(page, '#model-facts', /dropped/);
      await run(page);
    }));

  for (const medium of ['localstorage', 'indexeddb', 'opfs']) {
    for (const thread of ['worker', 'main']) {
      test(`from ${medium}://, on the ${thread} thread, with tfjs beside it`, () =>
        withPage(EMPTY, async (page) => {
          await page.evaluate(async (url) => {
            const tf = await import('/dist/index.js');
            const model = await tf.loadGraphModel('/tiny/model.json');
            await model.save(url);
          }, `${medium}://kept`);
          await page.fill('#url', `${medium}://kept`);
          await page.click('#url-form button');
          await waitForText(page, '#model-facts', /kept/);
          await page.selectOption('#thread', thread);
          await page.check('input[value=tfjs-wasm]');
          await run(page);
          assert.match(await page.textContent('#result'), /outputs agree/);
          assert.equal(await page.$$eval('.ratios li', (list) => list.length), 1);
        }));
    }
  }

  test('with open dimensions, integers and strings that are filled in', () =>
    withPage(
      `?model=/made/open/model.json&${QUICK}`,
      async (page) => {
        const [ids, words] = await page.$$('#inputs > fieldset');
        const size = await ids.$('label:has-text("Dimension 2") input');
        assert.equal(await size.inputValue(), '1');
        await size.fill('');
        await page.click('#start');
        await waitForText(page, '#run-error', /“ids” needs a number for dimension 2/);
        assert.equal(await size.getAttribute('aria-invalid'), 'true');
        await size.fill('3');
        assert.equal(await size.getAttribute('aria-invalid'), null);
        await (await ids.$('label:has-text("Highest") input')).fill('3');
        await (await words.$('select')).selectOption('values');
        await (await words.$('textarea')).fill('good\nday');
        await run(page);
        const { settings, correctness } = JSON.parse((await download(page, 'Download JSON')).text);
        assert.deepEqual(
          settings.inputs.map(({ shape, fill, range, values }) => ({ shape, fill, range, values })),
          [
            { shape: [1, 3], fill: 'random', range: [0, 3], values: undefined },
            { shape: [2], fill: 'values', range: [0, 1], values: ['good', 'day'] },
          ],
        );
        assert.ok(correctness.passed, JSON.stringify(correctness));
        // The link restores all settings.
        await page.click('#link');
        await waitForText(page, '#status', /link is in/);
        await page.reload();
        await waitForText(page, '#model-facts', /open/);
        assert.equal(await page.inputValue('label:has-text("Dimension 2") input'), '3');
        assert.equal(await page.inputValue('#inputs > fieldset:nth-child(2) textarea'), 'good\nday');
        await run(page);
      },
      { prepare: (page) => serveModel(page, 'open', openModel()) },
    ));

  test('with values, zeros or a picture as input', { skip: missing('models') }, () =>
    withPage(`?model=liveness&${QUICK}&check=0`, async (page, { faults }) => {
      const fill = async (kind) => {
        await page.selectOption('label:has-text("Filled with") select', kind);
        if (kind === 'values') await page.fill('#inputs textarea', '0.5, 0.25');
        await run(page);
        return JSON.parse((await download(page, 'Download JSON')).text).settings.inputs[0];
      };
      assert.equal((await fill('zeros')).fill, 'zeros');
      assert.deepEqual((await fill('values')).values, ['0.5', '0.25']);
      const picture = await fill('picture');
      assert.equal(picture.fill, 'picture');
      assert.equal(picture.pixels, undefined, 'pixels are not part of a result');
      await page.click('text=Camera');
      await page.waitForFunction(() => document.querySelector('video').currentTime > 0);
      await run(page);
      assert.deepEqual(faults(), []);
    }),
  );

  test('with the sizes of pictures where the model leaves them open', () =>
    withPage(
      `?model=/made/echo/model.json&${QUICK}&check=0`,
      async (page) => {
        const sizes = await page.$$eval('#inputs label', (labels) =>
          labels.filter(({ textContent }) => /^Dimension/.test(textContent)).map(({ control }) => control.value),
        );
        assert.deepEqual(sizes, ['224', '224']);
        await run(page);
        const { settings } = JSON.parse((await download(page, 'Download JSON')).text);
        assert.deepEqual(settings.inputs[0].shape, [1, 224, 224, 3]);
      },
      { prepare: (page) => serveModel(page, 'echo', echoModel('float32', [-1, -1, -1, 3])) },
    ));

  describe('and says what is wrong with', () => {
    for (const [what, text, message] of [
      ['an address that leads nowhere', '../tiny/nothing.json', /nothing\.json.*404.*E_HTTP/],
      ['an address that is none', 'http://', /is not a URL/],
      ['a scheme that it does not know', 'ftp://example.org/model.json', /cannot be opened: take http/],
      ['no address', ' ', /Type the URL/],
      ['a page instead of a model', '../web/index.html', /E_JSON/],
      ['a model that was not stored', 'indexeddb://nobody', /nobody.*E_STORAGE/],
    ]) {
      test(what, () =>
        withPage(EMPTY, async (page) => {
          await page.fill('#url', text);
          await page.click('#url-form button');
          await waitForText(page, '#model-error', message);
          assert.ok(await page.isDisabled('#start'));
        }),
      );
    }

    const corrupt = (change) => async (page) => {
      const model = tinyModel();
      change(model);
      await page.route('**/corrupt/model.json', (route) => route.fulfill({ json: model }));
      await page.route('**/corrupt/weights.bin', (route) => route.fulfill({ body: Buffer.alloc(36) }));
    };
    for (const [what, prepare, message] of [
      ['an unsupported op', (page) => serveModel(page, 'corrupt', unsupportedModel()), /Frobnicate.*E_OP/],
      ['a broken manifest', corrupt((model) => Object.assign(model, { weightsManifest: 7 })), /E_MANIFEST/],
      [
        'weights that are too short',
        corrupt((model) => model.weightsManifest[0].weights[0].shape.push(9)),
        /E_WEIGHT_BYTES/,
      ],
      ['a node that reads nothing', corrupt((model) => model.modelTopology.node[3].input.push('nobody')), /nobody/],
      [
        'a topology of another kind',
        corrupt((model) => Object.assign(model, { modelTopology: { model_config: {} } })),
        /Keras layers model.*E_JSON/,
      ],
    ]) {
      test(what, () =>
        withPage(
          EMPTY,
          async (page) => {
            const name = what === 'an unsupported op' ? '/made/corrupt' : '/corrupt';
            await page.fill('#url', `${name}/model.json`);
            await page.click('#url-form button');
            await waitForText(page, '#model-error', message);
          },
          { prepare },
        ),
      );
    }

    test('a model that needs more memory than there is', () =>
      withPage(
        `?model=/made/giant/model.json&${QUICK}&check=0`,
        async (page) => {
          await page.click('#start');
          await waitForText(page, '#run-error', /Out of memory.*\(E_OOM\)/);
          assert.ok(await page.isEnabled('#start'));
        },
        { prepare: (page) => serveModel(page, 'giant', giantModel()) },
      ));

    test('files that are no model', () =>
      withPage(EMPTY, async (page) => {
        await page.setInputFiles('#files', files('notes.txt'));
        await waitForText(page, '#model-error', /no \.json file/);
        await page.setInputFiles('#files', files('model.json'));
        await waitForText(page, '#model-error', /weights/);
      }));

    test('a number out of range', () =>
      withPage(`?model=../tiny/model.json&${QUICK}`, async (page) => {
        await page.fill('#runs', '-3');
        await page.click('#start');
        await waitForText(page, '#run-error', /“Timed runs” takes a whole number from 0/);
        assert.equal(await page.getAttribute('#runs', 'aria-invalid'), 'true');
        await page.fill('#runs', '5');
        assert.equal(await page.getAttribute('#runs', 'aria-invalid'), null, 'a corrected field is not red');
      }));

    test('files of other programs, and a host that does not answer', () =>
      withPage(
        EMPTY,
        async (page) => {
          await page.setInputFiles('#files', { name: 'net.onnx', mimeType: '', buffer: Buffer.from('x') });
          await waitForText(page, '#model-error', /net\.onnx is an ONNX model.*SavedModel/);
          await page.fill('#url', 'https://elsewhere.example/model.json');
          await page.click('#url-form button');
          await waitForText(page, '#model-error', /elsewhere\.example does not answer.*Access-Control-Allow-Origin/);
        },
        { prepare: (page) => page.route('https://elsewhere.example/**', (route) => route.abort()) },
      ));
  });
});
