// SPDX-License-Identifier: Apache-2.0
// Who disposes tensors: the number of tensors is the same after any way of reading a dataset.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { loadTfwasm } from './libraries.mjs';

describe('tensors of datasets', { skip: missing('dist') }, () => {
  let tf;

  before(async () => {
    ({ tf } = await loadTfwasm());
  });

  /** A dataset of n elements with two new tensors each. */
  const pairs = (n) =>
    tf.data.generator(function* () {
      for (let i = 0; i < n; ++i) yield { x: tf.tensor1d([i, i]), y: { z: tf.scalar(i) }, i };
    });

  const fail = ({ i }) => {
    if (i === 5) throw new Error('the sixth');
    return i;
  };

  const checked = (element) => {
    fail(element);
    return element;
  };

  const disposing = ({ x, i }) => {
    x.dispose();
    return i;
  };

  /** [title, dataset, tensors that its elements have]. */
  const CASES = [
    ['as they are', () => pairs(10), 20],
    ['map that drops all', () => pairs(10).map(({ i }) => i), 0],
    ['map that passes one on', () => pairs(10).map(({ x }) => x), 10],
    ['map that makes new ones, with intermediates', () => pairs(10).map(({ x }) => x.add(1).mul(2)), 10],
    ['map that passes on and makes', () => pairs(10).map(({ x }) => [x, x.neg()]), 20],
    ['map that passes one on twice', () => pairs(10).map(({ x }) => [x, x]), 10],
    ['map that disposes by itself', () => pairs(10).map(disposing), 0],
    ['mapAsync that drops all', () => pairs(10).mapAsync(async ({ i }) => i), 0],
    ['mapAsync that makes new ones', () => pairs(10).mapAsync(async ({ x }) => x.neg()), 10],
    ['filter', () => pairs(10).filter(({ x }) => x.sum().dataSync()[0] % 4 === 0), 10],
    ['an asynchronous filter', () => pairs(10).filter(async ({ x }) => (await x.sum().data())[0] % 4 === 0), 10],
    ['skip', () => pairs(10).skip(7), 6],
    ['take', () => pairs(10).take(3), 6],
    ['take of a prefetch', () => pairs(10).prefetch(5).take(3), 6],
    ['take of a shuffle', () => pairs(10).shuffle(5).take(3), 6],
    ['shuffle', () => pairs(10).shuffle(100), 20],
    ['prefetch', () => pairs(10).prefetch(100), 20],
    ['batch', () => pairs(10).batch(4), 9],
    ['batch without the last', () => pairs(10).batch(4, false), 6],
    ['take of batches', () => pairs(10).batch(4).take(1), 3],
    ['zip', () => tf.data.zip([pairs(10), pairs(4)]), 16],
    ['zip of three', () => tf.data.zip({ a: pairs(3), b: [pairs(10), pairs(5)] }), 18],
    ['concatenate', () => pairs(3).concatenate(pairs(4)), 14],
    ['repeat', () => pairs(3).repeat(3), 18],
    [
      'a chain',
      () =>
        pairs(20)
          .shuffle(5)
          .map(({ x }) => x.neg())
          .batch(3)
          .prefetch(2)
          .repeat(2)
          .take(5),
      5,
    ],
  ];

  for (const [title, make, expected] of CASES) {
    test(`toArray: ${title}`, async () => {
      const before = tf.memory().numTensors;
      const elements = await make().toArray();
      assert.equal(tf.memory().numTensors - before, expected);
      tf.dispose(elements);
      assert.equal(tf.memory().numTensors, before);
    });

    test(`forEachAsync, for await, and an early end: ${title}`, async () => {
      const before = tf.memory().numTensors;
      for (let round = 0; round < 3; ++round) {
        await make().forEachAsync(() => {});
        for await (const element of make()) tf.dispose(element);
        for await (const element of make()) {
          tf.dispose(element);
          break;
        }
      }
      assert.equal(tf.memory().numTensors, before);
    });
  }

  for (const [title, make] of [
    ['map', () => pairs(10).map(fail)],
    ['map after making tensors', () => pairs(10).map((element) => [element.x.neg(), fail(element)])],
    ['mapAsync', () => pairs(10).mapAsync(async (element) => fail(element))],
    ['filter', () => pairs(10).filter(fail)],
    [
      'batch',
      () =>
        pairs(10)
          .filter((element) => fail(element) >= 0)
          .batch(4),
    ],
    [
      'batch of different shapes',
      () =>
        pairs(10)
          .map(({ i }) => tf.zeros([i + 1]))
          .batch(4),
    ],
    ['zip', () => tf.data.zip([pairs(10).map(checked), pairs(10)])],
    ['prefetch', () => pairs(10).map(checked).prefetch(4)],
    ['shuffle', () => pairs(10).map(checked).shuffle(4)],
  ]) {
    test(`nothing is left after an error: ${title}`, async () => {
      const before = tf.memory().numTensors;
      for (let round = 0; round < 3; ++round) {
        await assert.rejects(make().toArray());
        await assert.rejects(make().forEachAsync(() => {}));
      }
      assert.equal(tf.memory().numTensors, before);
    });
  }

  test('tensors of array() stay, and each reading has copies', async () => {
    const original = tf.tensor1d([1, 2]);
    const before = tf.memory().numTensors;
    const dataset = tf.data.array([{ x: original }, { x: original }]);
    for (let round = 0; round < 3; ++round) {
      await dataset.forEachAsync(({ x }) => assert.deepEqual(x.arraySync(), [1, 2]));
      await dataset.batch(2).forEachAsync(({ x }) => assert.deepEqual(x.shape, [2, 2]));
    }
    assert.equal(tf.memory().numTensors, before);
    assert.equal(original.isDisposed, false);
    original.dispose();
  });

  test('what the function of forEachAsync returns is kept', async () => {
    const before = tf.memory().numTensors;
    const kept = [];
    await pairs(3).forEachAsync(({ x }) => {
      kept.push(x);
      return x;
    });
    assert.equal(tf.memory().numTensors - before, 3);
    tf.dispose(kept);
  });

  test('a hundred epochs', async () => {
    const dataset = pairs(20)
      .map(({ x, i }) => ({ xs: x, ys: [i] }))
      .shuffle(10)
      .batch(6)
      .prefetch(2);
    const before = tf.memory().numTensors;
    for (let epoch = 0; epoch < 100; ++epoch)
      await dataset.forEachAsync(({ xs }) =>
        assert.equal(
          tf.tidy(() => xs.sum().size),
          1,
        ),
      );
    assert.equal(tf.memory().numTensors, before);
  });
});
