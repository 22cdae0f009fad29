// SPDX-License-Identifier: Apache-2.0
// What is measured, and in which order. The page's button and `npm run bench` both call this.
import { checkOutputs, maximumDifference } from './correctness.js';
import { ENGINES } from './engines.js';
import { describeEnvironment, findGpu } from './environment.js';
import { Realm } from './realm-client.js';
import { isPublic, needsPage } from './sources.js';
import { compare, drift, summarize } from './statistics.js';

/**
 * @typedef {object} Plan What is to be measured.
 * @property {string} name Of the model, for people.
 * @property {import('./sources.js').Source} source
 * @property {Partial<import('./sources.js').ModelInfo>} info
 * @property {import('./inputs.js').InputSpec[]} inputs
 * @property {number} seed
 * @property {keyof typeof ENGINES} engine The one that it is about,
 * @property {(keyof typeof ENGINES)[]} peers and those that it is compared with.
 * @property {keyof typeof ENGINES | null} reference Whose outputs are taken for right.
 * @property {'worker' | 'main'} thread Where the engine runs; peers always have a worker each.
 * @property {number} threads
 * @property {number} warmup Predictions that are not counted.
 * @property {number} runs Predictions that are,
 * @property {number} seconds and how long they may take, all engines together; never fewer than five.
 * @property {number} profiles Predictions that tell the time of every node.
 * @property {'local' | 'cdn' | null} tfjs
 */

/** Fewer samples say nothing, however slow a model is. */
const LEAST_ROUNDS = 5;
/** Threads that wait for work keep a core busy for a moment: not in the next one's time. */
const PAUSE_MILLISECONDS = 5;
/** Of the last third of the runs against the first. */
const ACCEPTED_DRIFT = 0.05;

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));

/** One engine of a run, and what is known of it so far. */
class Contender {
  constructor(id, thread) {
    this.realm = null;
    this.outputs = null;
    this.result = { id, name: ENGINES[id], thread, warmups: [], samples: [] };
  }

  async prepare(plan, source, realms) {
    const { id, thread } = this.result;
    // A program that imitates a GPU tells nothing of one.
    if (id === 'tfjs-webgl' && !findGpu()) throw new Error('there is no GPU here.');
    this.realm = await realms.open(thread);
    Object.assign(this.result, await this.realm.call('start', { id, threads: plan.threads, tfjs: plan.tfjs }));
    const { outputs, ...load } = await this.realm.call('load', {
      source,
      inputs: plan.inputs,
      seed: plan.seed,
      needsAsync: plan.info.needsAsync ?? false,
    });
    Object.assign(this.result, load);
    this.outputs = outputs;
    this.tensorsBefore = (await this.realm.call('memory')).numTensors;
  }

  async finish() {
    const { heapBytes, numTensors } = await this.realm.call('memory');
    Object.assign(this.result, { heapBytes, tensorsBefore: this.tensorsBefore, tensorsAfter: numTensors });
    const { samples } = this.result;
    if (samples.length > 0) Object.assign(this.result, { summary: summarize(samples), drift: drift(samples) });
  }
}

/** The realms of a run: all end with it, or when it is cancelled. */
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

/** The model's parts themselves, for engines that cannot get at them. */
async function readParts(plan, realms) {
  const realm = await realms.open('main');
  await realm.call('start', { id: 'tfwasm-auto', threads: 1 });
  const artifacts = await realm.call('readArtifacts', plan.source);
  realms.end(realm);
  return { kind: 'artifacts', artifacts };
}

/** Starts every engine. One that is compared with may fail; then it says why and takes no part. */
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

/** Compares all outputs with the reference's. */
async function checkAll(plan, contenders, source, realms, progress) {
  if (!plan.reference) return null;
  const among = contenders.find(({ result, outputs }) => result.id === plan.reference && outputs);
  const reference = among ?? new Contender(plan.reference, 'worker');
  if (!among) {
    progress({ stage: `Checking the outputs against ${reference.result.name}` });
    await reference.prepare(plan, source, realms).catch((error) => dropOut(reference, error));
    if (reference.realm) realms.end(reference.realm);
  }
  const { library, name, error } = reference.result;
  if (error) return { reference: name, error, outputs: [], passed: false };
  const values = (outputs) => outputs.map((output) => output.values);
  for (const { result, outputs } of contenders) {
    if (outputs) result.difference = maximumDifference(values(outputs), values(reference.outputs));
  }
  return checkOutputs(contenders[0].outputs, reference.outputs, library);
}

/** Times the engines in turn: A, B, C, A, B, C... */
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

/** Whether the tab was hidden at any time while `work` went on. */
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
 * @param {AbortSignal} [hooks.signal] Cancels: workers end at once, the main thread between two runs.
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
    const correctness = await checkAll(plan, contenders, source, realms, progress);
    const stoppedBy = await timeAll(plan, contenders, progress);
    for (const contender of contenders) if (!contender.result.error) await contender.finish();
    progress({ stage: 'Profiling' });
    const { realm } = contenders[0];
    const isOurs = plan.engine.startsWith('tfwasm-');
    const profile = isOurs && plan.profiles > 0 ? await realm.call('profile', { runs: plan.profiles }) : null;
    return { correctness, stoppedBy, profile, timerResolution: await realm.call('timerResolution') };
  };
  try {
    const { value, wasHidden } = await watchVisibility(work);
    signal?.throwIfAborted();
    return {
      format: 'tfwasm-benchmark',
      formatVersion: 1,
      date: new Date().toISOString(),
      settings: settingsOf(plan),
      environment: describeEnvironment(),
      model: { name: plan.name, ...plan.info },
      engines: contenders.map(({ result }) => result),
      comparisons: compareAll(contenders),
      warnings: warningsOf(contenders),
      void: wasHidden
        ? 'The tab was hidden during the run: browsers slow hidden tabs down, so the times are void.'
        : null,
      ...value,
    };
  } finally {
    realms.endAll();
  }
}

/** How many times as fast as each peer the engine is. */
function compareAll([subject, ...peers]) {
  return peers
    .filter(({ result }) => result.samples.length > 0)
    .map(({ result }) => ({ id: result.id, ...compare(result.samples, subject.result.samples) }));
}

/** What a file or a link can hold. */
function settingsOf({ source, info, inputs, ...rest }) {
  const url = source.kind === 'url' ? source.url : null;
  return { ...rest, url, inputs: inputs.map(({ pixels, ...input }) => input) };
}
