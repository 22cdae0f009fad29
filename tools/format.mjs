// SPDX-License-Identifier: Apache-2.0
// Formats every C++, TypeScript, JavaScript and JSON file: npm run format.
import { cppFiles } from './lib/cpp-files.mjs';
import { ROOT } from './lib/paths.mjs';
import { run, runMain } from './lib/run.mjs';

await runMain(async () => {
  await run('clang-format-19', ['-i', ...cppFiles()], { cwd: ROOT });
  await run('node_modules/.bin/biome', ['check', '--write', '.'], { cwd: ROOT, passThrough: true });
});
