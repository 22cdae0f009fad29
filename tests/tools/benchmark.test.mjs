// SPDX-License-Identifier: Apache-2.0
// The benchmark's command line and its inputs. Its measurements are not tested.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';

import { NETS } from '../../benchmark-page/nets.js';
import { PUBLIC_MODELS } from '../../web/common/models.js';
import { randomValues } from '../../web/common/random.js';
import { engineIds, parseOptions } from '../../tools/bench/options.mjs';
import { ToolError } from '../../tools/lib/run.mjs';
import { MODELS } from '../parity/models.mjs';

describe('randomValues', () => {
  test('are repeatable, in range and spread out', () => {
    const floats = randomValues('float32', 1000, [-1, 1], 5);
    assert.deepEqual(floats, randomValues('float32', 1000, [-1, 1], 5));
    assert.notDeepEqual(floats, randomValues('float32', 1000, [-1, 1], 6));
    assert.ok(floats.every((value) => value >= -1 && value <= 1));
    const mean = floats.reduce((sum, value) => sum + value, 0) / floats.length;
    assert.ok(Math.abs(mean) < 0.1, `mean ${mean}`);
  });

  test('of integers reach both ends', () => {
    const integers = randomValues('int32', 1000, [0, 15]);
    assert.ok(integers instanceof Int32Array);
    assert.equal(Math.min(...integers), 0);
    assert.equal(Math.max(...integers), 15);
  });
});

test('every model that is measured is also tested', () => {
  assert.deepEqual(Object.keys(MODELS).sort(), Object.keys(PUBLIC_MODELS).sort());
});

describe('npm run bench', () => {
  test('measures all models on both builds, against tfjs wasm, unless told otherwise', () => {
    const { models, peers, variants, runs, check, loads } = parseOptions([]);
    assert.deepEqual(models, Object.keys(PUBLIC_MODELS));
    assert.deepEqual([peers, variants, runs, check, loads], [['tfjs-wasm'], ['simd', 'relaxed'], 50, true, 3]);
  });

  test('takes its options', () => {
    const line = '--models liveness,iris --peers tfjs-cpu --runs 5 --threads 1,4 --no-check --json out.json';
    const options = parseOptions(line.split(' '));
    assert.deepEqual(options.models, ['liveness', 'iris']);
    assert.deepEqual([options.peers, options.runs, options.threads], [['tfjs-cpu'], 5, [1, 4]]);
    assert.deepEqual([options.check, options.json], [false, 'out.json']);
    assert.deepEqual(parseOptions(['--models', 'all']).models, Object.keys(PUBLIC_MODELS));
    assert.deepEqual(parseOptions(['--peers', 'none']).peers, []);
    assert.equal(parseOptions(['--rounds', '7']).runs, 7);
    assert.deepEqual(parseOptions(['--ops', 'relu,exp']).opWords, ['relu', 'exp']);
  });

  test('compares with another build, variant by variant', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tfwasm-build-'));
    try {
      const args = ['--against', folder, '--peers', 'none'];
      assert.throws(() => parseOptions(args), ToolError);
      writeFileSync(path.join(folder, 'index.js'), '');
      const ids = ['other-simd', 'other-relaxed', 'tfwasm-simd', 'tfwasm-relaxed'];
      assert.deepEqual(engineIds(parseOptions(args)), ids);
    } finally {
      rmSync(folder, { recursive: true });
    }
    assert.deepEqual(engineIds(parseOptions(['--variants', 'simd'])), ['tfjs-wasm', 'tfwasm-simd']);
  });

  test('trains all nets, also with tfjs cpu, unless told otherwise', () => {
    const { nets, peers } = parseOptions(['--training']);
    assert.deepEqual([nets, peers], [Object.keys(NETS), ['tfjs-wasm', 'tfjs-cpu']]);
    const chosen = parseOptions('--training --nets lstm,conv --peers none'.split(' '));
    assert.deepEqual([chosen.nets, chosen.peers], [['lstm', 'conv'], []]);
  });

  for (const line of [
    '--nonsense',
    'liveness',
    '--models',
    '--runs 0',
    '--runs x',
    '--models nobody',
    '--peers onnx',
    '--nets transformer',
    '--threads 1,',
  ]) {
    test(`refuses "${line}"`, () => assert.throws(() => parseOptions(line.split(' ')), ToolError));
  }

  test('shows the usage to who mistypes an option', () => {
    assert.throws(() => parseOptions(['--run', '5']), /Usage: npm run bench[\s\S]*--models/);
  });
});
