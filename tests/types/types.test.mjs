// SPDX-License-Identifier: Apache-2.0
// Type checks of the declarations in dist/, as seen by user programs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';

test('programs compile, and mistakes do not', { skip: missing('dist') }, () => {
  const tsc = path.join(ROOT, 'node_modules/.bin/tsc');
  const { status, stdout } = spawnSync(tsc, ['--project', path.join(ROOT, 'tests/types'), '--pretty', 'false'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
});
