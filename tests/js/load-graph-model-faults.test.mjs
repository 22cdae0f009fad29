// SPDX-License-Identifier: Apache-2.0
// Every server fault gives an error that describes it, and leaves nothing behind.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { send, sendCut, sendLess, sendPage } from './fault-server.mjs';
import {
  assertFails,
  assertNothingLeft,
  core,
  load,
  MODEL,
  routes,
  SHARDS,
  server,
  serveModel,
  skip,
  tf,
} from './model-server.mjs';

describe('loadGraphModel fails', { skip }, () => {
  const manifest = (change) => () => {
    const model = structuredClone(MODEL);
    change(model);
    serveModel(model);
  };
  const answer = (name, route) => () => {
    routes[`/m/${name}`] = route;
  };
  const setPath = (value) =>
    manifest(({ weightsManifest: [group] }) => {
      group.paths[0] = value;
    });
  for (const [what, arrange, code, message] of [
    ['when model.json is not there', () => delete routes['/m/model.json'], 'E_HTTP', /model\.json.*404/],
    ['when the server fails', answer('model.json', (_q, r) => r.writeHead(500).end()), 'E_HTTP', /500/],
    ['when the connection breaks', answer('model.json', (q) => q.socket.destroy()), 'E_HTTP', /model\.json/],
    ['when model.json is a page', answer('model.json', sendPage), 'E_JSON', /HTML/],
    ['when model.json is empty', answer('model.json', send('')), 'E_JSON', /empty/],
    ['when model.json is cut', answer('model.json', send('{"modelTopology": {')), 'E_JSON', /model\.json is not JSON/],
    ['when model.json goes on after its end', answer('model.json', send('{} x')), 'E_JSON', /not JSON/],
    ['when model.json is a list', answer('model.json', send('[]')), 'E_JSON', /object/],
    ['when model.json is something else', answer('model.json', send('{"a":1}')), 'E_JSON', /modelTopology/],
    [
      'when it is a layers model',
      answer('model.json', send('{"modelTopology":{"keras_version":"3","model_config":{"class_name":"Sequential"}}}')),
      'E_JSON',
      /model\.json: this is not a graph model.*Keras/,
    ],
    [
      'when it is nested without end',
      answer('model.json', send(`{"modelTopology":{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`)),
      'E_LIMIT',
      /nested/,
    ],
    [
      'when the manifest is no list',
      manifest((model) => {
        model.weightsManifest = { a: 1 };
      }),
      'E_MANIFEST',
      /\/weightsManifest .*list, got object/,
    ],
    [
      'when a group is none',
      manifest((model) => model.weightsManifest.push(null)),
      'E_MANIFEST',
      /\/weightsManifest\/2 .*object, got null/,
    ],
    [
      'when a group has no paths',
      manifest((model) => delete model.weightsManifest[1].paths),
      'E_MANIFEST',
      /\/weightsManifest\/1\/paths .*list, got undefined/,
    ],
    ['when a path is no string', setPath(5), 'E_MANIFEST', /\/weightsManifest\/0\/paths\/0 .*string, got number/],
    [
      'when a group has no weights',
      manifest((model) => {
        model.weightsManifest[0].weights = 'x';
      }),
      'E_MANIFEST',
      /\/weightsManifest\/0\/weights/,
    ],
    [
      'when a weight is none',
      manifest((model) => {
        model.weightsManifest[0].weights = [[]];
      }),
      'E_MANIFEST',
      /\/weights\/0 .*object, got a list/,
    ],
    ['when a shard is not there', () => delete routes['/m/b.bin'], 'E_HTTP', /b\.bin.*404/],
    ['when a shard is a page', answer('sub/c.bin', sendPage), 'E_WEIGHT_BYTES', /16 bytes of .*c\.bin.*HTML/],
    [
      'when a shard is one byte short',
      answer('b.bin', send(SHARDS['b.bin'].subarray(1))),
      'E_WEIGHT_BYTES',
      /24 bytes of .*a\.bin, .*b\.bin, but 23 came/,
    ],
    [
      'when a shard is one byte long',
      answer('b.bin', send(Buffer.alloc(12))),
      'E_WEIGHT_BYTES',
      /24 bytes.*more came \(25/,
    ],
    ['when a shard is empty', answer('sub/c.bin', send('')), 'E_WEIGHT_BYTES', /16 bytes.*0 came/],
    [
      'when a shard is cut without a word',
      answer('a.bin', sendCut(SHARDS['a.bin'].subarray(2))),
      'E_WEIGHT_BYTES',
      /24 bytes.*22 came/,
    ],
    ['when a shard is shorter than promised', answer('a.bin', sendLess(SHARDS['a.bin'])), 'E_HTTP', /a\.bin/],
    [
      'when there is no shard',
      manifest((model) => {
        model.weightsManifest[1].paths = [];
      }),
      'E_WEIGHT_BYTES',
      /16 bytes of no file/,
    ],
    [
      'when the core runs out of memory',
      () => core.failNext('commitWeights', new WebAssembly.RuntimeError('OOM')),
      'E_OOM',
      /memory/,
    ],
    [
      'when the core runs out of memory in the middle',
      () => core.failNext('commitWeights', new WebAssembly.RuntimeError('OOM'), 3),
      'E_OOM',
      /memory/,
    ],
    [
      'when the core refuses the model',
      () => core.failNext('createModel', new tf.TfwasmError('E_OP', 'no FooBar')),
      'E_OP',
      /FooBar/,
    ],
    [
      'when the model cannot be described',
      () => core.failNext('describeModel', new WebAssembly.RuntimeError('x')),
      'E_INTERNAL',
      /x/,
    ],
  ]) {
    test(what, async () => {
      arrange();
      await assertFails(load({ retryDelay: 1 }), code, message);
    });
  }

  for (const name of [
    '../a.bin',
    '..',
    'sub/../../a.bin',
    '/etc/passwd',
    '//evil/a.bin',
    'https://evil/a.bin',
    'data:,x',
    'blob:x',
    'javascript:x',
    ' https://evil/a.bin',
    '..\\a.bin',
    '%2e%2e/a.bin',
    '%2e./a.bin',
    '.\t./a.bin',
    '.%09./a.bin',
    '..%2fa.bin',
    'a\\b',
    '',
  ]) {
    test(`when a path is ${JSON.stringify(name)}`, async () => {
      setPath(name)();
      await assertFails(load(), 'E_PATH', /weights path/);
      assert.deepEqual(server.requests, ['/m/model.json']);
    });
  }

  test('and stops the other requests', async () => {
    let closed;
    const wasClosed = new Promise((resolve) => {
      closed = resolve;
    });
    routes['/m/sub/c.bin'] = (request, response) => {
      response.write('a');
      request.socket.on('close', closed);
    };
    routes['/m/a.bin'] = (_request, response) => setTimeout(() => response.writeHead(500).end(), 30);
    await assertFails(load({ maxRetries: 0 }), 'E_HTTP', /500/);
    await wasClosed;
  });

  test('at once when the program aborts', async () => {
    const stop = new AbortController();
    routes['/m/a.bin'] = (_request, response) => {
      response.write('abc');
      setTimeout(() => stop.abort(), 20);
    };
    await assert.rejects(load({ requestInit: { signal: stop.signal } }), { name: 'AbortError' });
    assertNothingLeft();
    await assert.rejects(load({ requestInit: { signal: stop.signal } }), { name: 'AbortError' });
  });

  for (const [what, handler] of [
    ['a handler that knows nothing of it', () => ({ load: () => new Promise(() => {}) })],
    [
      'a stream that stands still',
      () => ({
        load: async () => ({
          modelTopology: { node: [] },
          weightSpecs: [{ name: 'w', shape: [1], dtype: 'float32' }],
          getWeightStream: () => new ReadableStream(),
        }),
      }),
    ],
    ['a slow weightUrlConverter', undefined],
  ]) {
    test(`at once when the program aborts, also ${what}`, async () => {
      const reason = new Error('enough');
      const stop = new AbortController();
      setTimeout(() => stop.abort(reason), 20);
      const options = { signal: stop.signal };
      const loading = handler
        ? tf.loadGraphModel(handler(), options)
        : load({ ...options, weightUrlConverter: () => new Promise(() => {}) });
      await assert.rejects(loading, (error) => error === reason);
      assertNothingLeft();
    });
  }

  test('when the program fails in onProgress', async () => {
    const mine = new RangeError('mine');
    const onProgress = () => {
      throw mine;
    };
    await assert.rejects(load({ onProgress }), mine);
    assertNothingLeft();
  });
});
