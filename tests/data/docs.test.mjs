// SPDX-License-Identifier: Apache-2.0
// Runs the examples of docs/data.md.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { startBrowser } from '../browser/chromium.mjs';
import { startHttpServer } from '../io/http-server.mjs';
import { missing } from '../prerequisites.mjs';
import { loadTfwasm } from './libraries.mjs';

const NEEDS_DEVICES = '// needs: a camera and a microphone\n';
const AsyncFunction = (async () => {}).constructor;
const text = readFileSync(path.join(ROOT, 'docs/data.md'), 'utf8');
const examples = Array.from(text.matchAll(/```js\n(.*?)```/gs), ([, code]) => code);

describe('docs/data.md', { skip: missing('dist') }, () => {
  let tf;

  before(async () => {
    ({ tf } = await loadTfwasm());
  });

  test('has examples', () => assert.equal(examples.length, 5));

  /** What an example prints. */
  async function run(code) {
    const printed = [];
    const { log } = console;
    console.log = (...values) => printed.push(values);
    try {
      await new AsyncFunction('tf', code)(tf);
    } finally {
      console.log = log;
    }
    return printed;
  }

  const expected = {
    1: [['Tensor\n    [1, 2]'], ['Tensor\n    [3]']],
    2: [[['size', 'price', 'city']], [70, 'Paris, France', 200], [90, 'unknown', 250]],
  };
  for (const [index, code] of examples.entries()) {
    if (code.startsWith(NEEDS_DEVICES)) continue;
    test(`example ${index + 1} runs`, async () => {
      const printed = await run(code);
      if (expected[index]) assert.deepEqual(printed, expected[index]);
      if (code.includes('csvLogger')) assert.match(printed.flat().join(''), /^epoch,learning_rate,loss\n0,0.1,\d/);
    });
  }

  test('the example with devices runs in a browser', { skip: missing('chromium') }, async () => {
    const server = await startHttpServer();
    const browser = await startBrowser({
      flags: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    });
    after(() => server.close());
    after(() => browser.close());
    const { page, problems } = await browser.newPage();
    await page.goto(`${server.url}/page.html`);
    const code = examples.find((example) => example.startsWith(NEEDS_DEVICES));
    const shapes = await page.evaluate(`(async () => {
      const tf = await import('/dist/index.js');
      await tf.ready();
      const before = tf.memory().numTensors;
      ${code}
      return [image.shape, spectrogram.shape, tf.memory().numTensors - before];
    })()`);
    assert.deepEqual(shapes, [[224, 224, 3], [4, 1024, 1], 0]);
    assert.deepEqual(problems, []);
  });
});
