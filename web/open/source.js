// SPDX-License-Identifier: Apache-2.0
// Loads a model from the chosen source: its artifacts, and the model to run.
import { loadLibrary } from '../common/library.js';

/**
 * @typedef {object} Source
 * @property {string} name Display name.
 * @property {string} [url] http(s), or a storage medium of the browser; or ...
 * @property {File[]} [files] ... a model.json and its weights.
 *
 * @typedef {object} OpenedModel
 * @property {string} name
 * @property {string} [url] The URL to open it again.
 * @property {import('../../dist/index.js').io.ModelArtifacts} artifacts
 * @property {import('../../dist/index.js').GraphModel | null} model null if it can only be inspected, ...
 * @property {Error | null} problem ... for this reason.
 * @property {number} loadTime In milliseconds.
 * @property {Map<string, number[][]>} shapes Output shapes of nodes, as far as runs have found them.
 */

/** Models that fail with these errors can still be inspected. */
const STILL_READABLE = new Set(['E_OP', 'E_WEIGHT_MISSING']);

/** Loads a model. @returns {Promise<OpenedModel>} */
export async function openModel({ name, url, files }, { signal, progress }) {
  progress('Starting…');
  const tf = await loadLibrary();
  signal.throwIfAborted();
  progress('Fetching the model…');
  const start = performance.now();
  const artifacts = await handlerOf(tf, url, files, signal).load();
  signal.throwIfAborted();
  const opened = { name, url, artifacts, model: null, problem: null, loadTime: 0, shapes: new Map() };
  progress('Loading the weights…');
  try {
    const onProgress = (fraction) => progress('Loading the weights…', fraction);
    opened.model = await tf.loadGraphModel({ load: () => artifacts }, { signal, onProgress });
  } catch (error) {
    if (!STILL_READABLE.has(error.code) || !Array.isArray(artifacts.modelTopology?.node)) throw error;
    opened.problem = error;
  }
  opened.loadTime = performance.now() - start;
  return opened;
}

function handlerOf(tf, url, files, signal) {
  if (files) return tf.io.browserFiles(files);
  const [handler] = /^https?:/.test(url) ? [] : tf.io.getLoadHandlers(url);
  return handler ?? tf.io.http(url, { signal });
}
