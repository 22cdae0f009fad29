// SPDX-License-Identifier: Apache-2.0
// Builds and runs the C++ tests: natively with sanitizers, and as WebAssembly in Node.js.
import { join } from 'node:path';
import { buildPreset } from '../build/wasm.mjs';
import { BUILD, ROOT } from '../lib/paths.mjs';
import { run, ToolError } from '../lib/run.mjs';

/** Longer than any test case takes on a busy machine. */
const SILENCE = 5 * 60_000;

/** Runs native tests: all, or those in `files`, paths relative to the root. */
export async function nativeCppTests(note, files = []) {
  await buildPreset('host', 'tfwasm_tests', note);
  const env = { ASAN_OPTIONS: 'detect_leaks=1', UBSAN_OPTIONS: 'print_stacktrace=1' };
  await runTests(join(BUILD, 'host/tfwasm_tests'), doctestArguments(files), { env }, note);
}

export async function wasmCppTests(note) {
  await buildPreset('simd', 'tfwasm_tests', note);
  await runTests(process.execPath, [join(BUILD, 'simd/tfwasm_tests.cjs'), ...doctestArguments([])], {}, note);
}

/** Runs the fuzz targets on their corpus. A target exits with an error at the first failure. */
export async function fuzzCorpus(note) {
  for (const target of ['load_model', 'run_ops', 'convert']) {
    await buildPreset('host', `tfwasm_fuzz_${target}`, note);
    const program = join(BUILD, `host/tfwasm_fuzz_${target}`);
    await run(program, ['-runs=0', join(ROOT, 'tests/fuzz/corpus', target)], { cwd: ROOT, silence: SILENCE });
  }
}

function doctestArguments(files) {
  // The reporter "names" (tests/cpp/main.cc) prints which test case starts.
  const args = ['--no-colors=true', '--reporters=console,names'];
  if (files.length > 0) args.push(`--source-file=${files.map((file) => `*${file}`).join(',')}`);
  return args;
}

const STARTED = /^begins: (.*)$/;

async function runTests(program, args, options, note) {
  const { stdout } = await run(program, args, { cwd: ROOT, silence: SILENCE, ...options }).catch((error) => {
    throw explainFailure(error);
  });
  const passed = /test cases:\s*\d+ \|\s*(\d+) passed/.exec(stdout)?.[1];
  if (!Number(passed)) throw new ToolError('The C++ tests did not say how many passed.', { output: stdout });
  note(`${passed} test cases`);
}

/** Adds which test cases failed, or which one was running when the program ended. */
export function explainFailure(error) {
  const lines = (error.output ?? '').split('\n');
  const output = lines.filter((line) => !STARTED.test(line)).join('\n');
  const failed = failedCases(lines);
  const isComplete = lines.some((line) => line.startsWith('[doctest] Status:'));
  const last = lines.findLast((line) => STARTED.test(line));
  const reason = isComplete ? `C++ tests fail: ${failed.join('; ')}.` : error.message;
  const where = !isComplete && last ? ` It was in the test case "${STARTED.exec(last)[1]}".` : '';
  return new ToolError(`${reason}${where}`, { output, cause: error });
}

function failedCases(lines) {
  const failed = new Set();
  let current = '';
  for (const line of lines) {
    current = STARTED.exec(line)?.[1] ?? current;
    if (/: (FATAL )?ERROR: /.test(line)) failed.add(`"${current}"`);
  }
  return [...failed];
}
