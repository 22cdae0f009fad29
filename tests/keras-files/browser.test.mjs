// SPDX-License-Identifier: Apache-2.0
// Keras files in Chromium: bundled and not, with a strict Content-Security-Policy.
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { ROOT } from '../../tools/lib/paths.mjs';
import { startServer } from '../../tools/serve.mjs';
import { startBrowser } from '../browser/chromium.mjs';
import { missing } from '../prerequisites.mjs';
import { staticFiles } from '../static-files.mjs';
import { HANGS_AFTER_MS } from '../until.mjs';
import { unusualFile } from './unusual-file.mjs';

const HEADERS = { 'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'" };

/** Writes a file and reads it, then one that needs the HDF5 library. */
const RUN = `const variable = { name: 'kernel', shape: [2], dtype: 'float32', trainable: true };
const root = { className: 'Dense', name: 'dense', variables: [variable], children: [] };
async function run() {
  const { readKerasFile, writeKerasFile } = await shared.loadKerasFiles();
  const readVariable = () => Float32Array.of(1, 2);
  const written = await writeKerasFile({ format: 'weights.h5', kerasVersion: '3.5.0', root, readVariable });
  const ours = await readKerasFile(written);
  const bytes = new Uint8Array(await (await fetch('./unusual.h5')).arrayBuffer());
  const unusual = await readKerasFile(bytes, { hdf5Library: true });
  const kernel = unusual.root.children.get('layers').children.get('dense').variables.get(0);
  return [...ours.root.variables.get(0).read(), ...kernel.read()];
}
`;

const MAIN = `import shared from './lib/common.js';
${RUN}
run().then((values) => (globalThis.result = { values }), (error) => (globalThis.result = { error: error.stack }));
`;

/** A module service worker, in which import() is not allowed. */
const WORKER = `import './lib/static.js';
import shared from './lib/common.js';
${RUN}
addEventListener('message', ({ ports: [port] }) =>
  run().then((values) => port.postMessage({ values }), ({ code, message }) => port.postMessage({ code, message })));
`;

const CALL_WORKER = `(async () => {
  const { installing } = await navigator.serviceWorker.register('./worker.js', { type: 'module' });
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
  installing.postMessage(0, [port2]);
  return answer;
})()`;

const BUILDERS = {
  'without a bundler': async (folder) => folder,

  async 'built by vite'(folder) {
    const { build } = await import('vite');
    const warnings = [];
    const onLog = (level, { message }) => void (level === 'warn' && warnings.push(message));
    const outDir = path.join(folder, 'vite');
    const rolldownOptions = { onLog, checks: { bundlerTimings: false } };
    await build({ root: folder, configFile: false, logLevel: 'silent', build: { outDir, rolldownOptions } });
    assert.deepEqual(warnings, []);
    return outDir;
  },

  async 'built by webpack'(folder) {
    const { default: webpack } = await import('webpack');
    const output = path.join(folder, 'webpack');
    const options = { mode: 'production', context: folder, entry: './main.js', performance: { hints: false } };
    const compiler = webpack({ ...options, output: { path: output, filename: 'main.js' } });
    const stats = await promisify(compiler.run.bind(compiler))();
    await promisify(compiler.close.bind(compiler))();
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
    assert.deepEqual([...errors, ...warnings], []);
    await cp(path.join(folder, 'index.html'), path.join(output, 'index.html'));
    return output;
  },

  async 'built by esbuild, with the library beside it'(folder) {
    const { build } = await import('esbuild');
    const outdir = path.join(folder, 'esbuild');
    const options = { absWorkingDir: folder, bundle: true, splitting: true, format: 'esm', logLevel: 'silent' };
    const { warnings } = await build({ ...options, entryPoints: ['main.js'], outdir });
    assert.deepEqual(warnings, []);
    await cp(path.join(folder, 'lib/hdf5-library.js'), path.join(outdir, 'hdf5-library.js'));
    await cp(path.join(folder, 'index.html'), path.join(outdir, 'index.html'));
    return outdir;
  },
};

describe('Keras files in Chromium', { skip: missing('dist', 'chromium', 'bundlers') }, () => {
  let folder;
  let browser;
  let bytes;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-keras-'));
    await mkdir(path.join(folder, 'lib'));
    for (const name of [...staticFiles(), 'hdf5-library.js'])
      await cp(path.join(ROOT, 'dist', name), path.join(folder, 'lib', name));
    // The core is not started, so that threads and binaries do not matter.
    await writeFile(path.join(folder, 'lib/glue-threads.js'), 'export default undefined;');
    await writeFile(path.join(folder, 'main.js'), MAIN);
    await writeFile(path.join(folder, 'worker.js'), WORKER);
    await writeFile(path.join(folder, 'package.json'), '{"type": "module"}');
    await writeFile(
      path.join(folder, 'index.html'),
      '<!doctype html><link rel="icon" href="data:," /><script type="module" src="./main.js"></script>',
    );
    bytes = await unusualFile();
    browser = await startBrowser();
  });
  after(() => Promise.all([browser?.close(), rm(folder, { recursive: true, force: true })]));

  for (const [title, build] of Object.entries(BUILDERS)) {
    test(title, async () => {
      const root = await build(folder);
      await writeFile(path.join(root, 'unusual.h5'), bytes);
      const server = await startServer({ port: 0, root, mounts: { '/': '.' }, headers: HEADERS });
      const { page } = await browser.newPage();
      try {
        await page.goto(server.url);
        const result = await page.waitForFunction(() => globalThis.result, null, { timeout: HANGS_AFTER_MS });
        assert.deepEqual(await result.jsonValue(), { values: [1, 2, 1, 2] });
      } finally {
        await page.close();
        await server.close();
      }
    });
  }

  test('in a service worker, with tfwasm/static: all but the HDF5 library', async () => {
    await writeFile(path.join(folder, 'unusual.h5'), bytes);
    const server = await startServer({ port: 0, root: folder, mounts: { '/': '.' }, headers: HEADERS });
    const { page } = await browser.newPage();
    try {
      await page.goto(server.url);
      const { code, message } = await page.evaluate(CALL_WORKER);
      assert.equal(code, 'E_FILE');
      assert.match(message, /cannot load hdf5-library\.js, .* in an environment that allows import\(\): .*disallowed/);
    } finally {
      await page.close();
      await server.close();
    }
  });
});
