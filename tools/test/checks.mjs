// SPDX-License-Identifier: Apache-2.0
// All tests and checks, and the selection of `npm test -- --only`.
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { checkImports } from '../check-imports.mjs';
import { checkIncludes } from '../check-includes.mjs';
import { checkSizes } from '../check-size.mjs';
import { lintCpp } from '../lint-cpp.mjs';
import { cppFiles } from '../lib/cpp-files.mjs';
import { requireLlvm } from '../lib/llvm.mjs';
import { ROOT } from '../lib/paths.mjs';
import { run, ToolError } from '../lib/run.mjs';
import { VARIANTS, wasmFileNames } from '../lib/variants.mjs';
import { fuzzCorpus, nativeCppTests, wasmCppTests } from './cpp-tests.mjs';
import { javaScriptTests, neededVariants } from './js-tests.mjs';

const bin = (name, ...args) => run(join(ROOT, 'node_modules/.bin', name), args, { cwd: ROOT });

/** These entry points are files without types, for bundlers to copy. */
const WASM_ENTRYPOINTS = VARIANTS.flatMap(wasmFileNames);

/**
 * @typedef {object} Check
 * @property {string} title
 * @property {'cpp' | 'js' | 'lint' | 'package'} group For --only.
 * @property {(note: (text: string) => void) => unknown} run
 * @property {readonly string[]} [variants] The WebAssembly variants that it needs in dist/. Without: needs no dist/.
 * @property {boolean} [isSlow] Takes minutes. Slow checks of C++ run while those of JavaScript wait for browsers.
 */

/** @type {readonly Check[]} Cheap ones first. */
export const CHECKS = [
  {
    title: 'C++ format',
    group: 'lint',
    run: () => run(requireLlvm('clang-format'), ['--dry-run', '--Werror', ...cppFiles()], { cwd: ROOT }),
  },
  {
    title: 'biome (JavaScript format and lint)',
    group: 'lint',
    run: () => bin('biome', 'check', '--max-diagnostics=50', '.'),
  },
  { title: 'circles of imports', group: 'lint', run: checkImports },
  { title: 'order of C++ modules', group: 'lint', run: checkIncludes },
  { title: 'sizes', group: 'package', variants: VARIANTS, run: checkSizes },
  { title: 'publint (package)', group: 'package', variants: VARIANTS, run: () => bin('publint', '--strict') },
  {
    title: 'attw (types of the package)',
    group: 'package',
    variants: VARIANTS,
    run: () =>
      bin('attw', '--pack', '.', '--profile', 'esm-only', '--no-color', '--exclude-entrypoints', ...WASM_ENTRYPOINTS),
  },
  {
    title: 'JavaScript tests',
    group: 'js',
    variants: VARIANTS,
    isSlow: true,
    run: (note) => javaScriptTests(note),
  },
  {
    title: 'C++ tests, native with ASan and UBSan',
    group: 'cpp',
    isSlow: true,
    run: (note) => nativeCppTests(note),
  },
  { title: 'fuzz corpus, native with ASan and UBSan', group: 'cpp', isSlow: true, run: fuzzCorpus },
  { title: 'C++ tests, WebAssembly in Node.js', group: 'cpp', isSlow: true, run: wasmCppTests },
  { title: 'clang-tidy (C++ lint)', group: 'lint', isSlow: true, run: (note) => lintCpp(note) },
];

/**
 * The checks selected by `only`: groups, test files, or parts of titles. Default: all.
 *
 * @param {readonly string[]} [only]
 * @returns {Promise<readonly Check[]>}
 */
export async function chooseChecks(only) {
  if (!only) return CHECKS;
  const chosen = new Set();
  for (const name of only) {
    const checks = await checksNamed(name);
    if (checks.length === 0) {
      const groups = [...new Set(CHECKS.map(({ group }) => group))].join(', ');
      const titles = CHECKS.map(({ title }) => title).join(', ');
      throw new ToolError(`"${name}" is no file, no group (${groups}) and no part of a title (${titles}).`);
    }
    for (const check of checks) chosen.add(check);
  }
  return [...chosen];
}

async function checksNamed(name) {
  const group = CHECKS.filter((check) => check.group === name);
  if (group.length > 0) return group;
  if (existsSync(resolve(name))) return [await checkOfFile(relative(ROOT, resolve(name)))];
  return CHECKS.filter(({ title }) => title.includes(name));
}

async function checkOfFile(file) {
  if (/^tests\/cpp\/.*_test\.cc$/.test(file)) {
    return { title: `${file}, native`, group: 'cpp', run: (note) => nativeCppTests(note, [file]) };
  }
  if (/^tests\/.*\.test\.mjs$/.test(file)) {
    const variants = (await neededVariants(file)) ?? undefined;
    return { title: file, group: 'js', variants, run: (note) => javaScriptTests(note, [file]) };
  }
  throw new ToolError(`${file} is no file of tests: those are tests/cpp/**/*_test.cc and tests/**/*.test.mjs.`);
}
