// SPDX-License-Identifier: Apache-2.0
// Setup, build, then all tests and checks. Continues after failures and lists them at the end.
//
//   npm test                                           everything
//   npm test -- --only cpp                             a group: cpp, js, lint or package (repeatable)
//   npm test -- --only tests/cpp/ops/reduce_test.cc    one file of C++ tests, natively
//   npm test -- --only tests/js/tensor.test.mjs        one file of JavaScript tests
//   npm test -- --only biome                           the checks whose title contains this
//
// Only what the chosen checks need is built.
import { parseArgs } from 'node:util';
import { build, buildSteps } from './build.mjs';
import { isMain } from './lib/main.mjs';
import { Progress } from './lib/progress.mjs';
<<<<<<< HEAD
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
=======
import { lastLines, runMain, runNicely, ToolError } from './lib/run.mjs';
import { VARIANTS } from './lib/variants.mjs';
import { SETUP_STEPS, setUp } from './setup.mjs';
import { chooseChecks } from './test/checks.mjs';
>>>>>>> refs/heads/tests

async function test() {
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
  const checks = await chooseChecks(values.only);
  const needed = new Set(checks.flatMap(({ variants }) => variants ?? []));
  const variants = VARIANTS.filter((variant) => needed.has(variant));

  const progress = new Progress(SETUP_STEPS + (variants.length > 0 ? buildSteps(variants) : 0) + checks.length);
  await setUp(progress, { forTest: true });
  if (variants.length > 0) await build(progress, variants);

  const failures = [];
  const runCheck = async ({ title, run }, options) => {
    await progress.step(title, run, options).catch((error) => {
      if (!(error instanceof ToolError)) throw error;
      failures.push(title);
      console.log(`\n${lastLines(error.output, 200)}\n${title}: ${error.message}\n`);
    });
  };
  const runInTurn = async (list, options) => {
    for (const check of list) await runCheck(check, options);
  };
  await runInTurn(checks.filter(({ isSlow }) => !isSlow));
  // Tests in browsers wait for much. Compilers use that time, and give way when it is over.
  const slow = checks.filter(({ isSlow }) => isSlow);
  const isJs = ({ group }) => group === 'js';
  const lanes = [slow.filter(isJs), slow.filter((check) => !isJs(check))].filter((lane) => lane.length > 0);
  if (lanes.length < 2) await runInTurn(slow);
  else
    await Promise.all([
      runInTurn(lanes[0], { amongOthers: true }),
      runNicely(() => runInTurn(lanes[1], { amongOthers: true })),
    ]);

  if (failures.length > 0)
    throw new ToolError(`${failures.length} of ${checks.length} checks failed: ${failures.join('; ')}.`);
  console.log(checks.length > 1 ? '\nEverything passes.' : '\nIt passes.');
}

if (isMain(import.meta.url)) await runMain(test);
