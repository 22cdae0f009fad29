// SPDX-License-Identifier: Apache-2.0
// Artifacts with every part that a model can have.
import { tinyModel } from '../tiny-model.mjs';

const KERNEL = [1, 2, -3, 4, 5, -6];

/**
 * The tiny model with another bias, so that two models can be told apart, and with everything that a handler has to
 * keep.
 *
 * @param {number[]} [bias] tinyAnswer() is correct for the default.
 */
export function tinyArtifacts(bias = [0.5, -20, 100]) {
  const { modelTopology, weightsManifest } = tinyModel();
  return {
    modelTopology,
    format: 'graph-model',
    generatedBy: '2.15.0',
    convertedBy: null,
    weightSpecs: weightsManifest[0].weights,
    weightData: Float32Array.from([...KERNEL, ...bias]).buffer,
    signature: { inputs: { x: { name: 'x:0' } }, outputs: { y: { name: 'y:0' } } },
    userDefinedMetadata: { author: 'Žofie 你好', __proto__: null, nested: { list: [1, null, 'two'] } },
    modelInitializer: { node: [] },
    initializerSignature: { outputs: {} },
    trainingConfig: {
      loss: 'mean_squared_error',
      metrics: ['acc'],
      optimizer_config: { class_name: 'SGD', config: {} },
    },
  };
}

/** The weights of artifacts, as data or as a stream. */
export async function weightsOf({ weightData, getWeightStream }) {
  const parts = getWeightStream ? getWeightStream() : [weightData].flat();
  const chunks = [];
  for await (const part of parts) chunks.push(Buffer.from(part.buffer ? part : new Uint8Array(part)));
  return [...Buffer.concat(chunks)];
}

/** Artifacts as plain values: weights as an array of bytes. */
export async function plain(artifacts) {
  const { weightData: _, getWeightStream: __, ...rest } = artifacts;
  return { ...JSON.parse(JSON.stringify(rest)), weights: await weightsOf(artifacts) };
}
