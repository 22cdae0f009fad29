// SPDX-License-Identifier: Apache-2.0
// Measures steps of training, for `npm run bench -- --training`.
import { median } from '../web/common/quantiles.js';
import { maximumDifference } from './correctness.js';
import { Realm } from './realm-client.js';

/** The number of steps before those that are timed. The losses of all engines are compared until there. */
const CHECKED_STEPS = 5;
/** The minimum number of timed steps, however slow a net is. */
const LEAST_ROUNDS = 5;
/** The maximum number of timed computations of the loss alone. */
const MOST_FORWARDS = 10;
/** An engine whose first step takes more than this share of the time limit takes no other. */
const SLOW_SHARE = 0.25;
/** Waiting threads spin for a moment; this keeps them out of the next engine's time. */
const PAUSE_MILLISECONDS = 5;

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));

/** An engine with a net, and its results so far. */
class Trainee {
  constructor(spec) {
    this.spec = spec;
    this.result = { id: spec.id, threads: spec.threads, samples: [], forwardSamples: [], losses: [] };
  }

  /** Takes the steps before those that are timed. */
  async prepare(net, slowMilliseconds) {
    const { result } = this;
    this.realm = await Realm.open('worker');
    Object.assign(result, await this.realm.call('start', this.spec));
    result.flops = await this.realm.call('makeNet', net);
    result.first = await this.#step();
    result.isSlow = result.first > slowMilliseconds;
    if (result.isSlow) result.samples.push(result.first);
    else for (let i = 1; i < CHECKED_STEPS; ++i) await this.#step();
    const { milliseconds, loss } = await this.realm.call('forward');
    result.losses.push(loss);
    if (result.isSlow) result.forwardSamples.push(milliseconds);
    this.#tensors = await this.#countTensors();
  }

  #tensors = 0;
  #countTensors = async () => (await this.realm.call('memory')).numTensors;

  async #step() {
    const { milliseconds, loss } = await this.realm.call('step');
    this.result.losses.push(loss);
    return milliseconds;
  }

  async timeStep() {
    await pause();
    this.result.samples.push((await this.realm.call('step')).milliseconds);
  }

  async timeForward() {
    await pause();
    this.result.forwardSamples.push((await this.realm.call('forward')).milliseconds);
  }

  async finish() {
    const { samples, forwardSamples, flops } = this.result;
    const [step, forward] = [median(samples), median(forwardSamples)];
    Object.assign(this.result, {
      median: step,
      forwardMedian: forward,
      gigaflops: flops.step / step / 1e6,
      forwardGigaflops: flops.forward / forward / 1e6,
      tensorsLeft: (await this.#countTensors()) - this.#tensors,
    });
  }
}

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

async function measureNet(net, { engines, runs, seconds }) {
  const trainees = engines.map((spec) => new Trainee(spec));
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
 * copying out the loss.
 *
 * @param {object} spec
 * @param {import('./engines.js').EngineSpec[]} spec.engines
 * @param {string[]} spec.nets Names in nets.js.
 * @param {number} spec.runs Steps to time.
 * @param {number} spec.seconds Time limit for these, all engines together; at least five steps are timed. An engine
 *     whose first step takes more than a quarter of it takes no other, and that step is its time.
 * @param {(result: object) => void} report Called with {net, engines}. An engine has `samples` (milliseconds), their
 *     `median`, `gigaflops` of the matrix products and convolutions, the same of computing the loss alone
 *     (`forwardSamples`, `forwardMedian`, `forwardGigaflops`), `losses` before each of the first steps and after the
 *     last of them, their `difference` from the first engine's relative to the largest, and `tensorsLeft`. An engine
 *     that fails has an `error`.
 */
export async function measureTraining({ nets, ...spec }, report) {
  for (const net of nets) report({ net, engines: await measureNet(net, spec) });
}
