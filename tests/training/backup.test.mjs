// SPDX-License-Identifier: Apache-2.0
// Training that is interrupted and goes on, with the built core in Node.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { assertClose } from '../layers/close.mjs';
import { sequentialOf, skip, tensorOf, tf } from './fit-models.mjs';

describe('BackupAndRestore', { skip }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tfwasm-backup-'));
  before(() => tf.ready());
  after(() => rmSync(folder, { recursive: true }));

  const makeModel = () => {
    const model = sequentialOf(
      tf,
      ['dense', { units: 6, activation: 'tanh', inputShape: [4] }],
      ['batchNormalization', {}],
      ['dense', { units: 2 }],
    );
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'mse', metrics: ['mae'] });
    model.setUserDefinedMetadata({ mine: true });
    return model;
  };
  const fit = (model, options) =>
    model.fit(tensorOf(tf, [20, 4], 1), tensorOf(tf, [20, 2], 2), {
      epochs: 6,
      batchSize: 8,
      shuffle: false,
      ...options,
    });
  const crashIn = (epoch) => ({
    onBatchEnd: (batch) => {
      if (batch === 1 && crash.epoch === epoch) throw new Error('crash');
    },
    onEpochBegin: (index) => {
      crash.epoch = index;
    },
  });
  const crash = {};

  test('a model made anew goes on after the last whole epoch, as if nothing had happened', async () => {
    const { history } = await fit(makeModel());
    for (const saveFreq of ['epoch', 3]) {
      const url = `file://${folder}/${saveFreq}`;
      const backup = () => new tf.BackupAndRestore(url, { saveFreq });
      await assert.rejects(fit(makeModel(), { callbacks: [backup(), new tf.CustomCallback(crashIn(3))] }), /crash/);
      assert.ok(existsSync(`${folder}/${saveFreq}/model.json`));
      const model = makeModel();
      const rest = await fit(model, { callbacks: [backup()] });
      assert.deepEqual(rest.epoch.at(-1), 5);
      if (saveFreq === 'epoch') {
        assert.deepEqual(rest.epoch, [3, 4, 5]);
        assertClose(rest.history.loss, history.loss.slice(3), 1e-6);
        assertClose(rest.history.mae, history.mae.slice(3), 1e-6);
      }
      assert.deepEqual(model.getUserDefinedMetadata(), { mine: true });
      assert.ok(!existsSync(`${folder}/${saveFreq}/model.json`));
    }
  });

  test('starts from the beginning without a backup, and keeps one that is asked for', async () => {
    const url = `file://${folder}/kept`;
    const callbacks = [tf.callbacks.backupAndRestore(url, { deleteCheckpoint: false })];
    const model = makeModel();
    const { numTensors } = tf.memory();
    assert.deepEqual((await fit(model, { callbacks })).epoch, [0, 1, 2, 3, 4, 5]);
    assert.deepEqual((await fit(model, { callbacks, epochs: 7 })).epoch, [6]);
    model.optimizer.dispose();
    // The examples of two calls, and the number of steps, which the model keeps for what it has saved.
    assert.equal(tf.memory().numTensors - numTensors, 5);
  });

  test('refuses a model that is no backup', async () => {
    const url = `file://${folder}/other`;
    await makeModel().save(url);
    await assert.rejects(fit(makeModel(), { callbacks: [new tf.BackupAndRestore(url)] }), /no backup/);
    assert.throws(() => new tf.BackupAndRestore(url, { saveFreq: 0 }), { code: 'E_INPUT' });
  });
});
