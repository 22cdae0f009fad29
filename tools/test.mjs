// SPDX-License-Identifier: Apache-2.0
// Setup, build, then all tests and checks. Continues after failures and lists them at the end.
//
//   npm test                     everything
//   npm test -- --only biome     only checks whose title contains this (repeatable)
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, buildSteps } from './build.mjs';
import { buildPreset } from './build/wasm.mjs';
import { checkImports } from './check-imports.mjs';
import { checkIncludes } from './check-includes.mjs';
import { checkSizes } from './check-size.mjs';
import { lintCpp } from './lint-cpp.mjs';
import { cppFiles } from './lib/cpp-files.mjs';
import { BUILD, ROOT } from './lib/paths.mjs';
import { Progress } from './lib/progress.mjs';
import { lastLines, run, runMain, ToolError } from './lib/run.mjs';
import { VARIANTS, wasmFileNames } from './lib/variants.mjs';
import { SETUP_STEPS, setUp } from './setup.mjs';

/** Title -> check; cheap ones first. */
const CHECKS = {
  'C++ format': () => run('clang-format-19', ['--dry-run', '--Werror', ...cppFiles()], { cwd: ROOT }),
  'biome (JavaScript format and lint)': () => bin('biome', 'check', '--max-diagnostics=50', '.'),
  'circles of imports': checkImports,
  'order of C++ modules': checkIncludes,
  sizes: checkSizes,
  'publint (package)': () => bin('publint', '--strict'),
  'attw (types of the package)': () =>
    bin('attw', '--pack', '.', '--profile', 'esm-only', '--no-color', '--exclude-entrypoints', ...WASM_ENTRYPOINTS),
  'C++ tests, native with ASan and UBSan': nativeCppTests,
  'fuzz corpus, native with ASan and UBSan': fuzzCorpus,
  'C++ tests, WebAssembly in Node.js': wasmCppTests,
  'JavaScript tests': javaScriptTests,
  'clang-tidy (C++ lint)': lintCpp,
};

/** These entry points are files without types, for bundlers to copy. */
const WASM_ENTRYPOINTS = VARIANTS.flatMap(wasmFileNames);

const bin = (name, ...args) => run(join(ROOT, 'node_modules/.bin', name), args, { cwd: ROOT });

async function nativeCppTests(note) {
  await buildPreset('host', 'tfwasm_tests', note);
  const env = { ASAN_OPTIONS: 'detect_leaks=1', UBSAN_OPTIONS: 'print_stacktrace=1' };
  noteCppTests(
    await run(join(BUILD, 'host/tfwasm_tests'), ['--no-colors=true'], { cwd: ROOT, env, timeout: 10 * 60_000 }),
    note,
  );
}

/** Runs the fuzz targets on their corpus. A target exits with an error at the first failure. */
async function fuzzCorpus(note) {
  for (const target of ['load_model', 'run_ops']) {
    await buildPreset('host', `tfwasm_fuzz_${target}`, note);
    const program = join(BUILD, `host/tfwasm_fuzz_${target}`);
    await run(program, ['-runs=0', join(ROOT, 'tests/fuzz/corpus', target)], { cwd: ROOT, timeout: 60_000 });
  }
}

async function wasmCppTests(note) {
  await buildPreset('simd', 'tfwasm_tests', note);
  const program = join(BUILD, 'simd/tfwasm_tests.cjs');
  noteCppTests(await run(process.execPath, [program, '--no-colors=true'], { cwd: ROOT, timeout: 10 * 60_000 }), note);
}

function noteCppTests({ stdout }, note) {
  const passed = /test cases:\s*\d+ \|\s*(\d+) passed/.exec(stdout)?.[1];
  if (!Number(passed)) throw new ToolError('The C++ tests did not say how many passed.', { output: stdout });
  note(`${passed} test cases`);
}

async function javaScriptTests(note) {
  const files = readdirSync(join(ROOT, 'tests'), { recursive: true })
    .filter((file) => file.endsWith('.test.mjs') && !file.includes('node_modules'))
    .map((file) => join('tests', file))
    .sort();
  // Tests mostly wait for browsers and timers, so at least two files run in parallel.
  const concurrency = Math.max(2, availableParallelism() - 1);
  const args = ['--test', '--test-reporter=spec', `--test-timeout=${10 * 60_000}`, `--test-concurrency=${concurrency}`];
  args.push(...files);
  const onOutput = (text) => {
    const title = /^▶ (.+)$/m.exec(text)?.[1];
    if (title) note(title);
  };
  const { stdout } = await run(process.execPath, args, { cwd: ROOT, onOutput }).catch((error) => {
    throw new ToolError('JavaScript tests fail.', { output: onlyFailures(error.output), cause: error });
  });
  const count = (what) => Number(new RegExp(`^ℹ ${what} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0);
  note(`${count('pass')} passed${count('skipped') ? `, ${count('skipped')} skipped` : ''}`);
}

/** The spec reporter repeats all failures in full after this heading. */
function onlyFailures(output) {
  const at = output.lastIndexOf('failing tests:');
  return at < 0 ? output : output.slice(at);
}

async function test() {
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
  const isChosen = (title) => !values.only || values.only.some((part) => title.includes(part));
  const checks = Object.entries(CHECKS).filter(([title]) => isChosen(title));
  if (checks.length === 0) throw new ToolError(`No check is called so; there are ${Object.keys(CHECKS).join(', ')}.`);

  const progress = new Progress(SETUP_STEPS + buildSteps(VARIANTS) + checks.length);
  await setUp(progress, { forTest: true });
  await build(progress, VARIANTS);
  const failures = [];
  for (const [title, check] of checks) {
    await progress.step(title, check).catch((error) => {
      if (!(error instanceof ToolError)) throw error;
      failures.push(title);
      console.log(`\n${lastLines(error.output, 200)}\n${error.message}\n`);
    });
  }
  if (failures.length > 0)
    throw new ToolError(`${failures.length} of ${checks.length} checks failed: ${failures.join('; ')}.`);
  console.log('\nEverything passes.');
}

await runMain(test);
