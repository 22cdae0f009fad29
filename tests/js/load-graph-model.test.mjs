// SPDX-License-Identifier: Apache-2.0
// Loading over HTTP, with a core that only counts: what is asked for, in which order it arrives,
// and that every fault of a server becomes an error that says so and leaves nothing behind.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import { startFakeCore } from './fake-core.mjs';
import { send, sendCut, sendLess, sendPage, startFaultServer } from './fault-server.mjs';
import { importSource } from './source.mjs';

const tf = await importSource();

/** 40 bytes of weights in two groups: one of two files cut inside an element, one of one. */
const BYTES = Buffer.from(Array.from({ length: 40 }, (_, index) => index + 1));
const SHARDS = { 'a.bin': BYTES.subarray(0, 13), 'b.bin': BYTES.subarray(13, 24), 'sub/c.bin': BYTES.subarray(24) };
const MANIFEST = [
  { paths: ['a.bin', './b.bin'], weights: [{ name: 'w', shape: [2, 3], dtype: 'float32' }] },
  { paths: ['sub/c.bin'], weights: [{ name: 'v', shape: [4], dtype: 'float32' }] },
];
const MODEL = {
  format: 'graph-model',
  modelTopology: { node: [{ name: 'x', op: 'Placeholder' }], versions: { producer: 12 } },
  signature: { inputs: { image: { name: 'x:0' } } },
  userDefinedMetadata: { author: 'me' },
  weightsManifest: MANIFEST,
};

let core;
const routes = {};
const server = await startFaultServer(routes);
after(() => server.close());

function serveModel(model = MODEL) {
  for (const route of Object.keys(routes)) delete routes[route];
  routes['/m/model.json'] = send(JSON.stringify(model), { 'content-type': 'application/json' });
  for (const [name, bytes] of Object.entries(SHARDS)) routes[`/m/${name}`] = send(bytes);
  server.requests.length = 0;
}

beforeEach(() => {
  core = startFakeCore(tf);
  serveModel();
});

const url = () => `${server.url}m/model.json`;
const load = (options) => tf.loadGraphModel(url(), options);

async function assertFails(loading, code, message) {
  await assert.rejects(loading, (error) => {
    assert.ok(error instanceof tf.TfwasmError, error.stack);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });
  assert.deepEqual([core.decoders.size, core.models.size, tf.memory().numTensors], [0, 0, 0]);
}

describe('loadGraphModel', () => {
  test('streams the shards in order', async () => {
    const model = await load();
    assert.deepEqual(core.weightBytes, [...BYTES]);
    assert.equal(core.decoders.size, 0);
    assert.deepEqual(core.topology, MODEL.modelTopology);
    assert.deepEqual(JSON.parse(core.signature), MODEL.signature);
    assert.deepEqual(
      core.specs,
      MANIFEST.flatMap(({ weights }) => weights),
    );
    assert.deepEqual(model.modelSignature, MODEL.signature);
    assert.deepEqual(model.metadata, { author: 'me' });
    assert.equal(model.modelVersion, '12.3');
    model.dispose();
    assert.equal(core.models.size, 0);
  });

  test('asks for several shards before the first has come', async () => {
    const held = [];
    routes['/m/a.bin'] = (_request, response) => held.push(() => response.end(SHARDS['a.bin']));
    const loading = load();
    while (server.requests.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(server.requests.toSorted(), ['/m/a.bin', '/m/b.bin', '/m/model.json', '/m/sub/c.bin']);
    held[0]();
    (await loading).dispose();
    assert.deepEqual(core.weightBytes, [...BYTES]);
  });

  test('has at most four requests under way', async () => {
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
    (await load()).dispose();
    assert.ok(most > 1 && most <= 4, `${most} at once`);
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
      core = startFakeCore(tf);
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
        assert.equal(core.signature, '');
        assert.equal(model.modelSignature, undefined);
        model.dispose();
      });
    }

    test('as io.fromMemory makes it', async () => {
      (await tf.loadGraphModel(tf.io.fromMemory({ ...artifacts, weightData: buffer }))).dispose();
    });

    test('as io.http makes it', async () => {
      const { weightSpecs, getWeightStream } = await tf.io.http(url()).load();
      assert.deepEqual(weightSpecs, specs);
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

  describe('fails', () => {
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
      [
        'when model.json is cut',
        answer('model.json', send('{"modelTopology": {')),
        'E_JSON',
        /model\.json is not JSON/,
      ],
      ['when model.json goes on after its end', answer('model.json', send('{} x')), 'E_JSON', /not JSON/],
      ['when model.json is a list', answer('model.json', send('[]')), 'E_JSON', /object/],
      ['when model.json is something else', answer('model.json', send('{"a":1}')), 'E_JSON', /modelTopology/],
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
        await assertFails(load(), code, message);
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
      await assertFails(load(), 'E_HTTP', /500/);
      await wasClosed;
    });

    test('at once when the program aborts', async () => {
      const stop = new AbortController();
      routes['/m/a.bin'] = (_request, response) => {
        response.write('abc');
        setTimeout(() => stop.abort(), 20);
      };
      await assert.rejects(load({ requestInit: { signal: stop.signal } }), { name: 'AbortError' });
      assert.equal(core.decoders.size, 0);
      await assert.rejects(load({ requestInit: { signal: stop.signal } }), { name: 'AbortError' });
    });

    test('when the program fails in onProgress', async () => {
      const mine = new RangeError('mine');
      const onProgress = () => {
        throw mine;
      };
      await assert.rejects(load({ onProgress }), mine);
      assert.equal(core.decoders.size, 0);
    });
  });

  test('may ignore bytes after the last weight', async () => {
    routes['/m/sub/c.bin'] = send(Buffer.concat([SHARDS['sub/c.bin'], Buffer.alloc(9)]));
    await assertFails(load(), 'E_WEIGHT_BYTES', /16 bytes/);
    core = startFakeCore(tf);
    (await load({ strict: false })).dispose();
    assert.deepEqual(core.weightBytes, [...BYTES]);
  });
});
