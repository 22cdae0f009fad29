// SPDX-License-Identifier: Apache-2.0
// Error codes are the same in TypeScript, C++ and docs/errors.md.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';

const SOURCES = path.join(ROOT, 'js');
const errorsFile = readdirSync(SOURCES, { recursive: true }).find((name) => path.basename(name) === 'errors.ts');
const [, union] = /export type ErrorCode =([^;]*);/.exec(readFileSync(path.join(SOURCES, errorsFile), 'utf8'));
const codes = Array.from(union.matchAll(/'(E_\w+)'/g), ([, code]) => code);

const page = readFileSync(path.join(ROOT, 'docs/errors.md'), 'utf8');
/** [id, text] of each anchor's section, in page order. */
const sections = page
  .split(/^(?=<a id=")/m)
  .slice(1)
  .map((text) => /^<a id="([^"]+)"><\/a>\n([\s\S]*)$/.exec(text).slice(1));

describe('error codes', () => {
  test('are found', () => assert.ok(codes.includes('E_SHAPE') && codes.length > 20));

  test('have an anchor each in docs/errors.md, and no anchor is without a code', () => {
    assert.deepEqual(sections.map(([id]) => id).sort(), codes.toSorted());
  });

  for (const [code, text] of sections) {
    test(`${code} is explained: a meaning, causes, what to do`, () => {
      assert.ok(text.startsWith(`\n## ${code}\n\n`));
      assert.match(text.trimEnd(), /\n\n[A-Z][\s\S]*\.\n\n- Usual causes: [\s\S]*\.\n- What to do: [\s\S]*\.$/);
    });
  }

  test('of the core are known to TypeScript', () => {
    const core = readFileSync(path.join(ROOT, 'src/core/error.cc'), 'utf8');
    const names = Array.from(core.matchAll(/"(E_\w+)"/g), ([, code]) => code);
    assert.ok(names.includes('E_SHAPE'));
    assert.deepEqual(
      names.filter((code) => !codes.includes(code)),
      [],
    );
  });
});
