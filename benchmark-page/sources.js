// SPDX-License-Identifier: Apache-2.0
// Sources of models: a URL of any medium, or files. Sources can be posted to realms.
import { allNodes } from '../web/common/graph-def.js';

/**
 * @typedef {{kind: 'url', url: string} | {kind: 'files', files: File[]}
 *     | {kind: 'artifacts', artifacts: object}} Source
 */

const isWeb = (url) => /^https?:\/\//i.test(url);

/** Whether TensorFlow.js can load it directly. */
export const isPublic = (source) => source.kind === 'url' && isWeb(source.url);

/** localStorage exists only in pages. */
export const needsPage = (source) => source.kind === 'url' && source.url.startsWith('localstorage://');

/** The argument for loadGraphModel() of either library. */
export function engineSource(tf, source) {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'files') return tf.io.browserFiles(source.files);
  return { load: async () => source.artifacts };
}

const ARTIFACT_KEYS = [
  ...['modelTopology', 'weightSpecs', 'format', 'generatedBy', 'convertedBy', 'signature', 'userDefinedMetadata'],
  ...['modelInitializer', 'initializerSignature'],
];

function handlerOf(tf, source, options) {
  if (source.kind !== 'url') return engineSource(tf, source);
  const [handler] = tf.io.getLoadHandlers(source.url, options);
  return handler ?? tf.io.http(source.url, options);
}

/** The artifacts of a model as plain objects and one buffer. */
export async function readArtifacts(tf, source) {
  const artifacts = await handlerOf(tf, source).load();
  const known = ARTIFACT_KEYS.filter((key) => artifacts[key] !== undefined && artifacts[key] !== null);
  const plain = Object.fromEntries(known.map((key) => [key, artifacts[key]]));
  if (artifacts.weightSpecs) plain.weightData = artifacts.weightData;
  return plain;
}

/** Ops for which TensorFlow.js requires executeAsync(). */
const NEEDS_ASYNC = new Set([
  ...['Switch', 'Merge', 'Enter', 'Exit', 'NextIteration', 'LoopCond', 'If', 'StatelessIf', 'While', 'StatelessWhile'],
  ...['NonMaxSuppressionV2', 'NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5', 'Where'],
]);

/** A fetch() that counts bytes. */
function countingFetch() {
  const count = { bytes: 0, fetch: undefined };
  count.fetch = async (...request) => {
    const response = await fetch(...request);
    const body = await response.arrayBuffer();
    if (response.ok) count.bytes += body.byteLength;
    return new Response(body, response);
  };
  return count;
}

/** The size of model.json and weights, as stored or transferred. */
async function bytesOf(tf, source, fetched) {
  if (source.kind === 'files') return source.files.reduce((sum, { size }) => sum + size, 0);
  if (fetched > 0) return fetched;
  const { modelTopologyBytes, weightDataBytes } = (await tf.io.listModels())[source.url] ?? {};
  return modelTopologyBytes + weightDataBytes;
}

/**
 * @typedef {object} ModelInfo
 * @property {import('./inputs.js').InputInfo[]} inputs
 * @property {import('./inputs.js').InputInfo[]} outputs
 * @property {number} nodes
 * @property {number} bytes The size of model.json and weights, as stored or transferred.
 * @property {boolean} needsAsync Whether TensorFlow.js requires executeAsync().
 *
 * Loads a model with tfwasm and describes it. Throws the errors of loading.
 *
 * @param {object} tf
 * @param {Source} source
 * @returns {Promise<ModelInfo>}
 */
export async function describeModel(tf, source) {
  const counter = countingFetch();
  const handler = handlerOf(tf, source, { fetchFunc: counter.fetch, streamWeights: true });
  let artifacts;
  const load = async () => {
    artifacts = await handler.load();
    return artifacts;
  };
  const model = await tf.loadGraphModel({ load });
  try {
    const nodes = allNodes(artifacts.modelTopology);
    const info = ({ name, dtype, shape }) => ({ name, dtype: dtype ?? null, shape: shape ?? null });
    return {
      inputs: model.inputs.map(info),
      outputs: model.outputs.map(info),
      nodes: nodes.length,
      bytes: await bytesOf(tf, source, counter.bytes),
      needsAsync: nodes.some(({ op }) => NEEDS_ASYNC.has(op)),
    };
  } finally {
    model.dispose();
  }
}
