// SPDX-License-Identifier: Apache-2.0
// What `verbose` prints, with the built core in Node.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { sequentialOf, skip, tensorOf, tf } from './fit-models.mjs';

/** What the console gets while `f` runs. */
async function linesOf(f) {
  const { log } = console;
  const lines = [];
  console.log = (text) => lines.push(text);
  try {
    await f();
  } finally {
    console.log = log;
  }
  return lines;
}

describe('verbose', { skip }, () => {
  before(() => tf.ready());

  const x = () => tensorOf(tf, [20, 4], 1);
  const y = () => tensorOf(tf, [20, 2], 2);
  const TIME = String.raw`[\d.]+s - [\d.]+(us|ms)/step`;
  const VALUE = String.raw`\d+\.\d+(e-\d+)?`;

  function compiled() {
    const model = sequentialOf(tf, ['dense', { units: 2, inputShape: [4] }]);
    model.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'] });
    return model;
  }

  test('fit() prints a line for each epoch, with the results of the validation', async () => {
    for (const verbose of [1, 2, true]) {
      const args = { epochs: 3, batchSize: 8, validationData: [x(), y()], verbose };
      const lines = await linesOf(() => compiled().fit(x(), y(), args));
      assert.equal(lines.length, 3);
      const values = ['loss', 'mae', 'val_loss', 'val_mae'].map((name) => ` - ${name}: ${VALUE}`).join('');
      for (const [i, line] of lines.entries()) {
        assert.match(line, new RegExp(`^Epoch ${i + 1}/3 - 3/3 - ${TIME}${values}$`));
      }
    }
    assert.deepEqual(await linesOf(() => compiled().fit(x(), y(), { verbose: 0 })), []);
  });

  test('a long epoch prints lines in the middle, with means so far', async (t) => {
    let now = 0;
    t.mock.method(performance, 'now', () => {
      now += 1000;
      return now;
    });
    const lines = async (verbose) =>
      linesOf(() => compiled().fit(x(), y(), { batchSize: 2, verbose, yieldEvery: 'batch' }));
    const [middle, ...more] = await lines(1);
    assert.ok(more.length > 0);
    assert.match(middle, new RegExp(`^Epoch 1/1 - [1-9]/10 - ${TIME} - loss: ${VALUE} - mae: ${VALUE}$`));
    assert.equal((await lines(2)).length, 1);
  });

  test('evaluate(), evaluateDataset() and predict() print one line', async () => {
    const model = compiled();
    const values = ` - loss: ${VALUE} - mae: ${VALUE}`;
    const dataset = tf.data.array([{ xs: x(), ys: y() }]);
    for (const [expected, f] of [
      [`3/3 - ${TIME}${values}`, (verbose) => model.evaluate(x(), y(), { batchSize: 8, verbose })],
      [`1/1 - ${TIME}${values}`, (verbose) => model.evaluateDataset(dataset, { verbose, batches: 1 })],
      [`3/3 - ${TIME}`, (verbose) => model.predict(x(), { batchSize: 8, verbose })],
    ]) {
      const lines = await linesOf(() => f(1));
      assert.equal(lines.length, 1);
      assert.match(lines[0], new RegExp(`^${expected}$`));
      if (!expected.startsWith('1')) assert.deepEqual(await linesOf(() => f(0)), []);
    }
  });
});
