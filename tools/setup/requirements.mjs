// SPDX-License-Identifier: Apache-2.0
// Programs and headers that the scripts need. Missing ones are installed with apt.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findChromium } from '../chromium.mjs';
import { findFlaskPython } from '../flask.mjs';
import { ToolError } from '../lib/run.mjs';
import { hasApt, installPackages } from './apt.mjs';

const CLANG_RUNTIME = '/usr/lib/llvm-19/lib/clang/19/lib/linux';

/** Debian package -> a program on PATH, or a file that proves that it is installed. */
const FOR_BUILD = {
  cmake: 'cmake',
  'ninja-build': 'ninja',
  python3: 'python3',
  'xz-utils': 'xz',
  patchelf: 'patchelf',
  ccache: 'ccache',
  'clang-19': 'clang++-19',
  'lld-19': 'wasm-ld-19',
  'llvm-19': 'llvm-ar-19',
  'rapidjson-dev': '/usr/include/rapidjson/reader.h',
  'doctest-dev': '/usr/include/doctest/doctest.h',
};

const FOR_TEST = {
  'clang-format-19': 'clang-format-19',
  'clang-tidy-19': 'clang-tidy-19',
  'libclang-rt-19-dev': CLANG_RUNTIME,
};

/** Optional for tests: without these, some are skipped with the reason. */
const OPTIONAL = ['python3-flask'];

/** Installs missing packages. `forTest`: also those that only tests need. */
export async function setUpRequirements(forTest, note) {
  const missing = missingRequirements(forTest);
  if (missing.length === 0) return note('already there');
  const isNeeded = missing.some((name) => !OPTIONAL.includes(name));
  if (!hasApt()) {
    if (!isNeeded) return note(`without ${missing.join(' ')}`);
    throw new ToolError(
      `This machine has no apt, so what is missing cannot be installed: Debian calls it ${missing.join(', ')}; ` +
        'install the like of it and start again.',
    );
  }
  try {
    await installPackages(missing, note);
  } catch (error) {
    if (isNeeded) throw error;
    return note(`without ${missing.join(' ')}, which could not be installed`);
  }
  const left = missingRequirements(forTest);
  if (left.length > 0) {
    throw new ToolError(`apt-get installed ${left.join(', ')}, but not to where programs are looked for; check PATH.`);
  }
  note(`installed ${missing.join(' ')}`);
}

function missingRequirements(forTest) {
  const wanted = Object.entries({ ...FOR_BUILD, ...(forTest ? FOR_TEST : {}) });
  const missing = wanted.filter(([, sign]) => !isThere(sign)).map(([name]) => name);
  if (forTest && !findChromium()) missing.push('chromium');
  if (forTest && !findFlaskPython()) missing.push('python3-flask');
  return missing;
}

function isThere(sign) {
  if (sign.startsWith('/')) return existsSync(sign);
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, sign)));
}
