// SPDX-License-Identifier: Apache-2.0
// One engine with one model, in a realm of its own, so that engines cannot disturb each other by
// their heaps or by what they leave to the garbage collector: a worker, or a frame for the main thread.
import { startEngine } from './engines.js';
import { makeInputs } from './inputs.js';
import { kernelProfile, measuredPhases } from './profile.js';
import { codeBytes, timerResolution } from './resources.js';
import { describeModel, engineSource, isPublic, readArtifacts } from './sources.js';

let engine;
let model;
let inputs;
let op;
let runAsync = false;

const commands = {
  /** Starts the engine: its wasm is compiled and its threads are up before anything is measured. */
  async start(spec) {
    const start = performance.now();
    engine = await startEngine(spec);
    const milliseconds = performance.now() - start;
    const { library, variant, threads } = engine;
    return { library, variant, threads, start: milliseconds, codeBytes: codeBytes() };
  },

  /** What a model is: see describeModel(). */
  describe: (source) => describeModel(engine.tf, source),

  /** The parts of a model that other engines cannot get at by its URL. */
  readArtifacts: (source) => readArtifacts(engine.tf, source),

  /**
   * Loads the model, then predicts once. The inputs are made in between and not counted.
   *
   * @returns milliseconds of both, the phases of loading as far as the engine tells, and the outputs.
   */
  async load({ source, inputs: specs, seed, needsAsync }) {
    const { tf } = engine;
    // tfwasm needs no other method for models with control flow; TensorFlow.js does.
    runAsync = needsAsync && engine.id.startsWith('tfjs-');
    performance.clearMeasures();
    const start = performance.now();
    // With requestInit, both libraries take every URL for one of the web.
    const options = isPublic(source) ? { requestInit: { cache: 'no-store' } } : {};
    model = await tf.loadGraphModel(engineSource(tf, source), options);
    const load = performance.now() - start;
    inputs = makeInputs(tf, specs, seed);
    const { milliseconds: first, outputs } = await predict();
    return { load, first, phases: measuredPhases(), outputs: describeOutputs(outputs) };
  },

  /** Milliseconds of one prediction, its result copied out as an application would. */
  predict: async () => (await predict()).milliseconds,

  /** Every node with its time, of so many runs; only tfwasm tells. */
  profile: ({ runs }) => kernelProfile(model, inputs, runs, engine.tf),

  /** What is in use. */
  memory: () => ({ heapBytes: engine.heapBytes(), numTensors: engine.tf.memory().numTensors }),

  timerResolution,

  /**
   * Makes the inputs of an entry of ops.js and calls it until its code is warm.
   * @returns how many calls make a sample of some milliseconds, and the values of the result.
   */
  async prepareOp({ name, sampleMilliseconds }) {
    const { OPS } = await import('./ops.js');
    op = OPS[name];
    engine.tf.dispose(inputs);
    inputs = op.make(engine.tf);
    const results = [op.run(engine.tf, inputs)].flat();
    const outputs = results.map((tensor) => tensor.dataSync());
    engine.tf.dispose(results);
    let calls = 1;
    let milliseconds = 0;
    for (const end = performance.now() + 30 * sampleMilliseconds; performance.now() < end; ) {
      milliseconds = timeOp(calls);
      if (milliseconds < sampleMilliseconds) calls = Math.ceil(calls * 1.5);
    }
    return { calls: Math.max(1, Math.round((calls * sampleMilliseconds) / milliseconds)), outputs };
  },

  /** Milliseconds of so many calls of it. */
  timeOp: ({ calls }) => timeOp(calls),
};

function timeOp(calls) {
  const { tf } = engine;
  const { run } = op;
  const start = performance.now();
  for (let i = 0; i < calls; ++i) tf.dispose(run(tf, inputs));
  return performance.now() - start;
}

async function predict() {
  const start = performance.now();
  const result = runAsync ? await model.executeAsync(inputs) : model.predict(inputs);
  const tensors = isTensor(result) || Array.isArray(result) ? [result].flat() : Object.values(result);
  const values = tensors.map((tensor) => tensor.dataSync());
  const milliseconds = performance.now() - start;
  const outputs = tensors.map(({ shape, dtype }, index) => ({
    name: model.outputs[index]?.name ?? String(index),
    shape,
    dtype,
    values: values[index],
  }));
  engine.tf.dispose(tensors);
  return { milliseconds, outputs };
}

const isTensor = (value) => typeof value?.dataSync === 'function';
const describeOutputs = (outputs) => outputs.map((output) => ({ ...output, shape: [...output.shape] }));

/** Answers commands that come through a port: {id, command, argument} -> {id, result} or {id, error}. */
export function serveCommands(port) {
  port.onmessage = async ({ data: { id, command, argument } }) => {
    try {
      port.postMessage({ id, result: await commands[command](argument) });
    } catch (error) {
      const { message = String(error), name = 'Error', code } = error ?? {};
      port.postMessage({ id, error: { message, name, code } });
    }
  };
}
