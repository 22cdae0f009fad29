// SPDX-License-Identifier: Apache-2.0
// A runtime like Cloudflare's workers: one bundled file without an URL, WebAssembly only as compiled modules, nothing
// asynchronous while the module is loaded.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { DIST } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';

const BINARIES = { 'inference.js': 'tfwasm-inference-simd.wasm' };

/** Imports the bundle with what such runtimes forbid, then starts the library. */
const mainFor = (binary) => `
import { readFile } from 'node:fs/promises';
const binary = await WebAssembly.compile(await readFile(${JSON.stringify(path.join(DIST, binary))}));
// Node.js itself compiles WebAssembly for its fetch.
await fetch('data:,');
const forbid = (what) => () => { throw new Error(what + ' is forbidden here'); };
Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'Cloudflare-Workers' } });
Object.assign(WebAssembly, { compile: forbid('compile'), compileStreaming: forbid('compileStreaming') });
const kept = {};
for (const name of ['AbortController', 'setTimeout', 'fetch', 'Response']) {
  kept[name] = globalThis[name];
  globalThis[name] = class { constructor() { forbid(name)(); } };
}
const tf = await import('./bundle.mjs');
Object.assign(globalThis, kept, { fetch: forbid('fetch') });
tf.setWasmPaths({ '${binary}': binary });
await tf.ready();
console.log(JSON.stringify([tf.getWasmVariant(), tf.env().getBool('IS_NODE'), [...tf.add([1, 2], 3).dataSync()]]));
`;

for (const entry of ['index.js', 'inference.js', 'static.js']) {
  test(`${entry} works in a runtime like that of Cloudflare`, { skip: missing('dist') }, () => checkEntry(entry));
}

async function checkEntry(entry) {
  const { build } = await import('esbuild');
  const folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-runtime-'));
  try {
    await build({
      entryPoints: [path.join(DIST, entry)],
      bundle: true,
      format: 'esm',
      define: { 'import.meta.url': 'undefined' },
      outfile: path.join(folder, 'bundle.mjs'),
      logLevel: 'silent',
    });
    await writeFile(path.join(folder, 'main.mjs'), mainFor(BINARIES[entry] ?? 'tfwasm-simd.wasm'));
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(folder, 'main.mjs')]);
    assert.deepEqual(JSON.parse(stdout), ['simd', false, [4, 5]]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
