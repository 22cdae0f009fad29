// SPDX-License-Identifier: Apache-2.0
// A Node.js server of in-memory files, with ETag and Range like real servers, configurable faults, and saving of
// models.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';

import { DIST } from '../../tools/lib/paths.mjs';

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** An empty page and the built package, in addition to the files of a test. */
const SITE = new Map([
  ['/page.html', Buffer.from('<!doctype html><link rel="icon" href="data:,"><title>test</title>')],
]);
for (const name of existsSync(DIST) ? readdirSync(DIST) : []) {
  if (/\.(js|wasm)$/.test(name)) SITE.set(`/dist/${name}`, readFileSync(path.join(DIST, name)));
}

/**
 * @returns `files`: bytes by path, e.g. "/m/model.json". `faults`: by path, a list of functions that answer the next
 *     requests instead. `log`: the requests.
 */
export async function startHttpServer() {
  const files = new Map();
  const faults = new Map();
  const log = [];
  const headers = {};
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    log.push({ method: request.method, path: pathname, headers: request.headers });
    // Keeps the browser's own cache out of the test.
    response.setHeaders(new Map(Object.entries({ 'cache-control': 'no-store', ...headers })));
    const fault = faults.get(pathname)?.shift();
    if (fault) fault(request, response, files.get(pathname));
    else if (request.method === 'POST' || request.method === 'PUT') receive(request, response, pathname, files);
    else answer(request, response, files.get(pathname) ?? SITE.get(pathname), pathname);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    files,
    faults,
    log,
    headers,
    asked: (path) => log.filter((entry) => entry.path === path),
    reset() {
      for (const list of [files, faults]) list.clear();
      for (const name of Object.keys(headers)) delete headers[name];
      log.length = 0;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export const etagOf = (bytes) => `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;

function answer(request, response, bytes, pathname) {
  if (!bytes) return response.writeHead(404).end('not here');
  const etag = etagOf(bytes);
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  const isSame = !request.headers['if-range'] || request.headers['if-range'] === etag;
  const start = from && isSame ? Number(from) : 0;
  const status = from && isSame ? 206 : 200;
  const range = status === 206 ? { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {};
  const type = TYPES[path.extname(pathname)] ?? 'application/octet-stream';
  response.setHeader('content-type', type);
  response.writeHead(status, { etag, 'content-length': bytes.length - start, ...range });
  response.end(bytes.subarray(start));
}

/** Stores the files of a form under the path of the request. */
async function receive(request, response, pathname, files) {
  const body = new Response(request, { headers: request.headers, duplex: 'half' });
  const form = await body.formData().catch(() => undefined);
  if (!form) return response.writeHead(400).end('this is no form');
  for (const [name, file] of form) {
    files.set(`${pathname}/${name}`, Buffer.from(await file.arrayBuffer()));
    files.set(`${pathname}/${name}:type`, Buffer.from(`${file.name} ${file.type}`));
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"saved":true}');
}

/** Answers with a status. */
export const status =
  (code, headers = {}) =>
  (_request, response) =>
    response.writeHead(code, headers).end('no');

/** Closes the connection without an answer. */
export const hangUp = (request) => request.socket.destroy();

/** Announces the whole file and breaks the connection after some bytes. */
export const cutAfter =
  (count, headers = undefined) =>
  (_request, response, bytes) => {
    response.writeHead(200, headers ?? { etag: etagOf(bytes), 'content-length': bytes.length });
    response.write(bytes.subarray(0, count), () => setTimeout(() => response.destroy(), 30));
  };

/** Sends the whole file and ignores the Range header. */
export const ignoreRange =
  (headers = undefined) =>
  (_request, response, bytes) =>
    response.writeHead(200, headers ?? { etag: etagOf(bytes), 'content-length': bytes.length }).end(bytes);

/** Sends some bytes and then stalls until the client hangs up. */
export const stall =
  (count, onClose = () => {}) =>
  (request, response, bytes) => {
    response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, count));
    request.socket.on('close', onClose);
  };
