// SPDX-License-Identifier: Apache-2.0
// file:// in Node.js.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { missing } from '../prerequisites.mjs';
import { tinyAnswer, tinyModel } from '../tiny-model.mjs';
import { plain, tinyArtifacts, weightsOf } from './artifacts.mjs';

const tf = missing('dist') ? undefined : await import('../../dist/index.js');

describe('file://', { skip: missing('dist') }, () => {
  let root;
  let folder;
  let url;

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'tfwasm-files-'));
    folder = path.join(root, 'model');
    url = `file://${folder}`;
  });
  afterEach(() => rm(root, { recursive: true }));

  const save = (to = url, artifacts = tinyArtifacts()) => tf.io.getSaveHandlers(to)[0].save(artifacts);
  const load = (from = url) => tf.io.getLoadHandlers(from)[0].load();

  async function assertPredicts(from, expected = tinyAnswer([1, 2])) {
    const model = await tf.loadGraphModel(from);
    const [input, output] = [tf.tensor2d([[1, 2]])].flatMap((x) => [x, model.predict(x)]);
    assert.deepEqual(Array.from(await output.data()), expected);
    tf.dispose([input, output]);
    model.dispose();
  }

  const assertFails = (promise, code, message) =>
    assert.rejects(promise, (error) => {
      assert.equal(error.name, 'TfwasmError', error.stack);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      return true;
    });

  test('writes the files of tfjs-node, and reads them by folder or by file', async () => {
    const { modelArtifactsInfo: info } = await save();
    assert.deepEqual((await readdir(folder)).sort(), ['model.json', 'weights.bin']);
    const json = JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8'));
    const { weightData, weightSpecs, ...rest } = tinyArtifacts();
    const sha256 = [createHash('sha256').update(new Uint8Array(weightData)).digest('hex')];
    const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs, sha256 }];
    assert.deepEqual(json, JSON.parse(JSON.stringify({ ...rest, weightsManifest })));
    assert.deepEqual(Object.keys(json).slice(0, 5), [
      'modelTopology',
      'format',
      'generatedBy',
      'convertedBy',
      'weightsManifest',
    ]);
    assert.deepEqual([...(await readFile(path.join(folder, 'weights.bin')))], [...new Uint8Array(weightData)]);
    assert.ok(info.dateSaved instanceof Date);
    assert.deepEqual(
      { ...info, dateSaved: 0 },
      {
        dateSaved: 0,
        modelTopologyType: 'JSON',
        modelTopologyBytes: Buffer.byteLength(JSON.stringify(rest.modelTopology)),
        weightSpecsBytes: JSON.stringify(weightSpecs).length,
        weightDataBytes: 36,
      },
    );
    for (const from of [url, `${url}/model.json`, pathToFileURL(folder).href]) {
      await assertPredicts(from);
      assert.deepEqual(await plain(await load(from)), await plain(tinyArtifacts()));
    }
  });

  test('loads what tfjs-node and the converter write', async () => {
    const { weightData } = tinyArtifacts();
    await mkdir(folder);
    const model = tinyModel();
    model.weightsManifest[0].paths = ['group1-shard1of2.bin', 'sub dir/group1 50%#?.bin'];
    await writeFile(path.join(folder, 'renamed.json'), JSON.stringify(model));
    await mkdir(path.join(folder, 'sub dir'));
    await writeFile(path.join(folder, model.weightsManifest[0].paths[0]), Buffer.from(weightData, 0, 10));
    await writeFile(path.join(folder, model.weightsManifest[0].paths[1]), Buffer.from(weightData, 10));
    await assertPredicts(`${url}/renamed.json`);
  });

  test('takes paths as they stand, and decodes file:/// URLs', async () => {
    const name = 'na me%20#ü?';
    const back = process.cwd();
    process.chdir(root);
    try {
      await save(`file://${name}`);
      assert.deepEqual(await readdir(root), [name]);
      await assertPredicts(`file://./${name}`);
      await assertPredicts(pathToFileURL(path.join(root, name)).href);
      await assertPredicts(tf.io.fileSystem(name));
      await save(pathToFileURL(path.join(root, 'o % o')).href);
      assert.deepEqual((await readdir(root)).sort(), [name, 'o % o']);
    } finally {
      process.chdir(back);
    }
  });

  for (const [what, weights] of [
    ['several buffers', (data) => ({ weightData: [data.slice(0, 5), new ArrayBuffer(0), data.slice(5)] })],
    ['a stream', (data) => ({ weightData: undefined, getWeightStream: () => new Blob([data]).stream() })],
    [
      'a stream of single bytes',
      (data) => ({
        getWeightStream: () => ReadableStream.from([...new Uint8Array(data)].map((byte) => Uint8Array.of(byte))),
      }),
    ],
  ]) {
    test(`saves weights that come as ${what}`, async () => {
      const artifacts = tinyArtifacts();
      await save(url, { ...artifacts, ...weights(artifacts.weightData) });
      assert.deepEqual(await weightsOf(await load()), [...new Uint8Array(artifacts.weightData)]);
    });
  }

  test('saves weights of many megabytes in order, whatever the sizes of their parts', async () => {
    const values = new Uint32Array(3_000_001).map((_, index) => index * 2654435761);
    const cuts = [0, 1, 4 << 20, (4 << 20) + 3, 9_000_000, values.byteLength];
    const weightData = cuts.slice(1).map((end, index) => values.buffer.slice(cuts[index], end));
    const weightSpecs = [{ name: 'w', shape: [values.length], dtype: 'int32' }];
    const { modelArtifactsInfo } = await save(url, { modelTopology: {}, weightSpecs, weightData });
    assert.equal(modelArtifactsInfo.weightDataBytes, values.byteLength);
    assert.ok((await readFile(path.join(folder, 'weights.bin'))).equals(Buffer.from(values.buffer)));
  });

  test('replaces a model and leaves no file of it', async () => {
    await save();
    for (const bias of [1, 2, 3]) {
      await save(url, tinyArtifacts([bias, 0, 0]));
      assert.equal((await readdir(folder)).length, 2);
      assert.deepEqual(await plain(await load()), await plain(tinyArtifacts([bias, 0, 0])));
    }
  });

  test('can save a model over itself', async () => {
    await save();
    await save(url, await load());
    await assertPredicts(url);
  });

  test('keeps a model when its replacement fails', async () => {
    await save();
    const broken = new Error('mine');
    const failing = () => new ReadableStream({ pull: (controller) => controller.error(broken) });
    const before = (await readdir(folder)).sort();
    for (const [parts, code, message] of [
      [{ getWeightStream: failing }, 'E_STORAGE', /mine/],
      [{ weightData: new ArrayBuffer(35) }, 'E_WEIGHT_BYTES', /36.*35/],
      [{ modelTopology: new ArrayBuffer(1) }, 'E_INPUT', /binary/],
      [{ modelTopology: { n: 1n } }, 'E_INPUT', /BigInt/],
    ]) {
      await assertFails(save(url, { ...tinyArtifacts([7, 7, 7]), ...parts }), code, message);
      assert.deepEqual((await readdir(folder)).sort(), before);
      await assertPredicts(url);
    }
  });

  test('is the old or the new model after the process is killed anywhere in a save', async () => {
    const program = path.join(import.meta.dirname, 'save-file.mjs');
    const outcomes = { old: 0, new: 0 };
    for (let call = 1, finished = false; !finished; ++call) {
      await rm(folder, { recursive: true, force: true });
      await save();
      finished = await promisify(execFile)(process.execPath, [program, folder, '[7,7,7]', String(call)]).then(
        () => true,
        ({ signal, stderr }) => assert.equal(signal, 'SIGKILL', stderr) ?? false,
      );
      const found = await plain(await load());
      const isNew = String(found.weights) === String(await weightsOf(tinyArtifacts([7, 7, 7])));
      assert.deepEqual(found, await plain(isNew ? tinyArtifacts([7, 7, 7]) : tinyArtifacts()));
      assert.ok(isNew || !finished);
      ++outcomes[isNew ? 'new' : 'old'];
      // The next save is not affected.
      await save(url, tinyArtifacts([8, 8, 8]));
      assert.deepEqual(await weightsOf(await load()), await weightsOf(tinyArtifacts([8, 8, 8])));
    }
    assert.ok(outcomes.old >= 5 && outcomes.new >= 2, JSON.stringify(outcomes));
  });

  test('keeps the new model when the old one cannot be deleted', async () => {
    await save();
    const fs = process.getBuiltinModule('node:fs/promises');
    const { rm: remove, open } = fs;
    const denied = () => Promise.reject(new Error('denied'));
    const { rename } = fs;
    fs.rename = (...names) => {
      Object.assign(fs, { rm: denied, open: denied, rename });
      return rename(...names);
    };
    try {
      await save(url, tinyArtifacts([7, 7, 7]));
      assert.equal(fs.rm, denied);
    } finally {
      Object.assign(fs, { rm: remove, open, rename });
    }
    assert.deepEqual(await weightsOf(await load()), await weightsOf(tinyArtifacts([7, 7, 7])));
  });

  test('sweeps files that a killed process left, and no others', async () => {
    await save();
    const left = ['weights-0123456789abcdef.tmp', 'weights-0123456789abcdef.bin', 'model-0123456789abcdef.json'];
    const others = ['mine.txt', 'weights-fedcba9876543210.bin', 'weights-0.tmp', 'model-1.json'];
    for (const name of [...left, ...others]) await writeFile(path.join(folder, name), 'x');
    const model = { ...tinyModel(), weightsManifest: [{ paths: [left[1]], weights: [] }] };
    await writeFile(path.join(folder, left[2]), JSON.stringify(model));
    await save();
    const expected = others.map((name) => [name, 'x']);
    const names = (await readdir(folder)).filter((name) => others.includes(name) || left.includes(name));
    const contents = names.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')]);
    assert.deepEqual((await Promise.all(contents)).sort(), expected.sort());
    assert.equal((await readdir(folder)).length, others.length + 2);
  });

  test('ends with one whole model when many save at once', async () => {
    const biases = [1, 2, 3, 4, 5, 6, 7, 8].map((value) => [value, value, value]);
    await Promise.all(biases.map((bias) => save(url, tinyArtifacts(bias))));
    const weights = JSON.stringify(await weightsOf(await load()));
    const candidates = await Promise.all(biases.map((bias) => weightsOf(tinyArtifacts(bias))));
    assert.ok(candidates.map((candidate) => JSON.stringify(candidate)).includes(weights));
  });

  describe('manages', () => {
    test('copies, moves and removes', async () => {
      await save();
      const other = `file://${path.join(root, 'a', 'b')}`;
      assert.equal((await tf.io.copyModel(url, other)).weightDataBytes, 36);
      await assertPredicts(other);
      await tf.io.moveModel(`${other}/model.json`, `file://${root}/c`);
      await assertFails(load(other), 'E_FILE', /a\/b/);
      assert.deepEqual(await readdir(path.join(root, 'a')), []);
      await assertPredicts(`file://${root}/c`);
      assert.equal((await tf.io.removeModel(`file://${root}/c`)).weightDataBytes, 36);
      assert.deepEqual((await readdir(root)).sort(), ['a', 'model']);
      await assertFails(tf.io.removeModel(`file://${root}/c`), 'E_STORAGE', /no model.*\/c/);
    });

    test('does not move a model onto itself', async () => {
      await save();
      await symlink(folder, path.join(root, 'link'));
      for (const same of [url, `${url}/`, `${url}/../model/model.json`, `file://${root}/link`]) {
        await assertFails(tf.io.moveModel(url, same), 'E_INPUT', /same/);
      }
      await assertPredicts(url);
    });

    test('keeps the source when the copy fails', async () => {
      await save();
      await writeFile(path.join(root, 'occupied'), '');
      await assertFails(tf.io.moveModel(url, `file://${root}/occupied`), 'E_STORAGE', /occupied/);
      await assertPredicts(url);
    });

    test('lists the models in the current folder', async () => {
      // File system timestamps may have a resolution of two seconds.
      const before = Date.now() - 2000;
      await save();
      await save(`file://${root}/__proto__`);
      await mkdir(path.join(root, 'none'));
      await mkdir(path.join(root, 'broken'));
      await writeFile(path.join(root, 'broken/model.json'), '{');
      const back = process.cwd();
      process.chdir(root);
      try {
        const models = await tf.io.listModels();
        assert.deepEqual(Object.keys(models).sort(), ['file://__proto__', 'file://model']);
        const info = models['file://model'];
        assert.ok(before <= info.dateSaved && info.dateSaved <= Date.now(), `${info.dateSaved}`);
        assert.equal(info.weightDataBytes, 36);
        for (const name of Object.keys(models)) await assertPredicts(name);
      } finally {
        process.chdir(back);
      }
    });

    test('removes only the files of the model', async () => {
      await save();
      await writeFile(path.join(folder, 'notes.txt'), 'x');
      await writeFile(path.join(root, 'outside.bin'), 'x');
      await tf.io.removeModel(url);
      assert.deepEqual(await readdir(folder), ['notes.txt']);
      const model = { ...tinyModel(), weightsManifest: [{ paths: ['../outside.bin'], weights: [] }] };
      await writeFile(path.join(folder, 'model.json'), JSON.stringify(model));
      await assertFails(tf.io.removeModel(url), 'E_PATH', /outside/);
      assert.ok((await readdir(root)).includes('outside.bin'));
    });
  });

  describe('says what is wrong', () => {
    test('with what is not there', async () => {
      await assertFails(load(), 'E_FILE', /model/);
      await assertFails(tf.loadGraphModel(`${url}/model.json`), 'E_FILE', /model\.json/);
    });

    test('with the files', async () => {
      await save();
      const json = path.join(folder, 'model.json');
      await writeFile(path.join(folder, 'weights.bin'), 'short');
      await assertFails(tf.loadGraphModel(url), 'E_HASH', /weights\.bin .* 5 bytes/);
      await rm(path.join(folder, 'weights.bin'));
      await assertFails(tf.loadGraphModel(url), 'E_FILE', /weights\.bin/);
      await writeFile(json, '{"modelTopology":');
      await assertFails(tf.loadGraphModel(url), 'E_JSON', /model\.json/);
      const climbing = { ...tinyModel(), weightsManifest: [{ paths: ['../../secret'], weights: [] }] };
      await writeFile(json, JSON.stringify(climbing));
      await assertFails(tf.loadGraphModel(url), 'E_PATH', /secret/);
    });

    test('with names', async () => {
      assert.throws(() => save('file://'), { code: 'E_PATH' });
      assert.throws(() => save('file://a\0b'), { code: 'E_PATH' });
      await assertFails(save(`file://${root}/${'x'.repeat(300)}`), 'E_STORAGE', /ENAMETOOLONG/);
    });

    test('with a folder that may not be written', async () => {
      await mkdir(folder);
      await chmod(folder, 0o555);
      // Permissions do not apply to root.
      const isRoot = process.geteuid() === 0;
      if (isRoot) {
        await chmod(root, 0o755);
        process.seteuid('nobody');
      }
      try {
        await assertFails(save(), 'E_STORAGE', /EACCES/);
      } finally {
        if (isRoot) process.seteuid(0);
      }
    });

    test('with a file where the folder should be', async () => {
      await writeFile(folder, 'mine');
      await assertFails(save(), 'E_STORAGE', /model.*EEXIST/);
      assert.equal(await readFile(folder, 'utf8'), 'mine');
    });
  });
});
