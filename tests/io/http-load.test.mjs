// SPDX-License-Identifier: Apache-2.0
// Loading over HTTP in Node.js, with the real core: retries, resumption, checks and failures.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { HANGS_AFTER_MS, until } from '../until.mjs';
import { cutAfter, etagOf, hangUp, ignoreRange, stall, startHttpServer, status } from './http-server.mjs';
import { someBytes, weightsModel } from './weights-model.mjs';

const MB = 1 << 20;
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe('loading over HTTP', { skip: missing('dist') }, () => {
  let tf;
  let server;
  let empty;
  before(async () => {
    tf = await import('../../dist/index.js');
    await tf.ready();
    server = await startHttpServer();
    empty = tf.memory();
  });
  after(() => server?.close());
  beforeEach(() => server.reset());

  /** Serves a model with one weight per shard. `lengths`: bytes per shard. */
  function serve(lengths, change = () => {}) {
    const shards = lengths.map((length, index) => someBytes(length, index + 1));
    const groups = shards.map((bytes, index) => ({
      paths: [`${index}.bin`],
      weights: [{ name: `w${index}`, shape: [bytes.length / 4], dtype: 'float32' }],
    }));
    change(groups, shards);
    shards.forEach((bytes, index) => {
      server.files.set(`/m/${index}.bin`, bytes);
    });
    server.files.set('/m/model.json', Buffer.from(JSON.stringify(weightsModel(groups))));
    return shards;
  }

  const load = (options) => tf.loadGraphModel(`${server.url}/m/model.json`, { retryDelay: 1, ...options });

  async function assertLoads(shards, options) {
    const model = await load(options);
    shards.forEach((bytes, index) => {
      const values = model.weights[`w${index}`][0].dataSync();
      assert.ok(Buffer.from(values.buffer).equals(bytes), `the bytes of shard ${index}`);
    });
    model.dispose();
    assertNothingLeft();
  }

  async function assertFails(code, message, options) {
    await assert.rejects(load(options), (error) => {
      assert.ok(error instanceof tf.TfwasmError, error.stack);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      return true;
    });
    assertNothingLeft();
  }

  function assertNothingLeft() {
    const { numTensors, numBytes } = tf.memory();
    assert.deepEqual({ numTensors, numBytes }, { numTensors: empty.numTensors, numBytes: empty.numBytes });
  }

  for (const sizes of [[4], [40, 8, 4], [3 * MB, 400], [9 * MB, 5 * MB, 12], Array(20).fill(1000)]) {
    test(`shards of ${sizes} bytes arrive`, () => assertLoads(serve(sizes)));
  }

  describe('tries again', () => {
    for (const [what, fault] of [
      ['after a 500', status(500)],
      ['after a 503', status(503)],
      ['after a 408', status(408)],
      ['after a 429', status(429, { 'retry-after': '0' })],
      ['after a broken connection', hangUp],
    ]) {
      test(`${what}, for model.json and shards`, async () => {
        const shards = serve([40, 3 * MB]);
        for (const path of ['/m/model.json', '/m/0.bin', '/m/1.bin']) server.faults.set(path, [fault, fault]);
        await assertLoads(shards);
        for (const path of ['/m/model.json', '/m/0.bin', '/m/1.bin']) assert.equal(server.asked(path).length, 3, path);
      });
    }

    test('as often as it may', async () => {
      serve([40]);
      server.faults.set('/m/0.bin', Array(9).fill(status(500)));
      await assertFails('E_HTTP', /\/m\/0\.bin failed: status 500/, { maxRetries: 4 });
      assert.equal(server.asked('/m/0.bin').length, 5);
      server.log.length = 0;
      await assertFails('E_HTTP', /500/, { maxRetries: 0 });
      assert.equal(server.asked('/m/0.bin').length, 1);
    });

    for (const code of [400, 401, 403, 404, 410]) {
      test(`but not after a ${code}`, async () => {
        serve([40]);
        server.faults.set('/m/0.bin', [status(code)]);
        await assertFails('E_HTTP', new RegExp(`0\\.bin failed: status ${code}`));
        assert.equal(server.asked('/m/0.bin').length, 1);
      });
    }

    test('after a while that the server names', async () => {
      const shards = serve([40]);
      server.faults.set('/m/0.bin', [status(503, { 'retry-after': '1' })]);
      const start = performance.now();
      await assertLoads(shards);
      assert.ok(performance.now() - start > 900);
    });

    test('each time after twice as long', async () => {
      serve([40]);
      server.faults.set('/m/0.bin', Array(9).fill(status(500)));
      const start = performance.now();
      await assertFails('E_HTTP', /500/, { retryDelay: 40, maxRetries: 3 });
      // 40 + 80 + 160 ms, each with a jitter of 25 %.
      assert.ok(performance.now() - start > 200);
    });
  });

  describe('goes on where a file broke off', () => {
    for (const size of [3 * MB, 9 * MB]) {
      test(`of ${size / MB} MB`, async () => {
        const shards = serve([size]);
        server.faults.set('/m/0.bin', [cutAfter(2 * MB), (_q, r, bytes) => cutSecond(r, bytes)]);
        const cutSecond = (response, bytes) => {
          response.writeHead(206, {
            etag: etagOf(bytes),
            'content-length': bytes.length - 2 * MB,
            'content-range': `bytes ${2 * MB}-${bytes.length - 1}/${bytes.length}`,
          });
          response.write(bytes.subarray(2 * MB, 2 * MB + 500_000), () => setTimeout(() => response.destroy(), 30));
        };
        await assertLoads(shards);
        const [first, second, third] = server.asked('/m/0.bin').map(({ headers }) => headers);
        assert.equal(first.range, undefined);
        assert.equal(second.range, `bytes=${2 * MB}-`);
        assert.equal(second['if-range'], etagOf(shards[0]));
        assert.equal(third.range, `bytes=${2 * MB + 500_000}-`);
      });

      test(`of ${size / MB} MB though the server knows no ranges`, async () => {
        const shards = serve([size]);
        server.faults.set('/m/0.bin', [cutAfter(2 * MB), ignoreRange()]);
        await assertLoads(shards);
      });

      test(`of ${size / MB} MB by its date`, async () => {
        const shards = serve([size]);
        const dated = { 'last-modified': 'Sat, 21 Nov 2026 10:00:00 GMT', 'content-length': size };
        server.faults.set('/m/0.bin', [cutAfter(2 * MB, dated), ignoreRange(dated)]);
        await assertLoads(shards);
        assert.equal(server.asked('/m/0.bin')[1].headers['if-range'], dated['last-modified']);
      });
    }

    test('and asks for all of it again when it is read ahead and has no ETag', async () => {
      const shards = serve([40, 3 * MB]);
      const plain = { 'content-length': 3 * MB };
      server.faults.set('/m/1.bin', [cutAfter(MB, plain), ignoreRange(plain)]);
      await assertLoads(shards);
      assert.equal(server.asked('/m/1.bin')[1].headers.range, undefined);
    });

    test('and gives up when it is half delivered and has no ETag', async () => {
      serve([9 * MB]);
      server.faults.set('/m/0.bin', [cutAfter(MB, { 'content-length': 9 * MB })]);
      await assertFails('E_HTTP', /0\.bin broke off after 1048576 bytes/);
    });

    test('but never mixes two versions of it', async () => {
      serve([9 * MB]);
      const other = someBytes(9 * MB, 77);
      const change = (request, response, bytes) => {
        cutAfter(2 * MB)(request, response, bytes);
        server.files.set('/m/0.bin', other);
      };
      server.faults.set('/m/0.bin', [change]);
      await assertFails('E_HTTP', /0\.bin has changed/);
    });

    test('and takes the new version as a whole when it was not delivered', async () => {
      const [first] = serve([40, 3 * MB]);
      const other = someBytes(3 * MB, 77);
      const change = (request, response, bytes) => {
        cutAfter(2 * MB + 1000)(request, response, bytes);
        server.files.set('/m/1.bin', other);
      };
      server.faults.set('/m/1.bin', [change]);
      await assertLoads([first, other]);
    });

    test('for as long as it gets on', async () => {
      const shards = serve([9 * MB]);
      const cut = (request, response, bytes) => {
        const from = Number(/\d+/.exec(request.headers.range ?? '0'));
        response.writeHead(from ? 206 : 200, {
          etag: etagOf(bytes),
          'content-length': bytes.length - from,
          ...(from ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
        });
        response.write(bytes.subarray(from, from + MB), () => setTimeout(() => response.destroy(), 20));
      };
      server.faults.set('/m/0.bin', Array(8).fill(cut));
      await assertLoads(shards, { maxRetries: 1 });
    });
  });

  describe('checks', () => {
    const hash = (groups, shards) =>
      groups.forEach((group, index) => {
        group.sha256 = [sha256(shards[index])];
      });

    test('hashes, which may be right', () => assertLoads(serve([40, 3 * MB, 9 * MB], hash)));

    test('hashes, which may be wrong', async () => {
      serve([40, 3 * MB], hash);
      server.files.set('/m/1.bin', someBytes(3 * MB, 9));
      await assertFails('E_HASH', /1\.bin is not the file that belongs to the model: its SHA-256 is [0-9a-f]{64}/);
    });

    for (const wrong of [[], ['x'], 'no list', [5], ['0'.repeat(64), '0'.repeat(64)], null]) {
      test(`that ${JSON.stringify(wrong).slice(0, 20)} are hashes`, async () => {
        serve([40], ([group]) => {
          group.sha256 = wrong;
        });
        await assertFails('E_MANIFEST', /\/weightsManifest\/0\/sha256/);
      });
    }

    for (const [what, length, message] of [
      ['short', 3 * MB - 1, /3145728 bytes of .*0\.bin, but 3145727 came/],
      ['long', 3 * MB + 1, /3145728 bytes of .*0\.bin, but more came/],
      ['empty', 0, /0\.bin, but 0 came/],
    ]) {
      test(`that a file is not too ${what}`, async () => {
        serve([3 * MB]);
        server.files.set('/m/0.bin', someBytes(length));
        await assertFails('E_WEIGHT_BYTES', message);
      });
    }
  });

  describe('is cancelled', () => {
    for (const [what, options] of [
      ['by signal', (signal) => ({ signal })],
      ['by requestInit.signal', (signal) => ({ requestInit: { signal } })],
    ]) {
      test(`${what}, in the middle of a file`, async () => {
        serve([9 * MB, 40, 3 * MB]);
        const closed = [];
        const slow = (path) => stall(1000, () => closed.push(path));
        for (const path of ['/m/0.bin', '/m/2.bin']) server.faults.set(path, [slow(path)]);
        const stop = new AbortController();
        const reason = new Error('enough');
        const loading = load(options(stop.signal));
        await until(() => server.log.length >= 4, 'four requests');
        stop.abort(reason);
        await assert.rejects(loading, (error) => error === reason || error.name === 'AbortError');
        await until(() => closed.length >= 2, 'the end of both connections');
        assertNothingLeft();
      });
    }

    test('before it began', async () => {
      serve([40]);
      await assert.rejects(load({ signal: AbortSignal.abort() }), { name: 'AbortError' });
      assert.equal(server.log.length, 0);
    });

    // The retry would come after an hour.
    test('while it waits to try again', { timeout: HANGS_AFTER_MS }, async () => {
      serve([40]);
      server.faults.set('/m/0.bin', Array(5).fill(status(500)));
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 60);
      await assert.rejects(load({ signal: stop.signal, retryDelay: 3_600_000 }), { name: 'AbortError' });
    });
  });

  test('reports progress while files come in, in any order', async () => {
    serve([9 * MB, 40, 3 * MB]);
    const fractions = [];
    (await load({ onProgress: (fraction) => fractions.push(fraction) })).dispose();
    assert.ok(fractions.length > 4, `${fractions.length} reports`);
    assert.deepEqual(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
    assert.equal(fractions.filter((fraction) => fraction === 1).length, 1);
  });

  test('io.http reports progress too', async () => {
    serve([40]);
    const fractions = [];
    const handler = tf.io.http(`${server.url}/m/model.json`, { onProgress: (fraction) => fractions.push(fraction) });
    (await tf.loadGraphModel(handler)).dispose();
    assert.equal(fractions.at(-1), 1);
  });

  test('io.http takes the URL of the weights beside that of the model', async () => {
    const [bytes] = serve([40]);
    server.files.set('/w/0.bin', bytes);
    server.files.delete('/m/0.bin');
    const handler = tf.io.http([`${server.url}/m/model.json`, `${server.url}/w/model.json`]);
    (await tf.loadGraphModel(handler)).dispose();
    assert.equal(server.asked('/w/0.bin').length, 1);
  });

  test('a stream of the weights can be opened twice, and given up', async () => {
    const [bytes] = serve([40]);
    const { getWeightStream } = await tf.io.http(`${server.url}/m/model.json`, { streamWeights: true }).load();
    for (let i = 0; i < 2; ++i) {
      const chunks = [];
      for await (const chunk of getWeightStream()) chunks.push(chunk);
      assert.ok(Buffer.concat(chunks).equals(bytes));
    }
    await getWeightStream().cancel();
  });
});
