// SPDX-License-Identifier: Apache-2.0
// Finds the LLVM programs that compile the native tests, lint and format. WebAssembly is compiled with Emscripten's.
import { join } from 'node:path';
import { ask, ToolError } from './run.mjs';

const VERSION = 19;

/** Where Debian and Homebrew install it. */
const FOLDERS = [
  `/usr/lib/llvm-${VERSION}/bin`,
  `/opt/homebrew/opt/llvm@${VERSION}/bin`,
  `/usr/local/opt/llvm@${VERSION}/bin`,
];

/** The command for `program` ("clang++") of the required version; undefined if it is not installed. */
export function findLlvm(program) {
  const candidates = [`${program}-${VERSION}`, program, ...FOLDERS.map((folder) => join(folder, program))];
  return candidates.find((command) => isPinned(ask(command, ['--version'])));
}

/** Whether the output of --version is that of the required version. Apple has version numbers of its own. */
export const isPinned = (answer) =>
  answer !== null && !answer.includes('Apple') && new RegExp(`version ${VERSION}\\.`).test(answer);

/** The same, but throws a ToolError if it is not installed. */
export function requireLlvm(program) {
  const command = findLlvm(program);
  if (command) return command;
  throw new ToolError(`${program} of LLVM ${VERSION} is not installed; run "npm run setup".`);
}
