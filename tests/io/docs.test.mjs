// SPDX-License-Identifier: Apache-2.0
// Runs the examples in the documentation.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import { tinyAnswer, writeTinyModel } from '../tiny-model.mjs';
import { startHttpServer } from './http-server.mjs';
import { startStorageBrowser } from './storage-browser.mjs';

/** The media of the examples on each page. */
const PAGES = {
  'README.md': ['any', 'http', 'opfs'],
  'docs/saving-and-loading.md': ['any', 'downloads', 'file', 'http', 'indexeddb', 'localstorage', 'memory', 'opfs'],
};

/** The examples of a page, by medium. */
async function readExamples(page) {
  const text = await readFile(path.join(ROOT, page), 'utf8');
  const found = text.matchAll(/```js\n\/\/ medium: (\w+)[^\n]*\n(.*?)```/gs);
  return new Map(Array.from(found, ([, medium, code]) => [medium, code]));
}

const ANSWER = tinyAnswer([1, 2]);

/** A function of `tf` and a model URL that runs an example, predicts, and checks that no tensor is left. */
const toProgram = (code) => `async (tf, url) => {
  const model = await tf.loadGraphModel(url);
  ${code}
  const answer = tf.tidy(() => Array.from(again.predict(tf.tensor2d([[1, 2]])).dataSync()));
  model.dispose();
  again.dispose();
  const { numTensors } = tf.memory();
  if (numTensors !== 0) throw new Error(numTensors + ' tensors are left');
  return answer;
}`;

describe('the first example of README.md', { skip: missing('dist', 'chromium', 'models') }, () => {
  test('runs for each frame without a leak', async () => {
    const browser = await startStorageBrowser();
    try {
      const text = await readFile(path.join(ROOT, 'README.md'), 'utf8');
      const [, code] = /```js\n(.*?)```/s.exec(text);
      const program = code.replace("import * as tf from 'tfwasm';", "const tf = await import('/dist/index.js');");
      assert.notEqual(program, code);
      const { run, close } = await browser.open({ tfjs: false });
      const [pose, ...uses] = await run(`(async () => {
        ${program}
        const canvas = new OffscreenCanvas(192, 192);
        canvas.getContext('2d').fillRect(50, 50, 90, 90);
        const use = () => [tf.memory().numTensors, tf.memory().numBytes, tf.memory().heapBytes];
        const uses = [];
        let pose;
        for (let frame = 0; frame < 60; ++frame) {
          pose = findPose(canvas);
          if (frame === 9) uses.push(use());
        }
        return [pose, ...uses, use()];
      })()`);
      assert.deepEqual([pose.length, pose[0].length], [17, 3]);
      assert.equal(uses[0][0], 0);
      assert.deepEqual(uses[1], uses[0]);
      await close();
    } finally {
      await browser.close();
    }
  });
});

for (const [page, media] of Object.entries(PAGES)) {
  const examples = await readExamples(page);

  describe(`the examples of ${page}`, { skip: missing('dist', 'chromium', 'tfjs') }, () => {
    let browser;
    let server;
    let folder;
    const testOf = (medium, run) => media.includes(medium) && test(medium, run);

    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-docs-'));
      await writeTinyModel(folder);
      [browser, server] = await Promise.all([startStorageBrowser(), startHttpServer()]);
    });
    after(async () => {
      await browser?.close();
      await server?.close();
      await rm(folder, { recursive: true });
    });

    test('are there for each medium', () => assert.deepEqual([...examples.keys()].sort(), media));

    testOf('file', async () => {
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
      testOf(medium, async () => {
        const { run, close } = await browser.open({ tfjs: false });
        const answer = await run(`(${toProgram(examples.get(medium))})(tools.tfwasm, '/tiny/model.json')`);
        assert.deepEqual(answer, ANSWER);
        await close();
      });
    }

    // The page is served by the server that it saves to.
    testOf('http', async () => {
      for (const name of ['model.json', 'weights.bin']) {
        server.files.set(`/tiny/${name}`, await readFile(path.join(folder, name)));
      }
      const { page: tab, close } = await browser.open({ tfjs: false });
      await tab.goto(`${server.url}/page.html`);
      const program = toProgram(examples.get('http'));
      const answer = await tab.evaluate(`import('/dist/index.js').then((tf) => (${program})(tf, '/tiny/model.json'))`);
      assert.deepEqual(answer, ANSWER);
      assert.ok([...server.files.keys()].some((file) => /^\/models\/\w+\/model\.weights\.bin$/.test(file)));
      await close();
    });

    testOf('downloads', async () => {
      const { page: tab, run, close } = await browser.open({ tfjs: false });
      await run(() => document.body.insertAdjacentHTML('beforeend', '<input type="file" multiple>'));
      const files = [];
      const saved = new Promise((resolve) => {
        tab.on('download', async (item) => {
          const file = path.join(folder, item.suggestedFilename());
          await item.saveAs(file);
          if (files.push(file) === 2) resolve();
        });
      });
      const answer = run(`(${toProgram(examples.get('downloads'))})(tools.tfwasm, '/tiny/model.json')`);
      await saved;
      await tab.setInputFiles('input', files);
      assert.deepEqual(await answer, ANSWER);
      await close();
    });
  });
}
