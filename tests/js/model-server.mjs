// SPDX-License-Identifier: Apache-2.0
// A small model on a misbehaving server, and a wrapped core, for loading tests. Both are reset before every test.
import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { send, startFaultServer } from './fault-server.mjs';
import { importSource } from './source.mjs';
import { startWatchedCore } from './watched-core.mjs';

export const skip = missing('dist');
export const tf = await importSource();

/** 40 bytes of weights in two groups: one with two files split inside an element, one with one file. */
export const BYTES = Buffer.from(Array.from({ length: 40 }, (_, index) => index + 1));
export const SHARDS = {
  'a.bin': BYTES.subarray(0, 13),
  'b.bin': BYTES.subarray(13, 24),
  'sub/c.bin': BYTES.subarray(24),
};
export const MANIFEST = [
  { paths: ['a.bin', './b.bin'], weights: [{ name: 'w', shape: [2, 3], dtype: 'float32' }] },
  { paths: ['sub/c.bin'], weights: [{ name: 'v', shape: [4], dtype: 'float32' }] },
];
export const MODEL = {
  format: 'graph-model',
  modelTopology: { node: [{ name: 'x', op: 'Placeholder' }], versions: { producer: 12, minConsumer: 3 } },
  signature: { inputs: { image: { name: 'x:0' } } },
  userDefinedMetadata: { author: 'me' },
  weightsManifest: MANIFEST,
};

export let core;
export const routes = {};
export const server = await startFaultServer(routes);
after(() => server.close());

export function serveModel(model = MODEL) {
  for (const route of Object.keys(routes)) delete routes[route];
  routes['/m/model.json'] = send(JSON.stringify(model), { 'content-type': 'application/json' });
  for (const [name, bytes] of Object.entries(SHARDS)) routes[`/m/${name}`] = send(bytes);
  server.requests.length = 0;
}

/** Resets the core. Weights are then taken in small pieces that end in the middle of elements. */
export function resetCore() {
  core.reset({ targetBytes: 6 });
}

if (!skip) {
  before(async () => {
    core = await startWatchedCore(tf);
  });
  beforeEach(() => {
    resetCore();
    serveModel();
  });
}

export const url = () => `${server.url}m/model.json`;
export const load = (options) => tf.loadGraphModel(url(), options);

export async function assertFails(loading, code, message) {
  await assert.rejects(loading, (error) => {
    assert.ok(error instanceof tf.TfwasmError, error.stack);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });
  assertNothingLeft();
}

export function assertNothingLeft() {
  const left = [core.graphs.size, core.decoders.size, core.models.size, tf.memory().numTensors];
  assert.deepEqual(left, [0, 0, 0, 0]);
}
