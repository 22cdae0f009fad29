// SPDX-License-Identifier: Apache-2.0
// Fuzzes the public API with mutants of models:
//
//   node tests/fuzz/public-api/fuzz.mjs [--seconds 600] [--seed N] [--first N] [--variant simd] [FILE...]
//
// Prints what it finds and writes the models to build/fuzz. With files, runs only these. A model that found something
// belongs into tests/fuzz/corpus/public_api, which npm test runs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { ROOT } from '../../../tools/lib/paths.mjs';
import { fromCorpus, writeFinding } from './corpus.mjs';
import { runHostile } from './run-model.mjs';
import { fuzz } from './session.mjs';

const { values, positionals } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    first: { type: 'string', default: '0' },
    variant: { type: 'string', default: 'simd' },
  },
  allowPositionals: true,
});

if (positionals.length > 0) {
  const tf = await import('../../../dist/index.js');
  tf.setWasmVariant(values.variant);
  await tf.ready();
  for (const file of positionals) {
    const artifacts = fromCorpus(JSON.parse(readFileSync(file, 'utf8')));
    for (let seed = 0; seed < 20; ++seed) console.log(file, seed, await runHostile(tf, artifacts, seed));
  }
} else {
  const end = performance.now() + 1000 * Number(values.seconds);
  const { tried, outcomes, findings } = await fuzz({
    seed: Number(values.seed),
    first: Number(values.first),
    variant: values.variant,
    isDone: () => performance.now() > end,
    onFinding: (finding) => {
      const file = writeFinding(join(ROOT, 'build/fuzz'), finding);
      console.log(`mutant ${finding.number} of ${finding.name}: ${finding.problem}\n${file}\n`);
    },
  });
  console.log(`seed ${values.seed}: ${tried} mutants`, outcomes);
  process.exitCode = findings.length > 0 ? 1 : 0;
}
