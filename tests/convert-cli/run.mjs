// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import path from 'node:path';

import { ROOT } from '../../tools/lib/paths.mjs';
import { HANGS_AFTER_MS } from '../until.mjs';

/**
 * Runs a script of bin/. Returns its exit code and output.
 *
 * @param {object} [options]
 * @param {string} [options.input] What is typed.
 * @param {RegExp} [options.interruptAt] Presses Ctrl+C when this is on stderr. The input stays open until then.
 */
export function run(script, args, { input = '', cwd, bin = path.join(ROOT, 'bin'), interruptAt } = {}) {
  const child = spawn(process.execPath, [path.join(bin, `${script}.js`), ...args], { cwd, timeout: HANGS_AFTER_MS });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].on('data', (text) => {
      output[name] += text;
      // Once: a second time would kill it.
      if (interruptAt?.test(output.stderr) && !child.killed) child.kill('SIGINT');
    });
  }
  if (!interruptAt) child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...output })));
}
