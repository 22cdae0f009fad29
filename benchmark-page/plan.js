// SPDX-License-Identifier: Apache-2.0
// From settings to what is measured. The page's button and `npm run bench` go the same way.
import { nameOfUrl, resolveUrl } from '../web/common/model-url.js';
import { CDN_FOLDER, LOCAL_FOLDER, SAMPLES, sampleUrl } from '../web/common/samples.js';
import { checkInput, defaultInput, defaultRange } from './inputs.js';
import { hasLocalTfjs } from './places.js';
import { Realm } from './realm-client.js';
import { runBenchmark } from './run.js';
import { defaultSettings } from './settings.js';
import { needsPage } from './sources.js';

/**
 * A model that was chosen: where it comes from, what it is called, which range it is usually fed.
 *
 * @param {string} text Name of a sample, or an address.
 * @param {string} [folder] Of the samples.
 * @returns {{name: string, source: import('./sources.js').Source, range?: readonly number[]}}
 */
export function chooseModel(text, folder = LOCAL_FOLDER) {
  const sample = SAMPLES.find(({ name }) => name === text);
  if (!sample) return { name: nameOfUrl(resolveUrl(text)), source: { kind: 'url', url: resolveUrl(text) } };
  return { name: sample.name, source: { kind: 'url', url: sampleUrl(sample.name, folder) }, range: sample.range };
}

/**
 * Loads a model in a realm that ends with it, to see what it is. Throws what loading throws.
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

/** What an input is fed: the default with what was chosen in its place. */
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
 * All of it for a program: measures with settings, of which those that are left out are as on the page.
 *
 * @param {Partial<import('./settings.js').Settings>} given
 * @param {object} [options]
 * @param {object} [options.info] What describe() told of the model before: then nothing but the
 *     measurement itself happens in the page.
 * @param {keyof typeof import('./engines.js').ENGINES} [options.engine] Instead of tfwasm.
 * @returns {Promise<object>} See runBenchmark().
 */
export async function measure(given, { info, engine, ...hooks } = {}) {
  const settings = { ...defaultSettings(), ...given };
  const model = chooseModel(settings.model, settings.cdn ? CDN_FOLDER : LOCAL_FOLDER);
  const known = info ?? (await describe(model.source, hooks.signal));
  const tfjs = settings.cdn ? 'cdn' : (await hasLocalTfjs()) ? 'local' : null;
  const plan = planOf(settings, { ...model, info: known }, tfjs);
  return runBenchmark(engine ? { ...plan, engine } : plan, hooks);
}
