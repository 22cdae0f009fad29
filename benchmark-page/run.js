// SPDX-License-Identifier: Apache-2.0
// The measurement. Used by the page's button and by `npm run bench`.
import { checkOutputs, maximumDifference } from './correctness.js';
import { ENGINES } from './engines.js';
import { describeEnvironment, findGpu } from './environment.js';
import { Realm } from './realm-client.js';
import { isPublic, needsPage } from './sources.js';
import { compare, drift, summarize } from './statistics.js';

/**
 * @typedef {object} Plan A plan of the measurement.
 * @property {string} name Display name of the model.
 * @property {import('./sources.js').Source} source
 * @property {Partial<import('./sources.js').ModelInfo>} info
 * @property {import('./inputs.js').InputSpec[]} inputs
 * @property {number} seed
 * @property {keyof typeof ENGINES} engine The engine under test.
 * @property {(keyof typeof ENGINES)[]} peers Engines to compare with.
 * @property {keyof typeof ENGINES | null} reference The engine whose outputs are the reference.
 * @property {'worker' | 'main'} thread Where the engine runs; each peer has a worker.
 * @property {number} threads
 * @property {number} warmup Predictions that are not counted.
 * @property {number} runs Predictions to time.
 * @property {number} seconds Time limit for these, all engines together; at least five runs are made.
 * @property {number} profiles Predictions for the profile.
 * @property {'local' | 'cdn' | null} tfjs
 */

/** The minimum number of samples, however slow a model is. */
const LEAST_ROUNDS = 5;
/** Waiting threads spin for a moment; this keeps them out of the next engine's time. */
const PAUSE_MILLISECONDS = 5;
/** The accepted drift between the first and last third of the runs. */
const ACCEPTED_DRIFT = 0.05;

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));

/** An engine of a run, and its results so far. */
class Contender {
  constructor(id, thread) {
    this.realm = null;
    this.outputs = null;
    this.result = { id, name: ENGINES[id], thread, warmups: [], samples: [] };
  }

  async prepare(plan, source, realms) {
    const { id, thread } = this.result;
    // A software renderer says nothing about a GPU.
    if (id === 'tfjs-webgl' && !findGpu()) throw new Error('there is no GPU here.');
    this.realm = await realms.open(thread);
    const { threads, engine: subject, tfjs } = plan;
    Object.assign(this.result, await this.realm.call('start', { id, threads, subject, tfjs }));
    const { outputs, ...load } = await this.realm.call('load', {
      source,
      inputs: plan.inputs,
      seed: plan.seed,
      needsAsync: plan.info.needsAsync ?? false,
      isLayersModel: plan.info.isLayersModel ?? false,
    });
    Object.assign(this.result, load);
    this.outputs = outputs;
    this.tensorsBefore = (await this.realm.call('memory')).numTensors;
  }

  async finish() {
    const { heapBytes, numTensors } = await this.realm.call('memory');
    Object.assign(this.result, { heapBytes, tensorsBefore: this.tensorsBefore, tensorsAfter: numTensors });
  }

  summarize() {
    const { samples } = this.result;
    if (samples.length > 0) Object.assign(this.result, { summary: summarize(samples), drift: drift(samples) });
  }
}

/** The realms of a run. All are terminated at its end, or when it is cancelled. */
class Realms {
  #open = new Set();
  #signal;

  constructor(signal) {
    this.#signal = signal;
    signal?.addEventListener('abort', () => this.endAll());
  }

  async open(thread) {
    this.#signal?.throwIfAborted();
    const realm = await Realm.open(thread);
    this.#open.add(realm);
    if (this.#signal?.aborted) this.endAll();
    this.#signal?.throwIfAborted();
    return realm;
  }

  end(realm) {
    realm.end();
    this.#open.delete(realm);
  }

  endAll() {
    for (const realm of this.#open) this.end(realm);
  }
}

/** Loads a model's artifacts, for engines that cannot load them. */
async function readParts(plan, realms) {
  const realm = await realms.open('main');
  await realm.call('start', { id: 'tfwasm-auto', threads: 1 });
  const artifacts = await realm.call('readArtifacts', plan.source);
  realms.end(realm);
  return { kind: 'artifacts', artifacts };
}

/** Starts all engines. A peer that fails is excluded, with its error. */
async function prepareAll(plan, contenders, realms, progress) {
  const [subject] = contenders;
  progress({ stage: `Loading in ${subject.result.name}` });
  const hasOthers = contenders.length > 1 || plan.reference !== null;
  const blocksWorkers = needsPage(plan.source) && plan.thread === 'worker';
  const parts = blocksWorkers || (hasOthers && !isPublic(plan.source)) ? await readParts(plan, realms) : plan.source;
  await subject.prepare(plan, blocksWorkers ? parts : plan.source, realms);
  for (const contender of contenders.slice(1)) {
    progress({ stage: `Loading in ${contender.result.name}` });
    await contender.prepare(plan, parts, realms).catch((error) => dropOut(contender, error));
  }
  return parts;
}

function dropOut(contender, error) {
  if (error.name === 'AbortError') throw error;
  contender.result.error = error.message;
}

/** The backend that shows how much the reference differs from its own kin. */
const SECOND_REFERENCE = 'tfjs-wasm';

/** The outputs of an engine: of a contender, or computed for this only. */
async function outputsOf(id, { plan, contenders, source, realms, progress }) {
  const among = contenders.find(({ result, outputs }) => result.id === id && outputs);
  if (among) return among;
  const extra = new Contender(id, 'worker');
  progress({ stage: `Checking the outputs against ${extra.result.name}` });
  await extra.prepare(plan, source, realms).catch((error) => dropOut(extra, error));
  if (extra.realm) realms.end(extra.realm);
  return extra;
}

/** Compares all outputs with the reference. Asks a second one only if they differ. */
async function checkAll(context) {
  const { plan, contenders } = context;
  if (!plan.reference) return null;
  const reference = await outputsOf(plan.reference, context);
  const { library, name, error } = reference.result;
  if (error) return { reference: name, error, outputs: [], passed: false };
  const judged = contenders.filter(({ outputs }) => outputs);
  const judge = (second) => judged.map(({ outputs }) => checkOutputs(outputs, reference.outputs, library, second));
  let checks = judge();
  if (checks.some(({ passed }) => !passed)) {
    const second = await outputsOf(SECOND_REFERENCE, context);
    checks = judge(second.outputs ?? []);
    if (second.outputs) checks[0].second = second.result.library;
  }
  const values = (outputs) => outputs.map((output) => output.values);
  for (const [index, { result, outputs }] of judged.entries()) {
    result.difference = maximumDifference(values(outputs), values(reference.outputs));
    result.agrees = checks[index].passed;
  }
  return checks[0];
}

/** Times the engines in turns: A, B, C, A, B, C... */
async function timeAll(plan, contenders, progress) {
  const active = contenders.filter(({ result }) => !result.error);
  for (let i = 0; i < plan.warmup; ++i) {
    progress({ stage: 'Warming up', done: i, total: plan.warmup });
    for (const { realm, result } of active) result.warmups.push(await realm.call('predict'));
  }
  const end = performance.now() + 1000 * plan.seconds;
  for (let round = 0; round < plan.runs; ++round) {
    if (round >= LEAST_ROUNDS && performance.now() > end) return 'time';
    progress({ stage: 'Timing', done: round, total: plan.runs });
    for (const { realm, result } of active) {
      await pause();
      result.samples.push(await realm.call('predict'));
    }
  }
  return 'runs';
}

/** Fills `measured` in, step by step, until it is done or cancelled. */
async function measureAll(measured, plan, contenders, progress) {
  measured.stoppedBy = await timeAll(plan, contenders, progress);
  for (const contender of contenders) if (!contender.result.error) await contender.finish();
  const { realm } = contenders[0];
  measured.timerResolution = await realm.call('timerResolution');
  if (!plan.engine.startsWith('tfwasm-') || plan.profiles === 0) return;
  progress({ stage: 'Profiling' });
  measured.profile = await realm.call('profile', { runs: plan.profiles });
}

/** A check against references that differ by more than this says little. */
const LARGE_TOLERANCE = 0.01;

const spreadWarnings = (correctness) =>
  (correctness?.outputs ?? [])
    .filter(({ tolerance }) => tolerance > LARGE_TOLERANCE)
    .map(({ name }) => `The backends of TensorFlow.js differ much in the output ${name}: its check says little.`);

const describeCancelled = ({ result }, { runs }) =>
  `The run was cancelled after ${result.samples.length} of ${runs} timed runs.`;

/** Also returns whether the tab was hidden at any time during `work`. */
async function watchVisibility(work) {
  const isHidden = () => document.visibilityState === 'hidden';
  let wasHidden = isHidden();
  const watch = () => {
    wasHidden ||= isHidden();
  };
  document.addEventListener('visibilitychange', watch);
  try {
    return { value: await work(), wasHidden };
  } finally {
    document.removeEventListener('visibilitychange', watch);
  }
}

function describeDrift(drifted) {
  const percent = Math.abs(100 * drifted).toFixed(0);
  return drifted > 0
    ? `the last third of the runs was ${percent} % slower than the first. The machine drifts: it gets hot or busy.`
    : `the last third of the runs was ${percent} % faster than the first. It had not settled: more warm-up runs help.`;
}

function warningsOf(contenders) {
  const warnings = [];
  for (const { result } of contenders) {
    const { name, error, drift: drifted, tensorsBefore, tensorsAfter } = result;
    if (error) warnings.push(`${name} takes no part: ${error}`);
    if (Math.abs(drifted ?? 0) > ACCEPTED_DRIFT) warnings.push(`${name}: ${describeDrift(drifted)}`);
    if (tensorsAfter > tensorsBefore)
      warnings.push(`${name}: ${tensorsAfter - tensorsBefore} tensors were left behind.`);
  }
  return warnings;
}

/**
 * Measures a model.
 *
 * @param {Plan} plan
 * @param {object} [hooks]
 * @param {AbortSignal} [hooks.signal] Cancels: workers are terminated, the main thread stops between two runs. Rejects
 *     if nothing has been timed yet; otherwise the result has what was.
 * @param {(step: {stage: string, done?: number, total?: number}) => void} [hooks.progress]
 * @returns {Promise<object>} The result: see docs/benchmarking.md.
 */
export async function runBenchmark(plan, { signal, progress = () => {} } = {}) {
  const realms = new Realms(signal);
  const contenders = [
    new Contender(plan.engine, plan.thread),
    ...plan.peers.filter((id) => id !== plan.engine).map((id) => new Contender(id, 'worker')),
  ];
  const work = async () => {
    const source = await prepareAll(plan, contenders, realms, progress);
    const correctness = await checkAll({ plan, contenders, source, realms, progress });
    const measured = { correctness, stoppedBy: 'cancel', profile: null, timerResolution: null };
    try {
      await measureAll(measured, plan, contenders, progress);
    } catch (error) {
      // What was measured until then counts.
      if (!signal?.aborted || contenders[0].result.samples.length === 0) throw error;
    }
    for (const contender of contenders) contender.summarize();
    return measured;
  };
  try {
    const { value, wasHidden } = await watchVisibility(work);
    return {
      format: 'tfwasm-benchmark',
      formatVersion: 1,
      date: new Date().toISOString(),
      settings: settingsOf(plan),
      environment: describeEnvironment(),
      model: { name: plan.name, ...plan.info },
      engines: contenders.map(({ result }) => result),
      comparisons: compareAll(contenders),
      warnings: [
        ...(value.stoppedBy === 'cancel' ? [describeCancelled(contenders[0], plan)] : []),
        ...spreadWarnings(value.correctness),
        ...warningsOf(contenders),
      ],
      void: wasHidden
        ? 'The tab was hidden during the run: browsers slow hidden tabs down, so the times are void.'
        : null,
      ...value,
    };
  } finally {
    realms.endAll();
  }
}

/** The speedup of the engine over each peer. */
function compareAll([subject, ...peers]) {
  return peers
    .filter(({ result }) => result.samples.length > 0)
    .map(({ result }) => ({ id: result.id, ...compare(result.samples, subject.result.samples) }));
}

/** The settings that can be stored in a file or a link. */
function settingsOf({ source, info, inputs, ...rest }) {
  const url = source.kind === 'url' ? source.url : null;
  return { ...rest, url, inputs: inputs.map(({ pixels, ...input }) => input) };
}
