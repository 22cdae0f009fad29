// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { formatSeconds } from '../../tools/lib/progress.mjs';
import { ask, lastLines, retry, run, ToolError } from '../../tools/lib/run.mjs';
import { budgetErrors, measureSizes, reportSizes } from '../../tools/lib/sizes.mjs';
import { checkTarball } from '../../tools/setup/third-party.mjs';

const node = (...args) => run(process.execPath, args);

describe('run', () => {
  test('returns what the program prints', async () => {
    const { stdout, output } = await node('-e', 'console.log("out"); console.error("err")');
    assert.equal(stdout, 'out\n');
    assert.match(output, /out/);
    assert.match(output, /err/);
  });

  test('tells the exit code and keeps the output of a failure', async () => {
    await assert.rejects(node('-e', 'console.error("reason"); process.exit(3)'), (error) => {
      assert.ok(error instanceof ToolError);
      assert.match(error.message, /exit code 3/);
      assert.equal(error.output, 'reason\n');
      return true;
    });
  });

  test('says that a program is missing', async () => {
    await assert.rejects(run('no-such-program-here', []), /no-such-program-here could not be started/);
  });

  test('ends a program that takes too long', async () => {
    const endless = run(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeout: 200 });
    await assert.rejects(endless, /was ended by SIGTERM/);
  });

  test('asks quick questions', () => {
    assert.equal(ask(process.execPath, ['-p', '6 * 7']), '42');
    assert.equal(ask(process.execPath, ['-e', 'process.exit(1)']), null);
    assert.equal(ask('no-such-program-here', []), null);
  });
});

test('retry tries as often as told', async () => {
  let calls = 0;
  const failsOnce = async () => {
    calls += 1;
    if (calls === 1) throw new Error('shaky');
    return 'done';
  };
  assert.equal(await retry(2, failsOnce), 'done');
  assert.equal(calls, 2);
  await assert.rejects(
    retry(1, async () => {
      throw new Error('always');
    }),
    /always/,
  );
});

test('long output is cut at its start', () => {
  assert.equal(lastLines('a\nb\nc\n', 3), 'a\nb\nc');
  assert.equal(lastLines('a\nb\nc\n', 2), '…\nb\nc');
});

for (const [milliseconds, text] of [
  [40, '0.0 s'],
  [9_940, '9.9 s'],
  [14_400, '14 s'],
  [125_000, '2 min 5 s'],
  [179_800, '3 min 0 s'],
]) {
  test(`${milliseconds} ms is written ${text}`, () => assert.equal(formatSeconds(milliseconds), text));
}

describe('sizes', () => {
  const fits = [
    { name: 'glue.js', raw: 20_000, gzip: 7_000 },
    { name: 'common.js', raw: 100_000, gzip: 44_000 },
    { name: 'index.js', raw: 1_000, gzip: 1_000 },
    { name: 'inference.js', raw: 1_000, gzip: 500 },
    { name: 'hdf5-library.js', raw: 4_000_000, gzip: 1_000_000 },
    { name: 'keras-files.js', raw: 50_000, gzip: 20_000 },
    { name: 'media.js', raw: 30_000, gzip: 10_000 },
    { name: 'operations.js', raw: 60_000, gzip: 20_000 },
    { name: 'tfwasm-inference-simd.wasm', raw: 900_000, gzip: 310_000 },
    { name: 'tfwasm-simd.wasm', raw: 1_200_000, gzip: 400_000 },
  ];
  const withSize = (name, change) => fits.map((size) => (size.name === name ? { ...size, ...change } : size));

  test('within the budget are fine', () => assert.deepEqual(budgetErrors(fits), []));

  for (const [name, change, message] of [
    ['tfwasm-simd.wasm', { raw: 1_450_001 }, /tfwasm-simd\.wasm has 1450\.0 KB \(raw\)/],
    ['tfwasm-inference-simd.wasm', { raw: 900_001 }, /tfwasm-inference-simd\.wasm has 900\.0 KB \(raw\)/],
    ['tfwasm-inference-simd.wasm', { gzip: 311_100 }, /311\.1 KB \(gzip\), the budget is 311\.0 KB/],
    ['index.js', { gzip: 45_100 }, /index\.js \+ common\.js \+ glue\.js has 96\.1 KB \(gzip\), the budget is 96\.0 KB/],
    ['inference.js', { gzip: 5_100 }, /inference\.js \+ common\.js \+ glue\.js has 56\.1 KB \(gzip\)/],
    ['media.js', { gzip: 14_000 }, /media\.js has 14\.0 KB \(gzip\)/],
    ['operations.js', { gzip: 26_000 }, /operations\.js has 26\.0 KB \(gzip\)/],
    ['keras-files.js', { gzip: 25_000 }, /keras-files\.js has 25\.0 KB \(gzip\)/],
  ]) {
    test(`above the budget are told: ${message.source}`, () => {
      const errors = budgetErrors(withSize(name, change));
      assert.equal(errors.length, 1);
      assert.match(errors[0], message);
    });
  }

  test('are measured of scripts and binaries only', () => {
    inFolder((folder) => {
      writeFileSync(join(folder, 'index.js'), 'x'.repeat(5000));
      writeFileSync(join(folder, 'index.d.ts'), 'export {}');
      const sizes = measureSizes(folder);
      assert.deepEqual(
        sizes.map(({ name, raw }) => [name, raw]),
        [['index.js', 5000]],
      );
      assert.ok(sizes[0].gzip < 200);
      assert.match(reportSizes(sizes), /index\.js +5\.0 KB +0\.0 KB gzipped/);
    });
  });
});

test('a tarball that is not the pinned one is refused', () => {
  inFolder((folder) => {
    const file = join(folder, 'x.tar');
    writeFileSync(file, 'content');
    checkTarball(file, createHash('sha256').update('content').digest('hex'));
    assert.throws(() => checkTarball(file, '0'.repeat(64)), /has SHA-256 [0-9a-f]{64}, expected 0{64}/);
    assert.throws(() => checkTarball(join(folder, 'y.tar'), ''), /does not exist/);
  });
});

function inFolder(action) {
  const folder = mkdtempSync(join(tmpdir(), 'tfwasm-tools-'));
  try {
    action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
