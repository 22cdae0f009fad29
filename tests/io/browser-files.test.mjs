// SPDX-License-Identifier: Apache-2.0
// downloads:// and io.browserFiles(), in a real browser and with File objects of Node.js.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { tinyAnswer, tinyModel } from '../tiny-model.mjs';
import { until } from '../until.mjs';
import { plain, tinyArtifacts } from './artifacts.mjs';
import { startStorageBrowser } from './storage-browser.mjs';

const ANSWER = tinyAnswer([1, 2]);
const tf = missing('dist') ? undefined : await import('../../dist/index.js');

describe('downloads', { skip: missing('dist', 'chromium', 'tfjs') }, () => {
  let browser;
  let folder;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-downloads-'));
    browser = await startStorageBrowser();
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  /** Saves with one of the two libraries and returns the paths of the files. */
  async function download({ page, run }, library, prefix) {
    const downloads = [];
    page.on('download', (item) => downloads.push(item));
    const info = await run(
      async ([library, prefix]) => {
        const name = library === 'tf' ? tf : tools.tfwasm;
        return (await tools.save(name, `downloads://${prefix}`, await tools.artifacts())).modelArtifactsInfo;
      },
      [library, prefix],
    );
    assert.equal(info.weightDataBytes, 36);
    await until(() => downloads.length >= 2, 'two downloads');
    const files = [];
    for (const item of downloads) {
      const file = path.join(folder, item.suggestedFilename());
      await item.saveAs(file);
      files.push(file);
    }
    page.removeAllListeners('download');
    return files;
  }

  /** Selects files in the page as a user does, and loads them with one of the libraries. */
  async function loadFiles({ page, run }, library, files) {
    await page.setContent('<input type="file" multiple>');
    await page.setInputFiles('input', files);
    return run(async (library) => {
      const chosen = document.querySelector('input').files;
      const source = library === 'tf' ? tf.io.browserFiles([...chosen]) : tools.tfwasm.io.browserFiles(chosen);
      return tools.predict(library === 'tf' ? tf : tools.tfwasm, source);
    }, library);
  }

  for (const saver of ['tf', 'tfwasm']) {
    test(`that ${saver} made are read back through browserFiles()`, async () => {
      const opened = await browser.open();
      const files = await download(opened, saver, `by-${saver}`);
      assert.deepEqual(
        files.map((file) => path.basename(file)),
        [`by-${saver}.json`, `by-${saver}.weights.bin`],
      );
      const json = JSON.parse(await readFile(files[0], 'utf8'));
      assert.deepEqual(json.weightsManifest[0].paths, [`./by-${saver}.weights.bin`]);
      assert.deepEqual(await loadFiles(opened, 'tfwasm', files), ANSWER);
      assert.deepEqual(await loadFiles(opened, 'tfwasm', files.toReversed()), ANSWER);
      assert.deepEqual(await loadFiles(opened, 'tf', files), ANSWER);
      await opened.close();
    });
  }

  test('have the same content whoever made them', async () => {
    const opened = await browser.open();
    const contents = [];
    for (const library of ['tf', 'tfwasm']) {
      const files = await download(opened, library, 'same');
      contents.push(await Promise.all(files.map((file) => readFile(file, 'latin1'))));
    }
    const [[theirJson, theirWeights], [ourJson, ourWeights]] = contents;
    assert.equal(ourWeights, theirWeights);
    // The hash is an addition of tfwasm.
    const hash = createHash('sha256').update(ourWeights, 'latin1').digest('hex');
    assert.equal(ourJson.replace(`,"sha256":["${hash}"]`, ''), theirJson);
    await opened.close();
  });

  for (const [prefix, name] of [
    ['', 'model'],
    ['../up/down', '.._up_down'],
    ['a b.ü', 'a b.ü'],
  ]) {
    test(`are called well with the prefix "${prefix}"`, async () => {
      const opened = await browser.open();
      const files = await download(opened, 'tfwasm', prefix);
      const expected = name.replace(/^\.+/, '_');
      assert.deepEqual(
        files.map((file) => path.basename(file)),
        [`${expected}.json`, `${expected}.weights.bin`],
      );
      assert.deepEqual(await loadFiles(opened, 'tfwasm', files), ANSWER);
      await opened.close();
    });
  }

  test('are for pages only, and cannot be loaded', async () => {
    const opened = await browser.open();
    const script = async () => [
      await tools.failure(async () => tools.save(tools.tfwasm, 'downloads://x', await tools.artifacts())),
      tools.tfwasm.io.getLoadHandlers('downloads://x').length,
    ];
    const [failure, loaders] = await opened.runInWorker(script);
    assert.equal(failure.code, 'E_STORAGE');
    assert.match(failure.message, /worker/);
    assert.equal(loaders, 0);
    await opened.close();
  });
});

describe('browserFiles()', { skip: missing('dist') }, () => {
  const { weightData, ...rest } = tinyArtifacts();
  const bytes = new Uint8Array(weightData);
  const file = (name, ...parts) => new File(parts, name);
  const model = (groups) => {
    const { weightSpecs: _, ...parts } = rest;
    return file('model.json', JSON.stringify({ ...parts, weightsManifest: groups }));
  };
  const [kernel, bias] = tinyModel().weightsManifest[0].weights;
  const load = (...files) => tf.io.browserFiles(files).load();
  const stream = (...files) => tf.io.browserFiles(files, { streamWeights: true }).load();
  const assertFails = (promise, code, message) => assert.rejects(promise, { name: 'TfwasmError', code, message });

  test('puts shards into the order of the manifest, by their base names', async () => {
    const json = model([
      { paths: ['x/b.bin', './a.bin'], weights: [kernel] },
      { paths: ['c.bin'], weights: [bias] },
    ]);
    const shards = [
      file('c.bin', bytes.subarray(24)),
      file('a.bin', bytes.subarray(10, 24)),
      file('b.bin', bytes.subarray(0, 10)),
    ];
    assert.deepEqual(await plain(await load(...shards, json)), await plain(tinyArtifacts()));
    const loaded = await tf.loadGraphModel(tf.io.browserFiles([json, ...shards]));
    loaded.dispose();
  });

  test('loads the topology alone when there are no weights', async () => {
    assert.deepEqual(await load(model([])), { modelTopology: rest.modelTopology });
  });

  const whole = [{ paths: ['w.bin'], weights: [kernel, bias] }];
  for (const [what, files, code, message] of [
    ['JSON that is none', [file('m.json', '{"a":'), file('w.bin')], 'E_JSON', /m\.json is not JSON/],
    ['HTML', [file('m.json', '<!doctype html>')], 'E_JSON', /m\.json is not JSON/],
    ['JSON of something else', [file('m.json', 'null')], 'E_JSON', /m\.json.*modelTopology/],
    ['no topology', [file('m.json', '{"weightsManifest":[]}')], 'E_JSON', /modelTopology/],
    ['no manifest', [file('m.json', '{"modelTopology":{}}')], 'E_JSON', /weightsManifest/],
    ['a bad manifest', [model([{ paths: 'w.bin', weights: [] }]), file('w.bin')], 'E_MANIFEST', /paths/],
    ['a missing file', [model(whole), file('v.bin', bytes)], 'E_INPUT', /w\.bin/],
    ['an extra file', [model(whole), file('w.bin', bytes), file('v.bin')], 'E_INPUT', /v\.bin/],
    ['the same name twice', [model(whole), file('w.bin', bytes), file('w.bin', bytes)], 'E_DUPLICATE', /w\.bin/],
    [
      'a manifest with a name twice',
      [model([{ paths: ['a/w.bin', 'b/w.bin'], weights: [] }]), file('w.bin', bytes)],
      'E_DUPLICATE',
      /w\.bin/,
    ],
    ['a file that is too short', [model(whole), file('w.bin', bytes.subarray(1))], 'E_WEIGHT_BYTES', /36.*w\.bin.*35/],
    ['a file that is too long', [model(whole), file('w.bin', bytes, 'x')], 'E_WEIGHT_BYTES', /36.*w\.bin.*37/],
  ]) {
    test(`refuses ${what}`, () => assertFails(load(...files), code, message));
  }

  test('refuses no files', () => {
    assert.throws(() => tf.io.browserFiles([]), { code: 'E_INPUT' });
    assert.throws(() => tf.io.browserFiles(), { code: 'E_INPUT' });
  });

  test('reads on by slices when the stream of a file does not answer', async () => {
    const pull = (controller) => {
      // Writes only the first byte.
      if (controller.byobRequest.view.byteLength === 0) return undefined;
      controller.byobRequest.view[0] = bytes[0];
      controller.byobRequest.respond(1);
      stuck.pull = () => new Promise(() => {});
      return undefined;
    };
    const stuck = { pull };
    const silent = Object.assign(file('w.bin', bytes), {
      stream: () => new ReadableStream({ type: 'bytes', pull: (controller) => stuck.pull(controller) }),
    });
    const { getWeightStream } = await stream(model(whole), silent);
    const chunks = [];
    for await (const chunk of getWeightStream()) chunks.push(chunk);
    assert.ok(Buffer.concat(chunks).equals(Buffer.from(bytes)));
    assert.equal(chunks[0].byteLength, 1);
  });

  test('says which file cannot be read', async () => {
    const broken = Object.assign(file('w.bin', bytes), {
      stream: () => new ReadableStream({ type: 'bytes', pull: (controller) => controller.error(new Error('gone')) }),
    });
    const { getWeightStream } = await stream(model(whole), broken);
    await assertFails(getWeightStream().getReader().read(), 'E_FILE', /w\.bin.*gone/);
  });
});
