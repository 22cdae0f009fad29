// SPDX-License-Identifier: Apache-2.0
// Type checks of the declarations in dist/, as seen by user programs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';

function assertCompiles(project) {
  const tsc = path.join(ROOT, 'node_modules/.bin/tsc');
  const { status, stdout } = spawnSync(
    tsc,
    ['--project', path.join(ROOT, 'tests/types', project), '--pretty', 'false'],
    {
      encoding: 'utf8',
    },
  );
  assert.equal(status, 0, stdout);
}

test('programs compile, and mistakes do not', { skip: missing('dist') }, () => assertCompiles('.'));

test('a program for browsers compiles without the types of Node.js', { skip: missing('dist') }, () =>
  assertCompiles('browser'),
);

test('a program with the types of TensorFlow.js compiles', { skip: missing('dist') }, () =>
  assertCompiles('tfjs/tsconfig.tfwasm.json'),
);

test('that program is right: it compiles with TensorFlow.js', { skip: missing('dist', 'tfjs', 'tfjs-data') }, () =>
  assertCompiles('tfjs'),
);
