// SPDX-License-Identifier: Apache-2.0
// Hostile models through the public API: those that once found a fault, and mutants of good ones. For a longer search
// see public-api/fuzz.mjs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { readCorpus } from './public-api/corpus.mjs';
import { runHostile } from './public-api/run-model.mjs';
import { fuzz } from './public-api/session.mjs';

const SEEDS_PER_MODEL = 8;
const MUTANTS = 600;

describe('hostile models', { skip: missing('dist') }, () => {
  test('no model of the corpus traps, hangs or leaks', async () => {
    const tf = await import('../../dist/index.js');
    await tf.ready();
    const corpus = readCorpus();
    assert.ok(corpus.length > 0);
    for (const { name, artifacts } of corpus) {
      for (let seed = 0; seed < SEEDS_PER_MODEL; ++seed) {
        await assert.doesNotReject(() => runHostile(tf, artifacts, seed), `${name}, seed ${seed}`);
      }
    }
  });

  test('no mutant traps, hangs or leaks', async () => {
    const { tried, outcomes, findings } = await fuzz({ seed: 1, isDone: (number) => number >= MUTANTS });
    assert.deepEqual(
      findings.map(({ number, name, problem }) => `mutant ${number} of ${name}: ${problem}`),
      [],
    );
    assert.equal(tried, MUTANTS);
    // Mutants neither all fail to load nor all remain as they were.
    assert.ok(outcomes.ok > MUTANTS / 20, `only ${outcomes.ok} ran`);
    assert.ok(Object.keys(outcomes).length > 10, JSON.stringify(outcomes));
  });
});
