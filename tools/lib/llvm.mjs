// SPDX-License-Identifier: Apache-2.0
// Finds the LLVM programs that compile the native tests, lint and format. WebAssembly is compiled with Emscripten's.
import { ask, ToolError } from './run.mjs';

const VERSION = 19;

/** The command for `program` ("clang++") of the required version; undefined if it is not installed. */
export function findLlvm(program) {
  const candidates = [`${program}-${VERSION}`, program, `/usr/lib/llvm-${VERSION}/bin/${program}`];
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
