// SPDX-License-Identifier: Apache-2.0
// Startup of the core: variant, number of threads, failures.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, beforeEach, describe, test } from 'node:test';

import { isThreaded, VARIANTS, wasmFileName } from '../../tools/lib/variants.mjs';
import { missing } from '../prerequisites.mjs';
import { until } from '../until.mjs';
import { send, startFaultServer } from './fault-server.mjs';
import { importSource } from './source.mjs';
import { createWatchedCore, readWasm } from './watched-core.mjs';

const skip = missing('dist');
/** Served as the file of every single-threaded variant. */
const WASM = skip ? undefined : await readWasm();

const routes = Object.fromEntries(
  VARIANTS.map((name) => [`/${wasmFileName(name)}`, send(WASM, { 'content-type': 'application/wasm' })]),
);
const server = await startFaultServer(routes);
after(() => server.close());

/** Each test imports its own copy, since a core can be started only once. */
let tf;
let core;
let warnings;

beforeEach(async (context) => {
  tf = await importSource();
  warnings = context.mock?.method(console, 'warn', () => {}).mock ?? { calls: [] };
  tf.setWasmPaths(server.url);
  server.requests.length = 0;
});
afterEach(() => {
  delete globalThis.createTestCore;
});

/** Creates a real core, wrapped. */
const startsCore = async (options) => {
  core = await createWatchedCore(options, options.poolSize > 0 ? 'glue-threads' : 'glue');
  core.poolSize = options.poolSize;
  return core.module;
};

const failsAs = (message) => (error) => {
  assert.ok(error instanceof tf.TfwasmError, error.stack);
  assert.equal(error.code, 'E_WASM');
  assert.match(error.message, message);
  return true;
};

describe('ready', { skip }, () => {
  test('starts the core once', async () => {
    let starts = 0;
    globalThis.createTestCore = (options) => {
      ++starts;
      return startsCore(options);
    };
    tf.setWasmVariant('simd');
    await Promise.all([tf.ready(), tf.ready()]);
    await tf.ready();
    assert.equal(starts, 1);
    assert.deepEqual(server.requests, ['/tfwasm-simd.wasm']);
    assert.equal(tf.getWasmVariant(), 'simd');
    assert.equal(tf.getThreadsCount(), 1);
    assert.equal(core.poolSize, 0);
    assert.throws(() => tf.setWasmVariant('relaxed'), failsAs(/before/));
  });

  test('may be followed by the same settings again, but not by others', async () => {
    globalThis.createTestCore = startsCore;
    const paths = { 'tfwasm-simd.wasm': `${server.url}tfwasm-simd.wasm` };
    tf.setWasmPaths({ ...paths });
    tf.setWasmVariant('simd');
    tf.setThreadsCount(3);
    const starting = tf.ready();
    for (let repeated = 0; repeated < 2; ++repeated) {
      tf.setWasmPaths({ ...paths });
      tf.setWasmVariant('simd');
      tf.setThreadsCount(3);
      await starting;
    }
    // The number that was asked for, and the one that there is.
    tf.setThreadsCount(1);
    for (const change of [
      () => tf.setWasmPaths({}),
      () => tf.setWasmPaths({ 'tfwasm-simd.wasm': 'elsewhere.wasm' }),
      () => tf.setWasmPaths({ ...paths, 'tfwasm-relaxed.wasm': 'x' }),
      () => tf.setWasmPaths('/'),
      () => tf.setThreadsCount(2),
      () => tf.setWasmVariant('relaxed'),
    ]) {
      assert.throws(change, failsAs(/before ready\(\)/));
    }
  });

  test('takes a compiled module, and a variant for which there is one', async () => {
    globalThis.createTestCore = startsCore;
    const module = await WebAssembly.compile(WASM);
    tf.setWasmPaths({ 'tfwasm-simd.wasm': module, 'tfwasm-relaxed.wasm': `${server.url}gone.wasm` });
    await tf.ready();
    assert.equal(tf.getWasmVariant(), 'simd');
    assert.deepEqual(server.requests, []);
    tf.setWasmPaths({ 'tfwasm-simd.wasm': module, 'tfwasm-relaxed.wasm': `${server.url}gone.wasm` });
  });

  test('runs a network of its own, of which nothing is left', async () => {
    globalThis.createTestCore = startsCore;
    await tf.ready();
    assert.ok(core.runs.length > 0);
    assert.deepEqual(core.runs[0], { feeds: ['image'], fetches: ['scores'] });
    assert.deepEqual([core.graphs.size, core.decoders.size, core.models.size], [0, 0, 0]);
    assert.equal(tf.memory().numTensors, 0);
  });

  test('ends that network when a model is there', async () => {
    globalThis.createTestCore = startsCore;
    const artifacts = { modelTopology: { node: [] }, weightSpecs: [], weightData: new ArrayBuffer(0) };
    const model = await tf.loadGraphModel({ load: async () => artifacts });
    await tf.ready();
    assert.equal(core.runs.length, 0);
    assert.deepEqual([core.graphs.size, core.decoders.size, core.models.size], [0, 0, 1]);
    model.dispose();
  });

  test('starts as many threads as asked for', { skip: missing('threads') }, async () => {
    globalThis.createTestCore = startsCore;
    for (const name of VARIANTS.filter(isThreaded)) {
      routes[`/${wasmFileName(name)}`] = send(await readWasm('simd-threads'), { 'content-type': 'application/wasm' });
    }
    tf.setThreadsCount(3);
    await tf.ready();
    assert.match(tf.getWasmVariant(), /-threads$/);
    assert.equal(tf.getThreadsCount(), 3);
    assert.equal(core.poolSize, 2);
    assert.equal(tf.memory().numTensors, 0);
    assert.equal(globalThis.Worker, undefined);
  });

  test('pauses threads while the page is hidden, unless their number was set', {
    skip: missing('threads'),
  }, async () => {
    for (const count of [undefined, 2]) {
      const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
      globalThis.createTestCore = startsCore;
      globalThis.document = page;
      try {
        tf = await importSource();
        tf.setWasmPaths(server.url);
        routes['/tfwasm-simd-threads.wasm'] = send(await readWasm('simd-threads'), {
          'content-type': 'application/wasm',
        });
        tf.setWasmVariant('simd-threads');
        if (count !== undefined) tf.setThreadsCount(count);
        await tf.ready();
        assert.equal(tf.getThreadsCount(), 2);
        page.visibilityState = 'visible';
        page.dispatchEvent(new Event('visibilitychange'));
        assert.deepEqual(core.callsOf('pauseThreads'), count === undefined ? [[true], [false]] : []);
      } finally {
        delete globalThis.document;
      }
    }
  });

  test('reports the error of a worker that has started', { skip: missing('threads') }, async (context) => {
    const errors = context.mock.method(console, 'error', () => {}).mock;
    let workerFailed;
    globalThis.createTestCore = (options) => {
      workerFailed = options.workerFailed;
      return startsCore(options);
    };
    routes['/tfwasm-simd-threads.wasm'] = send(await readWasm('simd-threads'), { 'content-type': 'application/wasm' });
    tf.setWasmVariant('simd-threads');
    await tf.ready();
    workerFailed({ message: 'unreachable', filename: 'x.wasm', lineno: 1 });
    await until(() => errors.calls.length > 0, 'the report');
    assert.match(errors.calls[0].arguments[0], /thread of tfwasm has failed: unreachable \(x\.wasm:1\)/);
  });

  test('goes on with one thread when workers do not start', async () => {
    globalThis.createTestCore = (options) => {
      if (options.poolSize === 0) return startsCore(options);
      options.workerFailed({ message: 'blocked' });
      return new Promise(() => {});
    };
    tf.setThreadsCount(2);
    await tf.ready();
    assert.doesNotMatch(tf.getWasmVariant(), /threads/);
    assert.equal(tf.getThreadsCount(), 1);
    assert.equal(warnings.calls.length, 1);
    assert.match(warnings.calls[0].arguments[0], /one thread.*blocked/);
  });

  test('does not go on with another build than the one asked for', async () => {
    globalThis.createTestCore = () => Promise.reject(new Error('no workers here'));
    tf.setWasmVariant('simd-threads');
    await assert.rejects(tf.ready(), failsAs(/simd-threads\.wasm: no workers here/));
  });

  test('does not wait forever for workers', async (context) => {
    // A data: URL, since connections of Node.js's fetch do not survive mocked timers.
    const EMPTY = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    tf.setWasmPaths({ 'tfwasm-simd-threads.wasm': `data:application/wasm;base64,${EMPTY.toString('base64')}` });
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let called;
    const wasCalled = new Promise((resolve) => {
      called = resolve;
    });
    globalThis.createTestCore = () => {
      called();
      return new Promise(() => {});
    };
    tf.setWasmVariant('simd-threads');
    const starting = tf.ready();
    await wasCalled;
    context.mock.timers.tick(60_000);
    await assert.rejects(starting, failsAs(/workers do not start/));
  });

  test('refuses files of another version', async () => {
    globalThis.createTestCore = async (options) => {
      const started = await startsCore(options);
      return Object.create(started, { version: { value: () => 'tfwasm 0.0.9' } });
    };
    tf.setWasmVariant('simd');
    await assert.rejects(tf.ready(), failsAs(/tfwasm 0\.0\.9.*one version/));
  });

  test('fails when the binary does not fit, and can be tried again', async () => {
    globalThis.createTestCore = (options) =>
      new Promise((resolve) => {
        WebAssembly.instantiate = () => Promise.reject(new WebAssembly.LinkError('import missing'));
        options.instantiateWasm({}, resolve);
      });
    const { instantiate } = WebAssembly;
    tf.setWasmVariant('simd');
    try {
      await assert.rejects(tf.ready(), failsAs(/import missing/));
    } finally {
      WebAssembly.instantiate = instantiate;
    }
    globalThis.createTestCore = startsCore;
    await tf.ready();
    assert.equal(tf.memory().numTensors, 0);
  });
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.equal(tf.version.tfwasm, version);
});
