// SPDX-License-Identifier: Apache-2.0
// Runs clang-tidy on our C++ sources, one process per processor.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildPreset } from './build/wasm.mjs';
import { cppFiles } from './lib/cpp-files.mjs';
import { isMain } from './lib/main.mjs';
import { BUILD, ROOT } from './lib/paths.mjs';
import { run, runMain, ToolError } from './lib/run.mjs';

/**
 * Checks `files`; by default all sources and the headers they include. Skips src/bindings/, which only WebAssembly
 * builds compile, and tests, whose headers take seconds each.
 */
export async function lintCpp(note = () => {}, files = cppFiles(['.cc']).filter(isLinted)) {
  // Also generates the compile commands for clang-tidy.
  await buildPreset('host', 'CMakeFiles/tfwasm_core.dir/cmake_pch.hxx.pch', note);
  const waiting = [...files];
  const complaints = [];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      note(`${files.length - waiting.length}/${files.length}`);
      try {
        await run('clang-tidy-19', ['--quiet', '-p', join(BUILD, 'host'), file], { cwd: ROOT });
      } catch (error) {
        const found = findings(error.output);
        if (found.length === 0) throw error;
        complaints.push(...found);
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  if (complaints.length === 0) return note(`${files.length} files`);
  // A finding in a header is reported for every file that includes it.
  const different = [...new Set(complaints)];
  throw new ToolError(`clang-tidy finds ${different.length} faults in the C++.`, { output: different.join('\n') });
}

/** Splits clang-tidy's output into findings, each with its code lines. */
function findings(output) {
  return output
    .split(/^(?=\S+:\d+:\d+: (?:error|warning): )/m)
    .filter((text) => / (error|warning): /.test(text))
    .map((text) => text.replace(/^(\d+ warnings generated\.|Suppressed \d+ warnings.*)\n/gm, '').trimEnd());
}

const isLinted = (file) => file.startsWith('src/') && !file.startsWith('src/bindings/');

if (isMain(import.meta.url)) {
  const files = process.argv.slice(2);
  await runMain(() => (files.length > 0 ? lintCpp(undefined, files) : lintCpp()));
}
