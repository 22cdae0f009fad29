// SPDX-License-Identifier: Apache-2.0
// Setup, build, then all tests and checks. Continues after failures and lists them at the end.
//
//   npm test                                           everything
//   npm test -- --only cpp                             a group: cpp, js, lint or package (repeatable)
//   npm test -- --only tests/cpp/ops/reduce_test.cc    one file of C++ tests, natively
//   npm test -- --only tests/js/tensor.test.mjs        one file of JavaScript tests
//   npm test -- --only biome                           checks whose title contains this
//
// Builds only what the selected checks need.
import { parseArgs } from 'node:util';
import { build, buildSteps } from './build.mjs';
import { isMain } from './lib/main.mjs';
import { Progress } from './lib/progress.mjs';
import { lastLines, runMain, runNicely, ToolError } from './lib/run.mjs';
import { VARIANTS } from './lib/variants.mjs';
import { SETUP_STEPS, setUp } from './setup.mjs';
import { chooseChecks } from './test/checks.mjs';

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
  // Browser tests mostly wait. Compilers use that time, with low priority.
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
