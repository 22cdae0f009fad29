// SPDX-License-Identifier: Apache-2.0
// Where a model comes from: a URL of any medium, or files. Whatever it is can be posted to a realm.

/**
 * @typedef {{kind: 'url', url: string} | {kind: 'files', files: File[]}
 *     | {kind: 'artifacts', artifacts: object}} Source
 */

const isWeb = (url) => /^https?:\/\//i.test(url);

/** Whether TensorFlow.js can load it by itself. */
export const isPublic = (source) => source.kind === 'url' && isWeb(source.url);

/** localStorage is for pages only. */
export const needsPage = (source) => source.kind === 'url' && source.url.startsWith('localstorage://');

/** What loadGraphModel() of either library takes. */
export function engineSource(tf, source) {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'files') return tf.io.browserFiles(source.files);
  return { load: async () => source.artifacts };
}

const ARTIFACT_KEYS = [
  ...['modelTopology', 'weightSpecs', 'format', 'generatedBy', 'convertedBy', 'signature', 'userDefinedMetadata'],
  ...['modelInitializer', 'initializerSignature'],
];

function handlerOf(tf, source, fetchFunc) {
  if (source.kind !== 'url') return engineSource(tf, source);
  const [handler] = tf.io.getLoadHandlers(source.url, fetchFunc && { fetchFunc });
  return handler ?? tf.io.http(source.url, fetchFunc && { fetchFunc });
}

/** The parts of a model as plain objects and one buffer. */
export async function readArtifacts(tf, source, fetchFunc) {
  const artifacts = await handlerOf(tf, source, fetchFunc).load();
  const known = ARTIFACT_KEYS.filter((key) => artifacts[key] !== undefined && artifacts[key] !== null);
  const plain = Object.fromEntries(known.map((key) => [key, artifacts[key]]));
  const stream = artifacts.getWeightStream;
  if (!artifacts.weightSpecs) return plain;
  plain.weightData = stream ? await new Response(stream.call(artifacts)).arrayBuffer() : artifacts.weightData;
  return plain;
}

/** For these TensorFlow.js wants executeAsync(). */
const NEEDS_ASYNC = new Set([
  ...['Switch', 'Merge', 'Enter', 'Exit', 'NextIteration', 'LoopCond', 'If', 'StatelessIf', 'While', 'StatelessWhile'],
  ...['NonMaxSuppressionV2', 'NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5', 'Where'],
]);

function allNodes({ node = [], library }) {
  return [...node, ...(library?.function ?? []).flatMap(({ nodeDef }) => nodeDef ?? [])];
}

/** A fetch() that adds up what it brings. */
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

const bytesOfArtifacts = ({ modelTopology, weightData }) =>
  JSON.stringify(modelTopology).length + [weightData ?? []].flat().reduce((sum, { byteLength }) => sum + byteLength, 0);

/**
 * @typedef {object} ModelInfo
 * @property {import('./inputs.js').InputInfo[]} inputs
 * @property {import('./inputs.js').InputInfo[]} outputs
 * @property {number} nodes
 * @property {number} bytes Of model.json and weights as they are stored or transferred.
 * @property {boolean} needsAsync Whether TensorFlow.js has to run it with executeAsync().
 *
 * Loads a model with tfwasm to see what it is. Throws what loading throws.
 *
 * @param {object} tf
 * @param {Source} source
 * @returns {Promise<ModelInfo>}
 */
export async function describeModel(tf, source) {
  const counter = countingFetch();
  const artifacts = await readArtifacts(tf, source, counter.fetch);
  const model = await tf.loadGraphModel({ load: async () => artifacts });
  try {
    const info = ({ name, dtype, shape }) => ({ name, dtype: dtype ?? null, shape: shape ?? null });
    const nodes = allNodes(artifacts.modelTopology);
    const fileBytes = () => source.files.reduce((sum, { size }) => sum + size, 0);
    return {
      inputs: model.inputs.map(info),
      outputs: model.outputs.map(info),
      nodes: nodes.length,
      bytes: counter.bytes || (source.kind === 'files' ? fileBytes() : bytesOfArtifacts(artifacts)),
      needsAsync: nodes.some(({ op }) => NEEDS_ASYNC.has(op)),
    };
  } finally {
    model.dispose();
  }
}
