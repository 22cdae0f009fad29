// SPDX-License-Identifier: Apache-2.0
// What `npm test -- --only` selects and builds, and how it reports failures.
import assert from 'node:assert/strict';
import { getPriority } from 'node:os';
import { describe, test } from 'node:test';

import { Progress } from '../../tools/lib/progress.mjs';
import { run, runNicely, ToolError } from '../../tools/lib/run.mjs';
import { VARIANTS } from '../../tools/lib/variants.mjs';
import { CHECKS, chooseChecks } from '../../tools/test/checks.mjs';
import { explainFailure } from '../../tools/test/cpp-tests.mjs';
import { skippedTests } from '../../tools/test/js-tests.mjs';

const titles = async (...only) => (await chooseChecks(only)).map(({ title }) => title);

describe('npm test -- --only', () => {
  test('names groups, parts of titles, or nothing', async () => {
    assert.equal(await chooseChecks(undefined), CHECKS);
    const groups = await Promise.all(['lint', 'package', 'js', 'cpp'].map((name) => chooseChecks([name])));
    assert.deepEqual(new Set(groups.flat()), new Set(CHECKS));
    assert.ok(groups.every((group) => group.length > 0));
    // Does not select the check named publint.
    assert.ok(!(await titles('lint')).some((title) => title.includes('publint')));
    assert.deepEqual(await titles('biome', 'sizes'), ['biome (JavaScript format and lint)', 'sizes']);
    await assert.rejects(
      chooseChecks(['nothing']),
      /"nothing" is no file, no group \(.*cpp.*\) and no part of a title/,
    );
  });

  test('names files of tests, of which only what they need is built', async () => {
    for (const [file, variants] of [
      ['tests/cpp/ops/reduce_test.cc', undefined],
      ['tests/tools/lib.test.mjs', undefined],
      ['tests/js/string-items.test.mjs', undefined],
      ['tests/parity/ops/relaxed.test.mjs', ['simd', 'relaxed']],
      ['tests/browser/start.test.mjs', VARIANTS],
      ['tests/bundlers/bundlers.test.mjs', VARIANTS],
    ]) {
      const [check, ...more] = await chooseChecks([file]);
      assert.deepEqual(more, []);
      assert.ok(check.title.startsWith(file), check.title);
      assert.deepEqual(check.variants, variants, file);
    }
    // Needs dist/ because of an imported module.
    const [check] = await chooseChecks(['tests/js/load-graph-model.test.mjs']);
    assert.ok(check.variants.includes('simd'));
    await assert.rejects(chooseChecks(['src/core/shape.cc']), /shape\.cc is no file of tests/);
  });

  test('builds dist/ only for checks that read it', async () => {
    for (const { title, group, variants } of CHECKS) {
      assert.equal(variants !== undefined, group === 'js' || group === 'package', title);
    }
  });
});

describe('failures of C++ tests are named', () => {
  const explain = (...lines) => explainFailure(new ToolError('"tests" ended.', { output: lines.join('\n') }));

  test('when assertions fail', () => {
    const { message, output } = explain(
      'begins: a good one',
      'begins: a bad one',
      'a_test.cc:7: ERROR: CHECK( 1 == 2 ) is NOT correct!',
      'a_test.cc:8: ERROR: CHECK( 1 == 3 ) is NOT correct!',
      'begins: a worse one',
      'b_test.cc:7: FATAL ERROR: test case CRASHED',
      '[doctest] Status: FAILURE!',
    );
    assert.equal(message, 'C++ tests fail: "a bad one"; "a worse one".');
    assert.doesNotMatch(output, /begins/);
    assert.match(output, /1 == 3/);
  });

  test('when the program ends or hangs', () => {
    const { message } = explain('begins: the first', 'begins: the last');
    assert.equal(message, '"tests" ended. It was in the test case "the last".');
  });
});

test('JavaScript tests that are skipped are told with their reasons', () => {
  const output = [
    '✔ one (0.5ms)',
    '﹣ two (0.068452ms) # there is no Chromium',
    '  ﹣ three (1ms) # SKIP',
    'ℹ skipped 2',
  ].join('\n');
  assert.deepEqual(skippedTests(output), ['two (there is no Chromium)', 'three']);
});

describe('programs', () => {
  test('that print nothing for long are ended', async () => {
    const script = 'console.log("begins"); setInterval(() => {}, 1000)';
    await assert.rejects(run(process.execPath, ['-e', script], { silence: 500 }), (error) => {
      assert.match(error.message, /hung: it printed nothing for/);
      assert.match(error.output, /begins/);
      return true;
    });
  });

  test('that print now and then are not', async () => {
    const script =
      'let i = 0; const timer = setInterval(() => { console.log(i); if (++i === 8) clearInterval(timer); }, 500)';
    await run(process.execPath, ['-e', script], { silence: 3000 });
  });

  test('may give way to others', async () => {
    const script = 'setTimeout(() => console.log(require("node:os").getPriority()), 300)';
    const priority = async () => Number((await run(process.execPath, ['-e', script])).stdout);
    assert.equal(await priority(), getPriority());
    assert.equal(await runNicely(priority), Math.max(10, getPriority()));
  });
});

test('steps that run at the same time have a line when they begin and when they end', async (context) => {
  const written = [];
  const mock = context.mock.method(process.stdout, 'write', (text) => written.push(text));
  const progress = new Progress(2);
  await Promise.all([
    progress.step('one', (note) => note('done'), { amongOthers: true }),
    progress.step('two', () => Promise.reject(new ToolError('no')), { amongOthers: true }).catch(() => {}),
  ]);
  mock.mock.restore();
  assert.deepEqual(written.slice(0, 2), ['[1/2] one: begins\n', '[2/2] two: begins\n']);
  assert.match(written[2], /^\[1\/2\] one \.\.\. [\d.]+ s \(done\)\n$/);
  assert.equal(written[3], '[2/2] two ... failed\n');
});
