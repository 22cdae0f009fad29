// SPDX-License-Identifier: Apache-2.0
// Fuzzes in a worker, so that a model that hangs can be stopped, and each core that was damaged is left behind.
import { Worker } from 'node:worker_threads';

import { toCorpus } from './corpus.mjs';
import { baseModels } from './models.mjs';
import { mutate } from './mutate.mjs';
import { Random } from './random.mjs';

/** A mutant that takes longer is regarded as hanging. */
const MOST_MILLISECONDS = 60_000;

/**
 * Tries mutants number `first`, `first` + 1, ... until `isDone(number)`. The same seed and number give the same mutant.
 *
 * @param {{seed: number, first?: number, isDone: (number: number) => boolean, variant?: string,
 *     onFinding?: (finding: object) => void}} options
 * @returns {Promise<{tried: number, outcomes: Record<string, number>, findings: object[]}>} Each finding has `seed`,
 *     `number`, `name`, `problem` and `artifacts`, in the form of the corpus.
 */
export async function fuzz({ seed, first = 0, isDone, variant = 'simd', onFinding = () => {} }) {
  const total = { tried: 0, outcomes: {}, findings: [] };
  for (let next = first; !isDone(next); ) {
    const finding = await runWorker({ seed, first: next, variant }, isDone, total);
    if (!finding) break;
    if (!finding.artifacts) Object.assign(finding, await mutantOf(seed, finding.number));
    total.findings.push(finding);
    onFinding(finding);
    next = finding.number + 1;
  }
  return total;
}

async function mutantOf(seed, number) {
  const { name, artifacts } = mutate(await baseModels(), new Random(seed, number));
  return { name, artifacts: toCorpus(artifacts) };
}

/** Runs one worker until a finding, or the end. */
function runWorker(options, isDone, total) {
  const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: options });
  return new Promise((resolve, reject) => {
    let timer;
    let current = options.first;
    const end = (finding) => {
      clearTimeout(timer);
      worker.terminate().then(() => resolve(finding), reject);
    };
    const watch = (number) => {
      current = number;
      clearTimeout(timer);
      timer = setTimeout(() => end({ ...options, number, problem: 'it does not end' }), MOST_MILLISECONDS);
    };
    worker.on('error', (error) => end({ ...options, number: current, problem: `the worker failed: ${error.stack}` }));
    worker.on('message', ({ number, outcome, finding }) => {
      if (outcome === undefined && !finding) {
        if (isDone(number)) end(undefined);
        else worker.postMessage(null);
        watch(number);
        return;
      }
      total.tried += 1;
      if (finding) end({ ...options, number, ...finding });
      else total.outcomes[outcome] = (total.outcomes[outcome] ?? 0) + 1;
    });
    watch(options.first);
  });
}
