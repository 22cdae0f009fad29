// SPDX-License-Identifier: Apache-2.0
// The entry tfwasm/worker, in Node.js.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { missing } from '../prerequisites.mjs';
import { tinyAnswer, writeTinyModel } from '../tiny-model.mjs';

describe('tfwasm/worker', { skip: missing('dist') }, () => {
  let tf;
  let library;
  let folder;
  let url;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-worker-'));
    await writeTinyModel(folder);
    url = pathToFileURL(path.join(folder, 'model.json')).href;
    library = await import('../../dist/worker.js');
    tf = library.tf;
  });
  after(async () => {
    library.terminate();
    await rm(folder, { recursive: true, force: true });
  });

  test('functions answer promises of handles, and methods of values', async () => {
    const x = await tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(x.shape, [2, 2]);
    assert.equal(x.dtype, 'float32');
    assert.equal(await tf.version_core, (await import('../../dist/index.js')).version_core);
    const y = await tf.add(x, await x.mul(10));
    assert.deepEqual(Array.from(await y.data()), [11, 22, 33, 44]);
    assert.deepEqual(await y.array(), [
      [11, 22],
      [33, 44],
    ]);
    const { numTensors } = await tf.memory();
    await x.dispose();
    assert.equal((await tf.memory()).numTensors, numTensors - 1);
    await assert.rejects(x.data(), { name: 'TfwasmError', code: 'E_DISPOSED' });
  });

  test('promises of handles are arguments, too', async () => {
    const sum = await tf.add(tf.tensor1d([1, 2]), tf.tensor1d([10, 20]));
    assert.deepEqual(Array.from(await sum.data()), [11, 22]);
  });

  test('models load with progress, and predict from tensors and typed arrays', async () => {
    const progress = [];
    const model = await tf.loadGraphModel(url, { onProgress: (fraction) => progress.push(fraction) });
    assert.equal(progress.at(-1), 1);
    assert.equal(model.inputNodes.length, 1);
    const result = await model.predict(await tf.tensor2d([[1, 2]]));
    assert.deepEqual(Array.from(await result.data()), tinyAnswer([1, 2]));
    const { numTensors } = await tf.memory();
    const fromArray = await model.predict(new Float32Array([1, 2]));
    assert.deepEqual(Array.from(await fromArray.data()), tinyAnswer([1, 2]));
    assert.equal((await tf.memory()).numTensors, numTensors + 1, 'inputs made in the worker are disposed');
  });

  test('calls run in order without waiting for each other', async () => {
    const model = await tf.loadGraphModel(url);
    const frames = Array.from({ length: 20 }, (_, index) => [index, index + 1]);
    const ended = [];
    const results = await Promise.all(
      frames.map(async (frame, index) => {
        const output = await model.predict(new Float32Array(frame));
        ended.push(index);
        return Array.from(await output.data());
      }),
    );
    assert.deepEqual(results, frames.map(tinyAnswer));
    assert.deepEqual(
      ended,
      frames.map((_, index) => index),
    );
  });

  test('errors keep code, op and node', async () => {
    await assert.rejects(tf.matMul(await tf.ones([2, 3]), await tf.ones([2, 3])), (error) => {
      assert.ok(error instanceof library.TfwasmError);
      assert.equal(error.code, 'E_SHAPE');
      assert.equal(error.op, 'BatchMatMulV2');
      return true;
    });
    const model = await tf.loadGraphModel(url);
    await assert.rejects(model.predict(await tf.ones([1, 7])), { code: 'E_SHAPE' });
    await assert.rejects(tf.notThere(1), { code: 'E_INPUT', message: /notThere is not a function/ });
    await assert.rejects(
      tf.tidy(() => 1),
      { code: 'E_INPUT' },
    );
    await assert.rejects(tf.add(new WeakMap(), 1), { code: 'E_INPUT' });
  });

  test('loading can be aborted', async () => {
    const early = AbortSignal.abort();
    await assert.rejects(tf.loadGraphModel(url, { signal: early }), { name: 'AbortError' });
    // The weights never come.
    const controller = new AbortController();
    const server = createServer(async (request, response) => {
      if (request.url === '/model.json') response.end(await readFile(path.join(folder, 'model.json')));
      else controller.abort(new DOMException('changed my mind', 'AbortError'));
    });
    await new Promise((resolve) => server.listen(0, resolve));
    try {
      const address = `http://localhost:${server.address().port}/model.json`;
      const loading = tf.loadGraphModel(address, { signal: controller.signal });
      await assert.rejects(loading, { name: 'AbortError', message: 'changed my mind' });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('models of layers train, with callbacks that are waited for', async () => {
    const model = await tf.sequential();
    await model.add(await tf.layers.dense({ units: 1, inputShape: [1] }));
    await model.compile({ optimizer: await tf.train.sgd(0.05), loss: 'meanSquaredError' });
    const xs = await tf.tensor2d([[0], [1], [2], [3]]);
    const ys = await tf.tensor2d([[1], [3], [5], [7]]);
    const epochs = [];
    const history = await model.fit(xs, ys, {
      epochs: 60,
      callbacks: {
        onEpochEnd: async (epoch, logs) => {
          await new Promise((resolve) => setTimeout(resolve, epoch === 3 ? 20 : 0));
          epochs.push([epoch, logs.loss]);
        },
      },
    });
    assert.deepEqual(
      epochs.map(([epoch]) => epoch),
      Array.from({ length: 60 }, (_, index) => index),
    );
    assert.equal(history.history.loss.length, 60);
    assert.ok(history.history.loss[59] < history.history.loss[0] / 100);
    const stopped = model.fit(xs, ys, {
      callbacks: {
        onEpochEnd: () => {
          throw new RangeError('enough');
        },
      },
    });
    await assert.rejects(stopped, { name: 'RangeError', message: 'enough' });
  });
});

test('a worker that is gone fails all calls', { skip: missing('dist') }, async () => {
  const { tf, terminate } = await import('../../dist/worker.js?ended');
  const x = await tf.ones([2]);
  const reading = x.data();
  terminate();
  await assert.rejects(reading, { code: 'E_DISPOSED' });
  await assert.rejects(tf.ones([2]), { code: 'E_DISPOSED' });
});
