// SPDX-License-Identifier: Apache-2.0
// Paths of weights never lead out of the model's folder, however they are written.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { weightsModel } from './weights-model.mjs';

const WEIGHTS = [{ name: 'w', shape: [1], dtype: 'float32' }];
const manifestOf = (name) => [{ paths: [name], weights: WEIGHTS }];

/** Parts of paths that mean something to URL parsers, file systems or us. */
const PARTS = [
  ...['..', '.', '/', '//', '\\', 'a', 'w.bin', ' ', '\t', '\n', '\0', '\u00a0', '\ufeff', '?', '#', ':', '@', '%'],
  ...['%2e', '%2E', '%2f', '%5c', '%20', '%09', '%zz', '%25', '%252e', 'https:', 'http:', 'data:', 'blob:', 'h', 'é'],
];

/** A generator of numbers below `end` that gives the same ones in each run. */
function randomNumbers(seed) {
  let state = seed;
  return (end) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}

function randomPaths(count) {
  const next = randomNumbers(7);
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + next(6) }, () => PARTS[next(PARTS.length)]).join(''),
  );
}

const OUTSIDE = [
  ...[' /w.bin', ' //host/w.bin', '\u00a0/w.bin', ' https://host/w.bin', '%20/w.bin', '%20//host/w.bin', ' ', '%20'],
  ...['%zz/../../w.bin', '%zz/%2e%2e/%2e%2e/w.bin', 'a/.. /../w.bin', '../w.bin', 'a/%2e%2E/w.bin', '..%2fw.bin'],
];

describe('weights paths', { skip: missing('dist') }, () => {
  let tf;
  before(async () => {
    tf = await import('../../dist/index.js');
    await tf.ready();
  });

  /** The URL that is asked for a weights path; undefined if the path is refused. */
  async function askedOf(name, model) {
    const urls = [];
    const fetchFunc = async (url) => {
      urls.push(url);
      if (urls.length === 1) return new Response(JSON.stringify(weightsModel(manifestOf(name))));
      return new Response('', { status: 404 });
    };
    const error = await tf.loadGraphModel(model, { fetchFunc, requestInit: {} }).catch((caught) => caught);
    assert.match(error.code, /^E_(PATH|HTTP)$/, error.stack);
    assert.equal(error.code === 'E_PATH', urls.length === 1, error.message);
    return urls[1];
  }

  for (const model of ['http://h/m/n/model.json', 'model.json', 'n/model.json', '/m/n/model.json?x=1#y']) {
    const page = 'http://page/p/q/index.html';
    const folder = new URL('.', new URL(model, page)).href;

    test(`of ${model} that are known to lead out are refused`, async () => {
      for (const name of OUTSIDE) assert.equal(await askedOf(name, model), undefined, JSON.stringify(name));
    });

    test(`of ${model}: 1,000 random ones stay in the folder`, async () => {
      let accepted = 0;
      for (const name of randomPaths(1000)) {
        const url = await askedOf(name, model);
        if (url === undefined) continue;
        ++accepted;
        const { href } = new URL(url, page);
        assert.ok(href.startsWith(folder), `${JSON.stringify(name)} leads to ${href}`);
        // Servers may decode what URL parsers keep.
        assert.ok(!/(^|[/\\])\.\.([/\\]|$)/.test(unescape(new URL(href).pathname)), JSON.stringify(name));
      }
      assert.ok(accepted > 50, `${accepted} were accepted`);
    });
  }

  test('of loadWeights() and of weightsLoaderFactory() are refused, too', async () => {
    const isRefused = { name: 'TfwasmError', code: 'E_PATH' };
    const load = tf.io.weightsLoaderFactory(() => assert.fail('asked'));
    for (const name of OUTSIDE) {
      await assert.rejects(tf.io.loadWeights(manifestOf(name), 'http://127.0.0.1:1/w'), isRefused, name);
      await assert.rejects(load(manifestOf(name), 'http://h/w'), isRefused, name);
    }
  });

  test('of file:// stay in the folder', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'tfwasm-paths-'));
    try {
      await writeFile(path.join(root, 'w.bin'), '1234');
      const folder = path.join(root, 'm', 'n');
      await mkdir(folder, { recursive: true });
      for (const name of [...OUTSIDE, ...randomPaths(100)]) {
        await writeFile(path.join(folder, 'model.json'), JSON.stringify(weightsModel(manifestOf(name))));
        const error = await tf.loadGraphModel(`file://${folder}`).catch((caught) => caught);
        assert.match(error.code ?? '', /^E_(PATH|FILE)$/, `${JSON.stringify(name)}: ${error.stack}`);
      }
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
