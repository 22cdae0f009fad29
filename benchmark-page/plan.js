// SPDX-License-Identifier: Apache-2.0
// Converts settings to a plan. Used by the page's button and by `npm run bench`.
import { nameOfUrl, resolveUrl } from '../web/common/model-url.js';
import { CDN_FOLDER, LOCAL_FOLDER, SAMPLES, sampleUrl } from '../web/common/samples.js';
import { checkInput, defaultInput, defaultRange } from './inputs.js';
import { hasLocalTfjs } from './places.js';
import { Realm } from './realm-client.js';
import { runBenchmark } from './run.js';
import { defaultSettings } from './settings.js';
import { needsPage } from './sources.js';

/**
 * A model by sample name or address: its source, name and usual input range.
 *
 * @param {string} text Name of a sample, or an address.
 * @param {string} [folder] The folder of the samples.
 * @returns {{name: string, source: import('./sources.js').Source, range?: readonly number[]}}
 */
export function chooseModel(text, folder = LOCAL_FOLDER) {
  const sample = SAMPLES.find(({ name }) => name === text);
  if (!sample) return { name: nameOfUrl(resolveUrl(text)), source: { kind: 'url', url: resolveUrl(text) } };
  return { name: sample.name, source: { kind: 'url', url: sampleUrl(sample.name, folder) }, range: sample.range };
}

/**
 * Loads a model in a temporary realm and describes it. Throws the errors of loading.
 *
 * @param {import('./sources.js').Source} source
 * @param {AbortSignal} [signal]
 * @returns {Promise<import('./sources.js').ModelInfo>}
 */
export async function describe(source, signal) {
  const realm = await Realm.open(needsPage(source) ? 'main' : 'worker');
  const end = () => realm.end();
  try {
    signal?.throwIfAborted();
    signal?.addEventListener('abort', end);
    await realm.call('start', { id: 'tfwasm-auto', threads: 1 });
    return await realm.call('describe', source);
  } finally {
    signal?.removeEventListener('abort', end);
    realm.end();
  }
}

/** The milliseconds of fetching the files of a model with a web address, for comparison with loading it. */
export async function timeFetch({ url }) {
  const realm = await Realm.open('worker');
  try {
    return await realm.call('fetchFiles', { url });
  } finally {
    realm.end();
  }
}

/** The default for an input, overridden by the settings. */
function inputOf(info, settings, range) {
  const choice = settings.inputs.find(({ name }) => name === info.name) ?? {};
  const typed = choice.dtype && info.dtype === null ? { ...info, dtype: choice.dtype } : info;
  const spec = {
    ...defaultInput(typed, settings.batch, range ?? defaultRange(typed)),
    ...choice,
    dtype: typed.dtype ?? 'float32',
  };
  checkInput(spec);
  return spec;
}

/**
 * @param {import('./settings.js').Settings} settings
 * @param {{name: string, source: object, range?: readonly number[], info: object}} model
 * @param {'local' | 'cdn' | null} tfjs
 * @returns {import('./run.js').Plan}
 */
export function planOf(settings, { name, source, range, info }, tfjs) {
  const { variant, threads, thread, warmup, runs, seconds, profiles, seed, peers, check } = settings;
  return {
    name,
    source,
    info,
    inputs: info.inputs.map((input) => inputOf(input, settings, range)),
    engine: `tfwasm-${variant}`,
    peers: peers.filter((id) => tfjs || !id.startsWith('tfjs-')),
    reference: check && tfjs ? 'tfjs-cpu' : null,
    ...{ thread, threads, warmup, runs, seconds, profiles, seed, tfjs },
  };
}

/**
 * The complete measurement, for programs. Missing settings have the page's defaults.
 *
 * @param {Partial<import('./settings.js').Settings>} given
 * @param {object} [options]
 * @param {object} [options.info] The result of describe(), so that the page does nothing but measure.
 * @param {keyof typeof import('./engines.js').ENGINES} [options.engine] Measured instead of tfwasm.
 * @param {keyof typeof import('./engines.js').ENGINES} [options.reference] Checks the outputs instead of tfjs cpu.
 * @returns {Promise<object>} See runBenchmark().
 */
export async function measure(given, { info, engine, reference, ...hooks } = {}) {
  const settings = { ...defaultSettings(), ...given };
  const model = chooseModel(settings.model, settings.cdn ? CDN_FOLDER : LOCAL_FOLDER);
  const known = info ?? (await describe(model.source, hooks.signal));
  const tfjs = settings.cdn ? 'cdn' : (await hasLocalTfjs()) ? 'local' : null;
  const plan = planOf(settings, { ...model, info: known }, tfjs);
  const changes = { ...(engine && { engine }), ...(reference && plan.reference && { reference }) };
  return runBenchmark({ ...plan, ...changes }, hooks);
}
