// SPDX-License-Identifier: Apache-2.0
// Formats every C++, TypeScript, JavaScript and JSON file: npm run format.
//
//   npm run format -- --check             changes nothing, fails where something would change
//   npm run format -- --check --staged    only the files of the next commit
import { parseArgs } from 'node:util';
import { cppFiles } from './lib/cpp-files.mjs';
import { requireLlvm } from './lib/llvm.mjs';
import { ROOT } from './lib/paths.mjs';
import { run, runMain, ToolError } from './lib/run.mjs';

const BIOME_SUFFIX = /\.(ts|js|mjs|json)$/;

async function stagedFiles() {
  const { stdout } = await run('git', ['diff', '--cached', '--name-only', '--diff-filter=d', '-z'], { cwd: ROOT });
  return stdout.split('\0').filter(Boolean);
}

async function format({ check, staged }) {
  const chosen = staged ? await stagedFiles() : null;
  const cpp = cppFiles().filter((file) => chosen?.includes(file) ?? true);
  const others = chosen?.filter((file) => BIOME_SUFFIX.test(file)) ?? ['.'];
  if (cpp.length > 0) {
    await run(requireLlvm('clang-format'), [...(check ? ['--dry-run', '--Werror'] : ['-i']), ...cpp], { cwd: ROOT });
  }
  if (others.length > 0) {
    const args = ['check', ...(check ? [] : ['--write']), '--no-errors-on-unmatched', ...others];
    await run('node_modules/.bin/biome', args, { cwd: ROOT, passThrough: true });
  }
}

await runMain(async () => {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, staged: { type: 'boolean' } } });
  await format(values).catch((error) => {
    if (!values.check) throw error;
    throw new ToolError('Not formatted, or against a rule: "npm run format" mends what it can.', {
      output: error.output,
      cause: error,
    });
  });
});
