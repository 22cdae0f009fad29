// SPDX-License-Identifier: Apache-2.0
// Common tests of localstorage://, indexeddb:// and opfs://, in a real browser.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { tinyAnswer } from '../tiny-model.mjs';
import { startStorageBrowser } from './storage-browser.mjs';

const ANSWER = tinyAnswer([1, 2]);
/** With a bias of 7, 7, 7. */
const OTHER_ANSWER = [16, 19, 0];

const MEDIA = {
  localstorage: { tfjs: true, worker: false },
  indexeddb: { tfjs: true, worker: true },
  opfs: { tfjs: false, worker: true },
};

const HOSTILE_NAMES = [
  '../../x',
  '__proto__',
  'constructor',
  'a/b/info',
  '/',
  '.',
  '..',
  '%2e%2e',
  ' ',
  'a#b?c',
  'CON',
  'C:\\x',
  'nul\0l',
  'Žluťoučký 你好 😀',
  'x://y',
  'y'.repeat(200),
];

describe('models in the storage of a browser', { skip: missing('dist', 'chromium', 'tfjs') }, () => {
  let browser;

  before(async () => {
    browser = await startStorageBrowser();
  });
  after(() => browser?.close());

  /** Runs a test with a page. */
  async function withPage(task) {
    const page = await browser.open();
    try {
      return await task(page);
    } finally {
      await page.close();
    }
  }

  const clear = () =>
    withPage(({ run }) =>
      run(async () => {
        for (const url of Object.keys(await tools.tfwasm.io.listModels())) await tools.tfwasm.io.removeModel(url);
      }),
    );

  for (const [scheme, { tfjs, worker }] of Object.entries(MEDIA)) {
    describe(`${scheme}://`, () => {
      before(clear);

      test('keeps every part of a model over a reload', () =>
        withPage(async ({ run, reload }) => {
          const url = `${scheme}://m`;
          const { info, before: saved } = await run(async (url) => {
            const parts = await tools.artifacts();
            const { modelArtifactsInfo: info } = await tools.save(tools.tfwasm, url, parts);
            return { info: { ...info, dateSaved: info.dateSaved instanceof Date }, before: await tools.plain(parts) };
          }, url);
          assert.equal(info.dateSaved, true);
          assert.equal(info.weightDataBytes, 36);
          assert.equal(info.modelTopologyType, 'JSON');
          await reload();
          assert.deepEqual(await run(async (url) => tools.plain(await tools.load(tools.tfwasm, url)), url), saved);
          assert.deepEqual(await run((url) => tools.predict(tools.tfwasm, url), url), ANSWER);
        }));

      test('keeps what model.save() gives it', () =>
        withPage(async ({ run, reload }) => {
          const url = `${scheme}://by-model`;
          const info = await run(async (url) => {
            const model = await tools.tfwasm.loadGraphModel('/tiny/model.json');
            return (await model.save(url)).modelArtifactsInfo;
          }, url);
          assert.equal(info.weightDataBytes, 36);
          await reload();
          for (const library of tfjs ? ['tfwasm', 'tf'] : ['tfwasm']) {
            const answer = await run(
              ([library, url]) => tools.predict(library === 'tf' ? tf : tools.tfwasm, url),
              [library, url],
            );
            assert.deepEqual(answer, ANSWER);
          }
        }));

      test('takes weights as buffers and as a stream', () =>
        withPage(async ({ run }) => {
          const answers = await run(async (scheme) => {
            const { weightData, ...rest } = await tools.artifacts();
            const forms = [
              { weightData: [weightData.slice(0, 5), weightData.slice(5)] },
              { getWeightStream: () => new Blob([weightData]).stream() },
            ];
            const answers = [];
            for (const form of forms) {
              await tools.save(tools.tfwasm, `${scheme}://form`, { ...rest, ...form });
              answers.push(await tools.predict(tools.tfwasm, `${scheme}://form`));
            }
            return answers;
          }, scheme);
          assert.deepEqual(answers, [ANSWER, ANSWER]);
        }));

      if (tfjs) {
        test('is read by TensorFlow.js, and reads what that wrote', () =>
          withPage(async ({ run, reload }) => {
            await run(async (scheme) => {
              await tools.save(tools.tfwasm, `${scheme}://ours`, await tools.artifacts());
              const model = await tf.loadGraphModel('/tiny/model.json');
              await model.save(`${scheme}://theirs`);
            }, scheme);
            await reload();
            const answers = await run(async (scheme) => {
              const urls = [`${scheme}://ours`, `${scheme}://theirs`];
              const listed = await Promise.all(
                [tools.tfwasm, tf].map(async ({ io }) => Object.keys(await io.listModels())),
              );
              const seen = listed.map((list) => urls.every((url) => list.includes(url)));
              const answers = [];
              for (const url of urls) {
                for (const library of [tools.tfwasm, tf]) answers.push(await tools.predict(library, url));
              }
              return { seen, answers };
            }, scheme);
            assert.deepEqual(answers, { seen: [true, true], answers: [ANSWER, ANSWER, ANSWER, ANSWER] });
          }));

        test('stores just what TensorFlow.js stores', () =>
          withPage(async ({ run }) => {
            const dump = async (scheme) => {
              const stored = async (library) => {
                await tools.save(library, `${scheme}://same`, await tools.artifacts());
                if (scheme === 'localstorage') {
                  return Object.entries(localStorage)
                    .filter(([key]) => key.startsWith('tensorflowjs_models/same/'))
                    .sort()
                    .map(([key, value]) => [key, value.replace(/"dateSaved":"[^"]+"/, '')]);
                }
                const database = await new Promise((resolve) => {
                  indexedDB.open('tensorflowjs').onsuccess = ({ target }) => resolve(target.result);
                });
                const stores = ['models_store', 'model_info_store'];
                const records = await Promise.all(
                  stores.map(
                    (name) =>
                      new Promise((resolve) => {
                        const store = database.transaction(stores).objectStore(name);
                        store.get('same').onsuccess = ({ target }) => resolve(target.result);
                      }),
                  ),
                );
                database.close();
                for (const record of records) {
                  if (!(record.modelArtifactsInfo.dateSaved instanceof Date)) throw new Error('dateSaved is no Date');
                  record.modelArtifactsInfo.dateSaved = 0;
                  const artifacts = record.modelArtifacts;
                  if (artifacts) {
                    if (!(artifacts.weightData instanceof ArrayBuffer)) throw new Error('weightData is no ArrayBuffer');
                    artifacts.weightData = [...new Uint8Array(artifacts.weightData)];
                  }
                }
                return records;
              };
              return [await stored(tools.tfwasm), await stored(tf)];
            };
            const [ours, theirs] = await run(dump, scheme);
            assert.equal(ours.length, scheme === 'localstorage' ? 5 : 2);
            assert.deepEqual(ours, theirs);
          }));
      }

      test(worker ? 'works in a worker' : 'says in a worker that it is not there', () =>
        withPage(async ({ run, runInWorker }) => {
          const script = async (scheme) => {
            const url = `${scheme}://worker`;
            return tools.failure(async () => {
              await tools.save(tools.tfwasm, url, await tools.artifacts());
              await tools.save(tools.tfwasm, url, await tools.artifacts());
              const listed = url in (await tools.tfwasm.io.listModels());
              return { listed, answer: await tools.predict(tools.tfwasm, url) };
            });
          };
          const result = await runInWorker(script, scheme);
          if (worker) {
            assert.deepEqual(result.value, { listed: true, answer: ANSWER }, result.message);
            assert.deepEqual(await run((url) => tools.predict(tools.tfwasm, url), `${scheme}://worker`), ANSWER);
          } else {
            assert.equal(result.code, 'E_STORAGE');
            assert.match(result.message, /localstorage:\/\/worker.*worker/);
          }
        }),
      );

      test('copies, moves and removes', () =>
        withPage(async ({ run }) => {
          const result = await run(async (scheme) => {
            const { io } = tools.tfwasm;
            const [a, b, c] = ['a', 'b', 'c'].map((name) => `${scheme}://move-${name}`);
            await tools.save(tools.tfwasm, a, await tools.artifacts());
            const copied = await io.copyModel(a, b);
            const moved = await io.moveModel(b, c);
            const there = async () => {
              const models = await io.listModels();
              return [a, b, c].filter((url) => url in models).map((url) => url.at(-1));
            };
            const listed = await there();
            const answers = [await tools.predict(tools.tfwasm, a), await tools.predict(tools.tfwasm, c)];
            const removed = await io.removeModel(c);
            return {
              bytes: [copied, moved, removed].map(({ weightDataBytes }) => weightDataBytes),
              listed,
              answers,
              left: await there(),
              gone: await tools.failure(() => io.removeModel(c)),
              load: await tools.failure(() => tools.load(tools.tfwasm, c)),
              same: await tools.failure(() => io.moveModel(a, a)),
              missing: await tools.failure(() => io.moveModel(b, c)),
              unmovable: await tools.failure(() => io.moveModel('/tiny/model.json', c)),
              safe: await tools.failure(() => io.moveModel(a, 'unknown://x')),
              still: await tools.predict(tools.tfwasm, a),
            };
          }, scheme);
          assert.deepEqual(result.bytes, [36, 36, 36]);
          assert.deepEqual(result.listed, ['a', 'c']);
          assert.deepEqual(result.answers, [ANSWER, ANSWER]);
          assert.deepEqual(result.left, ['a']);
          for (const part of ['gone', 'load', 'missing']) {
            assert.equal(result[part].code, 'E_STORAGE', JSON.stringify(result[part]));
            assert.match(result[part].message, /there is no model \w+:\/\/move-[bc]/);
          }
          for (const part of ['same', 'unmovable', 'safe']) assert.equal(result[part].code, 'E_INPUT');
          assert.deepEqual(result.still, ANSWER);
        }));

      test('keeps the source of a move when the copy cannot be saved', () =>
        withPage(async ({ run }) => {
          const result = await run(async (scheme) => {
            const { io } = tools.tfwasm;
            const fails = (url) =>
              url === 'full://x' ? { save: () => Promise.reject(new Error('the medium is full')) } : null;
            io.registerSaveRouter(fails);
            await tools.save(tools.tfwasm, `${scheme}://source`, await tools.artifacts());
            const failed = await tools.failure(() => io.moveModel(`${scheme}://source`, 'full://x'));
            return { failed, answer: await tools.predict(tools.tfwasm, `${scheme}://source`) };
          }, scheme);
          assert.match(result.failed.message, /full/);
          assert.deepEqual(result.answer, ANSWER);
        }));

      test('takes any name', () =>
        withPage(async ({ run }) => {
          const results = await run(
            async ({ scheme, names }) => {
              const { io } = tools.tfwasm;
              const urls = names.map((name) => `${scheme}://${name}`);
              for (const [index, url] of urls.entries()) {
                await tools.save(tools.tfwasm, url, await tools.artifacts([index, 0, 0]));
              }
              const listed = Object.keys(await io.listModels());
              const answers = [];
              for (const url of urls) answers.push((await tools.predict(tools.tfwasm, url))[0]);
              for (const url of urls) await io.removeModel(url);
              const left = Object.keys(await io.listModels()).filter((url) => urls.includes(url));
              return { listed: urls.filter((url) => !listed.includes(url)), answers, left };
            },
            { scheme, names: HOSTILE_NAMES },
          );
          assert.deepEqual(results, { listed: [], answers: HOSTILE_NAMES.map((_, index) => 9 + index), left: [] });
          const refused = await run(
            async (scheme) =>
              tools.failure(async () => tools.save(tools.tfwasm, `${scheme}://`, await tools.artifacts())),
            scheme,
          );
          assert.equal(refused.name, 'TfwasmError');
          assert.equal(refused.code, 'E_INPUT');
        }));

      test('ends with one whole model when two tabs save at once', () =>
        withPage((first) =>
          withPage(async (second) => {
            const url = `${scheme}://race`;
            const race = async ({ url, value }) => {
              const parts = await tools.artifacts([value, value, value], 200_000);
              for (let round = 0; round < 8; ++round) await tools.save(tools.tfwasm, url, parts);
            };
            const read = async (url) => {
              const seen = [];
              for (let round = 0; round < 16; ++round) {
                const result = await tools.failure(async () => tools.plain(await tools.load(tools.tfwasm, url)));
                seen.push(result.value ? result.value.weights.slice(24, 36).join() : result.message);
              }
              return seen;
            };
            await first.run(race, { url, value: 7 });
            const [seen] = await Promise.all([
              withPage(({ run }) => run(read, url)),
              first.run(race, { url, value: 7 }),
              second.run(race, { url, value: 1 }),
            ]);
            const bytes = (value) => [...new Uint8Array(Float32Array.of(value, value, value).buffer)].join();
            for (const weights of seen) assert.ok([bytes(7), bytes(1)].includes(weights), weights);
            await first.reload();
            const answer = await first.run((url) => tools.predict(tools.tfwasm, url), url);
            assert.ok([OTHER_ANSWER, [10, 13, 0]].map(String).includes(String(answer)), String(answer));
          }),
        ));
    });
  }
});
