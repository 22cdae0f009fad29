// SPDX-License-Identifier: Apache-2.0
// Loading with a `fetch` that is not the platform's: its responses may have little, or be nonsense.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { someBytes, weightsModel } from './weights-model.mjs';

const BYTES = someBytes(40);
const MODEL = weightsModel([{ paths: ['a.bin', 'b.bin'], weights: [{ name: 'w', shape: [10], dtype: 'float32' }] }]);
const FILES = {
  'http://h/model.json': Buffer.from(JSON.stringify(MODEL)),
  'http://h/a.bin': BYTES.subarray(0, 13),
  'http://h/b.bin': BYTES.subarray(13),
};
const bufferOf = (bytes) => Uint8Array.from(bytes).buffer;
const jsonOf = (bytes) => JSON.parse(bytes.toString());

/** Responses with the bytes of a file, as different libraries make them. */
const RESPONSES = {
  'nothing but what TensorFlow.js needs': (bytes) => ({
    ok: true,
    status: 200,
    json: async () => jsonOf(bytes),
    arrayBuffer: async () => bufferOf(bytes),
  }),
  'those of node-fetch 2': (bytes) => ({
    ok: true,
    status: 200,
    headers: new Headers({ 'content-length': String(bytes.length) }),
    body: Readable.from([bytes]),
    json: async () => jsonOf(bytes),
    text: async () => bytes.toString(),
    arrayBuffer: async () => bufferOf(bytes),
  }),
  'headers that are an object': (bytes) => ({
    ok: true,
    headers: { 'content-length': bytes.length },
    text: async () => bytes.toString(),
    arrayBuffer: async () => bufferOf(bytes),
  }),
  'Buffers of Node.js': (bytes) => ({ ok: true, text: async () => bytes, arrayBuffer: async () => bytes }),
  'a stream of ArrayBuffers': (bytes) => ({
    ok: true,
    body: ReadableStream.from([bufferOf(bytes.subarray(0, 5)), bufferOf(bytes.subarray(5))]),
  }),
  'a stream of DataViews': (bytes) => ({ ok: true, body: ReadableStream.from([new DataView(bufferOf(bytes))]) }),
  'a fetch that blocks synchronously': (bytes) => new Response(bytes),
};

/** Responses that are none. */
const NONSENSE = {
  nothing: () => undefined,
  null: () => null,
  'a number': () => 200,
  'a string': () => 'ok',
  'an empty object': () => ({}),
  'ok without a body': () => ({ ok: true }),
  'a null body': () => ({ ok: true, body: null, text: null, json: null, arrayBuffer: null }),
  'a body that is a string': () => ({ ok: true, body: 'x' }),
  'a getter that throws': () => ({
    get ok() {
      throw new Error('mine');
    },
  }),
  'headers that throw': () => ({
    ok: true,
    headers: {
      get() {
        throw new Error('mine');
      },
    },
    text: async () => 'x',
    arrayBuffer: async () => new ArrayBuffer(1),
  }),
  'bytes that are a number': () => ({ ok: true, json: async () => 5, arrayBuffer: async () => 40 }),
  'bytes that are null': () => ({ ok: true, json: async () => null, arrayBuffer: async () => null }),
  'bytes that are text': () => ({ ok: true, json: () => 'x', arrayBuffer: () => 'x'.repeat(40) }),
  'JSON that is no value': () => ({ ok: true, json: async () => undefined, arrayBuffer: async () => undefined }),
  'JSON that refers to itself': () => {
    const value = {};
    value.self = value;
    return { ok: true, json: async () => value, arrayBuffer: async () => value };
  },
  'a detached buffer': () => {
    const buffer = new ArrayBuffer(40);
    structuredClone(buffer, { transfer: [buffer] });
    return { ok: true, text: () => '', arrayBuffer: async () => buffer };
  },
  'a stream of text': () => ({ ok: true, body: ReadableStream.from(['x'.repeat(40)]) }),
  'a stream of numbers': () => ({ ok: true, body: ReadableStream.from([40]) }),
  'a reader that gives nothing': () => ({ ok: true, body: { getReader: () => ({ read: async () => undefined }) } }),
  'a reader without read()': () => ({ ok: true, body: { getReader: () => ({}) } }),
  'a reader that is null': () => ({ ok: true, body: { getReader: () => null } }),
  'a stream that is locked': () => {
    const response = new Response('x');
    response.body.getReader();
    return response;
  },
  'a body that was read': async () => {
    const response = new Response('x'.repeat(40));
    await response.text();
    return response;
  },
  'a status that is text': () => ({ ok: false, status: 'bad' }),
  'an error that is a string': () => Promise.reject('mine'),
  'an error that is undefined': () => Promise.reject(),
  'an error that is thrown at once': () => {
    throw new TypeError('mine');
  },
};

async function isOk(respond) {
  try {
    return (await respond()).ok === true;
  } catch {
    return false;
  }
}

describe('a fetchFunc', { skip: missing('dist') }, () => {
  let tf;
  let empty;
  before(async () => {
    tf = await import('../../dist/index.js');
    await tf.ready();
    empty = tf.memory();
  });

  const load = (fetchFunc, options) =>
    tf.loadGraphModel('http://h/model.json', { fetchFunc, retryDelay: 0, ...options });

  async function assertLoads(loading) {
    const model = await loading;
    assert.ok(Buffer.from(model.weights.w[0].dataSync().buffer).equals(BYTES));
    model.dispose();
  }

  async function assertFails(loading, codes = /^E_/) {
    await assert.rejects(loading, (error) => {
      assert.ok(error instanceof tf.TfwasmError, error?.stack ?? String(error));
      assert.match(error.code, codes, error.message);
      return true;
    });
    assert.equal(tf.memory().numTensors, empty.numTensors);
    assert.equal(tf.memory().numBytes, empty.numBytes);
  }

  for (const [what, respond] of Object.entries(RESPONSES)) {
    test(`loads from ${what}`, async () => {
      const fetchFunc = what.includes('blocks') ? (url) => respond(FILES[url]) : async (url) => respond(FILES[url]);
      await assertLoads(load(fetchFunc));
      const { weightData } = await tf.io.http('http://h/model.json', { fetchFunc }).load();
      assert.ok(Buffer.from(weightData).equals(BYTES));
    });

    test(`loads from ${what} as the global fetch`, async () => {
      const before = globalThis.fetch;
      globalThis.fetch = async (url) => respond(FILES[url]);
      try {
        await assertLoads(load(undefined));
      } finally {
        globalThis.fetch = before;
      }
    });
  }

  for (const [what, respond] of Object.entries(NONSENSE)) {
    test(`that gives ${what} for model.json fails`, () => assertFails(load(respond), /^E_(HTTP|JSON|INPUT)$/));

    test(`that gives ${what} for weights fails`, () =>
      assertFails(
        load(async (url) => (url.endsWith('.json') ? new Response(FILES[url]) : respond())),
        /^E_(HTTP|INPUT|WEIGHT_BYTES)$/,
      ));

    test(`that gives ${what} for a save fails, unless it says ok`, async () => {
      const handler = tf.io.http('http://h/save', { fetchFunc: respond });
      const artifacts = { modelTopology: {}, weightSpecs: [], weightData: new ArrayBuffer(0) };
      // A save does not read the body.
      if (await isOk(respond)) await handler.save(artifacts);
      else await assertFails(handler.save(artifacts), /^E_HTTP$/);
    });
  }

  describe('without end', () => {
    /** Counts the bytes that a body gives. */
    function endless(chunk) {
      const count = { bytes: 0, requests: 0 };
      const pull = (controller) => {
        count.bytes += chunk.byteLength;
        controller.enqueue(chunk);
      };
      const respond = () => {
        ++count.requests;
        return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
      };
      return { count, respond };
    }

    const MB = 1 << 20;

    test('is a model.json no more', async () => {
      const { count, respond } = endless(new Uint8Array(4 * MB).fill(0x20));
      await assertFails(
        load(async () => respond()),
        /^E_LIMIT$/,
      );
      assert.equal(count.requests, 1, 'it is not asked for again');
      assert.ok(count.bytes <= 104 * MB, `${count.bytes} bytes were read`);
    });

    test('is no weight file', async () => {
      const { count, respond } = endless(new Uint8Array(MB));
      const fetchFunc = async (url) => (url.endsWith('.json') ? new Response(FILES[url]) : respond());
      await assertFails(load(fetchFunc), /^E_WEIGHT_BYTES$/);
      assert.ok(count.bytes <= 4 * MB, `${count.bytes} bytes were read`);
    });

    test('is no weight file of loadWeights()', async () => {
      const { count, respond } = endless(new Uint8Array(MB));
      const before = globalThis.fetch;
      globalThis.fetch = async () => respond();
      try {
        await assertFails(tf.io.loadWeights(MODEL.weightsManifest, 'http://h'), /^E_WEIGHT_BYTES$/);
      } finally {
        globalThis.fetch = before;
      }
      assert.ok(count.bytes <= 4 * MB, `${count.bytes} bytes were read`);
    });

    test('is told at once by its Content-Length', async () => {
      const { count, respond } = endless(new Uint8Array(MB));
      const fetchFunc = async () => new Response(respond().body, { headers: { 'content-length': '600000000' } });
      await assertFails(load(fetchFunc), /^E_LIMIT$/);
      assert.equal(count.bytes, 0);
      assert.equal(count.requests, 1);
    });
  });

  describe('that hangs', () => {
    const hanging = () => new Response(new ReadableStream());

    for (const [what, hang] of [
      ['at the first file', (url) => url.endsWith('a.bin') && new Promise(() => {})],
      ['in the first file', (url) => url.endsWith('a.bin') && hanging()],
    ]) {
      test(`${what} does not hide that a later file is missing`, async () => {
        const missing = new Response('', { status: 404 });
        const fetchFunc = async (url) =>
          (await hang(url)) || (url.endsWith('b.bin') ? missing : new Response(FILES[url]));
        await assertFails(load(fetchFunc), /^E_HTTP$/);
        const handler = tf.io.http('http://h/model.json', { fetchFunc });
        await assertFails(handler.load(), /^E_HTTP$/);
      });
    }
  });

  describe('and other options that are nonsense', () => {
    const good = async (url) => new Response(FILES[url]);
    for (const options of [
      { maxRetries: Number.NaN },
      { maxRetries: -1 },
      { maxRetries: '2' },
      { retryDelay: Number.NaN },
      { retryDelay: -1 },
      { maxParallelRequests: Number.NaN },
      { maxParallelRequests: 0 },
      { fetchFunc: 5 },
      { onProgress: 'x' },
      { requestInit: 'x' },
      { signal: {} },
      { signal: 'x' },
      { weightPathPrefix: 5 },
      { weightUrlConverter: {} },
    ]) {
      const [[name, value]] = Object.entries(options);
      test(`${name}: ${typeof value === 'object' ? '{}' : value}`, async () => {
        const { message } = await load(good, options).catch((error) => error);
        assert.match(message, new RegExp(name));
        await assertFails(load(good, options), /^E_INPUT$/);
        assert.throws(() => tf.io.http('http://h/model.json', options), { code: 'E_INPUT' });
      });
    }

    test('null is as good as left out', async () => {
      const names = [
        'maxRetries',
        'retryDelay',
        'maxParallelRequests',
        'onProgress',
        'requestInit',
        'signal',
        'strict',
      ];
      const more = ['weightPathPrefix', 'weightUrlConverter', 'fromTFHub', 'streamWeights', 'cache'];
      await assertLoads(load(good, Object.fromEntries([...names, ...more].map((name) => [name, null]))));
      await assertFails(tf.loadGraphModel('', null), /^E_INPUT$/);
    });

    test('no object at all', () => assertFails(tf.loadGraphModel('http://h/model.json', 5), /^E_INPUT$/));
  });
});
