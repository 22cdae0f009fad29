// SPDX-License-Identifier: Apache-2.0
// Every op compared with TensorFlow.js: runs the tables under cases/ and reports coverage.
//
//   node --test --test-name-pattern=Conv3D tests/parity/ops/ops.test.mjs      only some ops
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { missing } from '../../prerequisites.mjs';
import { checkCase } from './check-case.mjs';
import { startCore } from './core.mjs';
import { opNames } from './op-names.mjs';
import { startOracle } from './oracle.mjs';

const MIN_CASES = 3;
const FOLDER = new URL('cases/', import.meta.url);

/** {table, testCase} of every case in the folder. */
async function readTables() {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.mjs'));
  const tables = await Promise.all(files.sort().map((file) => import(new URL(file, FOLDER).href)));
  return tables.flatMap(({ CASES }, index) => {
    assert.ok(Array.isArray(CASES), `${files[index]} exports no CASES`);
    return CASES.map((testCase) => ({ table: files[index], testCase }));
  });
}

function groupBy(list, key) {
  const groups = new Map();
  for (const item of list) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

const CASES = await readTables();

/** The ops that a case covers. */
const coveredBy = ({ op, covers = [] }) => [op, ...covers];

describe('ops', { skip: missing('dist', 'tfjs') }, () => {
  let core;
  let oracle;
  before(async () => {
    [core, oracle] = await Promise.all([startCore(), startOracle()]);
  });

  for (const [op, cases] of groupBy(CASES, ({ testCase }) => testCase.op)) {
    test(op, async () => {
      const failures = [];
      for (const { table, testCase } of cases) {
        const wrong = await checkCase(core, oracle, testCase);
        if (wrong) failures.push(`${table}: ${op}, ${testCase.name}: ${wrong}`);
      }
      assert.ok(failures.length === 0, `${failures.length} of ${cases.length} cases fail\n${failures.join('\n')}`);
    });
  }

  test('names of cases are unique within an op', () => {
    const seen = new Set();
    for (const { testCase } of CASES) {
      const name = `${testCase.op}, ${testCase.name}`;
      assert.ok(testCase.name && !seen.has(name), `there are two cases "${name}"`);
      seen.add(name);
    }
  });

  test(`every op has ${MIN_CASES} cases`, () => {
    const counts = new Map();
    for (const op of CASES.flatMap(({ testCase }) => [...new Set(coveredBy(testCase))])) {
      counts.set(op, (counts.get(op) ?? 0) + 1);
    }
    const poor = opNames(core).filter((op) => (counts.get(op) ?? 0) < MIN_CASES);
    assert.ok(poor.length === 0, `too few cases of ${poor.map((op) => `${op} (${counts.get(op) ?? 0})`).join(', ')}`);
  });

  after(async () => {
    const names = new Set(opNames(core));
    const { ops } = JSON.parse(await readFile(new URL('tfjs-ops.json', import.meta.url), 'utf8'));
    const all = Object.values(ops).flat();
    const covered = new Set(CASES.flatMap(({ testCase }) => coveredBy(testCase)));
    const absent = all.filter((op) => !names.has(op));
    console.log(
      `${all.filter((op) => names.has(op) && covered.has(op)).length} of the ${all.length} ops of TensorFlow.js ` +
        `are covered, with ${CASES.length} cases; ${absent.length} are not supported: ${absent.join(', ')}`,
    );
  });
});
