// SPDX-License-Identifier: Apache-2.0
// Saves to file:// that meet other files, other saves and other processes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { missing } from '../prerequisites.mjs';
import { tinyModel } from '../tiny-model.mjs';
import { HANGS_AFTER_MS } from '../until.mjs';
import { tinyArtifacts, weightsOf } from './artifacts.mjs';

const tf = missing('dist') ? undefined : await import('../../dist/index.js');
const LOCK = '.tfwasm-lock';

describe('saving to file://', { skip: missing('dist') }, () => {
  let root;
  let folder;
  let url;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'tfwasm-saves-'));
    folder = path.join(root, 'model');
    url = `file://${folder}`;
    await mkdir(folder);
  });
  afterEach(() => rm(root, { recursive: true }));

  const biased = (value) => tinyArtifacts([value, value, value]);
  const save = (artifacts = tinyArtifacts(), to = url) => tf.io.getSaveHandlers(to)[0].save(artifacts);
  const file = (...names) => path.join(folder, ...names);
  const namesIn = async (of = folder) => (await readdir(of)).sort();
  const writeJson = (name, paths) =>
    writeFile(file(name), JSON.stringify({ ...tinyModel(), weightsManifest: [{ paths, weights: [] }] }));

  async function assertHas(artifacts) {
    const loaded = await tf.io.getLoadHandlers(url)[0].load();
    assert.deepEqual(await weightsOf(loaded), await weightsOf(artifacts));
  }

  describe('deletes nothing that is not its own:', () => {
    const foreign = ['thesis.txt', 'group1-shard1of1.bin', 'Weights.bin', 'weights.bin.bak', 'weights-1.bin'];
    const inFolder = path.join('photos', 'weights.bin');

    for (const named of [...foreign, 'photos/weights.bin', './thesis.txt', 'model.json', './model.json']) {
      test(`${named}, though the old model.json names it`, async () => {
        await mkdir(file('photos'));
        for (const name of [...foreign, inFolder]) await writeFile(file(name), `mine: ${name}`);
        await writeJson('model.json', [named]);
        for (const value of [1, 2, 3]) {
          await save(biased(value));
          await assertHas(biased(value));
        }
        for (const name of [...foreign, inFolder]) assert.equal(await readFile(file(name), 'utf8'), `mine: ${name}`);
        const expected = [...foreign, 'photos', 'model.json'];
        assert.deepEqual(
          (await namesIn()).filter((name) => !/^weights(-[0-9a-f]{16})?\.bin$/.test(name)),
          expected.sort(),
        );
      });
    }

    test('the weights of a model that was renamed', async () => {
      await save(biased(1));
      await rename(file('model.json'), file('first.json'));
      for (const value of [2, 3, 4]) await save(biased(value));
      const model = await tf.loadGraphModel(`${url}/first.json`);
      assert.deepEqual([...model.weights.bias[0].dataSync()], [1, 1, 1]);
      model.dispose();
      await tf.io.removeModel(`${url}/first.json`);
      await assertHas(biased(4));
      assert.equal((await namesIn()).length, 2);
    });

    test('a link', async () => {
      await writeFile(path.join(root, 'thesis.txt'), 'mine');
      await symlink(path.join(root, 'thesis.txt'), file('weights.bin'));
      await save(biased(1));
      await save(biased(2));
      assert.equal(await readFile(path.join(root, 'thesis.txt'), 'utf8'), 'mine');
      await assertHas(biased(2));
    });

    test('when the model is removed', async () => {
      await writeFile(file('thesis.txt'), 'mine');
      await writeFile(file('group1-shard1of1.bin'), '');
      await writeJson('model.json', ['thesis.txt', 'group1-shard1of1.bin']);
      await tf.io.removeModel(url);
      assert.deepEqual(await namesIn(), ['thesis.txt']);
    });
  });

  test('twenty times at once leaves one model', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => save(biased(index))));
    assert.deepEqual(
      (await namesIn()).map((name) => name.replace(/-[0-9a-f]{16}/, '')),
      ['model.json', 'weights.bin'],
    );
    assert.equal((await weightsOf(await tf.io.getLoadHandlers(url)[0].load())).length, 36);
  });

  test('from three processes while one loads', { timeout: HANGS_AFTER_MS }, async () => {
    await save(biased(0));
    const program = path.join(import.meta.dirname, 'load-files.mjs');
    const run = (...parameters) => promisify(execFile)(process.execPath, [program, ...parameters.map(String)]);
    const saves = [1, 2, 3].map((value) => run('save', folder, value, 15));
    const [{ stdout }] = await Promise.all([run('load', folder, 100), ...saves]);
    const seen = Object.keys(JSON.parse(stdout));
    assert.ok(
      seen.every((bias) => ['0,0,0', '1,1,1', '2,2,2', '3,3,3'].includes(bias)),
      stdout,
    );
    assert.equal((await namesIn()).length, 2, 'one model is left');
  });

  test('sweeps what a killed save has left, wherever it was killed', { timeout: HANGS_AFTER_MS }, async () => {
    const program = path.join(import.meta.dirname, 'save-file.mjs');
    let kills = 0;
    for (let call = 1, isFinished = false; !isFinished; ++call) {
      isFinished = await promisify(execFile)(process.execPath, [program, folder, '[7,7,7]', String(call)]).then(
        () => true,
        ({ signal, stderr }) => assert.equal(signal, 'SIGKILL', stderr) ?? false,
      );
      kills += isFinished ? 0 : 1;
      await save(biased(call));
      await assertHas(biased(call));
      assert.equal((await namesIn()).length, 2, `killed at call ${call}: ${await namesIn()}`);
    }
    assert.ok(kills > 10, `${kills} kills`);
  });

  describe('waits for a lock', () => {
    const lock = (owner) => writeFile(file(LOCK), JSON.stringify({ pid: 1, start: 0, id: 'x', ...owner }));

    /** Runs a task while clocks go 1,000 times as fast. */
    async function fast(task) {
      const { now } = performance;
      performance.now = () => 1000 * now.call(performance);
      try {
        return await task();
      } finally {
        performance.now = now;
      }
    }

    for (const [what, owner] of [
      ['of a process that is gone', { host: hostname(), pid: 2 ** 22 + 1 }],
      ['of an earlier process with the same number', { host: hostname(), pid: process.pid }],
    ]) {
      test(`${what}: not at all`, async () => {
        await lock(owner);
        await save(biased(1));
        assert.equal((await namesIn()).length, 2);
      });
    }

    for (const [what, content] of [
      ['of another machine that is silent', JSON.stringify({ host: 'elsewhere', pid: 1, id: 'x' })],
      ['without content', ''],
      ['whose content is nonsense', '{'],
    ]) {
      test(`${what}: half a minute`, async () => {
        await writeFile(file(LOCK), content);
        await fast(() => save(biased(1)));
        assert.equal((await namesIn()).length, 2);
      });
    }

    test('whose owner lives: until it ends, or for minutes', async () => {
      await lock({ host: hostname(), pid: process.ppid });
      const touch = setInterval(() => lock({ host: hostname(), pid: process.ppid }), 5);
      const outcome = await fast(() => save(biased(1)).catch((error) => error));
      clearInterval(touch);
      assert.equal(outcome.code, 'E_STORAGE');
      assert.match(outcome.message, /another save has not ended.*\.tfwasm-lock/);
      const saving = save(biased(1));
      await rm(file(LOCK));
      await saving;
      assert.equal((await namesIn()).length, 2);
    });

    test('and gives up when it loses its own, without damage', async () => {
      await save(biased(1));
      const pull = async (controller) => {
        await lock({ host: hostname(), pid: process.ppid });
        controller.enqueue(new Uint8Array(tinyArtifacts().weightData));
        controller.close();
      };
      const { weightData: _, ...parts } = tinyArtifacts();
      const getWeightStream = () => new ReadableStream({ pull }, { highWaterMark: 0 });
      await assert.rejects(save({ ...parts, getWeightStream }), { code: 'E_STORAGE', message: /has taken the lock/ });
      await assertHas(biased(1));
      assert.deepEqual(await namesIn(), [LOCK, 'model.json', 'weights.bin']);
    });
  });

  describe('and loading', () => {
    test('goes on with the new model when it is replaced before its weights are open', async () => {
      await save(biased(1));
      const fs = process.getBuiltinModule('node:fs/promises');
      const { open } = fs;
      fs.open = async (name, ...more) => {
        if (String(name).endsWith('weights.bin')) {
          fs.open = open;
          await save(biased(2));
        }
        return open(name, ...more);
      };
      try {
        await assertHas(biased(2));
      } finally {
        fs.open = open;
      }
    });

    test('finishes with the old weights when they are replaced after that', async () => {
      await save(biased(1));
      const old = await tf.io.getLoadHandlers(url, { streamWeights: true })[0].load();
      await save(biased(2));
      assert.deepEqual(await weightsOf(old), await weightsOf(biased(1)));
      await assertHas(biased(2));
    });

    test('says that weights are a folder, or missing', async () => {
      const model = { ...tinyModel(), weightsManifest: [{ ...tinyModel().weightsManifest[0], paths: ['w'] }] };
      await writeFile(file('model.json'), JSON.stringify(model));
      const isMissing = { name: 'TfwasmError', code: 'E_FILE', message: /model\/w.*ENOENT/ };
      await assert.rejects(tf.loadGraphModel(url), isMissing);
      await mkdir(file('w'));
      await assert.rejects(tf.loadGraphModel(url), { code: 'E_FILE', message: /model\/w.*folder/ });
      await rm(file('model.json'));
      await mkdir(file('model.json'));
      await assert.rejects(tf.loadGraphModel(url), { code: 'E_FILE', message: /model\.json.*folder/ });
    });
  });
});
