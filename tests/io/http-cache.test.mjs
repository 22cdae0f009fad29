// SPDX-License-Identifier: Apache-2.0
// The offline cache, and loading across origins.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';

import { startBrowser } from '../browser/chromium.mjs';
import { missing } from '../prerequisites.mjs';
import { until } from '../until.mjs';
import { cutAfter, stall, startHttpServer, status } from './http-server.mjs';
import { someBytes, weightsModel } from './weights-model.mjs';

const MB = 1 << 20;
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe('loading over HTTP in Chromium', { skip: missing('dist', 'chromium') }, () => {
  let server;
  let other;
  let browser;
  let page;
  before(async () => {
    [server, other, browser] = await Promise.all([startHttpServer(), startHttpServer(), startBrowser()]);
    ({ page } = await browser.newPage());
    await open();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    await other?.close();
  });
  beforeEach(async () => {
    await page.context().setOffline(false);
    server.reset();
    other.reset();
    await page.evaluate(() => tf.io.clearCache());
  });

  async function open() {
    await page.goto(`${server.url}/page.html`);
    await page.evaluate(async () => {
      globalThis.tf = await import('/dist/index.js');
      tf.setThreadsCount(1);
      await tf.ready();
      // Loads the program's own files while there is a network. In real apps, service workers cache them.
      await import('/dist/media.js');
      /** The SHA-256 of each weight. */
      globalThis.load = async (url, options) => {
        const before = tf.memory().numBytes;
        try {
          const model = await tf.loadGraphModel(url, { retryDelay: 1, ...options });
          const hashes = [];
          for (const [weight] of Object.values(model.weights)) {
            const hash = await crypto.subtle.digest('SHA-256', weight.dataSync());
            hashes.push(Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join(''));
          }
          model.dispose();
          return { hashes, leaked: tf.memory().numBytes - before };
        } catch ({ name, code, message }) {
          return { error: { name, code, message }, leaked: tf.memory().numBytes - before };
        }
      };
    });
  }

  const load = (options, url = '/m/model.json') => page.evaluate(([u, o]) => globalThis.load(u, o), [url, options]);

  /** Serves a model with one weight per shard. Returns the hashes of the shards. */
  function serve(lengths, { hashed = false, seed = 1, to = server } = {}) {
    const shards = lengths.map((length, index) => someBytes(length, seed + index));
    const groups = shards.map((bytes, index) => ({
      paths: [`${index}.bin`],
      weights: [{ name: `w${index}`, shape: [bytes.length / 4], dtype: 'float32' }],
      ...(hashed ? { sha256: [sha256(bytes)] } : {}),
    }));
    shards.forEach((bytes, index) => {
      to.files.set(`/m/${index}.bin`, bytes);
    });
    to.files.set('/m/model.json', Buffer.from(JSON.stringify(weightsModel(groups))));
    return shards.map(sha256);
  }

  async function assertLoads(hashes, options, url) {
    assert.deepEqual(await load(options, url), { hashes, leaked: 0 });
  }

  async function assertFails(code, message, options) {
    const { error, leaked } = await load(options);
    assert.equal(error?.code, code, JSON.stringify(error));
    assert.match(error.message, message);
    assert.equal(leaked, 0);
  }

  const offline = () => page.context().setOffline(true);
  const online = () => page.context().setOffline(false);
  const asked = () => server.log.splice(0).map((entry) => entry.path);

  for (const cache of ['cache-storage', 'opfs']) {
    describe(`with the cache ${cache}`, () => {
      for (const hashed of [false, true]) {
        test(`a model ${hashed ? 'with' : 'without'} hashes loads without a network, also in a new page`, async () => {
          const hashes = serve([40, 3 * MB, 9 * MB], { hashed });
          await assertLoads(hashes, { cache });
          await open();
          await offline();
          await assertLoads(hashes, { cache });
          await page.evaluate(() => tf.io.clearCache());
          await assertFails('E_HTTP', /model\.json failed/, { cache });
        });
      }

      test('files with hashes are not asked for again', async () => {
        const hashes = serve([40, 9 * MB], { hashed: true });
        await assertLoads(hashes, { cache });
        asked();
        await assertLoads(hashes, { cache });
        assert.deepEqual(asked(), ['/m/model.json']);
      });

      test('files without hashes are asked for while there is a network', async () => {
        await assertLoads(serve([40]), { cache });
        const hashes = serve([40], { seed: 50 });
        asked();
        await assertLoads(hashes, { cache });
        assert.deepEqual(asked(), ['/m/model.json', '/m/0.bin']);
        await offline();
        await assertLoads(hashes, { cache });
      });

      test('a new version replaces the old one', async () => {
        await assertLoads(serve([40, 3 * MB], { hashed: true }), { cache });
        const hashes = serve([40, 3 * MB], { hashed: true, seed: 50 });
        await assertLoads(hashes, { cache });
        await offline();
        await assertLoads(hashes, { cache });
      });

      for (const hashed of [false, true]) {
        test(`two versions ${hashed ? 'with' : 'without'} hashes are never mixed`, async () => {
          const old = serve([40, 400, 4000], { hashed });
          await assertLoads(old, { cache });
          serve([40, 400, 4000], { hashed, seed: 50 });
          server.faults.set('/m/2.bin', [status(404)]);
          await assertFails('E_HTTP', /2\.bin.*404/, { cache });
          await offline();
          const fails = () => assertFails('E_HTTP', /failed/, { cache });
          // The old version is whole unless a new file was stored before the load failed.
          await (hashed ? assertLoads(old, { cache }).catch(fails) : fails());
          await online();
          const hashes = serve([40, 400, 4000], { hashed, seed: 50 });
          await assertLoads(hashes, { cache });
          await offline();
          await assertLoads(hashes, { cache });
        });
      }

      test('a file that was cut and went on is kept whole', async () => {
        const hashes = serve([9 * MB]);
        server.faults.set('/m/0.bin', [cutAfter(2 * MB)]);
        await assertLoads(hashes, { cache });
        await offline();
        await assertLoads(hashes, { cache });
      });

      test('a damaged file with a hash is asked for again', async () => {
        const hashes = serve([40], { hashed: true });
        await assertLoads(hashes, { cache });
        await page.evaluate(damage, cache);
        asked();
        await assertLoads(hashes, { cache });
        assert.deepEqual(asked(), ['/m/model.json', '/m/0.bin']);
        await offline();
        await assertLoads(hashes, { cache });
      });

      test('a store that fails is no reason to fail', async () => {
        const hashes = serve([40, 9 * MB]);
        for (const script of [refuseToOpen, refuseToWrite]) {
          await page.evaluate(script);
          await assertLoads(hashes, { cache });
          await open();
        }
        await offline();
        await assertFails('E_HTTP', /failed/, { cache });
      });
    });
  }

  /** Replaces the content of all cached files. */
  async function damage(cache) {
    if (cache === 'cache-storage') {
      const store = await caches.open('tfwasm-cache');
      for (const key of await store.keys()) await store.put(key, new Response('damaged'));
      return;
    }
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('tfwasm-cache');
    for await (const handle of folder.values()) {
      const writable = await handle.createWritable();
      await writable.write('damaged');
      await writable.close();
    }
  }

  function refuseToOpen() {
    const refuse = () => Promise.reject(new DOMException('no', 'SecurityError'));
    CacheStorage.prototype.open = refuse;
    FileSystemDirectoryHandle.prototype.getDirectoryHandle = refuse;
  }

  function refuseToWrite() {
    Cache.prototype.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    FileSystemWritableFileStream.prototype.write = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
  }

  test('another kind of cache is refused', async () => {
    serve([40]);
    await assertFails('E_INPUT', /cache-storage/, { cache: 'cookies' });
  });

  test('a file of another origin goes on where it was cut', async () => {
    const hashes = serve([9 * MB], { to: other });
    Object.assign(other.headers, {
      'access-control-allow-origin': '*',
      'last-modified': 'Sat, 21 Nov 2026 10:00:00 GMT',
    });
    const dated = { 'content-length': 9 * MB };
    other.faults.set('/m/0.bin', [cutAfter(2 * MB, dated)]);
    await assertLoads(hashes, {}, `${other.url}/m/model.json`);
    const [, second] = other.asked('/m/0.bin');
    assert.match(second.headers.range, /^bytes=\d+-$/);
    assert.notEqual(second.headers.range, 'bytes=0-');
    assert.ok(!other.log.some(({ method }) => method === 'OPTIONS'), 'nobody has to allow a header');
  });

  test('a file goes on where it was cut', async () => {
    const hashes = serve([3 * MB, 9 * MB]);
    for (const name of ['0.bin', '1.bin']) server.faults.set(`/m/${name}`, [cutAfter(2 * MB)]);
    await assertLoads(hashes);
    for (const name of ['0.bin', '1.bin']) assert.match(server.asked(`/m/${name}`)[1].headers.range, /^bytes=\d+-$/);
  });

  test('an origin that allows nothing is an error', async () => {
    serve([40], { to: other });
    const { error } = await load({ maxRetries: 0 }, `${other.url}/m/model.json`);
    assert.equal(error.code, 'E_HTTP');
    assert.ok(error.message.includes(other.url));
  });

  test('cancelling closes the connections', async () => {
    serve([9 * MB, 40, 3 * MB]);
    const closed = [];
    for (const name of ['0.bin', '2.bin']) server.faults.set(`/m/${name}`, [stall(1000, () => closed.push(name))]);
    const result = await page.evaluate(async () => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 300);
      const before = tf.memory().numBytes;
      const failure = await tf.loadGraphModel('/m/model.json', { signal: stop.signal }).catch(({ name }) => name);
      return { failure, leaked: tf.memory().numBytes - before };
    });
    assert.deepEqual(result, { failure: 'AbortError', leaked: 0 });
    await until(() => closed.length >= 2, 'the end of both connections');
  });

  test('progress grows to 1', async () => {
    serve([9 * MB, 3 * MB]);
    const fractions = await page.evaluate(async () => {
      const fractions = [];
      const onProgress = (fraction) => fractions.push(fraction);
      (await tf.loadGraphModel('/m/model.json', { onProgress })).dispose();
      return fractions;
    });
    // The browser decides on the number of chunks, but two files give at least two.
    assert.ok(fractions.some((fraction) => fraction > 0 && fraction < 1));
    assert.equal(fractions.at(-1), 1);
    assert.deepEqual(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
  });
});
