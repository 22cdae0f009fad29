// SPDX-License-Identifier: Apache-2.0
// Engines that train a net in realms of their own, for measure-training.js.
import { median } from '../web/common/quantiles.js';
import { Realm } from './realm-client.js';

/** The number of steps before those that are timed. The losses of all engines are compared until there. */
const CHECKED_STEPS = 5;
/** A timed call of fit() takes as many steps as fill this time, but not more than MOST_STEPS. */
const FIT_MILLISECONDS = 300;
const MOST_STEPS = 20;
/** Waiting threads spin for a moment; this keeps them out of the next engine's time. */
const PAUSE_MILLISECONDS = 5;

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));

/** An engine with a net, and its results so far. */
class Trainee {
  #tensors = 0;

  constructor(spec) {
    this.spec = spec;
    this.result = { id: spec.id, threads: spec.threads, samples: [], losses: [] };
  }

  /** Takes the steps before those that are timed. If the first takes longer than `slowMilliseconds`, it is the only one. */
  async prepare(net, slowMilliseconds) {
    const { result } = this;
    this.realm = await Realm.open('worker');
    Object.assign(result, await this.realm.call('start', this.spec));
    await this.makeNet(net);
    result.first = await this.#firstStep();
    result.isSlow = result.first > slowMilliseconds;
    if (result.isSlow) result.samples.push(result.first);
    else for (let i = 1; i < CHECKED_STEPS; ++i) await this.#firstStep();
    await this.afterFirstSteps();
    this.#tensors = await this.#countTensors();
  }

  #countTensors = async () => (await this.realm.call('memory')).numTensors;

  async #firstStep() {
    const { milliseconds, loss } = await this.realm.call(this.command);
    this.result.losses.push(loss);
    return milliseconds;
  }

  async timeStep() {
    await pause();
    this.addSample(await this.realm.call(this.command));
  }

  /** Times the loss alone, if that can be done. */
  async timeForward() {}

  async finish() {
    const { samples } = this.result;
    this.result.median = median(samples);
    this.result.tensorsLeft = (await this.#countTensors()) - this.#tensors;
  }
}

/** Takes steps by optimizer.minimize(). */
export class StepTrainee extends Trainee {
  command = 'step';

  async makeNet(net) {
    this.result.forwardSamples = [];
    this.result.flops = await this.realm.call('makeNet', net);
  }

  async afterFirstSteps() {
    const { milliseconds, loss } = await this.realm.call('forward');
    this.result.losses.push(loss);
    if (this.result.isSlow) this.result.forwardSamples.push(milliseconds);
  }

  addSample({ milliseconds }) {
    this.result.samples.push(milliseconds);
  }

  async timeForward() {
    await pause();
    this.result.forwardSamples.push((await this.realm.call('forward')).milliseconds);
  }

  async finish() {
    await super.finish();
    const { median: step, forwardSamples, flops } = this.result;
    const forward = median(forwardSamples);
    Object.assign(this.result, {
      forwardMedian: forward,
      gigaflops: flops.step / step / 1e6,
      forwardGigaflops: flops.forward / forward / 1e6,
    });
  }
}

/** Takes steps by model.fit(): several a sample. */
export class FitTrainee extends Trainee {
  command = 'fit';
  #steps = 1;

  makeNet(net) {
    return this.realm.call('makeFitNet', net);
  }

  async afterFirstSteps() {
    if (this.result.isSlow) return;
    const { milliseconds } = await this.realm.call('fit');
    this.#steps = Math.min(MOST_STEPS, Math.max(1, Math.round(FIT_MILLISECONDS / milliseconds)));
    await this.realm.call('makeBatches', { count: this.#steps });
    // The first with batches that are cut from a table.
    await this.realm.call('fit');
  }

  addSample({ milliseconds, runs }) {
    this.result.samples.push(milliseconds / this.#steps);
    if (runs === undefined) return;
    this.result.ownSamples ??= [];
    this.result.ownSamples.push((milliseconds - runs) / this.#steps);
  }

  async finish() {
    await super.finish();
    const { ownSamples } = this.result;
    if (ownSamples) this.result.ownMedian = median(ownSamples);
  }
}
