// SPDX-License-Identifier: Apache-2.0
// Runs the tests of TensorFlow.js's core (they are in its package) on tfwasm, in Node.js.
//
//   npm run conformance
//   npm run conformance -- --file ops/conv --name "gradient"   only these (regular expressions)
//   npm run conformance -- --all                               shows failures that have a reason, too
//   npm run conformance -- --save                              writes results.json, which npm test expects
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { RESULTS, tableOf, totals } from './results.mjs';
import { runTests } from './run-tests.mjs';

const { values } = parseArgs({
  options: {
    file: { type: 'string', default: '.' },
    name: { type: 'string', default: '' },
    all: { type: 'boolean' },
    save: { type: 'boolean' },
  },
});
const start = Date.now();
const { results, skippedFiles } = await runTests(new RegExp(values.file), values.name);
for (const { file, name, reason, errors } of results.filter(({ status }) => status === 'failed')) {
  if (reason && !values.all) continue;
  console.log(`${file}: ${name}\n${reason ? `  (${reason})\n` : ''}${errors.map((e) => `  ${e}\n`).join('')}`);
}
const table = tableOf(results);
console.log(totals(table));
console.log(`${Object.keys(skippedFiles).length} files are not applicable or need a browser`);
console.log(`${((Date.now() - start) / 1000).toFixed(1)} s`);
if (values.save) writeFileSync(RESULTS, `${JSON.stringify(table, null, 2)}\n`);
