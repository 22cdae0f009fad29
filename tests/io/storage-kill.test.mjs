// SPDX-License-Identifier: Apache-2.0
// A tab that is killed at any step of a save leaves the old model or the new one.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { tinyAnswer } from '../tiny-model.mjs';
import { runAndKill, startStorageBrowser } from './storage-browser.mjs';

const ANSWER = String(tinyAnswer([1, 2]));
/** With a bias of 7, 7, 7. */
const OTHER_ANSWER = String([16, 19, 0]);

/** Saves a model, and halts forever at the k-th step. */
const saveHalting = async ({ url, k }) => {
  const parts = await tools.artifacts([7, 7, 7], 100_000);
  tools.haltAt(
    k,
    [globalThis.Storage?.prototype, 'setItem', 'removeItem'],
    [IDBFactory.prototype, 'open'],
    [IDBDatabase.prototype, 'transaction', 'close'],
    [IDBObjectStore.prototype, 'put'],
    [FileSystemDirectoryHandle.prototype, 'getDirectoryHandle', 'getFileHandle', 'removeEntry'],
    [FileSystemFileHandle.prototype, 'createWritable', 'createSyncAccessHandle'],
    [FileSystemWritableFileStream.prototype, 'write', 'close'],
    [globalThis.FileSystemSyncAccessHandle?.prototype, 'write', 'flush', 'close'],
  );
  await tools.save(tools.tfwasm, url, parts);
};

const prepare = async ({ url, old }) => {
  if (old) await tools.save(tools.tfwasm, url, await tools.artifacts());
  else if (url in (await tools.tfwasm.io.listModels())) await tools.tfwasm.io.removeModel(url);
};

const look = async (url) => {
  const listed = url in (await tools.tfwasm.io.listModels());
  const { value, message } = await tools.failure(() => tools.predict(tools.tfwasm, url));
  return { listed, answer: value && String(value), message };
};

// Killing a tab is mostly waiting, so the media run concurrently.
describe('a tab that is killed anywhere in a save', { skip: missing('dist', 'chromium'), concurrency: true }, () => {
  let browser;
  before(async () => {
    browser = await startStorageBrowser();
  });
  after(() => browser?.close());

  const openTab = () => browser.open({ tfjs: false });

  for (const [scheme, where] of [
    ['localstorage', 'run'],
    ['indexeddb', 'run'],
    ['opfs', 'run'],
    // In workers, opfs:// uses another API to write.
    ['opfs', 'runInWorker'],
  ]) {
    for (const old of [true, false]) {
      const title = `${scheme}:// has the new model or ${old ? 'the old one' : 'none'} (${where})`;
      test(title, () => checkEveryStep(`${scheme}://killed-${where}-${old}`, where, old));
    }
  }

  async function checkEveryStep(url, where, old) {
    const before = old ? ANSWER : undefined;
    const outcomes = new Set();
    const observer = await openTab();
    let next = openTab();
    for (let k = 1, halted = true; halted; ++k) {
      await observer.run(prepare, { url, old });
      const tab = await next;
      // Opens the next tab meanwhile.
      next = openTab();
      halted = await runAndKill({ ...tab, run: tab[where] }, saveHalting, { url, k });
      const { listed, answer, message } = await observer.run(look, url);
      assert.equal(listed, answer !== undefined, `at ${k}: what is listed can be loaded: ${message}`);
      const expected = [OTHER_ANSWER, ...(halted ? [before] : [])];
      assert.ok(expected.includes(answer), `at ${k}: ${answer ?? message}`);
      if (!answer) assert.match(message, /there is no model/);
      outcomes.add(answer);
    }
    assert.deepEqual(outcomes, new Set([before, OTHER_ANSWER]));
    for (const tab of [observer, await next]) await tab.close();
  }
});
