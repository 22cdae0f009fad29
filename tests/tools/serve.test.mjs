// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { startServer } from '../../tools/serve.mjs';

/** Sends a request with the path exactly as given; fetch would resolve dots. */
function rawGet(base, rawPath, method = 'GET', headers = {}) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const call = request({ hostname, port, path: rawPath, method, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    call.on('error', reject);
    call.end();
  });
}

describe('the static server', () => {
  let root;
  let server;

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'tfwasm-serve-'));
    for (const folder of ['pages/sub', 'pages/a b', 'models', 'private']) {
      await mkdir(path.join(root, folder), { recursive: true });
    }
    await writeFile(path.join(root, 'secret.txt'), 'TOP SECRET');
    await writeFile(path.join(root, 'private/key.txt'), 'TOP SECRET');
    await writeFile(path.join(root, 'pages/index.html'), '<p>front</p>');
    await writeFile(path.join(root, 'pages/sub/index.html'), '<p>sub</p>');
    await writeFile(path.join(root, 'pages/a b/x.js'), 'export {}');
    await writeFile(path.join(root, 'pages/empty.bin'), '');
    await writeFile(path.join(root, 'pages/x.wasm'), '\0asm');
    await writeFile(path.join(root, 'models/m.json'), '{}');
    await symlink(path.join(root, 'secret.txt'), path.join(root, 'pages/link.txt'));
    server = await startServer({
      port: 0,
      root,
      mounts: { '/': 'pages', '/models/': 'models' },
      headers: { 'x-more': 'yes' },
    });
  });
  after(async () => {
    await server?.close();
    if (root) await rm(root, { recursive: true });
  });

  for (const [url, type, body] of [
    ['/', 'text/html; charset=utf-8', '<p>front</p>'],
    ['/index.html?x=1', 'text/html; charset=utf-8', '<p>front</p>'],
    ['/sub/', 'text/html; charset=utf-8', '<p>sub</p>'],
    ['/a%20b/x.js', 'text/javascript; charset=utf-8', 'export {}'],
    ['/x.wasm', 'application/wasm', '\0asm'],
    ['/models/m.json', 'application/json; charset=utf-8', '{}'],
  ]) {
    test(`serves ${url} as ${type}`, async () => {
      const answer = await rawGet(server.url, url);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], type);
      assert.equal(answer.headers['cross-origin-opener-policy'], 'same-origin');
      assert.equal(answer.headers['cross-origin-embedder-policy'], 'require-corp');
      assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin');
      assert.equal(answer.headers['x-more'], 'yes');
      assert.equal(answer.body, body);
    });
  }

  for (const url of [
    '/../secret.txt',
    '/sub/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/%2e%2e%2fprivate/key.txt',
    '/models/..%2f..%2fsecret.txt',
    '/link.txt',
    '/x.wasm%00.html',
    '/%zz',
    '/missing.html',
    '/x.wasm/deeper',
    '//etc/passwd',
    '//sub',
  ]) {
    test(`does not serve ${url}`, async () => {
      const answer = await rawGet(server.url, url);
      assert.equal(answer.status, 404);
      assert.ok(!answer.body.includes('TOP SECRET') && !answer.body.includes('root:'));
    });
  }

  test('sends folders without a slash to the one with it', async () => {
    const answer = await rawGet(server.url, '/sub');
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.location, '/sub/');
    assert.equal((await rawGet(server.url, '/a%20b')).headers.location, '/a%20b/');
  });

  test('answers HEAD without a body and refuses other methods', async () => {
    const head = await rawGet(server.url, '/index.html', 'HEAD');
    assert.equal(head.status, 200);
    assert.equal(head.headers['content-length'], '12');
    assert.equal(head.body, '');
    assert.equal((await rawGet(server.url, '/index.html', 'POST')).status, 405);
  });

  for (const [range, status, contentRange, body] of [
    ['bytes=3-6', 206, 'bytes 3-6/12', 'fron'],
    ['bytes=8-', 206, 'bytes 8-11/12', '</p>'],
    ['bytes=-4', 206, 'bytes 8-11/12', '</p>'],
    ['bytes=-400', 206, 'bytes 0-11/12', '<p>front</p>'],
    ['bytes=8-400', 206, 'bytes 8-11/12', '</p>'],
    ['bytes=12-', 416, 'bytes */12', ''],
    ['bytes=-0', 416, 'bytes */12', ''],
    ['bytes=6-3', 200, undefined, '<p>front</p>'],
    ['bytes=0-1,3-4', 200, undefined, '<p>front</p>'],
    ['lines=0-1', 200, undefined, '<p>front</p>'],
  ]) {
    test(`answers the range "${range}" with ${status}`, async () => {
      const answer = await rawGet(server.url, '/index.html', 'GET', { range });
      assert.equal(answer.status, status);
      assert.equal(answer.headers['content-range'], contentRange);
      assert.equal(answer.headers['accept-ranges'], 'bytes');
      assert.equal(answer.body, body);
    });
  }

  test('serves an empty file', async () => {
    const answer = await rawGet(server.url, '/empty.bin');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-length'], '0');
    assert.equal(answer.headers['content-type'], 'application/octet-stream');
  });

  test('says in words that a port is taken', async () => {
    const port = Number(new URL(server.url).port);
    await assert.rejects(startServer({ port, root }), /Port \d+ is taken/);
  });

  test('leaves the isolation headers out on request', async () => {
    const plain = await startServer({ port: 0, root, mounts: { '/': 'pages' }, isolated: false });
    try {
      const answer = await rawGet(plain.url, '/');
      assert.equal(answer.headers['cross-origin-opener-policy'], undefined);
      assert.equal(answer.headers['cross-origin-embedder-policy'], undefined);
    } finally {
      await plain.close();
    }
  });
});
