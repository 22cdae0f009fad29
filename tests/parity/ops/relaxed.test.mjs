// SPDX-License-Identifier: Apache-2.0
// Runs the op tests again with relaxed SIMD: Chromium selects that variant, and its kernels use fused multiply-add.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';

import { missing } from '../../prerequisites.mjs';

// Older versions of Node.js need this flag; newer ones reject it.
const FLAG = '--experimental-wasm-relaxed-simd';
const FLAGS = spawnSync(process.execPath, [FLAG, '-e', '']).status === 0 ? [FLAG] : [];

describe('ops with relaxed SIMD', { skip: missing('dist', 'relaxed', 'tfjs') }, () => {
  for (const name of ['ops', 'random']) {
    test(`${name}.test.mjs`, () => {
      const file = fileURLToPath(new URL(`./${name}.test.mjs`, import.meta.url));
      // Without the variable that would mark the process as a child of the test runner.
      const { NODE_TEST_CONTEXT: _, ...env } = { ...process.env, TFWASM_TEST_VARIANT: 'relaxed' };
      const { status, stdout, stderr } = spawnSync(process.execPath, [...FLAGS, file], { env, encoding: 'utf8' });
      const failures = stdout.split('\n').filter((line) => /^\s*(not ok|error:)/.test(line));
      assert.equal(status, 0, `${failures.join('\n')}\n${stderr}`);
      assert.match(stdout, /^(#|ℹ) pass [1-9]/m);
      assert.match(stdout, /^(#|ℹ) skipped 0$/m);
    });
  }
});
