// SPDX-License-Identifier: Apache-2.0
// What a model can be read from, and sources that are damaged or dangerous.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import { unzipSync, zipSync } from 'fflate';

import { convert, fileOf, filesOf, inspect, makeModel, skip, tarOf, tf, zipOf } from './small-models.mjs';

const OUTPUT = { outputFormat: 'tfjs_layers_model' };

/** A File with a path, as a folder in an <input> gives it. */
function fileAt(webkitRelativePath, bytes) {
  const file = new File([bytes], path.basename(webkitRelativePath));
  return Object.defineProperty(file, 'webkitRelativePath', { value: webkitRelativePath });
}

/** The handle of a folder with these files. */
function directoryOf(name, files) {
  const entries = new Map();
  for (const [file, bytes] of files) {
    const [first, ...rest] = file.split('/');
    if (rest.length === 0)
      entries.set(first, { kind: 'file', name: first, getFile: async () => new File([bytes], first) });
    else entries.set(first, [...(entries.get(first) ?? []), [rest.join('/'), bytes]]);
  }
  const handles = Array.from(entries, ([key, value]) => (Array.isArray(value) ? directoryOf(key, value) : value));
  return {
    kind: 'directory',
    name,
    async *values() {
      yield* handles;
    },
  };
}

describe('sources', { skip }, () => {
  let h5;
  let keras;
  let files;
  let expected;
  let folder;
  let server;
  let url;
  before(async () => {
    await tf.ready();
    const model = makeModel();
    [h5, keras, files] = [await fileOf(model, 'h5'), await fileOf(model, 'keras'), await filesOf(model)];
    expected = new Uint8Array((await convert(h5)).weightData).length;
    folder = mkdtempSync(path.join(tmpdir(), 'tfwasm-sources-'));
    await mkdir(path.join(folder, 'deep/model'), { recursive: true });
    await writeFile(path.join(folder, 'model.h5'), h5);
    for (const [name, bytes] of files) await writeFile(path.join(folder, 'deep/model', name), bytes);
    const served = new Map([
      ['/model.h5', h5],
      ['/x.zip', zipOf(files)],
      ...Array.from(files, ([k, v]) => [`/m/${k}`, v]),
    ]);
    server = createServer(({ url: asked }, response) => {
      const bytes = served.get(asked.replace(/\?.*/, ''));
      response.writeHead(bytes ? 200 : 404).end(bytes);
    });
    await new Promise((resolve) => server.listen(0, resolve));
    url = `http://localhost:${server.address().port}`;
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true });
    server?.close();
  });

  const check = async (source) => {
    const converted = await convert(source, OUTPUT);
    assert.equal(converted.weightData.byteLength, expected);
    return converted;
  };
  const inFolder = (prefix) => Array.from(files, ([name, bytes]) => [`${prefix}${name}`, bytes]);

  test('bytes, Blobs and Files', async () => {
    for (const bytes of [h5, keras, h5.slice().buffer]) await check(bytes);
    await check(new Blob([h5]));
    const { report } = await check(new File([keras], 'model.h5'));
    assert.equal(report.inputFormat, 'keras_keras', 'the content decides');
    assert.equal(report.source, 'model.h5');
  });

  test('lists of Files, folders of an <input>, handles, Maps', async () => {
    await check(Array.from(files, ([name, bytes]) => new File([bytes], name)));
    await check(Array.from(files, ([name, bytes]) => fileAt(`model/${name}`, bytes)));
    await check(directoryOf('model', files));
    await check(directoryOf('parent', new Map(inFolder('deep/'))));
    await check({ kind: 'file', getFile: async () => new File([h5], 'a.h5') });
    await check(new Map(Array.from(files, ([name, bytes]) => [name, new Blob([bytes])])));
  });

  test('an unpacked .keras file', async () => {
    await check(new Map(Object.entries(unzipSync(keras))));
  });

  test('archives, with the model in a folder or not', async () => {
    await check(zipOf(files));
    await check(zipOf([...inFolder('model/'), ['__MACOSX/model/._model.json', new Uint8Array(3)]]));
    await check(tarOf(files));
    await check(new Uint8Array(gzipSync(tarOf(inFolder('./model/')))));
    await check(zipOf([['a.h5', h5]]));
    const long = `${'folder/'.repeat(20)}`;
    const entries = inFolder(long).flatMap(([name, bytes]) => [
      ['././@LongLink', new TextEncoder().encode(`${name}\0`), 'L'],
      [name.slice(0, 99), bytes],
    ]);
    await check(tarOf(entries));
    const pax = inFolder(long).flatMap(([name, bytes]) => {
      const length = name.length + 10;
      return [
        ['pax', new TextEncoder().encode(`${length} path=${name}\n`), 'x'],
        ['short', bytes],
      ];
    });
    await check(tarOf(pax));
  });

  test('URLs of files, of model.json and of folders', async () => {
    await check(pathToFileURL(path.join(folder, 'model.h5')));
    await check(pathToFileURL(path.join(folder, 'deep')).href);
    await check(`${url}/model.h5`);
    await check(`${url}/m/model.json?version=1`);
    await check(`${url}/x.zip`);
    await assert.rejects(check(`${url}/none.h5`), { code: 'E_HTTP' });
    const fetched = [];
    const fetchFunc = async (address) => {
      fetched.push(address);
      return new Response(h5);
    };
    await convert('https://example.org/a.h5', { ...OUTPUT, fetchFunc });
    await inspect('https://tfhub.dev/x/y/1', { fetchFunc });
    assert.deepEqual(fetched, ['https://example.org/a.h5', 'https://tfhub.dev/x/y/1?tf-hub-format=compressed']);
  });

  test('what is no model', async () => {
    const text = (value) => new TextEncoder().encode(value);
    const refused = [
      [42, 'E_INPUT', /a model to convert is/],
      [[], 'E_INPUT', /a model to convert is/],
      [null, 'E_INPUT', /a model to convert is/],
      [new Uint8Array(0), 'E_FILE', /it is empty/],
      [text('hello'), 'E_FILE', /begins with "hello"/],
      [text('{'), 'E_JSON', /no JSON/],
      [text('{}'), 'E_JSON', /neither modelTopology nor weightsManifest/],
      [new File([text('x')], 'a.onnx'), 'E_FILE', /ONNX/],
      [new File([text('x')], 'a.pt'), 'E_FILE', /PyTorch/],
      [new File([text('TFL3')], 'a.tflite'), 'E_FILE', /TensorFlow Lite/],
      [
        new Map([
          ['a.txt', text('x')],
          ['b.txt', text('y')],
        ]),
        'E_FILE',
        /has no model: it has a.txt, b.txt/,
      ],
      [
        new Map([
          ['a.h5', h5],
          ['b.h5', h5],
        ]),
        'E_AMBIGUOUS',
        /name one of a.h5, b.h5/,
      ],
      [pathToFileURL(path.join(folder, 'none')), 'E_FILE', /no such file or folder/],
      ['file:///%00', 'E_FILE', /cannot read/],
    ];
    for (const [source, code, message] of refused) {
      await assert.rejects(
        convert(source),
        (error) => error.code === code && message.test(error.message),
        String(message),
      );
    }
  });

  test('damaged and dangerous archives', async () => {
    const content = new TextEncoder().encode('x');
    const damaged = tarOf(files);
    damaged[3] ^= 1;
    const zip = zipSync({ 'model.json': [content, { level: 0 }] });
    zip[zip.length - 30] ^= 1;
    const refused = [
      [zipOf([['../x', content]]), 'E_PATH'],
      [zipOf([['/etc/x', content]]), 'E_PATH'],
      [zip, 'E_FILE'],
      [zipSync({ bomb: new Uint8Array(200 * 2 ** 20) }, { level: 1 }), 'E_LIMIT'],
      [tarOf([['../x', content]]), 'E_PATH'],
      [tarOf([['/x', content]]), 'E_PATH'],
      [tarOf([['a/../../x', content]]), 'E_PATH'],
      [tarOf([['x', content, '2']]), 'E_FILE'],
      [
        tarOf([
          ['x', content],
          ['x', content],
        ]),
        'E_FILE',
      ],
      [damaged, 'E_FILE'],
      [tarOf(files).subarray(0, 600), 'E_FILE'],
      [new Uint8Array(gzipSync(new Uint8Array(200 * 2 ** 20))), 'E_LIMIT'],
      [new Uint8Array(gzipSync(content)), 'E_FILE'],
      [new Uint8Array(gzipSync(tarOf(files))).subarray(0, 300), 'E_FILE'],
    ];
    for (const [i, [bytes, code]] of refused.entries()) {
      await assert.rejects(convert(bytes), (error) => error.code === code, `case ${i}`);
    }
  });

  test('damaged models', async () => {
    const text = (value) => new TextEncoder().encode(JSON.stringify(value));
    const json = JSON.parse(new TextDecoder().decode(files.get('model.json')));
    const [group] = json.weightsManifest;
    const withManifest = (change) => new Map([...files, ['model.json', text({ ...json, weightsManifest: change })]]);
    const refused = [
      [new Map([...files, ['b.bin', new Uint8Array(3)]]), 'E_WEIGHT_BYTES'],
      [new Map([...files].filter(([name]) => name !== 'b.bin')), 'E_FILE'],
      [withManifest([{ ...group, paths: ['../a.bin'] }]), 'E_PATH'],
      [withManifest([{ ...group, paths: ['/etc/passwd'] }]), 'E_PATH'],
      [withManifest([{ ...group, weights: [{ name: 'a', shape: [-1], dtype: 'float32' }] }]), 'E_MANIFEST'],
      [withManifest([{ ...group, weights: [{ name: 'a', shape: [2 ** 40], dtype: 'float32' }] }]), 'E_WEIGHT_BYTES'],
      [withManifest([{ ...group, weights: [{ name: 'a', shape: [1], dtype: 'string' }] }]), 'E_MANIFEST'],
      [withManifest('x'), 'E_MANIFEST'],
      [withManifest([group, group]), 'E_DUPLICATE'],
      [h5.subarray(0, h5.length / 2), 'E_FILE'],
      [keras.subarray(0, keras.length / 2), 'E_FILE'],
    ];
    for (const [i, [source, code]] of refused.entries()) {
      await assert.rejects(convert(source, OUTPUT), (error) => error.code === code, `case ${i}`);
    }
  });
});
