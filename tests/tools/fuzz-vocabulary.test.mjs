// SPDX-License-Identifier: Apache-2.0
// The fuzzer's vocabulary must contain all attributes that ops read.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../tools/lib/paths.mjs';

/** The first groups of all matches of `pattern` in a file. */
const matches = (pattern, file) => [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, found]) => found);

test('the fuzzer chooses among all attributes that ops read', () => {
  // Without functions and their types: random graphs have no function library.
  const read = /\battrs(?:\(\))?\.(?!Set|Erase|RequireFunction|Types)\w+\(\s*"(\w+)"/g;
  const folder = join(ROOT, 'src/ops');
  const sources = readdirSync(folder, { recursive: true }).filter((file) => /\.(cc|h)$/.test(file));
  const names = new Set(sources.flatMap((file) => matches(read, join(folder, file))));
  assert.ok(names.size > 30, 'the sources read attributes in another way');
  const known = new Set(matches(/\{"(\w+)", Kind::k/g, join(ROOT, 'tests/fuzz/fuzz_vocabulary.h')));
  assert.deepEqual(
    [...names].filter((name) => !known.has(name)),
    [],
  );
});
