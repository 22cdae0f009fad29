// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';

import { configurePreset, sourceFolderOf } from '../../tools/build/wasm.mjs';
import { replaceFile } from '../../tools/lib/files.mjs';
import { isPinned } from '../../tools/lib/llvm.mjs';
import { ask } from '../../tools/lib/run.mjs';
import { setUpNpmPackages } from '../../tools/setup/npm-packages.mjs';
import { makeRelocatable } from '../../tools/setup/relocatable.mjs';
import { adviceWithoutApt, checkPlatform, isCMakeNewEnough } from '../../tools/setup/requirements.mjs';
import { checkTarball, fromGit, setUpThirdParty } from '../../tools/setup/third-party.mjs';

let folder;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tfwasm-setup-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes `files`, {path: text}, into the folder; a text that starts with #! is a program. */
function write(files) {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
}

describe('a build folder', () => {
  const cacheOf = (home) => `# comment\nCMAKE_GENERATOR:INTERNAL=Ninja\nCMAKE_HOME_DIRECTORY:INTERNAL=${home}\n`;

  test('tells which checkout it was configured for', () => {
    write({ 'build/simd/CMakeCache.txt': cacheOf(folder) });
    assert.equal(sourceFolderOf(join(folder, 'build/simd')), folder);
  });

  test('tells so when the checkout is gone', () => {
    write({ 'build/simd/CMakeCache.txt': cacheOf('/no/such/checkout') });
    assert.equal(sourceFolderOf(join(folder, 'build/simd')), '/no/such/checkout');
  });

  test('was for none when CMake did not get that far', () => {
    assert.equal(sourceFolderOf(join(folder, 'build/simd')), undefined);
    write({ 'build/simd/CMakeCache.txt': 'CMAKE_GENERATOR:INTERNAL=Ninja\n' });
    assert.equal(sourceFolderOf(join(folder, 'build/simd')), undefined);
  });

  test('is configured again when CMake files or presets have changed', async () => {
    const presets = (flag) => ({
      version: 6,
      configurePresets: [
        { name: 'tiny', generator: 'Ninja', binaryDir: `\${sourceDir}/build/tiny`, cacheVariables: { FLAG: flag } },
      ],
    });
    const project = (text) => `cmake_minimum_required(VERSION 3.25)
project(tiny LANGUAGES NONE)
file(WRITE \${CMAKE_BINARY_DIR}/result.txt "${text} \${FLAG}")\n`;
    let runs = 0;
    const result = async (files) => {
      write(files);
      // Newer than the build folder, also where a clock is coarse.
      const soon = new Date(Date.now() + 10_000 * ++runs);
      for (const name of Object.keys(files)) utimesSync(join(folder, name), soon, soon);
      await configurePreset('tiny', () => {}, folder);
      return readFileSync(join(folder, 'build/tiny/result.txt'), 'utf8');
    };
    assert.equal(
      await result({ 'CMakePresets.json': JSON.stringify(presets('1')), 'CMakeLists.txt': project('a') }),
      'a 1',
    );
    assert.equal(await result({ 'CMakeLists.txt': project('b') }), 'b 1');
    assert.equal(await result({ 'CMakePresets.json': JSON.stringify(presets('2')) }), 'b 2');
  });
});

describe("Debian's Emscripten", { skip: process.platform === 'win32' && 'it is for Linux' }, () => {
  const unpack = (place) =>
    write({
      // A loader that prints what it is to start.
      [`${place}/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2`]: '#!/bin/sh\nprintf "%s\\n" "$@"\n',
      [`${place}/usr/bin/wasm-opt`]: '\x7fELF of wasm-opt',
      [`${place}/usr/share/emscripten/.emscripten`]:
        "LLVM_ROOT = '/usr/bin'\nBINARYEN_ROOT = '/usr'\nNODE_JS = '/usr/bin/node'\n",
      [`${place}/usr/share/emscripten/emcc`]: '#!/bin/sh\n',
      [`${place}/complete`]: '',
    });

  const started = (place, ...args) =>
    execFileSync(join(folder, place, 'usr/bin/wasm-opt'), args, { encoding: 'utf8' })
      .trimEnd()
      .split('\n');

  /** What a Python program in Emscripten's folder reads from its configuration. */
  const configured = (place) => {
    const file = join(folder, place, 'usr/share/emscripten/.emscripten');
    const code = `c = {}; exec(open(${JSON.stringify(file)}).read(), c); print(c['BINARYEN_ROOT'], c['NODE_JS'], c['LLVM_ROOT'])`;
    return execFileSync('python3', ['-c', code], { encoding: 'utf8', env: { ...process.env, EM_CONFIG: file } }).trim();
  };

  test('runs where it lies, and where it is moved to', () => {
    unpack('first');
    makeRelocatable(join(folder, 'first'), { bringsLibc: true });
    renameSync(join(folder, 'first'), join(folder, 'a second place'));
    makeRelocatable(join(folder, 'a second place'), { bringsLibc: true });
    const usr = join(folder, 'a second place/usr');
    const [option, libraries, program, ...args] = started('a second place', '-Oz', 'a file');
    assert.deepEqual([option, realpathSync(libraries)], ['--library-path', join(usr, 'lib/x86_64-linux-gnu')]);
    assert.equal(realpathSync(program), join(usr, 'libexec/binaryen/wasm-opt'));
    assert.equal(readFileSync(program, 'latin1'), '\x7fELF of wasm-opt');
    assert.deepEqual(args, ['-Oz', 'a file']);
    assert.equal(configured('a second place'), `${usr} node /usr/bin`);
  });

  test('is adapted when an earlier set-up has written its paths into it', () => {
    unpack('first');
    write({
      'first/usr/share/emscripten/.emscripten':
        "import os\nLLVM_ROOT = '/usr/bin'\nBINARYEN_ROOT = '/old/usr'\nNODE_JS = '/old/node'\n",
    });
    makeRelocatable(join(folder, 'first'), { bringsLibc: true });
    assert.equal(configured('first'), `${join(folder, 'first/usr')} node /usr/bin`);
    assert.doesNotMatch(readFileSync(join(folder, 'first/usr/share/emscripten/.emscripten'), 'utf8'), /old/);
  });

  test('keeps its programs as they are where the libc is new enough', () => {
    unpack('first');
    makeRelocatable(join(folder, 'first'), { bringsLibc: false });
    assert.equal(readFileSync(join(folder, 'first/usr/bin/wasm-opt'), 'latin1'), '\x7fELF of wasm-opt');
  });

  test('a copy made of hard links is left alone', () => {
    unpack('first');
    const files = ['usr/bin/wasm-opt', 'usr/share/emscripten/.emscripten', 'complete'];
    const texts = files.map((file) => readFileSync(join(folder, 'first', file), 'utf8'));
    for (const [i, file] of files.entries()) linkSync(join(folder, 'first', file), join(folder, `link${i}`));
    makeRelocatable(join(folder, 'first'), { bringsLibc: true });
    for (const [i, file] of files.entries()) {
      assert.equal(readFileSync(join(folder, `link${i}`), 'utf8'), texts[i]);
      assert.notEqual(readFileSync(join(folder, 'first', file), 'utf8'), texts[i]);
    }
  });
});

test('npm packages are not installed through a link, which would empty the folder of another checkout', async () => {
  write({ 'other/package/index.js': '', 'package-lock.json': '{}' });
  symlinkSync(join(folder, 'other'), join(folder, 'node_modules'));
  await assert.rejects(
    setUpNpmPackages(() => {}, folder),
    /is a link.*remove the link/,
  );
  assert.ok(existsSync(join(folder, 'other/package/index.js')));
  write({ 'other/.installed-lock.json': '{}' });
  await setUpNpmPackages(() => {}, folder);
});

describe('third-party sources', { skip: ask('git', ['--version']) ? false : 'there is no git' }, () => {
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], {
      cwd: join(folder, 'upstream'),
      encoding: 'utf8',
    }).trim();

  /** A library with this text in a file, as an entry of third-party.json, and its tarball in `tarballs`. */
  function library(name, text) {
    write({ [`tarballs/${name}-1.0/${name}.h`]: text });
    const tarball = join(folder, 'tarballs', `${name}.tar.gz`);
    execFileSync('tar', ['-czf', tarball, '-C', join(folder, 'tarballs'), `${name}-1.0`]);
    const sha256 = createHash('sha256').update(readFileSync(tarball)).digest('hex');
    return { name, tarball: `${name}.tar.gz`, sha256, topFolder: true };
  }

  /** Sets them up and returns the notes. */
  async function setUp(libraries) {
    const notes = [];
    process.env.TFWASM_THIRD_PARTY = join(folder, 'tarballs');
    try {
      await setUpThirdParty((note) => notes.push(note), { root: join(folder, 'third_party'), libraries });
    } finally {
      delete process.env.TFWASM_THIRD_PARTY;
    }
    return notes;
  }

  const header = (name) => readFileSync(join(folder, 'third_party', name, `${name}.h`), 'utf8');

  test('come from the folder that the user names, once', async () => {
    const libraries = [library('a', '1'), library('b', '1')];
    assert.deepEqual(await setUp(libraries), ['from TFWASM_THIRD_PARTY']);
    assert.equal(header('a') + header('b'), '11');
    assert.deepEqual(await setUp(libraries), ['already there']);
  });

  test('only those whose pin has changed are unpacked again', async () => {
    const a = library('a', '1');
    await setUp([a, library('b', '1')]);
    write({ 'third_party/a/a.h': 'kept' });
    assert.deepEqual(await setUp([a, library('b', '2')]), ['from TFWASM_THIRD_PARTY']);
    assert.equal(header('a') + header('b'), 'kept2');
  });

  test('a tarball with another hash is refused; the pinned commit serves as well', async () => {
    write({ 'upstream/a.h': 'pinned' });
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message=1');
    const pin = { git: join(folder, 'upstream'), commit: git('rev-parse', 'HEAD') };
    const wrong = { ...library('a', 'not pinned'), sha256: '0'.repeat(64), ...pin };
    await fromGit([wrong], join(folder, 'third_party'), () => {});
    assert.equal(header('a'), 'pinned');
    assert.throws(() => checkTarball(join(folder, 'tarballs/a.tar.gz'), wrong.sha256), /expected 0000/);
    assert.deepEqual(await setUp([wrong]), ['already there']);
  });
});

test('a file that could not be written whole leaves the old one', () => {
  write({ file: 'old' });
  const fail = () => {
    throw new Error('disk full');
  };
  assert.throws(() => replaceFile(join(folder, 'file'), fail), /disk full/);
  assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'old');
  replaceFile(join(folder, 'file'), (path) => writeFileSync(path, 'new'));
  assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'new');
  assert.ok(!existsSync(join(folder, 'file.partial')));
});

for (const [answer, expected] of [
  ['Debian clang version 19.1.7 (3~deb12u1)', true],
  ['clang-format version 19.1.0', true],
  ['LLVM (http://llvm.org/):\n  LLVM version 19.1.7', true],
  ['Debian clang version 14.0.6', false],
  ['clang version 20.1.19.', false],
  ['Apple clang version 19.0.0 (clang-1900.0.1)', false],
  [null, false],
]) {
  test(`${answer} is ${expected ? '' : 'not '}the pinned LLVM`, () => assert.equal(isPinned(answer), expected));
}

for (const [answer, expected] of [
  ['cmake version 3.25.1', true],
  ['cmake version 4.0.0', true],
  ['cmake version 3.22.1', false],
  ['cmake version 2.30.0', false],
  ['', false],
]) {
  test(`"${answer}" is ${expected ? '' : 'not '}new enough`, () => assert.equal(isCMakeNewEnough(answer), expected));
}

describe('without apt', () => {
  const ninja = { debian: 'ninja-build', brew: 'ninja' };
  const python = { debian: 'python3', brew: 'python3' };
  const flask = { debian: 'python3-flask', isOptional: true };

  test('macOS is told of Homebrew', () =>
    assert.equal(
      adviceWithoutApt([ninja, python, flask], 'darwin'),
      'Run "brew install ninja python3". Then start again.',
    ));

  test("others are told Debian's names", () =>
    assert.equal(
      adviceWithoutApt([ninja, flask], 'linux'),
      'Install the equivalent of the Debian packages ninja-build. Then start again.',
    ));
});

test('Windows is told of WSL, macOS of what runs there', () => {
  assert.throws(() => checkPlatform(false, 'win32'), /WSL/);
  assert.throws(() => checkPlatform(true, 'darwin'), /npm run build/);
  checkPlatform(false, 'darwin');
  checkPlatform(true, 'linux');
});
