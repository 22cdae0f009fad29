// SPDX-License-Identifier: Apache-2.0
// Two threads on a busy machine: other processes keep none, one, or each of two cores busy.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { missing } from '../prerequisites.mjs';

const ROUNDS = 12;
/** Far below what waiting for sleeping workers costs, and far above the noise. */
const MOST = 1.6;

/** Runs the model a few times whenever it is asked to, and answers the times. */
const SCRIPT = `
const { parentPort, workerData } = await import('node:worker_threads');
const tf = await import(workerData.library);
tf.setWasmVariant(workerData.threads > 1 ? 'simd-threads' : 'simd');
tf.setThreadsCount(workerData.threads);
await tf.ready();
const model = tf.sequential();
for (let i = 0; i < 12; ++i) {
  model.add(tf.layers.conv2d({ filters: 32, kernelSize: 3, padding: 'same', inputShape: [48, 48, 32] }));
}
const x = tf.ones([1, 48, 48, 32]);
parentPort.on('message', async () => {
  const times = [];
  for (let run = 0; run < 6; ++run) {
    const start = performance.now();
    const y = model.predict(x);
    y.dataSync();
    y.dispose();
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  parentPort.postMessage(times);
});
parentPort.postMessage([]);
`;

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

describe('two threads', { skip: missing('dist', 'threads') }, () => {
  const realms = [];
  const answer = (realm) => new Promise((resolve) => realm.once('message', resolve));
  const measure = (realm) => {
    realm.postMessage(0);
    return answer(realm);
  };

  before(async () => {
    const library = new URL('../../dist/index.js', import.meta.url).href;
    const script = new URL(`data:text/javascript,${encodeURIComponent(SCRIPT)}`);
    for (const threads of [1, 2]) {
      const realm = new Worker(script, { workerData: { threads, library } });
      await answer(realm);
      await measure(realm);
      realms.push(realm);
    }
  });
  after(() => Promise.all(realms.map((realm) => realm.terminate())));

  for (const busy of [0, 1, 2]) {
    test(`take little longer than one beside ${busy} busy processes`, async () => {
      const others = Array.from({ length: busy }, () => spawn(process.execPath, ['-e', 'for (;;);']));
      try {
        const times = realms.map(() => []);
        // In turns, so that other load meets both.
        for (let round = 0; round < ROUNDS; ++round) {
          for (const [index, realm] of realms.entries()) times[index].push(...(await measure(realm)));
        }
        const [one, two] = times.map(median);
        console.log(`${busy} busy: one thread ${one.toFixed(1)} ms, two ${two.toFixed(1)} ms`);
        assert.ok(two <= MOST * one, `${two} ms with two threads, ${one} ms with one`);
      } finally {
        for (const other of others) other.kill();
      }
    });
  }
});
