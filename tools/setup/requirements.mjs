// SPDX-License-Identifier: Apache-2.0
// Programs that the scripts need. Missing ones are installed with apt, on machines that have it.
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findChromium } from '../chromium.mjs';
import { findFlaskPython } from '../flask.mjs';
import { findLlvm } from '../lib/llvm.mjs';
import { ask, ToolError } from '../lib/run.mjs';
import { hasApt, installPackages } from './apt.mjs';
import { emscriptenAdvice, findOwnEmscripten } from './emscripten.mjs';

/** The oldest CMake that reads CMakePresets.json. */
const CMAKE_VERSION = [3, 25];

/** Requirements of every build: the package of Debian and of Homebrew (macOS), and whether it is installed. */
const FOR_BUILD = [
  { debian: 'cmake', brew: 'cmake', isThere: () => isOnPath('cmake') },
  { debian: 'ninja-build', brew: 'ninja', isThere: () => isOnPath('ninja') },
  { debian: 'python3', brew: 'python3', isThere: () => isOnPath('python3') },
];

/** What Debian's Emscripten depends on, and a compiler cache. emsdk includes its own LLVM. */
const FOR_DEBIANS_EMSCRIPTEN = [
  { debian: 'clang-19', isThere: () => isOnPath('clang++-19') },
  { debian: 'lld-19', isThere: () => isOnPath('wasm-ld-19') },
  { debian: 'llvm-19', isThere: () => isOnPath('llvm-ar-19') },
  { debian: 'xz-utils', isThere: () => isOnPath('xz') },
  { debian: 'ccache', isThere: () => isOnPath('ccache') },
];

/** For native C++ tests, lint, and tests in a browser, on Linux. */
const FOR_TEST = [
  { debian: 'clang-19', isThere: () => findLlvm('clang++') !== undefined },
  { debian: 'lld-19', isThere: () => existsSync(askClang('-print-prog-name=ld.lld')) },
  { debian: 'libclang-rt-19-dev', isThere: hasSanitizers },
  { debian: 'clang-format-19', isThere: () => findLlvm('clang-format') !== undefined },
  { debian: 'clang-tidy-19', isThere: () => findLlvm('clang-tidy') !== undefined },
  { debian: 'chromium', isThere: () => findChromium() !== null },
  // Without it, some tests are skipped with the reason.
  { debian: 'python3-flask', isOptional: true, isThere: () => findFlaskPython() !== undefined },
];

/** Installs missing packages. `forTest`: also those that only tests need. */
export async function setUpRequirements(forTest, note) {
  checkPlatform(forTest, process.platform);
  const missing = missingRequirements(forTest);
  if (missing.length === 0) {
    checkCMake();
    return note('already there');
  }
  const names = [...new Set(missing.map(({ debian }) => debian))];
  const isNeeded = missing.some(({ isOptional }) => !isOptional);
  if (!hasApt()) {
    if (isNeeded) throw new ToolError(adviceWithoutApt(missing, process.platform));
    return note(`without ${names.join(' ')}`);
  }
  try {
    await installPackages(names, note);
  } catch (error) {
    if (isNeeded) throw error;
    return note(`without ${names.join(' ')}, which could not be installed`);
  }
  const left = missingRequirements(forTest);
  if (left.length > 0) {
    throw new ToolError(
      `apt-get installed ${left.map(({ debian }) => debian).join(', ')}, but not to where programs are looked for; check PATH.`,
    );
  }
  checkCMake();
  note(`installed ${names.join(' ')}`);
}

/** Throws if this system cannot build or, with `forTest`, not run all tests. */
export function checkPlatform(forTest, platform) {
  if (platform === 'win32') {
    throw new ToolError('On Windows, tfwasm is built in WSL: run "wsl --install", and start again there.');
  }
  if (forTest && platform !== 'linux') {
    throw new ToolError(
      'The native C++ tests and the tests in a browser are for Linux; run them in a container. ' +
        'Here, "npm run build" builds, and "node --test tests/js/*.test.mjs" runs the tests in Node.js.',
    );
  }
}

function missingRequirements(forTest) {
  const wanted = [...FOR_BUILD, ...(findOwnEmscripten() ? [] : FOR_DEBIANS_EMSCRIPTEN), ...(forTest ? FOR_TEST : [])];
  return wanted.filter(({ isThere }) => !isThere());
}

/** The advice for `missing` requirements on a machine without apt. */
export function adviceWithoutApt(missing, platform) {
  const isEmscriptens = (requirement) => FOR_DEBIANS_EMSCRIPTEN.includes(requirement);
  const others = missing.filter((requirement) => !requirement.isOptional && !isEmscriptens(requirement));
  const advice = [];
  if (missing.some(isEmscriptens)) advice.push(emscriptenAdvice('this machine has no apt'));
  if (others.length > 0 && platform === 'darwin') {
    advice.push(`Run "brew install ${others.map(({ brew }) => brew).join(' ')}".`);
  } else if (others.length > 0) {
    const names = new Set(others.map(({ debian }) => debian));
    advice.push(`Install the equivalent of the Debian packages ${[...names].join(', ')}.`);
  }
  return [...advice, 'Then start again.'].join(' ');
}

/** Throws if CMake is too old. */
function checkCMake() {
  const answer = ask('cmake', ['--version']) ?? '';
  if (isCMakeNewEnough(answer)) return;
  throw new ToolError(
    `CMake ${CMAKE_VERSION.join('.')} or newer is needed; here "cmake --version" says "${answer.split('\n')[0]}".`,
  );
}

/** Whether the output of "cmake --version" is that of a version that is new enough. */
export function isCMakeNewEnough(answer) {
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(answer) ?? [];
  return Number(major) > CMAKE_VERSION[0] || (Number(major) === CMAKE_VERSION[0] && Number(minor) >= CMAKE_VERSION[1]);
}

/** The answer of the required clang to an option; "" if it is not installed. */
function askClang(question) {
  const clang = findLlvm('clang++');
  return (clang && ask(clang, [question])) ?? '';
}

function hasSanitizers() {
  const libraries = join(askClang('-print-resource-dir'), 'lib');
  return (
    existsSync(libraries) && readdirSync(libraries, { recursive: true }).some((file) => /clang_rt\.fuzzer/.test(file))
  );
}

const isOnPath = (program) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
