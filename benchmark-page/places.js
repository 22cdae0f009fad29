// SPDX-License-Identifier: Apache-2.0
// Where sample models and TensorFlow.js come from: beside the page, or, only if the visitor asks for
// it, from a public CDN.

/** Versions are exact: a measurement says what was measured. */
const CDN = 'https://cdn.jsdelivr.net/npm/';
export const CDN_HOST = 'cdn.jsdelivr.net';
const TFJS_VERSION = '4.22.0';
const MODELS_PACKAGE = '@vladmandic/human@3.3.6';

/** The files that users of TensorFlow.js load. As modules they run just the same: they set a global. */
const TFJS_FILES = {
  core: 'tf-core.min.js',
  'backend-cpu': 'tf-backend-cpu.min.js',
  'backend-wasm': 'tf-backend-wasm.min.js',
  'backend-webgl': 'tf-backend-webgl.min.js',
  converter: 'tf-converter.min.js',
};

const LOCAL_MODELS = new URL('../models/', import.meta.url).href;
const LOCAL_TFJS = new URL('../tfjs/', import.meta.url).href;

/**
 * @typedef {object} Places
 * @property {string | null} models The folder of the sample models, with a slash at its end; null when
 *     there is none.
 * @property {'local' | 'cdn' | null} tfjs Which TensorFlow.js there is.
 */

/** URLs of a package of TensorFlow.js: {script, folder}. */
export function tfjsPackage(place, part) {
  const folder =
    place === 'cdn' ? `${CDN}@tensorflow/tfjs-${part}@${TFJS_VERSION}/dist/` : `${LOCAL_TFJS}tfjs-${part}/dist/`;
  return { script: folder + TFJS_FILES[part], folder };
}

const isThere = (url) =>
  fetch(url, { method: 'HEAD' }).then(
    ({ ok }) => ok,
    () => false,
  );

/**
 * Looks what is beside the page.
 *
 * @param {boolean} cdn Whether what is not there may come from the CDN.
 * @returns {Promise<Places>}
 */
export async function findPlaces(cdn) {
  const [models, tfjs] = await Promise.all([
    isThere(`${LOCAL_MODELS}liveness.json`),
    isThere(tfjsPackage('local', 'core').script),
  ]);
  const cdnModels = cdn ? `${CDN}${MODELS_PACKAGE}/models/` : null;
  return { models: models ? LOCAL_MODELS : cdnModels, tfjs: tfjs ? 'local' : cdn ? 'cdn' : null };
}
