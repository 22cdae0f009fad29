// SPDX-License-Identifier: Apache-2.0
// Measures steps of training, for `npm run bench -- --training`.
import { maximumDifference } from './correctness.js';
import { FitTrainee, StepTrainee } from './trainees.js';

/** The minimum number of timed steps, however slow a net is. */
const LEAST_ROUNDS = 5;
/** The maximum number of timed computations of the loss alone. */
const MOST_FORWARDS = 10;
/** An engine whose first step takes more than this share of the time limit takes no other. */
const SLOW_SHARE = 0.25;

/**
 * Sets the `difference` of each result: that of its losses from those of the first, as far as both have them, relative to
 * the largest.
 */
export function compareLosses(results) {
  const [reference] = results;
  for (const result of results) {
    const count = Math.min(result.losses.length, reference.losses.length);
    const [losses, expected] = [result, reference].map((each) => each.losses.slice(0, count));
    result.difference = maximumDifference([losses], [expected]);
  }
}

async function measureNet(net, { engines, runs, seconds, byFit = false }) {
  const trainees = engines.map((spec) => (byFit ? new FitTrainee(spec) : new StepTrainee(spec)));
  try {
    for (const trainee of trainees) {
      await trainee.prepare(net, 1000 * seconds * SLOW_SHARE).catch(({ message }) => {
        trainee.result.error = message;
      });
    }
    const able = trainees.filter(({ result }) => result.error === undefined);
    const fast = able.filter(({ result }) => !result.isSlow);
    const end = performance.now() + 1000 * seconds;
    for (let round = 0; round < runs && (round < LEAST_ROUNDS || performance.now() < end); ++round) {
      for (const trainee of fast) await trainee.timeStep();
    }
    for (let round = 0; round < Math.min(runs, MOST_FORWARDS); ++round) {
      for (const trainee of fast) await trainee.timeForward();
    }
    for (const trainee of able) await trainee.finish();
    if (able.length > 0) compareLosses(able.map(({ result }) => result));
    return trainees.map(({ result }) => result);
  } finally {
    for (const { realm } of trainees) realm?.end();
  }
}

/**
 * Measures the training of nets of nets.js one after the other, alternating engines. A step is `minimize`, including
 * copying out the loss, or, `byFit`, one of the steps of `model.fit`.
 *
 * @param {object} spec
 * @param {import('./engines.js').EngineSpec[]} spec.engines
 * @param {string[]} spec.nets Names in nets.js.
 * @param {boolean} [spec.byFit] Whether nets are models of layers, which fit() trains.
 * @param {number} spec.runs Steps to time; calls of fit(), of up to 20 steps.
 * @param {number} spec.seconds Time limit for these, all engines together; at least five steps are timed. An engine
 *     whose first step takes more than a quarter of it takes no other, and that step is its time.
 * @param {(result: object) => void} report Called with {net, engines}. An engine has `samples` (milliseconds), their
 *     `median`, `gigaflops` of the matrix products and convolutions, the same of computing the loss alone
 *     (`forwardSamples`, `forwardMedian`, `forwardGigaflops`), `losses` before each of the first steps and after the
 *     last of them, their `difference` from the first engine's relative to the largest, and `tensorsLeft`. By fit(), it
 *     has no `gigaflops` and no loss alone, and tfwasm has the time of fit() itself, without the runs of steps
 *     (`ownSamples`, `ownMedian`). An engine that fails has an `error`.
 */
export async function measureTraining({ nets, ...spec }, report) {
  for (const net of nets) report({ net, engines: await measureNet(net, spec) });
}
