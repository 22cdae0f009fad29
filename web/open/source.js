// SPDX-License-Identifier: Apache-2.0
// Loads a model from the chosen source: its artifacts, and the model to run.
import { describeMissing } from '../common/files.js';
import { loadLibrary } from '../common/library.js';
import { unsupportedOps } from '../common/unsupported-ops.js';

/**
 * @typedef {object} Source
 * @property {string} name Display name.
 * @property {string} [url] http(s), or a storage medium of the browser; or ...
 * @property {File[]} [files] ... a model.json and its weights, ...
 * @property {string[]} [missing] ... without these weight files.
 *
 * @typedef {object} OpenedModel
 * @property {Source} source
 * @property {string} name
 * @property {string} [url] The URL to open it again.
 * @property {import('../../dist/index.js').io.ModelArtifacts} artifacts
 * @property {import('../../dist/index.js').GraphModel | null} model null if it can only be inspected, ...
 * @property {Error | null} problem ... for this reason.
 * @property {Set<string>} unsupported Names of ops that the library does not have.
 * @property {number} loadTime In milliseconds.
 * @property {Map<string, number[][]>} shapes Output shapes of nodes, as far as runs have found them.
 */

/** Models that fail with these errors can still be inspected. */
const STILL_READABLE = new Set(['E_OP', 'E_WEIGHT_MISSING']);

/**
 * Loads a model.
 *
 * @param {Source} source
 * @param {{signal: AbortSignal, progress: import('../common/library.js').Progress}} options
 * @returns {Promise<OpenedModel>}
 */
export async function openModel(source, { signal, progress }) {
  const { name, url, files, missing = [] } = source;
  const opened = { source, name, url, model: null, problem: null, loadTime: 0, shapes: new Map() };
  opened.unsupported = new Set();
  if (missing.length > 0) {
    return {
      ...opened,
      artifacts: await readTopology(files[0]),
      problem: new Error(describeMissing({ files, missing })),
    };
  }
  const tf = await loadLibrary((...step) => signal.aborted || progress(...step));
  signal.throwIfAborted();
  progress('Fetching the model…');
  const start = performance.now();
  const onProgress = (fraction) => progress('Loading the weights…', fraction);
  const artifacts = await handlerOf(tf, url, files, { signal, onProgress }).load();
  signal.throwIfAborted();
  progress('Loading the weights…');
  try {
    opened.model = await tf.loadGraphModel({ load: () => artifacts }, { signal, onProgress });
    opened.unsupported = new Set(opened.model.unsupportedOps.map(({ op }) => op));
  } catch (error) {
    if (!STILL_READABLE.has(error.code) || !Array.isArray(artifacts.modelTopology?.node)) throw error;
    opened.problem = error;
    opened.unsupported = unsupportedOps(error);
  }
  return { ...opened, artifacts, loadTime: performance.now() - start };
}

function handlerOf(tf, url, files, { signal, onProgress }) {
  if (files) return tf.io.browserFiles(files);
  const [handler] = /^https?:/.test(url) ? [] : tf.io.getLoadHandlers(url);
  return handler ?? tf.io.http(url, { signal, onProgress, streamWeights: true });
}

/** The artifacts of a model.json whose weights are not there. */
async function readTopology(json) {
  const { weightsManifest, ...parts } = JSON.parse(await json.text());
  return { ...parts, weightSpecs: weightsManifest.flatMap(({ weights }) => (Array.isArray(weights) ? weights : [])) };
}
