// SPDX-License-Identifier: Apache-2.0
// The built-in callbacks: their rules, with logs that a test makes up, and in training.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { loadTfjsLayers } from '../layers/tfjs.mjs';
import { missing } from '../prerequisites.mjs';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** A model as callbacks see it, with one weight: the epoch. */
function fakeModel(tf, learningRate = 1) {
  return {
    stopTraining: false,
    optimizer: { learningRate, schedule: undefined },
    saved: [],
    weight: 0,
    getWeights() {
      return [tf.scalar(this.weight)];
    },
    setWeights([value]) {
      this.weight = value.dataSync()[0];
    },
    async save(target, { includeOptimizer }) {
      this.saved.push([target, includeOptimizer]);
    },
  };
}

/** Runs epochs with these logs, until the callback stops them. Returns the number of epochs. */
async function run(callback, model, epochs) {
  callback.setParams({ epochs: epochs.length });
  callback.setModel(model);
  await callback.onTrainBegin();
  let epoch = 0;
  while (epoch < epochs.length && !model.stopTraining) {
    await callback.onEpochBegin(epoch);
    model.weight = epoch;
    await callback.onEpochEnd(epoch, epochs[epoch]);
    ++epoch;
  }
  await callback.onTrainEnd();
  return epoch;
}

const logsOf = (name, values) => values.map((value) => ({ [name]: value }));

/** Calls f without what it prints, which is returned. */
async function quietly(f) {
  const { warn, log } = console;
  const printed = [];
  console.warn = console.log = (text) => printed.push(text);
  try {
    await f();
  } finally {
    Object.assign(console, { warn, log });
  }
  return printed;
}

describe('callbacks', { skip: missing('dist', 'tfjs') }, () => {
  let tf;
  let theirs;
  let folder;

  before(async () => {
    tf = await import('../../dist/index.js');
    await tf.ready();
    theirs = loadTfjsLayers()?.layers;
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-callbacks-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  describe('EarlyStopping', () => {
    const DOWN = [5, 4, 4.5, 3, 3.2, 3.1, 3.3, 3.4, 2, 2.1];
    /** [arguments, name of the value, its values, number of epochs]. */
    const CASES = [
      [{}, 'val_loss', DOWN, 3],
      [undefined, 'val_loss', DOWN, 3],
      [{ patience: 1 }, 'val_loss', DOWN, 3],
      [{ patience: 2 }, 'val_loss', DOWN, 6],
      [{ patience: 4 }, 'val_loss', DOWN, 8],
      [{ patience: 5 }, 'val_loss', DOWN, 10],
      [{ monitor: 'loss', patience: 2, minDelta: 1.5 }, 'loss', DOWN, 3],
      [{ monitor: 'loss', patience: 2, minDelta: 1 }, 'loss', [5, 4, 2.5, 2, 1.8], 5],
      [{ monitor: 'val_acc', patience: 1 }, 'val_acc', [0.1, 0.2, 0.15, 0.3], 3],
      [{ monitor: 'val_acc', mode: 'min', patience: 1 }, 'val_acc', [0.1, 0.2, 0.05], 2],
      [{ monitor: 'loss', mode: 'max', patience: 1 }, 'loss', [1, 2, 1, 3], 3],
      [{ patience: 2 }, 'val_loss', [1, nan, nan, 0], 3],
      [{ patience: 1 }, 'val_loss', [1, 1, 1], 2],
    ];

    for (const [args, name, values, expected] of CASES) {
      test(`${JSON.stringify(args)} stops after ${expected} epochs, as in TensorFlow.js`, async () => {
        const epochs = logsOf(name, values);
        const ours = fakeModel(tf);
        assert.equal(await run(new tf.EarlyStopping(args), ours, epochs), expected);
        const other = theirs.sequential({ layers: [theirs.layers.dense({ units: 1, inputShape: [1] })] });
        other.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
        other.stopTraining = false;
        assert.equal(await run(theirs.callbacks.earlyStopping(args), other, epochs), expected);
        assert.equal(ours.stopTraining, other.stopTraining);
      });
    }

    /** What only tfwasm does, by the rules of Keras 3. */
    const KERAS = [
      // Improvements that do not reach the baseline do not start the count again.
      [{ baseline: 1, patience: 2 }, 'val_loss', [5, 4, 3.9, 4], 4],
      [{ baseline: 1, patience: 2 }, 'val_loss', [5, 5, 5, 5], 2],
      [{ baseline: 4.5, patience: 2 }, 'val_loss', [5, 4, 3, 3, 3, 3], 5],
      [{ startFromEpoch: 2, patience: 1 }, 'val_loss', [1, 2, 3, 4, 5], 4],
      [{ monitor: 'val_auc', patience: 1 }, 'val_auc', [0.1, 0.2, 0.1], 3],
    ];
    for (const [args, name, values, expected] of KERAS) {
      test(`${JSON.stringify(args)} stops after ${expected} epochs`, async () => {
        const callback = tf.callbacks.earlyStopping(args);
        assert.equal(await run(callback, fakeModel(tf), logsOf(name, values)), expected);
      });
    }

    test('restoreBestWeights: those of the best epoch, also if training was not stopped; no tensor is left', async () => {
      const before = tf.memory().numTensors;
      for (const [patience, values, best] of [
        [1, [3, 1, 2], 1],
        [9, [3, 2, 1, 2], 2],
        [1, [nan, nan], 0],
        [9, [1, 2, 3], 0],
      ]) {
        const model = fakeModel(tf);
        await run(new tf.EarlyStopping({ patience, restoreBestWeights: true }), model, logsOf('val_loss', values));
        assert.equal(model.weight, best);
      }
      assert.equal(tf.memory().numTensors, before);
    });

    test('a value that is not logged: one warning, and training goes on', async () => {
      const printed = await quietly(async () => {
        assert.equal(await run(new tf.EarlyStopping(), fakeModel(tf), logsOf('loss', [1, 2, 3])), 3);
      });
      assert.deepEqual(printed, ['Metric for val_loss is not available. Available metrics are: loss']);
    });

    test('used again, it begins anew', async () => {
      const callback = new tf.EarlyStopping({ patience: 1 });
      for (let i = 0; i < 2; ++i) {
        assert.equal(await run(callback, fakeModel(tf), logsOf('val_loss', [2, 1, 2, 3])), 3);
        assert.equal(callback.stoppedEpoch, 2);
      }
    });
  });

  describe('ReduceLROnPlateau', () => {
    /** The learning rates after each epoch. */
    async function rates(args, values, learningRate = 1) {
      const model = fakeModel(tf, learningRate);
      const logs = logsOf('val_loss', values);
      const callback = new tf.ReduceLROnPlateau(args);
      callback.setModel(model);
      await callback.onTrainBegin();
      const result = [];
      for (const [epoch, log] of logs.entries()) {
        const before = model.optimizer.learningRate;
        await callback.onEpochEnd(epoch, log);
        assert.equal(log.learning_rate, before);
        result.push(model.optimizer.learningRate);
      }
      return result;
    }

    test('by the rules of Keras', async () => {
      assert.deepEqual(await rates({ factor: 0.5, patience: 2 }, [3, 2, 2, 2, 2, 2]), [1, 1, 1, 0.5, 0.5, 0.25]);
      assert.deepEqual(
        await rates({ factor: 0.5, patience: 1, cooldown: 2 }, [1, 1, 1, 1, 1]),
        [1, 0.5, 0.5, 0.25, 0.25],
      );
      assert.deepEqual(await rates({ factor: 0.5, patience: 1, minLr: 0.3 }, [1, 1, 1, 1]), [1, 0.5, 0.3, 0.3]);
      assert.deepEqual(await rates({ factor: 0.5, patience: 1 }, [1, 0.99995, 0.9998]), [1, 0.5, 0.5]);
      assert.deepEqual(await rates({ factor: 0.5, patience: 1, mode: 'max' }, [1, 2, 1]), [1, 1, 0.5]);
      assert.deepEqual(await rates({}, Array(11).fill(1)), [...Array(10).fill(1), 0.1]);
    });

    test('a schedule of the optimizer is an error', async () => {
      const model = fakeModel(tf);
      model.optimizer.schedule = () => 1;
      await assert.rejects(run(new tf.ReduceLROnPlateau(), model, logsOf('val_loss', [1])), { code: 'E_INPUT' });
      await assert.rejects(run(new tf.LearningRateScheduler(() => 1), model, [{}]), { code: 'E_INPUT' });
    });
  });

  test('LearningRateScheduler: at the beginning of each epoch', async () => {
    const model = fakeModel(tf, 8);
    const logs = [{}, {}, {}];
    await run(
      tf.callbacks.learningRateScheduler(async (epoch, rate) => (epoch === 0 ? rate : rate / 2)),
      model,
      logs,
    );
    assert.deepEqual(logs, [{ learning_rate: 8 }, { learning_rate: 4 }, { learning_rate: 2 }]);
    await assert.rejects(run(new tf.LearningRateScheduler(() => 'fast'), model, [{}]), { code: 'E_INPUT' });
  });

  describe('ModelCheckpoint', () => {
    async function saved(target, args, epochs) {
      const model = fakeModel(tf);
      await run(new tf.ModelCheckpoint(target, args), model, epochs);
      return model.saved;
    }

    test('each epoch, with names in the URL', async () => {
      const epochs = [
        { loss: 0.5, val_loss: 2 },
        { loss: 0.25, val_loss: 12.3456 },
      ];
      const urls = async (target) => (await saved(target, {}, epochs)).map(([url]) => url);
      assert.deepEqual(await urls('file://m'), ['file://m', 'file://m']);
      assert.deepEqual(await urls('file://m-{epoch}-{loss}'), ['file://m-1-0.5', 'file://m-2-0.25']);
      assert.deepEqual(await urls('x-{epoch:03d}-{val_loss:.2f}'), ['x-001-2.00', 'x-002-12.35']);
      assert.deepEqual(await urls('x-{valLoss:07.2f}-{loss:.1e}'), ['x-0002.00-5.0e-1', 'x-0012.35-2.5e-1']);
      await assert.rejects(urls('x-{accuracy}'), /\{accuracy\}, which is not logged; there are loss, val_loss, epoch/);
      await assert.rejects(urls('x-{loss:%}'), { code: 'E_INPUT' });
    });

    test('only the best ones', async () => {
      const best = async (args, name, values) => {
        const list = await saved('{epoch}', { saveBestOnly: true, ...args }, logsOf(name, values));
        return list.map(([url]) => url).join();
      };
      assert.equal(await best({}, 'val_loss', [3, 2, 2, 2.5, 1]), '1,2,5');
      assert.equal(await best({ initialValueThreshold: 2 }, 'val_loss', [3, 2, 1]), '3');
      assert.equal(await best({ monitor: 'accuracy' }, 'accuracy', [0.1, 0.3, 0.2, 0.4]), '1,2,4');
      assert.equal(await best({}, 'val_loss', [nan, 2, nan]), '2');
    });

    test('every so many batches, over epochs', async () => {
      const callback = new tf.ModelCheckpoint('{epoch}-{batch}', { saveFreq: 3 });
      const model = fakeModel(tf);
      callback.setModel(model);
      await callback.onTrainBegin();
      for (let epoch = 0; epoch < 2; ++epoch) {
        await callback.onEpochBegin(epoch);
        for (let batch = 0; batch < 5; ++batch) await callback.onBatchEnd(batch, { loss: 1 });
        await callback.onEpochEnd(epoch, { loss: 1 });
      }
      assert.deepEqual(model.saved, [
        ['1-3', true],
        ['2-1', true],
        ['2-4', true],
      ]);
    });

    test('without the state of the optimizer, and to handlers', async () => {
      const handler = { save() {} };
      assert.deepEqual(await saved(handler, { saveWeightsOnly: true }, [{}]), [[handler, false]]);
    });
  });

  describe('CSVLogger', () => {
    const EPOCHS = [{ val_loss: 2, loss: 1 }, { loss: 0.5 }, { loss: 0.25, val_loss: 1, late: 1 }];
    const TEXT = 'epoch,loss,val_loss\n0,1,2\n1,0.5,NA\n2,0.25,1\n';

    test('a path, a file:// URL, a function', async () => {
      const file = path.join(folder, 'log.csv');
      for (const target of [file, pathToFileURL(file).href]) {
        await run(new tf.CSVLogger(target), fakeModel(tf), EPOCHS);
        assert.equal(await readFile(file, 'utf8'), TEXT);
      }
      const lines = [];
      await run(new tf.CSVLogger((line) => lines.push(line), { separator: ';' }), fakeModel(tf), EPOCHS);
      assert.equal(lines.join(''), TEXT.replaceAll(',', ';'));
    });

    test('append', async () => {
      const file = path.join(folder, 'appended.csv');
      for (let i = 0; i < 2; ++i) await run(new tf.CSVLogger(file, { append: true }), fakeModel(tf), EPOCHS);
      assert.equal(await readFile(file, 'utf8'), TEXT + TEXT.slice(TEXT.indexOf('\n') + 1));
      await writeFile(file, 'old');
      await run(new tf.CSVLogger(file), fakeModel(tf), EPOCHS);
      assert.equal(await readFile(file, 'utf8'), TEXT);
    });

    test('what it writes is read by tf.data.csv', async () => {
      const file = path.join(folder, 'read.csv');
      await run(new tf.CSVLogger(file), fakeModel(tf), [{ 'a,b': 1, 'c"d': 2 }]);
      assert.deepEqual(await tf.data.csv(`file://${file}`).toArray(), [{ epoch: 0, 'a,b': 1, 'c"d': 2 }]);
    });

    test('E_FILE', async () => {
      const callback = new tf.CSVLogger(path.join(folder, 'no/such/log.csv'));
      await assert.rejects(run(callback, fakeModel(tf), EPOCHS), { code: 'E_FILE' });
    });
  });

  test('TerminateOnNaN', async () => {
    for (const [loss, stops] of [
      [1, false],
      [nan, true],
      [infinity, true],
      [undefined, false],
    ]) {
      const model = fakeModel(tf);
      const callback = new tf.TerminateOnNaN();
      callback.setModel(model);
      const printed = await quietly(() => callback.onBatchEnd(3, { loss }));
      assert.equal(model.stopTraining, stops);
      assert.equal(printed.length, stops ? 1 : 0);
    }
    const strict = tf.callbacks.terminateOnNaN({ raiseError: true });
    await assert.rejects(strict.onBatchEnd(3, { loss: nan }), /the loss of batch 3 is NaN/);
  });

  test('LambdaCallback', async () => {
    const calls = [];
    const log =
      (name) =>
      (...given) =>
        calls.push([name, ...given]);
    const callback = tf.callbacks.lambda({ onEpochEnd: log('epoch'), onTrainBatchEnd: log('batch') });
    await callback.onTrainBegin();
    await callback.onBatchEnd(0, { loss: 1 });
    await callback.onEpochEnd(0, { loss: 2 });
    assert.deepEqual(calls, [
      ['batch', 0, { loss: 1 }],
      ['epoch', 0, { loss: 2 }],
    ]);
  });

  test('wrong arguments', () => {
    for (const make of [
      () => new tf.EarlyStopping({ patience: -1 }),
      () => new tf.EarlyStopping({ patience: '3' }),
      () => new tf.EarlyStopping({ mode: 'best' }),
      () => new tf.EarlyStopping({ monitor: 5 }),
      () => new tf.EarlyStopping({ minDelta: nan }),
      () => new tf.ReduceLROnPlateau({ factor: 1 }),
      () => new tf.LearningRateScheduler(0.1),
      () => new tf.ModelCheckpoint(),
      () => new tf.ModelCheckpoint('x', { saveFreq: 0 }),
      () => new tf.CSVLogger(),
      () => new tf.CSVLogger('x', { separator: '' }),
    ]) {
      assert.throws(make, (error) => error.name === 'TfwasmError' && error.code === 'E_INPUT', String(make));
    }
  });

  test('in training: all of them, with a dataset', { timeout: 60_000 }, async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const dataset = tf.data
      .array([0, 1, 2, 3, 4, 5, 6, 7].map((x) => ({ xs: [x / 8], ys: [x / 4 + 1] })))
      .shuffle(8, 'seed')
      .batch(4)
      .prefetch(1);
    const before = tf.memory().numTensors;
    const log = path.join(folder, 'fit.csv');
    const rates = [];
    const { history } = await model.fitDataset(dataset, {
      epochs: 6,
      verbose: 0,
      callbacks: [
        new tf.LearningRateScheduler((epoch) => 0.1 / (epoch + 1)),
        new tf.EarlyStopping({ monitor: 'loss', patience: 10, restoreBestWeights: true }),
        new tf.ModelCheckpoint(`file://${folder}/model-{epoch}`, { monitor: 'loss', saveBestOnly: true }),
        new tf.TerminateOnNaN(),
        new tf.CSVLogger(log),
        new tf.LambdaCallback({ onEpochEnd: () => rates.push(model.optimizer.learningRate) }),
      ],
    });
    assert.equal(history.loss.length, 6);
    assert.ok(history.loss[5] < history.loss[0]);
    assert.deepEqual(history.learning_rate, rates);
    const rows = await tf.data.csv(`file://${log}`).toArray();
    assert.deepEqual(
      rows.map(({ loss }) => loss),
      history.loss,
    );
    const best = 1 + history.loss.indexOf(Math.min(...history.loss));
    const loaded = await tf.loadLayersModel(`file://${folder}/model-${best}/model.json`);
    const predict = (which) => tf.tidy(() => Array.from(which.predict(tf.ones([1, 1])).dataSync()));
    assert.deepEqual(predict(loaded), predict(model));
    loaded.dispose();
    assert.ok(tf.memory().numTensors - before < 20, 'elements of datasets are disposed');
  });
});
