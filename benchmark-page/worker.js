// SPDX-License-Identifier: Apache-2.0
// One engine with one model. Runs in a worker of its own, so that engines cannot disturb each other
// by their heaps or by what they leave to the garbage collector.
import { startEngine } from './engines.js';
import { OPS } from './ops.js';
import { randomValues } from './random.js';

let engine;
let model;
let input;

const commands = {
  /** Starts the engine: its wasm is compiled and its threads are up before anything is measured. */
  async start(spec) {
    engine = await startEngine(spec);
    const { library, variant, threads } = engine;
    return { library, variant, threads };
  },

  /**
   * Milliseconds to load the model over the network and to get the first result of it, and that
   * result. The input is made in between and not counted.
   */
  async load({ url, range, seed }) {
    const { tf } = engine;
    const start = performance.now();
    model = await tf.loadGraphModel(url, { requestInit: { cache: 'no-store' } });
    const load = performance.now() - start;
    const [{ shape, dtype }] = model.inputs;
    const sizes = shape.map((size) => Math.max(size, 1));
    const length = sizes.reduce((product, size) => product * size, 1);
    input = tf.tensor(randomValues(dtype, length, range, seed), sizes, dtype);
    const { milliseconds: first, outputs } = predict();
    return { load, first, outputs };
  },

  /** Milliseconds of one prediction, its result copied out as an application would. */
  predict: () => predict().milliseconds,

  /**
   * Makes the inputs of an entry of ops.js and calls it until its code is warm.
   * @returns how many calls make a sample of some milliseconds, and the values of the result.
   */
  async prepareOp({ name, sampleMilliseconds }) {
    engine.tf.dispose(input);
    input = OPS[name].make(engine.tf);
    const results = [OPS[name].run(engine.tf, input)].flat();
    const outputs = results.map((tensor) => tensor.dataSync());
    engine.tf.dispose(results);
    let calls = 1;
    let milliseconds = 0;
    for (const end = performance.now() + 30 * sampleMilliseconds; performance.now() < end; ) {
      milliseconds = timeOp(name, calls);
      if (milliseconds < sampleMilliseconds) calls = Math.ceil(calls * 1.5);
    }
    return { calls: Math.max(1, Math.round((calls * sampleMilliseconds) / milliseconds)), outputs };
  },

  /** Milliseconds of so many calls. */
  timeOp: ({ name, calls }) => timeOp(name, calls),
};

function timeOp(name, calls) {
  const { tf } = engine;
  const { run } = OPS[name];
  const start = performance.now();
  for (let i = 0; i < calls; ++i) tf.dispose(run(tf, input));
  return performance.now() - start;
}

function predict() {
  const start = performance.now();
  const results = [model.predict(input)].flat();
  const outputs = results.map((tensor) => tensor.dataSync());
  const milliseconds = performance.now() - start;
  engine.tf.dispose(results);
  return { milliseconds, outputs };
}

addEventListener('message', async ({ data: { id, command, argument } }) => {
  try {
    postMessage({ id, result: await commands[command](argument) });
  } catch (error) {
    postMessage({ id, error: error?.stack ?? error?.message ?? String(error) });
  }
});
