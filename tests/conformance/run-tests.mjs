// SPDX-License-Identifier: Apache-2.0
// Runs tests of TensorFlow.js on tfwasm, and judges them by rules.mjs.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleTests, testFiles } from './bundle.mjs';
import { reasonOf } from './rules.mjs';

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));

/**
 * @typedef {object} Result
 * @property {string} file The test file, e.g. "ops/add".
 * @property {string} name
 * @property {string} status 'passed', 'failed', or why it was not run or does not count: 'needs a browser', 'not
 *     applicable'.
 * @property {string | undefined} reason Why it fails or is not applicable. A failure without a reason is a fault.
 * @property {readonly string[]} errors
 */

/**
 * @param {RegExp} [files] Only the test files that match.
 * @param {string} [names] Only the tests whose full names match this regular expression.
 * @returns {Promise<{results: Result[], skippedFiles: Record<string, string>}>} skippedFiles: with reasons.
 */
export async function runTests(files = /./, names = '') {
  const chosen = testFiles().filter((file) => files.test(file));
  const skippedFiles = {};
  for (const file of chosen) {
    const reason = reasonOf({ file });
    if (reason) skippedFiles[file] = reason.text;
  }
  const folder = mkdtempSync(join(tmpdir(), 'tfwasm-conformance-'));
  try {
    const bundle = join(folder, 'tests.cjs');
    await bundleTests(
      chosen.filter((file) => !(file in skippedFiles)),
      bundle,
    );
    const out = join(folder, 'results.jsonl');
    const exitCode = await runChild([CHILD, bundle, out, names]);
    return { results: resultsOf(readFileSync(out, 'utf8'), exitCode), skippedFiles };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runChild(args) {
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', process.env.VERBOSE ? 'inherit' : 'ignore', 'inherit'];
    spawn(process.execPath, args, { stdio }).on('close', resolve).on('error', reject);
  });
}

function resultsOf(text, exitCode) {
  const results = [];
  let file = '';
  let running;
  const seen = new Map();
  for (const line of text.split('\n').filter(Boolean)) {
    const event = JSON.parse(line);
    if (event.started) ({ file, started: running } = event);
    if (!event.fullName) continue;
    running = undefined;
    if (event.status === 'excluded') continue;
    const name = event.fullName.slice(file.length + 1);
    const count = (seen.get(event.fullName) ?? 0) + 1;
    seen.set(event.fullName, count);
    results.push(judged({ ...event, file, name: count > 1 ? `${name} #${count}` : name }));
  }
  if (running) throw new Error(`The process ended (${exitCode}) in the test "${running}".`);
  return results;
}

function judged({ file, name, status, errors }) {
  if (status === 'pending') return { file, name, status: 'needs a browser', errors: [] };
  const reason = reasonOf({ file, name });
  if (reason?.isNotApplicable) return { file, name, status: 'not applicable', reason: reason.text, errors };
  return { file, name, status, reason: status === 'failed' ? reason?.text : undefined, errors };
}
