// SPDX-License-Identifier: Apache-2.0
// TensorFlow.js's own tests on tfwasm give the results that results.json expects, or better ones. `npm run conformance`
// shows what fails.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { RESULTS, tableOf, totals } from './results.mjs';

const skip = missing('dist', 'tfjs', 'jasmine');
const { runTests } = skip ? {} : await import('./run-tests.mjs');

const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);

describe('the tests of TensorFlow.js', { skip }, () => {
  let results;
  let table;
  let expected;
  before(async () => {
    ({ results } = await runTests());
    table = tableOf(results);
    expected = JSON.parse(await readFile(RESULTS, 'utf8'));
  });

  test('fail only for known reasons', (t) => {
    const unknown = results.filter(({ status, reason }) => status === 'failed' && !reason);
    assert.deepEqual(
      unknown.map(({ file, name, errors }) => `${file}: ${name}: ${errors[0]}`),
      [],
    );
    t.diagnostic(JSON.stringify(totals(table)));
  });

  test('pass where they passed before', () => {
    const worse = Object.entries(expected).filter(
      ([file, counts]) => (table[file]?.passed ?? 0) < (counts.passed ?? 0),
    );
    assert.deepEqual(
      worse.map(([file, { passed }]) => `${file}: ${table[file]?.passed ?? 0} of ${passed}`),
      [],
    );
  });

  test('are all there', () => {
    const counts = (files) => Object.entries(files).map(([file, statuses]) => [file, sum(statuses)]);
    assert.deepEqual(counts(table), counts(expected));
  });
});
