// SPDX-License-Identifier: Apache-2.0
// Runs clang-tidy on our C++ sources, one process per processor. Skips sources without findings until they, a header,
// the flags or the checks change.
//
//   node tools/lint-cpp.mjs                      changed files
//   node tools/lint-cpp.mjs src/ops/matmul.cc    these files
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { configurePreset } from './build/wasm.mjs';
import { cppFiles } from './lib/cpp-files.mjs';
import { isMain } from './lib/main.mjs';
import { requireLlvm } from './lib/llvm.mjs';
import { BUILD, ROOT } from './lib/paths.mjs';
import { run, runMain, ToolError } from './lib/run.mjs';
import { CleanFiles, hashOf } from './lint/clean-files.mjs';
import { joinFiles } from './lint/join-files.mjs';

const FOLDER = join(BUILD, 'lint');

/** Up to this many sources are checked one by one, which is faster although headers are parsed several times. */
const FEW = 2 * availableParallelism();
/** The limit for sources checked as one. */
const MANY = 25;

/**
 * Checks sources and the headers they include. Skips src/bindings/, which only WebAssembly builds compile, and tests,
 * whose headers take seconds each.
 *
 * clang-tidy spends most of its time on headers, so sources are checked in groups, each included by one file. Sources
 * that declare the same names are put into different groups.
 */
export async function lintCpp(note = () => {}, files = cppFiles(['.cc']).filter(isLinted)) {
  await configurePreset('host', note);
  mkdirSync(FOLDER, { recursive: true });
  const flags = compilerFlags();
  const clean = new CleanFiles(join(FOLDER, 'clean.json'), await versionOf(flags));
  const changed = files.filter((file) => !clean.has(file));
  const texts = new Map(changed.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
  const batches = changed.length <= FEW ? changed.map((file) => [file]) : joinFiles(texts, MANY);
  const findings = new Set();
  let done = 0;
  const work = async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const found = await lintTogether(batch, flags);
      if (found === null) {
        const half = batch.length / 2;
        batches.push(batch.slice(0, half), batch.slice(half));
        continue;
      }
      for (const finding of found) findings.add(finding);
      if (found.length === 0) clean.add(batch);
      done += batch.length;
      note(`${done}/${changed.length}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work)).finally(() => clean.save());
  if (findings.size === 0) return note(`${changed.length} of ${files.length} files had changed`);
  throw new ToolError(`clang-tidy finds ${findings.size} faults in the C++.`, { output: [...findings].join('\n') });
}

/** clang-tidy's findings for `files`; null if they cannot be compiled as one. */
async function lintTogether(files, flags) {
  const [file] = files;
  const isOne = files.length === 1;
  const source = isOne ? join(ROOT, file) : join(FOLDER, `${hashOf(files.join())}.cc`);
  if (!isOne) writeFileSync(source, files.map((name) => `#include "${join(ROOT, name)}"\n`).join(''));
  try {
    await run(requireLlvm('clang-tidy'), [
      '--quiet',
      `--config-file=${join(ROOT, '.clang-tidy')}`,
      source,
      '--',
      ...flags,
    ]);
    return [];
  } catch (error) {
    const found = splitFindings(error.output);
    if (found.length === 0) throw error;
    if (!isOne && found.some((text) => text.includes('[clang-diagnostic-error]'))) return null;
    return found;
  }
}

/** Splits clang-tidy's output into findings, each with its code lines. */
function splitFindings(output) {
  return output
    .split(/^(?=\S+:\d+:\d+: (?:error|warning): )/m)
    .filter((text) => / (error|warning): /.test(text))
    .map((text) => text.replace(/^(\d+ warnings generated\.|Suppressed \d+ warnings.*)\n/gm, '').trimEnd());
}

/** The flags of the host build that affect meaning: include paths, macros, language. */
function compilerFlags() {
  const commands = JSON.parse(readFileSync(join(BUILD, 'host/compile_commands.json'), 'utf8'));
  const { command } = commands.find(({ file }) => file.endsWith('src/core/shape.cc'));
  const words = command.split(' ').filter((word) => word !== '');
  const takesNext = (word) => word === '-isystem';
  return words.filter((word, index) => /^-(I|D|std=|isystem$)/.test(word) || takesNext(words[index - 1]));
}

/** A hash of everything that findings in any source depend on. */
async function versionOf(flags) {
  const { stdout } = await run(requireLlvm('clang-tidy'), ['--version']);
  const headers = cppFiles(['.h']).filter((file) => file.startsWith('src/'));
  const texts = ['.clang-tidy', ...headers].map((file) => `${file}\n${readFileSync(join(ROOT, file), 'utf8')}`);
  return hashOf([stdout, ...flags, ...texts].join('\n'));
}

const isLinted = (file) => file.startsWith('src/') && !file.startsWith('src/bindings/');

if (isMain(import.meta.url)) {
  const files = process.argv.slice(2);
  await runMain(() => (files.length > 0 ? lintCpp(console.log, files) : lintCpp(console.log)));
}
