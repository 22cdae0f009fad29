// SPDX-License-Identifier: Apache-2.0
// Storage that is full, blocked or damaged.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { findChromium } from '../../tools/chromium.mjs';
import { missing } from '../prerequisites.mjs';
import { tinyAnswer } from '../tiny-model.mjs';
import { HANGS_AFTER_MS } from '../until.mjs';
import { assertError, startStorageBrowser } from './storage-browser.mjs';

const ANSWER = tinyAnswer([1, 2]);
const OTHER_ANSWER = [16, 19, 0];

describe('storage', { skip: missing('dist', 'chromium') }, () => {
  let browser;

  before(async () => {
    browser = await startStorageBrowser();
  });
  after(() => browser?.close());

  const withPage = (task) => browser.withPage(task);

  describe('without room', () => {
    /**
     * Saves a small model, then overwrites it with one of `padding` bytes, then saves such a model under a new name.
     */
    const overfill = async ({ scheme, padding }) => {
      const url = `${scheme}://full`;
      await tools.save(tools.tfwasm, url, await tools.artifacts());
      const keys = () =>
        Object.keys(globalThis.localStorage ?? {})
          .sort()
          .join();
      const before = keys();
      const large = await tools.artifacts([7, 7, 7], padding);
      const replaced = await tools.failure(() => tools.save(tools.tfwasm, url, large));
      const added = await tools.failure(() => tools.save(tools.tfwasm, `${scheme}://new`, large));
      const listed = Object.keys(await tools.tfwasm.io.listModels()).filter((name) => name.startsWith(scheme));
      const answer = await tools.predict(tools.tfwasm, url);
      await tools.save(tools.tfwasm, url, await tools.artifacts([7, 7, 7]));
      const next = await tools.predict(tools.tfwasm, url);
      return { replaced, added, listed, answer, next, same: before === keys() };
    };

    for (const scheme of ['localstorage', 'indexeddb', 'opfs']) {
      for (const where of scheme === 'opfs' ? ['run', 'runInWorker'] : ['run']) {
        test(`${scheme}:// keeps the old model (${where})`, { timeout: HANGS_AFTER_MS }, async () => {
          // A separate browser: Chromium caches the available quota for a while.
          const own = await startStorageBrowser();
          try {
            const opened = await own.open({ tfjs: false });
            const session = await opened.page.context().newCDPSession(opened.page);
            const quotaSize = 5_000_000;
            await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(own.url).origin, quotaSize });
            const padding = scheme === 'localstorage' ? 4_000_000 : 20_000_000;
            const result = await opened[where](overfill, { scheme, padding });
            for (const failed of [result.replaced, result.added]) {
              // Chromium may close the data pipe before it reports the reason.
              assertError(failed, 'E_STORAGE', /:\/\/(full|new).*(not enough room|data pipe)/);
            }
            assert.deepEqual(result.listed, [`${scheme}://full`]);
            assert.deepEqual(result.answer, ANSWER);
            assert.deepEqual(result.next, OTHER_ANSWER);
            assert.ok(result.same);
          } finally {
            await own.close();
          }
        });
      }
    }

    test('localstorage:// needs room for the old and the new model together, not more', () =>
      withPage(async ({ run }) => {
        const sizes = await run(async () => {
          localStorage.clear();
          // The limit is 5,242,880 characters; base64 takes 4 characters for 3 bytes.
          const [small, large] = [1_100_000, 2_700_000];
          const seen = [];
          for (const padding of [small, large, small, large]) {
            await tools.save(tools.tfwasm, 'localstorage://m', await tools.artifacts([1, 1, 1], padding));
            seen.push((await tools.load(tools.tfwasm, 'localstorage://m')).weightData.byteLength - 36);
          }
          localStorage.clear();
          return seen;
        });
        assert.deepEqual(sizes, [1_100_000, 2_700_000, 1_100_000, 2_700_000]);
      }));

    test('a record that the browser cannot keep fails, and leaves nothing', async () => {
      // Incognito windows reject records of 127 MB without an event on the request.
      const { chromium } = await import('playwright-core');
      const launched = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
      try {
        const page = await launched.newPage();
        await page.goto(browser.url);
        const result = await page.evaluate(async () => {
          await import('/io/tools.js');
          const url = 'indexeddb://large';
          const failed = await tools.failure(async () =>
            tools.save(tools.tfwasm, url, await tools.artifacts([7, 7, 7], 140_000_000)),
          );
          const listed = url in (await tools.tfwasm.io.listModels());
          await tools.save(tools.tfwasm, url, await tools.artifacts());
          return { failed, listed, answer: await tools.predict(tools.tfwasm, url) };
        });
        assertError(result.failed, 'E_STORAGE', /indexeddb:\/\/large.*140000036 bytes/);
        assert.equal(result.listed, false);
        assert.deepEqual(result.answer, ANSWER);
      } finally {
        await launched.close();
      }
    });
  });

  describe('that is forbidden', () => {
    for (const scheme of ['localstorage', 'indexeddb', 'opfs']) {
      test(`${scheme}:// says so`, () =>
        withPage(async ({ run }) => {
          const results = await run(async (scheme) => {
            const deny = () => {
              throw new DOMException('access is denied', 'SecurityError');
            };
            Object.defineProperty(window, 'localStorage', { get: deny });
            IDBFactory.prototype.open = deny;
            StorageManager.prototype.getDirectory = async () => deny();
            const url = `${scheme}://m`;
            return [
              await tools.failure(async () => tools.save(tools.tfwasm, url, await tools.artifacts())),
              await tools.failure(() => tools.load(tools.tfwasm, url)),
              await tools.failure(() => tools.tfwasm.io.removeModel(url)),
            ];
          }, scheme);
          for (const result of results) assertError(result, 'E_STORAGE', new RegExp(`${scheme}://m.*access is denied`));
        }));
    }
  });

  test('that is forbidden does not hide the models elsewhere', () =>
    withPage(async ({ run }) => {
      const listed = await run(async () => {
        await tools.save(tools.tfwasm, 'indexeddb://seen', await tools.artifacts());
        const deny = () => {
          throw new DOMException('access is denied', 'SecurityError');
        };
        Object.defineProperty(window, 'localStorage', { get: deny });
        StorageManager.prototype.getDirectory = async () => deny();
        return Object.keys(await tools.tfwasm.io.listModels());
      });
      assert.ok(listed.includes('indexeddb://seen'), String(listed));
    }));

  test('a transaction that the browser aborts leaves the old model', () =>
    withPage(async ({ run }) => {
      const result = await run(async () => {
        const url = 'indexeddb://aborted';
        await tools.save(tools.tfwasm, url, await tools.artifacts());
        const put = IDBObjectStore.prototype.put;
        const saves = [];
        for (const k of [1, 2]) {
          let calls = 0;
          IDBObjectStore.prototype.put = function (record) {
            const request = put.call(this, record);
            if (++calls === k) request.onsuccess = () => this.transaction.abort();
            return request;
          };
          const parts = await tools.artifacts([7, 7, 7]);
          saves.push(await tools.failure(() => tools.save(tools.tfwasm, url, parts)));
          IDBObjectStore.prototype.put = put;
        }
        const uncloneable = { ...(await tools.artifacts([7, 7, 7])), userDefinedMetadata: { call() {} } };
        saves.push(await tools.failure(() => tools.save(tools.tfwasm, url, uncloneable)));
        return { saves, answer: await tools.predict(tools.tfwasm, url) };
      });
      for (const failed of result.saves) assertError(failed, 'E_STORAGE', /indexeddb:\/\/aborted/);
      assert.deepEqual(result.answer, ANSWER);
    }));

  describe('with damaged content names model and medium', () => {
    for (const [what, damage, message] of [
      ['info', () => localStorage.setItem('tensorflowjs_models/m/info', '{'), /info is not JSON/],
      ['binary topology', () => localStorage.setItem('tensorflowjs_models/m/info', '{}'), /not JSON/],
      ['topology', () => localStorage.removeItem('tensorflowjs_models/m/model_topology'), /model_topology is missing/],
      ['specs', () => localStorage.setItem('tensorflowjs_models/m/weight_specs', '[1]'), /weight specs/],
      ['null specs', () => localStorage.setItem('tensorflowjs_models/m/weight_specs', 'null'), /weight_specs is null/],
      ['missing weights', () => localStorage.removeItem('tensorflowjs_models/m/weight_data'), /weight_data is missing/],
      ['weights', () => localStorage.setItem('tensorflowjs_models/m/weight_data', '!'), /weight_data is not base64/],
      ['short weights', () => localStorage.setItem('tensorflowjs_models/m/weight_data', 'AAAA'), /36 bytes, but 3/],
      [
        'metadata',
        () => localStorage.setItem('tensorflowjs_models/m/model_metadata', '7'),
        /model_metadata is a number/,
      ],
    ]) {
      test(`localstorage:// ${what}`, () => checkDamage('localstorage', damage, message));
    }

    test('localstorage:// without metadata, as early versions of TensorFlow.js wrote it, is not damaged', () =>
      withPage(async ({ run }) => {
        const answer = await run(async () => {
          await tools.save(tools.tfwasm, 'localstorage://old', await tools.artifacts());
          localStorage.removeItem('tensorflowjs_models/old/model_metadata');
          return tools.predict(tools.tfwasm, 'localstorage://old');
        });
        assert.deepEqual(answer, ANSWER);
      }));

    for (const [what, artifacts, message] of [
      ['no artifacts', undefined, /holds no model/],
      ['no topology', {}, /topology is missing/],
      ['views for weights', { modelTopology: {}, weightData: new Uint8Array(1) }, /not an ArrayBuffer/],
      ['short weights', { modelTopology: {}, weightSpecs: [{ shape: [9], dtype: 'bool' }] }, /9 bytes, but 0/],
    ]) {
      const damage = (modelArtifacts) =>
        new Promise((resolve) => {
          indexedDB.open('tensorflowjs').onsuccess = ({ target: { result: database } }) => {
            const transaction = database.transaction('models_store', 'readwrite');
            const bytes = modelArtifacts?.weightData;
            if (bytes) modelArtifacts.weightData = Uint8Array.of(1);
            transaction.objectStore('models_store').put({ modelPath: 'm', modelArtifacts });
            transaction.oncomplete = () => resolve(database.close());
          };
        });
      test(`indexeddb:// ${what}`, () => checkDamage('indexeddb', damage, message, artifacts));
    }

    for (const [what, file, content, message] of [
      ['JSON', 'model-1.json', '{"modelTopology"', /its JSON is not that of a model/],
      ['manifest', 'model-1.json', '{"modelTopology":{},"weightsManifest":[{}]}', /weightsManifest/],
      ['missing weights', 'weights-1.bin', null, /its weights are missing/],
      ['short weights', 'weights-1.bin', 'x', /36 bytes, but 1/],
    ]) {
      const damage = async ({ file, content }) => {
        const root = await navigator.storage.getDirectory();
        const folder = await (await root.getDirectoryHandle('tfwasm-models')).getDirectoryHandle('m');
        if (content === null) return folder.removeEntry(file);
        const writable = await (await folder.getFileHandle(file)).createWritable();
        await writable.write(content);
        await writable.close();
      };
      test(`opfs:// ${what}`, () => checkDamage('opfs', damage, message, { file, content }));
    }

    async function checkDamage(scheme, damage, message, argument) {
      await withPage(async ({ run }) => {
        const url = `${scheme}://m`;
        await run(async (url) => {
          const { io } = tools.tfwasm;
          if (url in (await io.listModels())) await io.removeModel(url);
          await tools.save(tools.tfwasm, url, await tools.artifacts());
        }, url);
        await run(damage, argument);
        const result = await run(async (url) => {
          const failed = await tools.failure(() => tools.load(tools.tfwasm, url));
          const listing = await tools.failure(() => tools.tfwasm.io.listModels());
          // It can be replaced and removed.
          await tools.save(tools.tfwasm, url, await tools.artifacts());
          const answer = await tools.predict(tools.tfwasm, url);
          await tools.tfwasm.io.removeModel(url);
          return { failed, listing: Boolean(listing.value), answer };
        }, url);
        assertError(result.failed, 'E_STORAGE_CORRUPT', new RegExp(`${url}.*${message.source}`));
        assert.ok(result.listing);
        assert.deepEqual(result.answer, ANSWER);
      });
    }
  });

  test('an info without its model, as a failed save of TensorFlow.js leaves it, is not listed', () =>
    withPage(async ({ run }) => {
      const listed = await run(async () => {
        await tools.save(tools.tfwasm, 'indexeddb://ghost', await tools.artifacts());
        await new Promise((resolve) => {
          indexedDB.open('tensorflowjs').onsuccess = ({ target: { result: database } }) => {
            const transaction = database.transaction('models_store', 'readwrite');
            transaction.objectStore('models_store').delete('ghost');
            transaction.oncomplete = () => resolve(database.close());
          };
        });
        return 'indexeddb://ghost' in (await tools.tfwasm.io.listModels());
      });
      assert.equal(listed, false);
    }));

  describe('opfs://', () => {
    const files = async (name) => {
      const root = await navigator.storage.getDirectory();
      try {
        const folder = await (await root.getDirectoryHandle('tfwasm-models')).getDirectoryHandle(name);
        const names = [];
        for await (const file of folder.keys()) names.push(file);
        return names.sort();
      } catch ({ name }) {
        return name;
      }
    };

    test('finishes a stream of weights that are replaced meanwhile, then deletes them', () =>
      withPage(async ({ run }) => {
        const result = await run(async () => {
          const url = 'opfs://busy';
          await tools.save(tools.tfwasm, url, await tools.artifacts(undefined, 3_000_000));
          const [handler] = tools.tfwasm.io.getLoadHandlers(url, { streamWeights: true });
          const loaded = await handler.load();
          await tools.save(tools.tfwasm, url, await tools.artifacts([7, 7, 7]));
          const { weights } = await tools.plain(loaded);
          const answer = await tools.predict(tools.tfwasm, url);
          return { length: weights.length, answer };
        });
        assert.deepEqual(result, { length: 3_000_036, answer: OTHER_ANSWER });
        assert.deepEqual(await run(files, 'busy'), ['model-2.json', 'weights-1.bin', 'weights-2.bin']);
        await run(() => tools.tfwasm.io.listModels());
        assert.deepEqual(await run(files, 'busy'), ['model-2.json', 'weights-2.bin']);
      }));

    test('can save a model over itself, and copy it to another medium and back', () =>
      withPage(async ({ run }) => {
        const answers = await run(async () => {
          const { io } = tools.tfwasm;
          const url = 'opfs://self';
          await tools.save(tools.tfwasm, url, await tools.artifacts());
          await tools.save(tools.tfwasm, url, await tools.load(tools.tfwasm, url));
          await io.copyModel(url, 'indexeddb://self');
          await io.moveModel('indexeddb://self', 'localstorage://self');
          await io.moveModel('localstorage://self', 'opfs://back');
          return [await tools.predict(tools.tfwasm, url), await tools.predict(tools.tfwasm, 'opfs://back')];
        });
        assert.deepEqual(answers, [ANSWER, ANSWER]);
      }));

    test('keeps the new model when the old one cannot be deleted', () =>
      withPage(async ({ run }) => {
        const answer = await run(async () => {
          const url = 'opfs://stuck';
          await tools.save(tools.tfwasm, url, await tools.artifacts());
          FileSystemDirectoryHandle.prototype.removeEntry = () => Promise.reject(new Error('denied'));
          navigator.locks.request = new Proxy(navigator.locks.request, {
            apply: (request, locks, parameters) => {
              if (parameters[1].ifAvailable) throw new Error('denied');
              return Reflect.apply(request, locks, parameters);
            },
          });
          await tools.save(tools.tfwasm, url, await tools.artifacts([7, 7, 7]));
          return tools.predict(tools.tfwasm, url);
        });
        assert.deepEqual(answer, OTHER_ANSWER);
      }));

    test('deletes what a save left that was interrupted', () =>
      withPage(async ({ run }) => {
        await run(async () => {
          const root = await navigator.storage.getDirectory();
          const folder = await (await root.getDirectoryHandle('tfwasm-models', { create: true })).getDirectoryHandle(
            'left',
            { create: true },
          );
          for (const name of ['model-3.json', 'weights-3.bin']) await folder.getFileHandle(name, { create: true });
        });
        assert.deepEqual(await run(files, 'left'), ['model-3.json', 'weights-3.bin']);
        const failed = await run(() => tools.failure(() => tools.load(tools.tfwasm, 'opfs://left')));
        assertError(failed, 'E_STORAGE', /no model opfs:\/\/left/);
        await run(() => tools.tfwasm.io.listModels());
        assert.equal(await run(files, 'left'), 'NotFoundError');
      }));

    test('refuses names that cannot be those of folders', () =>
      withPage(async ({ run }) => {
        const failures = await run(async () => {
          const names = ['', '\ud800', 'x'.repeat(256), '你'.repeat(30)];
          const refuse = (name) =>
            tools.failure(async () => tools.save(tools.tfwasm, `opfs://${name}`, await tools.artifacts()));
          return Promise.all(names.map(refuse));
        });
        for (const failed of failures) assertError(failed, 'E_INPUT', /cannot be the name|names no model/);
      }));
  });
});
