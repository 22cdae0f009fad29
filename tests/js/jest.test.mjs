// SPDX-License-Identifier: Apache-2.0
// The package in an environment like Jest's. Jest itself would be half of the development dependencies.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { missing } from '../prerequisites.mjs';
import { tinyAnswer, writeTinyModel } from '../tiny-model.mjs';

const SCRIPT = fileURLToPath(new URL('jest-environment.mjs', import.meta.url));

describe('in an environment like that of Jest', { skip: missing('dist') }, () => {
  for (const [kind, how] of [
    ['module', 'import'],
    ['commonjs', 'await import()'],
  ]) {
    test(`a ${kind} test uses the package by ${how}`, async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-jest-'));
      try {
        await writeTinyModel(folder);
        const options = ['--experimental-vm-modules', '--no-warnings', SCRIPT, kind, folder];
        const { stdout, stderr } = await promisify(execFile)(process.execPath, options);
        assert.equal(stderr, '');
        assert.deepEqual(JSON.parse(stdout), {
          values: tinyAnswer([1, 2]),
          typed: ['float32', 0.5, 1.5],
          gradient: [1, 3],
          failure: [true, true, 'E_FILE'],
          isNode: true,
          tensors: 4,
        });
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }
});
