// SPDX-License-Identifier: Apache-2.0
// Runs the JavaScript tests.
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../lib/paths.mjs';
import { run, ToolError } from '../lib/run.mjs';
import { VARIANTS } from '../lib/variants.mjs';

/** A test or file that takes longer is regarded as hanging, and fails. */
const TIMEOUT = 10 * 60_000;

/** Runs `files`, paths relative to the root. Default: all. */
export async function javaScriptTests(note, files = allTestFiles()) {
  // Tests mostly wait for browsers and timers, so at least two files run in parallel.
  const concurrency = Math.max(2, availableParallelism() - 1);
  const args = ['--test', '--test-reporter=spec', `--test-timeout=${TIMEOUT}`, `--test-concurrency=${concurrency}`];
  const onOutput = (text) => {
    const title = /^▶ (.+)$/m.exec(text)?.[1];
    if (title) note(title);
  };
  const { stdout } = await run(process.execPath, [...args, ...files], { cwd: ROOT, onOutput }).catch((error) => {
    throw new ToolError('JavaScript tests fail.', { output: onlyFailures(error.output), cause: error });
  });
  const count = (what) => Number(new RegExp(`^ℹ ${what} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0);
  if (count('pass') === 0) throw new ToolError('No JavaScript test was run.', { output: stdout });
  const skipped = skippedTests(stdout);
  note([`${count('pass')} passed`, ...skipped.map((test) => `not run: ${test}`)].join('; '));
}

function allTestFiles() {
  return readdirSync(join(ROOT, 'tests'), { recursive: true })
    .filter((file) => file.endsWith('.test.mjs') && !file.includes('node_modules'))
    .map((file) => join('tests', file))
    .sort();
}

/** The spec reporter repeats all failures in full after this heading. */
function onlyFailures(output) {
  const at = output.lastIndexOf('failing tests:');
  return at < 0 ? output : output.slice(at);
}

/** "title (reason)" for each test that was skipped. */
export function skippedTests(output) {
  const lines = output.matchAll(/^\s*﹣ (.+?) \([\d.]+ms\)(?: # (.+))?$/gm);
  return Array.from(lines, ([, title, reason = 'no reason']) => (reason === 'SKIP' ? title : `${title} (${reason})`));
}

/**
 * The WebAssembly variants that a test file needs in dist/; null if it does not use dist/. They are the arguments of
 * missing() (tests/prerequisites.mjs) in the file and the modules it imports.
 */
export async function neededVariants(file) {
  const calls = textsOf(file, new Set()).flatMap((text) => [...text.matchAll(/\bmissing\(([^)]*)\)/g)]);
  const names = calls.flatMap(([, list]) => [...list.matchAll(/'([\w-]+)'/g)].map(([, name]) => name));
  // Browsers select the variant themselves, in some pages with threads.
  if (names.includes('chromium') || names.includes('bundlers')) return VARIANTS;
  const needed = new Set();
  if (names.includes('dist')) needed.add('simd').add(await variantOfNode());
  if (names.includes('relaxed')) needed.add('relaxed');
  if (names.includes('threads')) needed.add('simd-threads');
  return needed.size === 0 ? null : VARIANTS.filter((variant) => needed.has(variant));
}

/** The text of a test file and of the modules in tests/ that it imports. */
function textsOf(file, seen) {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = readFileSync(join(ROOT, file), 'utf8');
  const imports = Array.from(text.matchAll(/^(?:import|\}) .*?'(\.[^']+)';$/gm), ([, path]) =>
    join(dirname(file), path),
  );
  const below = imports.filter((path) => path.startsWith('tests/') && path !== 'tests/prerequisites.mjs');
  return [text, ...below.flatMap((path) => textsOf(path, seen))];
}

/** The variant that js/core/features.ts selects in this Node.js. */
async function variantOfNode() {
  const { relaxedSimd } = await import('wasm-feature-detect');
  const instructions = (await relaxedSimd()) ? 'relaxed' : 'simd';
  return availableParallelism() > 2 ? `${instructions}-threads` : instructions;
}
