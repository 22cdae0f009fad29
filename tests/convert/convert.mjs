// SPDX-License-Identifier: Apache-2.0
// Converts models in memory, and loads the results.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const load = (file) => import(new URL(`../../dist/${file}`, import.meta.url).href);

/** A file for convertGraphModel. */
export const memoryFile = (bytes) => ({
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
});

export const fileTree = (files) =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, memoryFile(bytes)]));

/** The files of a folder, with paths relative to it. */
export const folderTree = (folder) =>
  fileTree(
    Object.fromEntries(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile())
        .map((file) => path.join(file.parentPath, file.name))
        .map((file) => [path.relative(folder, file).replaceAll(path.sep, '/'), readFileSync(file)]),
    ),
  );

/** Converts files (bytes by path) and returns {summary, json, files: Map}. */
export async function convert(tree, options = {}) {
  const { convertGraphModel } = await load('convert.js');
  const files = new Map();
  const summary = await convertGraphModel(tree, options, { write: (name, bytes) => void files.set(name, bytes) });
  return { summary, files, json: JSON.parse(new TextDecoder().decode(files.get('model.json'))) };
}

/** A handler of io for a converted model. */
export function handlerOf({ json, files }) {
  const { weightsManifest, ...rest } = json;
  const shards = weightsManifest.flatMap(({ paths }) => paths.map((name) => files.get(name)));
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  return {
    load: async () => ({ ...rest, weightSpecs: weightsManifest.flatMap(({ weights }) => weights), weightData }),
  };
}

/** Loads a converted model in tfwasm. Returns {tf, model}. */
export async function loadConverted(converted) {
  const tf = await load('index.js');
  return { tf, model: await tf.loadGraphModel(handlerOf(converted)) };
}

export const opsOf = ({ json }) => json.modelTopology.node.map(({ op }) => op).sort();
export const weightsOf = ({ json }) => json.weightsManifest.flatMap(({ weights }) => weights);
