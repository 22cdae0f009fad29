// SPDX-License-Identifier: Apache-2.0
// What the benchmark page needs for models that are generated, and for peers that read other formats.
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { ROOT } from '../lib/paths.mjs';
import { GENERATED_MODELS, PEER_FILES } from './browser.mjs';
import { NETWORKS, writeModels } from './networks/index.mjs';

/** LiteRT.js imports another package by its name, which workers cannot resolve. */
async function bundleLiteRt() {
  const { build } = await import('esbuild');
  const manifest = path.join(ROOT, 'node_modules/@litertjs/core/package.json');
  const { version } = JSON.parse(await readFile(manifest, 'utf8'));
  await build({
    stdin: {
      contents: `export * from '@litertjs/core'; export const version = '${version}';`,
      resolveDir: ROOT,
    },
    outfile: path.join(PEER_FILES, 'litert.js'),
    bundle: true,
    format: 'esm',
    logLevel: 'error',
  });
}

/** @param {string[]} peers */
export async function preparePeers(peers) {
  if (peers.includes('litert-wasm')) await bundleLiteRt();
}

/** tfjs cpu takes minutes for a large network. */
const REFERENCE = 'tfjs-wasm';

/**
 * Generates the model if it is one of the networks.
 *
 * @param {string} name
 * @returns {Promise<{settings: Partial<import('../../benchmark-page/settings.js').Settings>, reference?: string}>}
 */
export async function prepareModel(name) {
  if (!Object.hasOwn(NETWORKS, name)) return { settings: { model: name } };
  const { make, range } = NETWORKS[name];
  const network = make();
  await writeModels(network, path.join(GENERATED_MODELS, name));
  const inputs = network.inputs.map((input) => ({ name: input.name, range }));
  return { settings: { model: `/generated/${name}/model.json`, inputs }, reference: REFERENCE };
}
