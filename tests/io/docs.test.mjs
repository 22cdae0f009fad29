// SPDX-License-Identifier: Apache-2.0
// The examples of docs/saving-and-loading.md do what they say.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import { tinyAnswer, writeTinyModel } from '../tiny-model.mjs';
import { startStorageBrowser } from './storage-browser.mjs';

const page = await readFile(path.join(ROOT, 'docs/saving-and-loading.md'), 'utf8');
const examples = new Map(
  Array.from(page.matchAll(/```js\n\/\/ medium: (\w+)[^\n]*\n(.*?)```/gs), ([, medium, code]) => [medium, code]),
);
const ANSWER = tinyAnswer([1, 2]);

/** A function of `tf` and the URL of a model that runs an example and answers with a prediction. */
const toProgram = (code) => `async (tf, url) => {
  const model = await tf.loadGraphModel(url);
  ${code}
  return Array.from(await again.predict(tf.tensor2d([[1, 2]])).data());
}`;

describe('docs/saving-and-loading.md', { skip: missing('dist', 'chromium', 'tfjs') }, () => {
  let browser;
  let folder;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-docs-'));
    await writeTinyModel(folder);
    browser = await startStorageBrowser();
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  test('has an example for each medium', () => {
    assert.deepEqual([...examples.keys()].sort(), [
      'any',
      'downloads',
      'file',
      'indexeddb',
      'localstorage',
      'memory',
      'opfs',
    ]);
  });

  test('file', async () => {
    const tf = await import('../../dist/index.js');
    const back = process.cwd();
    process.chdir(folder);
    try {
      const program = new Function(`return ${toProgram(examples.get('file'))}`)();
      assert.deepEqual(await program(tf, 'file://./model.json'), ANSWER);
    } finally {
      process.chdir(back);
    }
  });

  for (const medium of ['localstorage', 'indexeddb', 'opfs', 'memory', 'any']) {
    test(medium, async () => {
      const { run, close } = await browser.open({ tfjs: false });
      const answer = await run(`(${toProgram(examples.get(medium))})(tools.tfwasm, '/tiny/model.json')`);
      assert.deepEqual(answer, ANSWER);
      await close();
    });
  }

  test('downloads', async () => {
    const { page, run, close } = await browser.open({ tfjs: false });
    await run(() => document.body.insertAdjacentHTML('beforeend', '<input type="file" multiple>'));
    const files = [];
    const saved = new Promise((resolve) => {
      page.on('download', async (item) => {
        const file = path.join(folder, item.suggestedFilename());
        await item.saveAs(file);
        if (files.push(file) === 2) resolve();
      });
    });
    const answer = run(`(${toProgram(examples.get('downloads'))})(tools.tfwasm, '/tiny/model.json')`);
    await saved;
    await page.setInputFiles('input', files);
    assert.deepEqual(await answer, ANSWER);
    await close();
  });
});
