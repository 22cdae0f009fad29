// SPDX-License-Identifier: Apache-2.0
// Short runs of `npm run bench`, which measures through the benchmark page: what it prints and writes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';

import { parseResults } from '../../benchmark-page/result-file.js';
import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';

const bench = (...args) => promisify(execFile)(process.execPath, ['tools/bench.mjs', ...args], { cwd: ROOT });

describe('npm run bench', { skip: missing('dist', 'chromium', 'models', 'tfjs') }, () => {
  test('compares a model, and writes what it measured', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-bench-'));
    const json = path.join(folder, 'out.json');
    try {
      const { stdout } = await bench(
        '--models',
        'liveness',
        '--runs',
        '3',
        '--loads',
        '1',
        '--threads',
        '1',
        '--json',
        json,
      );
      assert.match(stdout, /^liveness +tfjs simd( +[\d.]+){6}$/m);
      for (const variant of ['simd', 'relaxed']) {
        assert.match(
          stdout,
          new RegExp(`^ +tfwasm ${variant}( +[\\d.]+){4} +[\\d.]+x( +[\\d.]+){2} +[\\d.]+x +[\\d.]+ - [\\d.]+x$`, 'm'),
        );
        assert.match(stdout, new RegExp(`^tfwasm ${variant}, predictions: [\\d.]+x as fast on average`, 'm'));
      }
      assert.doesNotMatch(stdout, /DIFFER|VOID|NOT CHECKED/);
      const text = await readFile(json, 'utf8');
      const [result] = parseResults(text, 'out.json');
      assert.equal(result.engines.length, 3);
      for (const { samples, difference } of result.engines) {
        assert.equal(samples.length, 3);
        assert.ok(difference < 1e-3);
      }
      const [{ models }] = JSON.parse(text).results;
      assert.ok(models[0].engines[1].loads[0].phases.parse > 0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('compares with another build', async () => {
    const line = '--models liveness --against dist --variants simd --peers none --runs 3 --loads 1 --threads 1';
    const { stdout } = await bench(...line.split(' '));
    assert.match(stdout, /^liveness +other simd( +[\d.]+){6}$/m);
    assert.match(stdout, /^ +tfwasm simd( +[\d.]+){4} +[\d.]+x/m);
    assert.doesNotMatch(stdout, /DIFFER|VOID|NOT CHECKED|no part/);
  });

  test('compares generated networks with libraries that read other formats', async () => {
    const peers = 'onnxruntime-wasm,litert-wasm';
    const line = `--models mobilenet-v1,bert-mini --peers ${peers} --variants simd --threads 1 --runs 3 --loads 1`;
    const { stdout } = await bench(...line.split(' '));
    for (const model of ['mobilenet-v1', 'bert-mini']) {
      assert.match(stdout, new RegExp(`^${model} +onnxruntime simd( +[\\d.]+){6}\n +litert relaxed `, 'm'));
    }
    // Also if the outputs could not be compared.
    assert.doesNotMatch(stdout, /DIFFER|VOID|NOT CHECKED|no part/);
  });

  test('measures steps of training, and says which engine cannot train a net', async () => {
    const line = '--training --nets dense,conv --peers tfjs-wasm --variants simd --threads 1 --runs 2';
    const { stdout } = await bench(...line.split(' '));
    assert.match(stdout, /^dense +tfjs simd( +[\d.]+){8} +-$/m);
    const rows = stdout.match(/^ +tfwasm simd( +[\d.]+){8} +([\d.]+x|-)$/gm);
    assert.equal(rows?.length, 2, stdout);
    assert.match(rows[0], /x$/);
    assert.match(stdout, /^conv +tfjs wasm\n +takes no part: Kernel 'Conv2DBackpropFilter' not registered/m);
    assert.doesNotMatch(stdout, /DIFFER|LEFT/);
  });

  test('measures fit() of models of layers, and what it costs itself', async () => {
    const line = '--training --fit --nets dense,conv --peers tfjs-wasm --variants simd --threads 1 --runs 2';
    const { stdout } = await bench(...line.split(' '));
    assert.match(stdout, /^dense +tfjs simd( +[\d.]+){5} +- +- +-$/m);
    const rows = stdout.match(/^ +tfwasm simd( +[\d.]+){6} +[\d.]+ % +([\d.]+x|-)$/gm);
    assert.equal(rows?.length, 2, stdout);
    assert.match(rows[0], /x$/);
    assert.match(stdout, /^conv +tfjs wasm\n +takes no part: Kernel 'Conv2DBackpropFilter' not registered/m);
    assert.doesNotMatch(stdout, /DIFFER|LEFT/);
  });

  test('compares a layers model with a graph model', async () => {
    const { stdout } = await bench(...'--layers --variants simd --loads 1 --runs 1'.split(' '));
    for (const kind of ['graph model', 'layers model'])
      assert.match(stdout, new RegExp(`^${kind}( +[\\d.]+){4}$`, 'm'));
    assert.match(stdout, /^time( +[\d.]+x){4}$/m);
  });

  test('measures single ops and the cost of a node', async () => {
    const ops = await bench('--ops', 'exp 10k', '--runs', '2', '--variants', 'simd');
    assert.match(ops.stdout, /^exp 10k +\d+ +\d+ +[\d.]+x$/m);
    const overhead = await bench('--overhead', '--runs', '1', '--seconds', '2', '--variants', 'simd');
    assert.match(overhead.stdout, /^ +tfwasm simd +\d+ ns a node$/m);
  });
});
