// SPDX-License-Identifier: Apache-2.0
// Loading: which requests are sent, and the order of events.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import { until } from '../until.mjs';
import { send } from './fault-server.mjs';
import {
  assertFails,
  assertNothingLeft,
  BYTES,
  core,
  load,
  MANIFEST,
  MODEL,
  resetCore,
  routes,
  SHARDS,
  server,
  serveModel,
  skip,
  tf,
  url,
} from './model-server.mjs';

describe('loadGraphModel', { skip }, () => {
  test('streams the shards in order', async () => {
    const model = await load();
    assert.deepEqual(core.weightBytes, [...BYTES]);
    const lengths = core.callsOf('commitWeights').map(([, byteLength]) => byteLength);
    assert.ok(Math.max(...lengths) === 6 && lengths.length > BYTES.length / 6, `commits of ${lengths} bytes`);
    assert.equal(core.decoders.size, 0);
    const [[topology]] = core.callsOf('readGraph');
    assert.deepEqual(JSON.parse(topology), MODEL.modelTopology);
    const [[specs]] = core.callsOf('createWeightDecoder');
    assert.deepEqual(
      JSON.parse(specs),
      MANIFEST.flatMap(({ weights }) => weights),
    );
    const [[, signature]] = core.callsOf('createModel');
    assert.deepEqual(JSON.parse(signature), MODEL.signature);
    const weights = [model.weights.w[0], model.weights.v[0]];
    const bytes = await Promise.all(weights.map((weight) => weight.bytes()));
    assert.deepEqual(Buffer.concat(bytes), BYTES);
    assert.deepEqual(model.modelSignature, MODEL.signature);
    assert.deepEqual(model.metadata, { author: 'me' });
    assert.equal(model.modelVersion, '12.3');
    model.dispose();
    assertNothingLeft();
  });

  test('notes its phases in the performance timeline', async () => {
    performance.clearMeasures();
    const model = await load();
    const measures = performance.getEntriesByType('measure');
    assert.deepEqual(
      measures.map(({ name }) => name),
      ['tfwasm: fetch', 'tfwasm: parse', 'tfwasm: weights', 'tfwasm: optimize'],
    );
    for (const [index, { startTime, duration }] of measures.entries()) {
      assert.ok(duration >= 0);
      const next = measures[index + 1]?.startTime ?? Number.POSITIVE_INFINITY;
      assert.ok(startTime + duration <= next + 1e-3, 'they do not overlap');
    }
    model.dispose();
  });

  test('asks for several shards before the first has come', async () => {
    const held = [];
    routes['/m/a.bin'] = (_request, response) => held.push(() => response.end(SHARDS['a.bin']));
    const loading = load();
    await until(() => server.requests.length >= 4, 'four requests');
    assert.deepEqual(server.requests.toSorted(), ['/m/a.bin', '/m/b.bin', '/m/model.json', '/m/sub/c.bin']);
    held[0]();
    (await loading).dispose();
    assert.deepEqual(core.weightBytes, [...BYTES]);
  });

  test('has at most as many requests under way as it may', async () => {
    const paths = Array.from({ length: 12 }, (_, index) => `${index}.bin`);
    serveModel({ ...MODEL, weightsManifest: [{ paths, weights: [{ name: 'w', shape: [12], dtype: 'float32' }] }] });
    let active = 0;
    let most = 0;
    for (const name of paths) {
      routes[`/m/${name}`] = (_request, response) => {
        most = Math.max(most, ++active);
        setTimeout(() => {
          --active;
          response.end(Buffer.alloc(4));
        }, 5);
      };
    }
    (await load({ maxParallelRequests: 3 })).dispose();
    assert.ok(most > 1 && most <= 3, `${most} at once`);
    most = 0;
    (await load()).dispose();
    assert.ok(most > 3 && most <= 6, `${most} at once`);
  });

  test('reports progress by bytes, up to 1 and only once', async () => {
    routes['/m/a.bin'] = (_request, response) => {
      response.write(SHARDS['a.bin'].subarray(0, 3));
      setTimeout(() => response.end(SHARDS['a.bin'].subarray(3)), 30);
    };
    const fractions = [];
    (await load({ onProgress: (fraction) => fractions.push(fraction) })).dispose();
    assert.deepEqual(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
    assert.equal(fractions[0], 3 / 40);
    assert.equal(fractions.filter((fraction) => fraction === 1).length, 1);
    assert.equal(fractions.at(-1), 1);
  });

  test('accepts compressed answers', async () => {
    routes['/m/a.bin'] = send(gzipSync(SHARDS['a.bin']), { 'content-encoding': 'gzip' });
    (await load()).dispose();
    assert.deepEqual(core.weightBytes, [...BYTES]);
  });

  test('accepts a byte order mark', async () => {
    routes['/m/model.json'] = send(`\uFEFF${JSON.stringify(MODEL)}`);
    (await load()).dispose();
  });

  test('passes requestInit to every request', async () => {
    const seen = [];
    for (const [name, route] of Object.entries(routes)) {
      routes[name] = (request, response) => {
        seen.push(request.headers['x-key']);
        route(request, response);
      };
    }
    (await load({ requestInit: { headers: { 'x-key': 'k' } } })).dispose();
    assert.deepEqual(seen, ['k', 'k', 'k', 'k']);
  });

  test('uses fetchFunc, also one whose responses are no more than needed', async () => {
    const calls = [];
    const fetchFunc = async (address, init, details) => {
      calls.push([address, init.cache, details]);
      if (address.endsWith('.json')) return { ok: true, text: async () => JSON.stringify(MODEL) };
      const bytes = Uint8Array.from(SHARDS[address.slice('http://h/'.length).replace('./', '')]);
      return { ok: true, arrayBuffer: async () => bytes.buffer };
    };
    const model = await tf.loadGraphModel('http://h/model.json', { fetchFunc, requestInit: { cache: 'no-store' } });
    model.dispose();
    assert.deepEqual(calls, [
      ['http://h/model.json', 'no-store', { isBinary: false }],
      ['http://h/a.bin', 'no-store', { isBinary: true }],
      ['http://h/./b.bin', 'no-store', { isBinary: true }],
      ['http://h/sub/c.bin', 'no-store', { isBinary: true }],
    ]);
    assert.deepEqual(core.weightBytes, [...BYTES]);
  });

  describe('finds the shards', () => {
    const asked = async (address, options) => {
      const urls = [];
      const fetchFunc = async (shard) => {
        urls.push(shard);
        return shard === urls[0] ? new Response(JSON.stringify(MODEL)) : new Response(null, { status: 404 });
      };
      await assertFails(tf.loadGraphModel(address, { ...options, fetchFunc }), 'E_HTTP', /404/);
      return urls;
    };

    for (const [what, address, options, expected] of [
      ['with the query of the model', 'http://h/m/model.json?v=1/2#x', {}, 'http://h/m/a.bin?v=1/2'],
      ['beside a relative URL', 'model.json', {}, 'a.bin'],
      [
        'under weightPathPrefix',
        'http://h/m/model.json',
        { weightPathPrefix: 'https://cdn/w/' },
        'https://cdn/w/a.bin',
      ],
      [
        'where weightUrlConverter says',
        'http://h/model.json',
        { weightUrlConverter: async (name) => `../${name}?x` },
        '../a.bin?x',
      ],
      [
        'on TensorFlow Hub',
        'https://tfhub.dev/m/1',
        { fromTFHub: true },
        'https://tfhub.dev/m/1/a.bin?tfjs-format=file',
      ],
    ]) {
      test(what, async () => assert.equal((await asked(address, options))[1], expected));
    }

    test('and model.json on TensorFlow Hub', async () => {
      assert.equal(
        (await asked('https://tfhub.dev/m/1/', { fromTFHub: true }))[0],
        'https://tfhub.dev/m/1/model.json?tfjs-format=file',
      );
    });
  });

  test('reads file: URLs', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-'));
    try {
      const manifest = [{ paths: ['a.bin', 'b.bin'], weights: MANIFEST[0].weights }];
      await writeFile(path.join(folder, 'model.json'), JSON.stringify({ ...MODEL, weightsManifest: manifest }));
      await writeFile(path.join(folder, 'a.bin'), SHARDS['a.bin']);
      const address = pathToFileURL(path.join(folder, 'model.json')).href;
      await assertFails(tf.loadGraphModel(address), 'E_FILE', /b\.bin/);
      await writeFile(path.join(folder, 'b.bin'), SHARDS['b.bin']);
      resetCore();
      (await tf.loadGraphModel(address)).dispose();
      assert.deepEqual(core.weightBytes, [...BYTES.subarray(0, 24)]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  describe('takes a handler', () => {
    const specs = MANIFEST.flatMap(({ weights }) => weights);
    const buffer = Uint8Array.from(BYTES).buffer;
    const artifacts = { modelTopology: MODEL.modelTopology, weightSpecs: specs };
    for (const [what, weights] of [
      ['with one buffer', { weightData: buffer }],
      ['with several buffers', { weightData: [buffer.slice(0, 5), buffer.slice(5)] }],
      ['with a stream', { getWeightStream: () => new Blob([buffer]).stream() }],
    ]) {
      test(what, async () => {
        const model = await tf.loadGraphModel({ load: async () => ({ ...artifacts, ...weights }) });
        assert.deepEqual(core.weightBytes, [...BYTES]);
        const [[, signature]] = core.callsOf('createModel');
        assert.equal(signature, '');
        assert.equal(model.modelSignature, undefined);
        model.dispose();
      });
    }

    test('as io.fromMemory makes it', async () => {
      (await tf.loadGraphModel(tf.io.fromMemory({ ...artifacts, weightData: buffer }))).dispose();
    });

    test('as io.http makes it', async () => {
      const { weightSpecs, weightData } = await tf.io.http(url()).load();
      assert.deepEqual(weightSpecs, specs);
      assert.deepEqual([...new Uint8Array(weightData)], [...BYTES]);
      const { getWeightStream } = await tf.io.http(url(), { streamWeights: true }).load();
      const chunks = [];
      for await (const chunk of getWeightStream()) chunks.push(...chunk);
      assert.deepEqual(chunks, [...BYTES]);
    });

    test('and says what is wrong with it', async () => {
      await assertFails(tf.loadGraphModel({}), 'E_INPUT', /load\(\)/);
      await assertFails(tf.loadGraphModel(), 'E_INPUT', /load\(\)/);
      await assertFails(tf.loadGraphModel(''), 'E_INPUT', /URL/);
      await assertFails(tf.loadGraphModel({ load: async () => undefined }), 'E_JSON', /modelTopology/);
      await assertFails(
        tf.loadGraphModel({ load: async () => ({ modelTopology: new ArrayBuffer(1) }) }),
        'E_JSON',
        /GraphDef/,
      );
      await assertFails(
        tf.loadGraphModel({ load: () => ({ ...artifacts, weightData: buffer.slice(1) }) }),
        'E_WEIGHT_BYTES',
        /40.*39/,
      );
      const mine = new RangeError('mine');
      await assert.rejects(tf.loadGraphModel({ load: () => Promise.reject(mine) }), mine);
    });
  });

  test('may ignore bytes after the last weight', async () => {
    routes['/m/sub/c.bin'] = send(Buffer.concat([SHARDS['sub/c.bin'], Buffer.alloc(9)]));
    await assertFails(load(), 'E_WEIGHT_BYTES', /16 bytes/);
    resetCore();
    (await load({ strict: false })).dispose();
    assert.deepEqual(core.weightBytes, [...BYTES]);
  });
});
