// SPDX-License-Identifier: Apache-2.0
// The version is stated in package.json only; everything else reads it from there.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { ROOT, VERSION } from '../../tools/lib/paths.mjs';

const FOLDERS = ['benchmark-page', 'cmake', 'js', 'src', 'tests/js', 'tools', 'web'];
const files = [
  'CMakeLists.txt',
  ...FOLDERS.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true }).map((name) => path.join(folder, name)),
  ),
].filter((name) => !name.includes('node_modules') && statSync(path.join(ROOT, name)).isFile());

/** Matches "tfwasm 1.2.3", "tfwasm@1.2.3", "version = '1.2.3'" and similar. */
const statement = (version) =>
  new RegExp(`(tfwasm[ @/-]v?|version\\W{1,6})${version.replaceAll('.', '\\.')}(?![\\w.])`, 'i');

describe('the version', () => {
  test('is stated by package.json alone', () => {
    const stating = files.filter((name) => statement(VERSION).test(readFileSync(path.join(ROOT, name), 'latin1')));
    assert.deepEqual(stating, []);
  });

  test('would be found in any of these forms', () => {
    for (const text of [
      "export const version = '1.2.3';",
      "return 'tfwasm 1.2.3';",
      'npm/tfwasm@1.2.3/dist',
      'VERSION 1.2.3)',
    ]) {
      assert.match(text, statement('1.2.3'));
    }
    for (const text of ['version: 11.2.3', 'tfjs@1.2.3', 'tfwasm 1.2.34', 'version 1.2.3.4']) {
      assert.doesNotMatch(text, statement('1.2.3'));
    }
  });

  test('is that of the lock file', () => {
    const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));
    assert.equal(lock.version, VERSION);
    assert.equal(lock.packages[''].version, VERSION);
  });
});
