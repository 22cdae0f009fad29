// SPDX-License-Identifier: Apache-2.0
// Long training in a real browser: memory stays flat, checkpoints are saved, the page stays responsive.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { runAndKill, startStorageBrowser } from '../io/storage-browser.mjs';
import { missing } from '../prerequisites.mjs';

/** Runs in a page or a worker: 100 epochs with validation, and a checkpoint every 20 epochs. */
async function train(url) {
  const { tfwasm: tf } = globalThis.tools ?? { tfwasm: await import('/dist/index.js') };
  await tf.ready();
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [12, 12, 1], filters: 8, kernelSize: 3, activation: 'relu' }),
      tf.layers.batchNormalization(),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dropout({ rate: 0.2 }),
      tf.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const x = tf.randomUniform([250, 12, 12, 1], 0, 1, 'float32', 1);
  const y = tf.tidy(() =>
    tf
      .floor(tf.mul(tf.mean(x, [1, 2]), 19.99))
      .clipByValue(5, 14)
      .sub(5),
  );
  const sizes = [];
  const { history } = await model.fit(x, y, {
    ...{ epochs: 100, batchSize: 32, validationSplit: 0.2 },
    callbacks: {
      onEpochEnd: async (epoch) => {
        if (epoch % 20 !== 19) return;
        await model.save(url, { includeOptimizer: true });
        const { numTensors, numBytes, heapBytes } = tf.memory();
        sizes.push({ numTensors, numBytes, heapBytes });
      },
    },
  });
  const numbers = (values) => values.map((value) => value.dataSync()[0]);
  const evaluated = numbers(model.evaluate(x, y));
  const again = await tf.loadLayersModel(url);
  const { iterations } = again.optimizer;
  const loaded = numbers(again.evaluate(x, y));
  return { sizes, losses: history.loss, valLosses: history.val_loss, iterations, evaluated, loaded };
}

function check({ sizes, losses, valLosses, iterations, evaluated, loaded }) {
  assert.equal(sizes.length, 5);
  for (const size of sizes.slice(1)) assert.deepEqual(size, sizes[0]);
  assert.equal(losses.length, 100);
  assert.equal(valLosses.length, 100);
  assert.ok(losses.at(-1) < 0.7 * losses[0], `${losses[0]} to ${losses.at(-1)}`);
  assert.equal(iterations, 100 * Math.ceil(200 / 32));
  assert.deepEqual(loaded, evaluated);
}

/** Trains six epochs with a backup; `halts`: blocks the tab in the middle of the fourth. */
async function trainWithBackup({ url, halts }) {
  const { tfwasm: tf, haltAt } = tools;
  await tf.ready();
  const init = (seed) => tf.initializers.glorotUniform({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [4], units: 8, activation: 'tanh', kernelInitializer: init(1) }),
      tf.layers.dense({ units: 2, kernelInitializer: init(2) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  const [x, y] = [4, 2].map((size) => tf.randomUniform([40, size], -1, 1, 'float32', size));
  let epochs = 0;
  const halt = {
    onEpochBegin: () => ++epochs,
    onBatchEnd: (batch) => {
      if (halts && epochs === 4 && batch === 2) {
        haltAt(1, [tf.Tensor.prototype, 'clone']);
        x.clone();
      }
    },
  };
  const callbacks = [tf.callbacks.backupAndRestore(url), new tf.CustomCallback(halt)];
  const { epoch, history } = await model.fit(x, y, { epochs: 6, batchSize: 8, shuffle: false, callbacks });
  return { epoch, losses: history.loss, iterations: model.optimizer.iterations };
}

describe('training in a browser', { skip: missing('dist', 'chromium') }, () => {
  let browser;
  let page;

  before(async () => {
    browser = await startStorageBrowser();
    page = await browser.open({ tfjs: false });
  });
  after(() => browser?.close());

  test('100 epochs on a page, which stays responsive', async () => {
    await page.run(() => tools.tfwasm.ready());
    await page.run(() => {
      globalThis.longTasks = [];
      globalThis.ticks = 0;
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longTasks.push(duration);
      }).observe({ type: 'longtask' });
      globalThis.timer = setInterval(() => ++globalThis.ticks, 10);
    });
    const start = performance.now();
    check(await page.run(train, 'indexeddb://checkpoint'));
    const milliseconds = performance.now() - start;
    const { longTasks, ticks } = await page.run(() => {
      clearInterval(timer);
      return { longTasks, ticks: globalThis.ticks };
    });
    // A machine that is busy with something else makes all of it slower.
    const most = Math.max(100, milliseconds / 6);
    assert.deepEqual(
      longTasks.filter((duration) => duration > most),
      [],
    );
    assert.ok(ticks > 10, `a timer was called ${ticks} times in ${milliseconds} ms`);
  });

  test('the same in a worker', async () => {
    check(await page.runInWorker(train, 'indexeddb://from-worker'));
  });

  for (const medium of ['indexeddb', 'opfs']) {
    test(`a tab that is killed in the middle of fit() goes on from its backup in ${medium}`, async () => {
      const url = `${medium}://killed`;
      const whole = await page.run(trainWithBackup, { url: `${medium}://whole`, halts: false });
      assert.deepEqual(whole.epoch, [0, 1, 2, 3, 4, 5]);
      const tab = await browser.open({ tfjs: false });
      assert.ok(await runAndKill(tab, trainWithBackup, { url, halts: true }), 'the tab was not blocked');
      const other = await browser.open({ tfjs: false });
      const resumed = await other.run(trainWithBackup, { url, halts: false });
      await other.close();
      assert.deepEqual(resumed.epoch, [3, 4, 5]);
      assert.equal(resumed.iterations, 30);
      assert.deepEqual(resumed.losses, whole.losses.slice(3));
    });
  }
});
