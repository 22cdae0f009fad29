// SPDX-License-Identifier: Apache-2.0
// One engine with one model in its own realm, a worker or an iframe, so that engines do not share heap and garbage
// collection.
import { startEngine } from './engines.js';
import { makeInputs } from './inputs.js';
import { kernelProfile, measuredPhases } from './profile.js';
import { codeBytes, timerResolution } from './resources.js';
import { describeModel, engineSource, isPublic, readArtifacts } from './sources.js';

let engine;
let model;
let inputs;
let op;
let net;
let coreClock;
let runAsync = false;

const commands = {
  /** Starts the engine: compiles its wasm and starts its threads before anything is measured. */
  async start(spec) {
    const start = performance.now();
    engine = await startEngine(spec);
    const milliseconds = performance.now() - start;
    const { library, variant, threads } = engine;
    return { library, variant, threads, start: milliseconds, codeBytes: codeBytes() };
  },

  /** Describes a model, see describeModel(). */
  describe: (source) => describeModel(engine.tf, source),

  /** The artifacts of a model that other engines cannot load by its URL. */
  readArtifacts: (source) => readArtifacts(engine.tf, source),

  /**
   * Loads the model and predicts once. Creating the inputs in between is not timed.
   *
   * @returns both times in milliseconds, the phases of loading if the engine records them, and the outputs.
   */
  async load({ source, inputs: specs, seed, needsAsync, isLayersModel }) {
    const { tf } = engine;
    // Models with control flow need executeAsync() in TensorFlow.js, but not in tfwasm.
    runAsync = engine.isAsync || (needsAsync && engine.id.startsWith('tfjs-'));
    performance.clearMeasures();
    const start = performance.now();
    // With requestInit, both libraries treat every URL as HTTP.
    const options = isPublic(source) ? { requestInit: { cache: 'no-store' } } : {};
    const loadModel = isLayersModel ? tf.loadLayersModel : tf.loadGraphModel;
    model = await loadModel(engineSource(tf, source), options);
    const load = performance.now() - start;
    inputs = makeInputs(tf, specs, seed);
    const { milliseconds: first, outputs } = await predict();
    return { load, first, phases: measuredPhases(), outputs: describeOutputs(outputs) };
  },

  /** The milliseconds of fetching the files of a model, all at once, without anything else. */
  async fetchFiles({ url }) {
    const start = performance.now();
    const fetchBytes = async (file) => (await fetch(file, { cache: 'no-store' })).arrayBuffer();
    const { weightsManifest = [] } = JSON.parse(new TextDecoder().decode(await fetchBytes(url)));
    const paths = weightsManifest.flatMap((group) => group.paths);
    await Promise.all(paths.map((path) => fetchBytes(new URL(path, url))));
    return performance.now() - start;
  },

  /** The time of one prediction in milliseconds, including copying out the result. */
  predict: async () => (await predict()).milliseconds,

  /** The median time of every node over `runs` runs; only for tfwasm. */
  profile: ({ runs }) => kernelProfile(model, inputs, runs, engine.tf),

  /** Memory in use. */
  memory: () => ({ heapBytes: engine.heapBytes(), numTensors: engine.tf.memory().numTensors }),

  timerResolution,

  /**
   * Creates the inputs of an entry of ops.js and calls it until its code is hot.
   * @returns the number of calls for a sample of some milliseconds, and the values of the result.
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

  /** The time of `calls` calls in milliseconds. */
  timeOp: ({ calls }) => timeOp(calls),

  /**
   * Creates a net of nets.js.
   * @returns its floating point operations.
   */
  async makeNet(name) {
    const { NETS } = await import('./nets.js');
    net = NETS[name](engine.tf);
    return net.flops;
  },

  /** Creates a model of layers of a net, for fit(). */
  async makeFitNet(name) {
    const { FitNet } = await import('./layers-nets.js');
    net = new FitNet(engine.tf, name);
    coreClock = engine.watchRuns?.();
  },

  makeBatches: ({ count }) => net.makeBatches(count),

  /** Trains for an epoch. @returns its milliseconds, those within the steps' runs if they are known, and the loss. */
  async fit() {
    const before = coreClock?.();
    const start = performance.now();
    const loss = await net.fit();
    const milliseconds = performance.now() - start;
    return { milliseconds, runs: coreClock && coreClock() - before, loss };
  },

  /** Takes a step of training. @returns its milliseconds, and the loss before it. */
  step: () => timeLoss(() => net.step()),

  /** Computes the loss only. @returns its milliseconds, and the loss. */
  forward: () => timeLoss(() => net.forward()),
};

function timeLoss(compute) {
  const start = performance.now();
  const loss = compute();
  return { milliseconds: performance.now() - start, loss };
}

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

/** Answers commands from a port: {id, command, argument} -> {id, result} or {id, error}. */
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
