// SPDX-License-Identifier: Apache-2.0
// What is measured, and in which order. `npm run bench` calls these functions.
import { median } from './statistics.js';

/** A worker with an engine, whose commands are promises. */
class EngineWorker {
  #worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  #calls = new Map();
  #lastId = 0;

  constructor() {
    this.#worker.addEventListener('message', ({ data: { id, result, error } }) => {
      const { resolve, reject } = this.#calls.get(id);
      this.#calls.delete(id);
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    });
    this.#worker.addEventListener('error', (event) => {
      for (const { reject } of this.#calls.values()) reject(new Error(event.message || 'The worker cannot start.'));
      this.#calls.clear();
    });
  }

  call(command, argument) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#worker.postMessage({ id, command, argument });
    });
  }

  end() {
    this.#worker.terminate();
  }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Loads a model in an engine that has just been started, and predicts once.
 *
 * @param {{engine: object, model: {url: string, range: number[], seed: number}}} spec
 * @returns {Promise<{load: number, first: number}>} milliseconds
 */
export async function measureLoad({ engine, model }) {
  const worker = new EngineWorker();
  try {
    await worker.call('start', engine);
    const { load, first } = await worker.call('load', model);
    return { load, first };
  } finally {
    worker.end();
  }
}

/**
 * Times predictions of several engines in turn: A, B, C, A, B, C... The first round is discarded.
 *
 * @param {object} spec
 * @param {object[]} spec.engines The first one is the reference that outputs are compared with.
 * @param {{url: string, range: number[], seed: number}} spec.model
 * @param {number} spec.rounds How many times each engine predicts at most,
 * @param {number} spec.seconds and how long all of it may take; never fewer than five rounds.
 * @returns {Promise<{library: string, variant: string, threads: number, difference: number,
 *     samples: number[]}[]>} One for each engine; `difference` as maximumDifference() has it.
 */
export async function measurePredictions({ engines, model, rounds, seconds }) {
  const workers = engines.map(() => new EngineWorker());
  try {
    const results = [];
    let reference;
    for (const [index, worker] of workers.entries()) {
      const description = await worker.call('start', engines[index]);
      const { outputs } = await worker.call('load', model);
      reference ??= outputs;
      results.push({ ...description, difference: maximumDifference(outputs, reference), samples: [] });
    }
    for (const worker of workers) await worker.call('predict');
    const end = performance.now() + 1000 * seconds;
    for (let round = 0; round < rounds && (round < 5 || performance.now() < end); ++round) {
      for (const [index, worker] of workers.entries()) {
        // Threads that wait for work keep a core busy for a moment: not in the next one's time.
        await pause(5);
        results[index].samples.push(await worker.call('predict'));
      }
    }
    return results;
  } finally {
    for (const worker of workers) worker.end();
  }
}

/**
 * Times calls of the ops of ops.js, one op after the other, the engines in turn.
 *
 * @param {object} spec
 * @param {object[]} spec.engines The first one is the reference that outputs are compared with.
 * @param {string[]} spec.ops Names of ops.js.
 * @param {number} spec.rounds How many samples of each engine; each takes about 3 ms.
 * @param {(result: object) => void} report Gets {op, engines: [{nanoseconds, difference}]}, the
 *     median time of a call. An engine that cannot do it has an `error` instead.
 */
export async function measureOps({ engines, ops, rounds }, report) {
  const workers = engines.map(() => new EngineWorker());
  try {
    for (const [index, worker] of workers.entries()) await worker.call('start', engines[index]);
    for (const op of ops) report({ op, engines: await measureOp(workers, op, rounds) });
  } finally {
    for (const worker of workers) worker.end();
  }
}

async function measureOp(workers, name, rounds) {
  const results = [];
  for (const worker of workers) {
    results.push(
      await worker.call('prepareOp', { name, sampleMilliseconds: 3 }).then(
        ({ calls, outputs }) => ({ calls, outputs, samples: [] }),
        (error) => ({ error: error.message }),
      ),
    );
  }
  for (let round = 0; round < rounds; ++round) {
    for (const [index, result] of results.entries()) {
      if (result.error !== undefined) continue;
      const milliseconds = await workers[index].call('timeOp', { name, calls: result.calls });
      result.samples.push((milliseconds * 1e6) / result.calls);
    }
  }
  const reference = results[0].outputs;
  return results.map(({ error, outputs, samples }) =>
    error === undefined
      ? { nanoseconds: median(samples), difference: reference ? maximumDifference(outputs, reference) : 0 }
      : { error },
  );
}

/**
 * How far apart two results are: for each output the largest difference, relative to the output's
 * largest value, and of these the largest. NaN when they do not have as many values.
 */
export function maximumDifference(outputs, expected) {
  if (outputs.length !== expected.length) return Number.NaN;
  let worst = 0;
  for (const [index, values] of outputs.entries()) {
    if (values.length !== expected[index].length) return Number.NaN;
    let difference = 0;
    let largest = 0;
    for (let i = 0; i < values.length; ++i) {
      difference = Math.max(difference, Math.abs(values[i] - expected[index][i]));
      largest = Math.max(largest, Math.abs(expected[index][i]));
    }
    if (difference !== 0) worst = Math.max(worst, difference / largest);
  }
  return worst;
}
