// SPDX-License-Identifier: Apache-2.0
// Storage of browsers at its limits: sandboxed frames, databases held by other tabs, strange files and names.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { findChromium } from '../../tools/chromium.mjs';
import { missing } from '../prerequisites.mjs';
import { tinyAnswer } from '../tiny-model.mjs';
import { HANGS_AFTER_MS, until } from '../until.mjs';
import { assertError, startStorageBrowser } from './storage-browser.mjs';

const ANSWER = tinyAnswer([1, 2]);

describe('storage at its limits', { skip: missing('dist', 'chromium') }, () => {
  let browser;
  before(async () => {
    browser = await startStorageBrowser();
  });
  after(() => browser?.close());

  const withPage = (task) => browser.withPage(task);

  test('a sandboxed frame has no storage, and says so', () =>
    withPage(async ({ page }) => {
      // A sandboxed frame has an origin of its own.
      await page.route('**/*', async (route) => {
        const response = await route.fetch();
        const headers = { ...response.headers(), 'access-control-allow-origin': '*' };
        await route.fulfill({ response, headers });
      });
      await page.evaluate((url) => {
        const frame = document.createElement('iframe');
        frame.sandbox = 'allow-scripts';
        frame.srcdoc = `<!doctype html><base href="${url}"><title>sandboxed</title>`;
        document.body.append(frame);
        return new Promise((resolve) => {
          frame.onload = resolve;
        });
      }, browser.url);
      const frame = page.frames().find((found) => found !== page.mainFrame());
      await frame.evaluate((url) => import(`${url}/io/tools.js`.replace('//io', '/io')), browser.url);
      const results = await frame.evaluate(async (base) => {
        const { io } = tools.tfwasm;
        const tinyUrl = `${base}/tiny/model.json`.replace('//tiny', '/tiny');
        const model = await tools.tfwasm.loadGraphModel(tinyUrl, { cache: 'cache-storage' });
        const failures = [];
        for (const scheme of ['localstorage', 'indexeddb', 'opfs']) {
          const url = `${scheme}://m`;
          for (const call of [
            () => model.save(url),
            () => tools.tfwasm.loadGraphModel(url),
            () => io.removeModel(url),
            () => io.copyModel(url, `${scheme}://n`),
          ]) {
            failures.push({ url, ...(await tools.failure(call)) });
          }
        }
        await io.clearCache();
        return { failures, listed: await io.listModels(), answer: await tools.predict(tools.tfwasm, tinyUrl) };
      }, browser.url);
      for (const failure of results.failures) assertError(failure, 'E_STORAGE', new RegExp(failure.url));
      assert.deepEqual(results.listed, {});
      assert.deepEqual(results.answer, ANSWER);
    }));

  describe('indexeddb://', () => {
    const open = () =>
      new Promise((resolve) => {
        indexedDB.open('tensorflowjs', 1).onsuccess = ({ target: { result } }) => {
          globalThis.held = result;
          resolve();
        };
      });

    /** Makes timers of at least ten seconds fire at once. */
    const shorten = () => {
      const { setTimeout } = globalThis;
      globalThis.setTimeout = (task, delay, ...more) => setTimeout(task, delay < 10_000 ? delay : 300, ...more);
    };

    test('gives up on a database that is held by one tab and deleted by another', { timeout: HANGS_AFTER_MS }, () =>
      withPage((holder) =>
        withPage((deleter) =>
          withPage(async (saver) => {
            await saver.run(async () => tools.save(tools.tfwasm, 'indexeddb://held', await tools.artifacts()));
            await holder.run(open);
            await deleter.run(() => {
              indexedDB.deleteDatabase('tensorflowjs').onsuccess = () => {
                globalThis.isDeleted = true;
              };
            });
            await saver.run(shorten);
            const results = await saver.run(async () => [
              await tools.failure(async () => tools.save(tools.tfwasm, 'indexeddb://held', await tools.artifacts())),
              await tools.failure(() => tools.load(tools.tfwasm, 'indexeddb://held')),
              await tools.failure(() => tools.tfwasm.io.removeModel('indexeddb://held')),
              await tools.failure(() => tools.tfwasm.io.listModels()),
            ]);
            for (const result of results) assertError(result, 'E_STORAGE', /indexeddb:\/\/.*another tab holds it/);
            await holder.run(() => globalThis.held.close());
            await until(() => deleter.run(() => globalThis.isDeleted === true), 'the deletion');
            const answer = await saver.run(async () => {
              await tools.save(tools.tfwasm, 'indexeddb://held', await tools.artifacts());
              return tools.predict(tools.tfwasm, 'indexeddb://held');
            });
            assert.deepEqual(answer, ANSWER);
          }),
        ),
      ),
    );

    test('gives up on a transaction that another tab does not end', { timeout: HANGS_AFTER_MS }, () =>
      withPage((holder) =>
        withPage(async (saver) => {
          await saver.run(async () => tools.save(tools.tfwasm, 'indexeddb://busy', await tools.artifacts()));
          await holder.run(async () => {
            const database = await new Promise((resolve) => {
              indexedDB.open('tensorflowjs', 1).onsuccess = ({ target }) => resolve(target.result);
            });
            const store = database
              .transaction(['models_store', 'model_info_store'], 'readwrite')
              .objectStore('models_store');
            const again = () => {
              if (!globalThis.isEnough) store.get('x').onsuccess = again;
            };
            again();
          });
          await saver.run(shorten);
          const save = async () => {
            return tools.failure(async () => tools.save(tools.tfwasm, 'indexeddb://busy', await tools.artifacts()));
          };
          assertError(await saver.run(save), 'E_STORAGE', /indexeddb:\/\/busy.*another tab has been writing/);
          await holder.run(() => {
            globalThis.isEnough = true;
          });
          await until(async () => !(await saver.run(save)).code, 'a save after the end');
        }),
      ),
    );
  });

  test('localstorage:// has dates that are Dates', () =>
    withPage(async ({ run }) => {
      const kinds = await run(async () => {
        const { io } = tools.tfwasm;
        const start = Date.now();
        const url = 'localstorage://dated';
        await tools.save(tools.tfwasm, url, await tools.artifacts());
        const isNow = ({ dateSaved }) => dateSaved instanceof Date && dateSaved >= start && dateSaved <= Date.now();
        const listed = isNow((await io.listModels())[url]);
        const removed = isNow(await io.removeModel(url));
        await tools.save(tools.tfwasm, url, await tools.artifacts());
        const key = 'tensorflowjs_models/dated/info';
        const { dateSaved: _, ...undated } = JSON.parse(localStorage.getItem(key));
        localStorage.setItem(key, JSON.stringify(undated));
        const old = (await io.listModels())[url].dateSaved.getTime();
        return { listed, removed, old, answer: await tools.predict(tools.tfwasm, url) };
      });
      assert.deepEqual(kinds, { listed: true, removed: true, old: 0, answer: ANSWER });
    }));

  describe('odd names', () => {
    const LONG = 'x'.repeat(2000);
    const ODD = [
      '\ud800',
      'a\udc00b',
      '\0',
      '\u200b',
      '\ufeff',
      '\uffff',
      'x\n',
      ' x',
      'a',
      'a/info',
      'e\u0301',
      '\xe9',
      LONG,
    ];

    /** What saving, listing, loading, copying and removing a model of each name gives: an error or its value. */
    const tryNames = async (urls) => {
      const { io } = tools.tfwasm;
      const outcomes = [];
      for (const url of urls) {
        const copy = url.replace('://', '://copy of ');
        outcomes.push([
          await tools.failure(async () => void (await tools.save(tools.tfwasm, url, await tools.artifacts()))),
          { value: url in (await io.listModels()) },
          await tools.failure(() => tools.predict(tools.tfwasm, url)),
          await tools.failure(async () => void (await io.copyModel(url, copy))),
          await tools.failure(async () => void (await io.removeModel(copy))),
          await tools.failure(async () => void (await io.removeModel(url))),
          { value: url in (await io.listModels()) },
        ]);
      }
      return outcomes;
    };
    const DONE = [undefined, true, ANSWER, undefined, undefined, undefined, false];

    for (const where of ['run', 'runInWorker']) {
      test(`work, or give an error that says why (${where})`, () =>
        withPage(async (page) => {
          const schemes = where === 'run' ? ['localstorage', 'indexeddb', 'opfs'] : ['indexeddb', 'opfs'];
          const urls = schemes.flatMap((scheme) => ODD.map((name) => `${scheme}://${name}`));
          for (const [i, outcomes] of (await page[where](tryNames, urls)).entries()) {
            const what = JSON.stringify(urls[i].slice(0, 30));
            const why = urls[i].startsWith('opfs:') && REFUSED_IN_FILES.get(urls[i].slice('opfs://'.length));
            if (!why) {
              assert.deepEqual(
                outcomes.map((outcome) => outcome.value ?? outcome.code),
                DONE,
                what,
              );
              continue;
            }
            for (const outcome of outcomes.filter(({ value }) => value !== false)) {
              assertError(outcome, 'E_INPUT', why);
              assert.ok(outcome.message.length < 400, what);
            }
          }
        }));
    }
    const REFUSED_IN_FILES = new Map([
      ['\ud800', /half of a surrogate pair/],
      ['a\udc00b', /half of a surrogate pair/],
      [LONG, /cannot be the name of a model: .* it has 20\d\d characters, more than the 255/],
    ]);

    test('do not fill the message of an error', () =>
      withPage(async ({ run }) => {
        const outcomes = await run(async () => {
          const name = 'y'.repeat(3_000_000);
          const outcomes = [];
          for (const scheme of ['localstorage', 'indexeddb', 'opfs']) {
            const url = `${scheme}://${name}`;
            outcomes.push(await tools.failure(() => tools.tfwasm.loadGraphModel(url)));
            outcomes.push(await tools.failure(() => tools.tfwasm.io.removeModel(url)));
          }
          const parts = await tools.artifacts();
          outcomes.push(await tools.failure(() => tools.save(tools.tfwasm, `localstorage://${name}`, parts)));
          return outcomes;
        });
        for (const outcome of outcomes) {
          assertError(outcome, outcome.message.startsWith('opfs') ? 'E_INPUT' : 'E_STORAGE', /yyy\.\.\. \(30000\d\d/);
          assert.ok(outcome.message.length < 500, outcome.message);
        }
      }));
  });

  describe('opfs://', () => {
    for (const [number, outcome] of [
      ['999999999999998', 'saves'],
      ['999999999999999', 'E_STORAGE_CORRUPT'],
      [`1${'0'.repeat(17)}`, 'ignores'],
      ['9007199254740993', 'ignores'],
      [`1${'0'.repeat(200)}`, 'ignores'],
      ['01', 'ignores'],
      ['0', 'ignores'],
    ]) {
      test(`with a file of the generation ${number.slice(0, 20)} loses nothing`, () =>
        withPage(async ({ run }) => {
          const result = await run(
            async ({ number, isOurs }) => {
              const url = `opfs://generation-${number.slice(0, 20)}`;
              const { io } = tools.tfwasm;
              await tools.save(tools.tfwasm, url, await tools.artifacts());
              const root = await navigator.storage.getDirectory();
              const models = await root.getDirectoryHandle('tfwasm-models');
              const folder = await models.getDirectoryHandle(url.slice('opfs://'.length));
              const copy = async (from, to, change = (text) => text) => {
                const file = await (await folder.getFileHandle(from)).getFile();
                const writable = await (await folder.getFileHandle(to, { create: true })).createWritable();
                await writable.write(from.endsWith('json') ? change(await file.text()) : file);
                await writable.close();
              };
              await copy('weights-1.bin', `weights-${number}.bin`);
              await copy('model-1.json', `model-${number}.json`, (text) =>
                text.replace('weights-1.bin', `weights-${number}.bin`),
              );
              if (isOurs) for (const name of ['model-1.json', 'weights-1.bin']) await folder.removeEntry(name);
              const before = await tools.predict(tools.tfwasm, url);
              const save = async () => tools.save(tools.tfwasm, url, await tools.artifacts([7, 7, 7]));
              const saved = await tools.failure(save);
              const after = await tools.predict(tools.tfwasm, url);
              await io.removeModel(url);
              await save();
              return { before, code: saved.code, after, last: await tools.predict(tools.tfwasm, url) };
            },
            { number, isOurs: outcome !== 'ignores' },
          );
          const other = [16, 19, 0];
          const isSaved = outcome !== 'E_STORAGE_CORRUPT';
          assert.deepEqual(result.before, ANSWER);
          assert.equal(result.code, isSaved ? undefined : outcome);
          assert.deepEqual(result.after, isSaved ? other : ANSWER);
          assert.deepEqual(result.last, other);
        }));
    }

    /** Saves, lists, loads and removes models whose names become folder names of a length. */
    const tryNames = async () => {
      const { io } = tools.tfwasm;
      const outcomes = [];
      for (const [part, count] of [
        ['x', 255],
        ['x', 256],
        ['é', 42],
        ['é', 43],
        ['.', 83],
        ['.', 400],
        ['/', 85],
        ['/', 86],
        ['😀', 21],
        ['😀', 22],
      ]) {
        const url = `opfs://${part.repeat(count)}`;
        const saved = await tools.failure(async () => tools.save(tools.tfwasm, url, await tools.artifacts()));
        const isListed = url in (await io.listModels());
        const loaded = await tools.failure(() => tools.predict(tools.tfwasm, url));
        const removed = await tools.failure(() => io.removeModel(url));
        outcomes.push({ url, codes: [saved, loaded, removed].map(({ code }) => code ?? 'done'), isListed });
      }
      return outcomes;
    };

    function assertNames(outcomes) {
      for (const { url, codes, isListed } of outcomes) {
        const isDone = codes[0] === 'done';
        assert.deepEqual(codes, Array(3).fill(isDone ? 'done' : 'E_INPUT'), url);
        assert.equal(isListed, isDone, url);
      }
      assert.equal(outcomes.filter(({ isListed }) => isListed).length, 5);
    }

    for (const where of ['run', 'runInWorker']) {
      test(`saves what it can load, whatever the length of its name (${where})`, () =>
        withPage(async (page) => assertNames(await page[where](tryNames))));
    }

    test('also in a profile on disk', async () => {
      const { chromium } = await import('playwright-core');
      const folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-profile-'));
      const options = { executablePath: findChromium(), args: ['--no-sandbox'] };
      const context = await chromium.launchPersistentContext(folder, options);
      try {
        const page = await context.newPage();
        await page.goto(browser.url);
        await page.evaluate(() => import('/io/tools.js').then(() => {}));
        assertNames(await page.evaluate(tryNames));
      } finally {
        await context.close();
        await rm(folder, { recursive: true, force: true });
      }
    });
  });
});
