// SPDX-License-Identifier: Apache-2.0
// Runs clang-tidy over our C++ sources, as many at a time as there are processors.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { configurePreset } from './build/wasm.mjs';
import { cppFiles } from './lib/cpp-files.mjs';
import { isMain } from './lib/main.mjs';
import { BUILD, ROOT } from './lib/paths.mjs';
import { run, runMain, ToolError } from './lib/run.mjs';

/**
 * Checks `files`. Without a list: the sources and, through them, the headers. Left out are src/bindings/, which only the
 * WebAssembly build knows, and tests, whose headers alone take seconds each.
 */
export async function lintCpp(note = () => {}, files = cppFiles(['.cc']).filter(isLinted)) {
  await configurePreset('host', note); // writes the compile commands that clang-tidy reads
  const waiting = [...files];
  const complaints = [];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      note(`${files.length - waiting.length}/${files.length}`);
      try {
        await run('clang-tidy-19', ['--quiet', '-p', join(BUILD, 'host'), file], { cwd: ROOT });
      } catch (error) {
        complaints.push(error.output || error.message);
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  if (complaints.length === 0) return note(`${files.length} files`);
  throw new ToolError(`clang-tidy finds something in ${complaints.length} of ${files.length} C++ files.`, {
    output: complaints.join('\n'),
  });
}

const isLinted = (file) => file.startsWith('src/') && !file.startsWith('src/bindings/');

if (isMain(import.meta.url)) {
  const files = process.argv.slice(2);
  await runMain(() => (files.length > 0 ? lintCpp(undefined, files) : lintCpp()));
}
