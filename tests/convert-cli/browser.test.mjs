// SPDX-License-Identifier: Apache-2.0
// tfwasm/convert in Chromium, with a strict Content-Security-Policy.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { ROOT } from '../../tools/lib/paths.mjs';
import { startServer } from '../../tools/serve.mjs';
import { startBrowser } from '../browser/chromium.mjs';
import { missing } from '../prerequisites.mjs';
import { HANGS_AFTER_MS } from '../until.mjs';
import { fileOf, filesOf, makeModel, outputOf, tarOf, tf, zipOf } from './small-models.mjs';

const HEADERS = { 'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'" };
const OUTPUT = "{ outputFormat: 'tfjs_layers_model' }";

/** Converts a File, a URL and archives; saves, loads and runs each result. */
const MAIN = `import * as tf from '/dist/index.js';
import { convert, inspect } from '/dist/convert.js';

const fetchFile = async (name) => new File([await (await fetch(name)).arrayBuffer()], name);
async function outputOf(model) {
  const x = tf.tensor(Array.from({ length: 24 }, (_, i) => Math.cos(i)), [2, 3, 4]);
  return Array.from(await model.predict(x).data());
}
async function run() {
  const outputs = [];
  const sources = ['/model.h5', await fetchFile('/model.keras'), [await fetchFile('/model.zip')], await fetchFile('/model.tar.gz')];
  for (const source of sources) {
    const converted = await convert(source, ${OUTPUT});
    await converted.save('indexeddb://converted');
    for (const from of [converted, 'indexeddb://converted']) outputs.push(await outputOf(await tf.loadLayersModel(from)));
  }
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('model', { create: true });
  const handle = await folder.getFileHandle('model.keras', { create: true });
  const writable = await handle.createWritable();
  await writable.write(await fetchFile('/model.keras'));
  await writable.close();
  const file = await convert(folder, { outputFormat: 'keras' });
  outputs.push(await outputOf(await tf.loadLayersModel(file)));
  return { outputs, format: (await inspect(handle)).format };
}
run().then((result) => (globalThis.result = result), (error) => (globalThis.result = { error: error.stack }));
`;

describe('tfwasm/convert in Chromium', { skip: missing('dist', 'chromium') }, () => {
  let folder;
  let browser;
  let expected;
  before(async () => {
    await tf.ready();
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-convert-'));
    const model = makeModel();
    expected = outputOf(tf, model);
    const files = await filesOf(model);
    const served = {
      'model.h5': await fileOf(model, 'h5'),
      'model.keras': await fileOf(model, 'keras'),
      'model.zip': zipOf(files),
      'model.tar.gz': gzipSync(tarOf(files)),
      'main.js': MAIN,
      'index.html': '<!doctype html><link rel="icon" href="data:," /><script type="module" src="./main.js"></script>',
    };
    for (const [name, content] of Object.entries(served)) await writeFile(path.join(folder, name), content);
    browser = await startBrowser();
  });
  after(() => Promise.all([browser?.close(), folder && rm(folder, { recursive: true, force: true })]));

  test('files, archives, folders and URLs', async () => {
    const mounts = { '/': '.', '/dist/': path.join(ROOT, 'dist') };
    const server = await startServer({ port: 0, root: folder, mounts, headers: HEADERS });
    const { page } = await browser.newPage();
    try {
      await page.goto(server.url);
      const result = await page.waitForFunction(() => globalThis.result, null, { timeout: HANGS_AFTER_MS });
      const { error, outputs, format } = await result.jsonValue();
      assert.equal(error, undefined);
      assert.equal(format, 'keras_keras');
      assert.equal(outputs.length, 9);
      for (const output of outputs) {
        for (const [i, value] of output.entries()) assert.ok(Math.abs(value - expected[i]) < 1e-6);
      }
    } finally {
      await page.close();
      await server.close();
    }
  });
});
