// SPDX-License-Identifier: Apache-2.0
// A static file server for development, demos and tests. Its headers make pages cross-origin isolated, which threads
// need.
import { createReadStream, readFileSync, realpathSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';

import { isMain } from './lib/main.mjs';
import { ROOT } from './lib/paths.mjs';
import { runMain, ToolError } from './lib/run.mjs';

/** The mounts for the repository's pages: URL prefix -> folder under the root. */
export const SITE = {
  '/web/': 'web',
  '/benchmark-page/': 'benchmark-page',
  '/dist/': 'dist',
  '/models/': 'node_modules/@vladmandic/human/models',
  '/tfjs/': 'node_modules/@tensorflow',
};

const MIME_TYPES = {
  '.bin': 'application/octet-stream',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** They make a page cross-origin isolated, which threads require. */
export const ISOLATION_HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Files up to this size are read synchronously, which is faster for a single client. */
const SMALL_BYTES = 16 << 20;
/** The limit of the in-memory cache of small files, which keeps the disk out of load benchmarks. */
const KEPT_BYTES = 128 << 20;

/** The cached small files, the last requested at the end: path -> {modified, bytes}. */
const kept = new Map();

function readSmallFile({ path, modified }) {
  const known = kept.get(path);
  const bytes = known?.modified === modified ? known.bytes : readFileSync(path);
  kept.delete(path);
  kept.set(path, { modified, bytes });
  let total = [...kept.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  for (const [oldest, { bytes }] of kept) {
    if (total <= KEPT_BYTES) break;
    kept.delete(oldest);
    total -= bytes.length;
  }
  return bytes;
}

/**
 * Starts the server and resolves when the port is open.
 *
 * @param {object} [options]
 * @param {number} [options.port] 0 selects a free port.
 * @param {string} [options.root] The base folder of relative mounts.
 * @param {Record<string, string>} [options.mounts] URL prefix (with slashes at both ends) -> folder. The longest
 *     matching prefix wins. Files outside of these folders are never served.
 * @param {boolean} [options.isolated] False omits COOP and COEP.
 * @param {Record<string, string>} [options.headers] Additional headers, e.g. a Content-Security-Policy.
 * @returns {Promise<{url: string, close: () => Promise<void>}>} `url` ends with a slash.
 */
export async function startServer({ port = 8080, root = ROOT, mounts = SITE, isolated = true, headers = {} } = {}) {
  const folders = Object.entries(mounts)
    .map(([prefix, folder]) => ({ prefix, folder: path.resolve(root, folder) }))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  const common = {
    ...(isolated ? ISOLATION_HEADERS : {}),
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    ...headers,
  };
  const server = createServer((request, response) => {
    try {
      answer(request, response, folders, common);
    } catch (error) {
      if (!response.headersSent) sendText(response, 500, `Cannot serve this: ${error.message}`, common);
      else response.destroy(error);
    }
  });
  await new Promise((resolve, reject) => {
    server.once('error', (error) => reject(describeListenError(error, port)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://localhost:${server.address().port}/`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

function describeListenError(error, port) {
  if (error.code !== 'EADDRINUSE') return error;
  return new ToolError(`Port ${port} is taken by another program; stop it or choose another port.`, {
    cause: error,
  });
}

function answer(request, response, folders, headers) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    sendText(response, 405, `Only GET and HEAD are served here, not ${request.method}.`, headers);
    return;
  }
  const pathname = decodePath(request.url);
  if (pathname === '/' && !folders.some(({ prefix }) => prefix === '/')) {
    response.writeHead(302, { ...headers, location: '/web/' }).end();
    return;
  }
  const file = pathname === null ? null : findFile(pathname, folders);
  if (file === null) {
    sendText(response, 404, `There is no ${request.url} here.`, headers);
    return;
  }
  if (file.isFolder) {
    response.writeHead(302, { ...headers, location: encodeURI(`${pathname}/`) }).end();
    return;
  }
  sendFile(request, response, file, headers);
}

function sendFile(request, response, file, headers) {
  const fileHeaders = {
    ...headers,
    'accept-ranges': 'bytes',
    'content-type': MIME_TYPES[path.extname(file.path)] ?? 'application/octet-stream',
  };
  const range = parseRange(request.headers.range, file.size);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...fileHeaders, 'content-range': `bytes */${file.size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...fileHeaders,
    ...(range && { 'content-range': `bytes ${start}-${end}/${file.size}` }),
    'content-length': end - start + 1,
  });
  if (request.method === 'HEAD' || file.size === 0) {
    response.end();
    return;
  }
  if (file.size <= SMALL_BYTES) response.end(readSmallFile(file).subarray(start, end + 1));
  else sendStream(response, createReadStream(file.path, { start, end, highWaterMark: 1 << 20 }));
}

function sendStream(response, stream) {
  stream.on('error', (error) => response.destroy(error)).pipe(response);
}

/**
 * Parses a single byte range (RFC 9110 section 14): "bytes=2-5", "bytes=2-" or "bytes=-3". Null (send everything) for
 * several or invalid ranges.
 */
function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const [first, last] = [match[1], match[2]].map((digits) => (digits === '' ? null : Number(digits)));
  if (first !== null && last !== null && first > last) return null;
  const start = first ?? Math.max(size - last, 0);
  const end = first === null ? size - 1 : Math.min(last ?? size - 1, size - 1);
  return start <= end ? { start, end } : 'unsatisfiable';
}

/** The decoded path of a request, or null if no file can have it. */
function decodePath(url) {
  try {
    const decoded = decodeURIComponent(url.split(/[?#]/, 1)[0]);
    const hostile = /[\0\\]|\/\/|\/\.\.?(\/|$)/.test(decoded);
    return hostile || !decoded.startsWith('/') ? null : decoded;
  } catch {
    return null; // malformed percent escape
  }
}

function findFile(pathname, folders) {
  const mount = folders.find(({ prefix }) => pathname.startsWith(prefix));
  if (!mount) return null;
  const relative = pathname.slice(mount.prefix.length);
  const wanted = path.join(mount.folder, relative, pathname.endsWith('/') ? 'index.html' : '');
  try {
    // Symbolic links must not lead out of the mounted folder.
    const [real, realFolder] = [wanted, mount.folder].map((place) => realpathSync.native(place));
    if (real !== realFolder && !real.startsWith(realFolder + path.sep)) return null;
    const info = statSync(real);
    return { path: real, size: info.size, modified: info.mtimeMs, isFolder: info.isDirectory() };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'].includes(error.code)) return null;
    throw error;
  }
}

function sendText(response, status, text, headers) {
  response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const { url } = await startServer({ port: Number(process.argv[2] ?? 8080) });
    console.log(`Serving the pages on ${url} (stop with Ctrl+C).`);
  });
}
