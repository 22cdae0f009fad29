// SPDX-License-Identifier: Apache-2.0
// `npm run hooks` in a small repository: which commits are accepted and which are refused.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { findLlvm } from '../../tools/lib/llvm.mjs';
import { ROOT } from '../../tools/lib/paths.mjs';
import { ask, run } from '../../tools/lib/run.mjs';
import { setUpHooks } from '../../tools/setup/hooks.mjs';

const COPIED = ['tools', '.githooks', '.clang-format', 'biome.json', 'package.json', 'emsdk-version.txt'];
const CONFIG = ['config', '--global', 'core.hooksPath'];
const AUTHOR = ['-c', 'user.name=tester', '-c', 'user.email=tester@localhost'];

describe('the hook before a commit', { skip: ask('git', ['--version']) ? false : 'there is no git' }, () => {
  let folder;
  const git = (...args) => run('git', args, { cwd: folder, env: { GIT_DIR: undefined, GIT_INDEX_FILE: undefined } });
  const commit = async (name, text) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
    await git('add', name);
    return git(...AUTHOR, 'commit', '-q', '-m', name);
  };

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'tfwasm-hooks-'));
    const filter = (file) => path.basename(file) !== 'node_modules';
    for (const name of COPIED) cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true, filter });
    for (const name of ['cmake', 'src', 'tests']) mkdirSync(path.join(folder, name));
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    await git('init', '-q');
    await run(process.execPath, ['tools/hooks.mjs'], { cwd: folder });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('does not stop commits where nothing is set up', async () => {
    rmSync(path.join(folder, 'node_modules'));
    try {
      await commit('early.mjs', 'export const early=1');
    } finally {
      symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    }
  });

  test('takes what is formatted, and what has no format', async () => {
    await commit('good.mjs', 'export const good = 1;\n');
    await commit('notes.md', '# Notes\n');
    const { stdout } = await git('log', '--format=%s');
    assert.equal(stdout, 'notes.md\ngood.mjs\nearly.mjs\n');
  });

  for (const [name, text] of [
    ['bad.mjs', 'export const bad=1'],
    ['lint.mjs', 'var old = 1;\nif (old == 2) debugger;\n'],
    ['src/bad.cc', 'int  main( ) {return 0;}\n'],
  ]) {
    const skip = name.endsWith('.cc') && !findLlvm('clang-format') && 'there is no clang-format of LLVM 19';
    test(`refuses ${name}`, { skip }, async () => {
      await assert.rejects(commit(name, text), ({ output }) => /npm run format/.test(output));
      await git('rm', '-q', '--cached', name);
    });
  }
});

describe('the set-up', { skip: ask('git', ['--version']) ? false : 'there is no git' }, () => {
  let folder;
  const git = (...args) => ask('git', args, { cwd: folder });
  const hooksPath = () => git('config', '--local', 'core.hooksPath');
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tfwasm-hooks-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('installs the hooks in a clone without any', {
    skip: ask('git', CONFIG) !== null && 'git has hooks',
  }, async () => {
    assert.equal(await setUpHooks(folder, {}), false);
    git('init', '-q');
    assert.equal(await setUpHooks(folder, { CI: 'true' }), false);
    mkdirSync(path.join(folder, 'part'));
    assert.equal(await setUpHooks(path.join(folder, 'part'), {}), false);
    assert.equal(hooksPath(), null);
    assert.equal(await setUpHooks(folder, {}), true);
    assert.equal(hooksPath(), '.githooks');
    assert.equal(await setUpHooks(folder, {}), false);
  });

  test('keeps the hooks that there are', async () => {
    git('init', '-q');
    mkdirSync(path.join(folder, '.git/hooks'), { recursive: true });
    writeFileSync(path.join(folder, '.git/hooks/pre-commit'), '');
    assert.equal(await setUpHooks(folder, {}), false);
    rmSync(path.join(folder, '.git/hooks/pre-commit'));
    git('config', 'core.hooksPath', '.git/hooks');
    assert.equal(await setUpHooks(folder, {}), false);
    assert.equal(hooksPath(), '.git/hooks');
  });
});
