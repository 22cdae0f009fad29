// SPDX-License-Identifier: Apache-2.0
// Locating and compiling the wasm binaries, and choosing a variant.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { send, sendPage, startFaultServer } from './fault-server.mjs';
import { importSource } from './source.mjs';

const tf = await importSource();
const { compileWasm, wasmSource } = tf.inner['core/wasm-files'];
const { usedLink } = tf.inner['core/links'];
const { chooseVariant, detectFeatures, defaultThreadCount } = tf.inner['core/features'];

/** An empty module. */
const EMPTY = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

const routes = {
  '/right.wasm': send(EMPTY, { 'content-type': 'application/wasm' }),
  '/other-type.wasm': send(EMPTY, { 'content-type': 'application/octet-stream' }),
  '/no-type.wasm': send(EMPTY),
  '/page.wasm': sendPage,
  '/cut.wasm': send(EMPTY.subarray(0, 6), { 'content-type': 'application/wasm' }),
  '/cut-other-type.wasm': send(EMPTY.subarray(0, 6)),
  '/failing.wasm': (_request, response) => response.writeHead(500).end(),
  '/broken.wasm': (request) => request.socket.destroy(),
};
const server = await startFaultServer(routes);
after(() => server.close());

const failsAs = (message) => (error) => {
  assert.ok(error instanceof tf.TfwasmError, error.stack);
  assert.equal(error.code, 'E_WASM');
  assert.match(error.message, message);
  return true;
};

describe('compileWasm', () => {
  for (const name of ['right', 'other-type', 'no-type']) {
    test(`compiles ${name}.wasm`, async () => {
      assert.ok((await compileWasm(`${server.url}${name}.wasm`)) instanceof WebAssembly.Module);
    });
  }
  for (const [name, message] of [
    ['page', /page\.wasm is not WebAssembly: it is served as text\/html and it begins with "<!doctype.*setWasmPaths/],
    ['cut', /cannot compile .*cut\.wasm/],
    ['cut-other-type', /cannot compile .*cut-other-type\.wasm/],
    ['failing', /failing\.wasm: status 500.*setWasmPaths/],
    ['broken', /cannot fetch .*broken\.wasm/],
    ['missing', /missing\.wasm: status 404/],
  ]) {
    test(`says what is wrong with ${name}.wasm`, async () => {
      await assert.rejects(compileWasm(`${server.url}${name}.wasm`), failsAs(message));
    });
  }

  test('reads files by URL or path', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-'));
    try {
      const file = path.join(folder, 'a.wasm');
      await writeFile(file, EMPTY);
      for (const url of [file, pathToFileURL(file).href]) {
        assert.ok((await compileWasm(url)) instanceof WebAssembly.Module);
      }
      await assert.rejects(compileWasm(`${file}.gone`), failsAs(/a\.wasm\.gone.*setWasmPaths/));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('wasmSource', () => {
  for (const [what, paths, variant, expected] of [
    ['a folder', 'https://cdn/x/', 'simd', 'https://cdn/x/tfwasm-simd.wasm'],
    ['a folder without its slash', '/x', 'relaxed', '/x/tfwasm-relaxed.wasm'],
    ['this folder', '', 'simd', 'tfwasm-simd.wasm'],
    ['a map', { 'tfwasm-simd-threads.wasm': 'b.wasm' }, 'simd-threads', 'b.wasm'],
  ]) {
    test(`takes ${what}`, () => assert.equal(wasmSource(usedLink(), variant, paths), expected));
  }
  for (const variant of ['simd', 'simd-threads', 'relaxed', 'relaxed-threads']) {
    test(`finds ${variant} beside the JavaScript`, () => {
      for (const paths of [undefined, { 'tfwasm-other.wasm': 'x' }]) {
        assert.match(wasmSource(usedLink(), variant, paths), new RegExp(`^file:.*/tfwasm-${variant}\\.wasm$`));
      }
    });
  }
});

describe('the link of the core', () => {
  test('of tfwasm/inference has files of its own', async () => {
    const { links, urls } = await linkOf(['inference']);
    assert.equal(links.usedLink().name, 'tfwasm/inference');
    for (const variant of ['simd', 'simd-threads', 'relaxed', 'relaxed-threads']) {
      const name = `tfwasm-inference-${variant}.wasm`;
      assert.match(urls(variant), new RegExp(`^file:.*/${name}$`));
      assert.equal(urls(variant, '/x'), `/x/${name}`);
      assert.equal(urls(variant, { [name]: 'b.wasm' }), 'b.wasm');
    }
  });

  test('is that of tfwasm if both entries are imported, in any order', async () => {
    for (const entries of [
      ['index', 'inference'],
      ['inference', 'index'],
    ]) {
      assert.equal((await linkOf(entries)).links.usedLink().name, 'tfwasm', entries.join());
    }
  });

  async function linkOf(entries) {
    const { inner } = await importSource(entries);
    const links = inner['core/links'];
    return { links, urls: (...args) => inner['core/wasm-files'].wasmSource(links.usedLink(), ...args) };
  }
});

describe('chooseVariant', () => {
  for (const [relaxedSimd, threads, count, expected, choice] of [
    [true, true, 4, 'relaxed-threads'],
    [false, true, 2, 'simd-threads'],
    [true, true, 1, 'relaxed'],
    [false, false, 4, 'simd'],
    [true, false, 4, 'relaxed'],
    [true, true, 4, 'simd-threads', ['simd-threads', 'simd']],
    [true, true, 4, 'simd', ['simd']],
  ]) {
    test(`${expected}${choice ? ` of ${choice}` : ''}`, () => {
      assert.equal(chooseVariant({ simd: true, exceptions: true, relaxedSimd, threads }, count, choice), expected);
    });
  }
  test('needs SIMD and exceptions', () => {
    const rest = { relaxedSimd: false, threads: true };
    const choose = (simd, exceptions) => () => chooseVariant({ simd, exceptions, ...rest }, 1);
    assert.throws(choose(false, true), failsAs(/no SIMD here.*Chrome 100, Firefox 100, Safari 16\.4, Node\.js 20\.16/));
    assert.throws(choose(true, false), failsAs(/no exceptions here/));
    assert.throws(choose(false, false), failsAs(/no SIMD and no exceptions here/));
  });
  test('says what there is if nothing of it runs here', () => {
    const features = { simd: true, exceptions: true, relaxedSimd: false, threads: false };
    assert.throws(() => chooseVariant(features, 4, ['relaxed', 'simd-threads']), failsAs(/relaxed, simd-threads/));
  });
  test('names the versions that README.md names', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    assert.match(readme, /Chrome and Edge 100, Firefox 100,\s+Safari\s+16\.4/);
    assert.match(readme, /20\.16/);
  });
  test('goes by what this engine can do', async () => {
    const { simd, exceptions } = await detectFeatures();
    assert.deepEqual([simd, exceptions], [true, true]);
    const count = defaultThreadCount();
    assert.ok(Number.isInteger(count) && count >= 1 && count <= 4);
  });
});

describe('settings', () => {
  for (const [what, call] of [
    ['half a thread', () => tf.setThreadsCount(1.5)],
    ['no thread', () => tf.setThreadsCount(0)],
    ['an unknown variant', () => tf.setWasmVariant('avx')],
    ['no paths', () => tf.setWasmPaths(undefined)],
  ]) {
    test(`refuse ${what}`, () => {
      assert.throws(call, (error) => error instanceof tf.TfwasmError && error.code === 'E_INPUT');
    });
  }

  test('can be corrected after a start that failed', async () => {
    tf.setThreadsCount(1);
    tf.setWasmPaths(server.url);
    for (const variant of ['simd', 'relaxed']) {
      tf.setWasmVariant(variant);
      await assert.rejects(tf.ready(), failsAs(new RegExp(`${variant}\\.wasm: status 404`)));
    }
    await assert.rejects(tf.loadGraphModel('http://localhost:1/model.json'), (error) => error.code === 'E_HTTP');
    await assert.rejects(tf.loadGraphModel({ load: async () => ({ modelTopology: {} }) }), failsAs(/404/));
  });
});
