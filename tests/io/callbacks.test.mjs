// SPDX-License-Identifier: Apache-2.0
// Functions of the program that fail or never answer while a model is loaded or saved: what they throw comes back, and
// nothing is left behind.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { until } from '../until.mjs';
import { tinyArtifacts } from './artifacts.mjs';
import { stall, startHttpServer } from './http-server.mjs';
import { someBytes, weightsModel } from './weights-model.mjs';

describe('functions of the program', { skip: missing('dist') }, () => {
  let tf;
  let server;
  let empty;
  const mine = new Error('mine');
  const fail = () => {
    throw mine;
  };

  before(async () => {
    tf = await import('../../dist/index.js');
    await tf.ready();
    server = await startHttpServer();
    empty = tf.memory();
  });
  after(() => server?.close());
  beforeEach(() => {
    server.reset();
    const weights = [{ name: 'w', shape: [10], dtype: 'float32' }];
    server.files.set('/m/model.json', Buffer.from(JSON.stringify(weightsModel([{ paths: ['a', 'b'], weights }]))));
    server.files.set('/m/a', someBytes(20));
    server.files.set('/m/b', someBytes(20));
  });

  const url = () => `${server.url}/m/model.json`;

  async function assertNothingLeft() {
    const { numTensors, numBytes } = tf.memory();
    assert.deepEqual({ numTensors, numBytes }, { numTensors: empty.numTensors, numBytes: empty.numBytes });
    server.faults.clear();
    (await tf.loadGraphModel(url())).dispose();
  }

  for (const [what, options] of [
    ['onProgress', { onProgress: fail }],
    ['onProgress at the end', { onProgress: (fraction) => fraction === 1 && fail() }],
    ['weightUrlConverter', { weightUrlConverter: fail }],
    ['weightUrlConverter, later', { weightUrlConverter: async () => fail() }],
  ]) {
    test(`${what}: its error comes back as it is`, async () => {
      await assert.rejects(tf.loadGraphModel(url(), options), mine);
      await assertNothingLeft();
      await assert.rejects(tf.io.http(url(), options).load(), mine);
      await assertNothingLeft();
    });
  }

  test('fetchFunc: its error is the cause', async () => {
    for (const fetchFunc of [fail, async () => fail()]) {
      await assert.rejects(tf.loadGraphModel(url(), { fetchFunc, maxRetries: 0 }), { code: 'E_HTTP', cause: mine });
    }
    await assertNothingLeft();
  });

  for (const [what, load] of [
    ['load()', fail],
    ['load(), later', async () => fail()],
    ['getWeightStream', () => ({ ...tinyArtifacts(), weightData: undefined, getWeightStream: fail })],
    [
      'a stream',
      () => ({
        ...tinyArtifacts(),
        getWeightStream: () => new ReadableStream({ pull: (controller) => controller.error(mine) }),
      }),
    ],
    [
      'a stream in the middle',
      () => ({
        ...tinyArtifacts(),
        getWeightStream: () =>
          ReadableStream.from(
            (function* () {
              yield new Uint8Array(10);
              fail();
            })(),
          ),
      }),
    ],
  ]) {
    test(`a handler's ${what}: its error comes back as it is`, async () => {
      await assert.rejects(tf.loadGraphModel({ load }), mine);
      await assertNothingLeft();
    });
  }

  test('a save handler: its error comes back as it is, and the stream of weights ends', async () => {
    const model = await tf.loadGraphModel(tf.io.fromMemory(tinyArtifacts()));
    for (const save of [fail, async () => fail(), ({ getWeightStream }) => getWeightStream().cancel().then(fail)]) {
      await assert.rejects(model.save({ save }), mine);
    }
    const x = tf.tensor2d([[1, 2]]);
    const y = model.predict(x);
    assert.equal(y.size, 3);
    tf.dispose([x, y]);
    model.dispose();
    await assertNothingLeft();
  });

  test('a signal stops a load with weightData, too', async () => {
    const closed = [];
    server.faults.set('/m/a', [stall(5, () => closed.push('a'))]);
    const stop = new AbortController();
    const loading = tf.io.http(url(), { signal: stop.signal }).load();
    await until(() => server.asked('/m/a').length > 0, 'the request');
    stop.abort(mine);
    await assert.rejects(loading, (error) => error === mine || error.name === 'AbortError');
    await until(() => closed.length > 0, 'the end of the connection');
    await assertNothingLeft();
  });

  test('progress is told by load() with weightData, up to 1 and once', async () => {
    const fractions = [];
    await tf.io.http(url(), { onProgress: (fraction) => fractions.push(fraction) }).load();
    assert.deepEqual(fractions, fractions.toSorted());
    assert.equal(fractions.at(-1), 1);
    assert.equal(fractions.filter((fraction) => fraction === 1).length, 1);
  });

  test('strict: false drops what follows the weights', async () => {
    server.files.set('/m/b', someBytes(33));
    await assert.rejects(tf.io.http(url()).load(), { code: 'E_WEIGHT_BYTES' });
    const { weightData } = await tf.io.http(url(), { strict: false }).load();
    assert.equal(weightData.byteLength, 40);
    server.files.set('/m/b', someBytes(19));
    await assert.rejects(tf.io.http(url(), { strict: false }).load(), { code: 'E_WEIGHT_BYTES' });
  });
});
