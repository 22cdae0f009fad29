// SPDX-License-Identifier: Apache-2.0
// What a node costs beyond its kernel: a graph of many nodes that compute next to nothing.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { median } from '../../benchmark-page/statistics.js';
import { GENERATED_MODELS } from './browser.mjs';

const NODES = 1000;

/**
 * @returns {Promise<{nodes: number, engines: {library: string, variant: string,
 *     nanosecondsPerNode: number}[]}>}
 */
export async function measureOverhead(browser, engines, { rounds, seconds }) {
  await writeChain(NODES);
  const model = { url: '/generated/chain.json', range: [0, 1], seed: 1 };
  // Many rounds: the engine's compiler has to have optimized what is measured.
  const results = await browser.measurePredictions({ engines, model, rounds: 10 * rounds, seconds });
  return {
    nodes: NODES,
    engines: results.map(({ library, variant, samples, difference }) => ({
      library,
      variant,
      difference,
      nanosecondsPerNode: (median(samples) * 1e6) / NODES,
    })),
  };
}

/** x + 1 + 1 + 1 ..., as scalars, in the format of the TensorFlow.js converter. */
async function writeChain(length) {
  const type = { type: 'DT_FLOAT' };
  const scalar = { shape: { shape: {} } };
  const node = [
    { name: 'x', op: 'Placeholder', attr: { dtype: type, ...scalar } },
    { name: 'one', op: 'Const', attr: { dtype: type, value: { tensor: { dtype: 'DT_FLOAT', tensorShape: {} } } } },
  ];
  for (let i = 0; i < length; ++i) {
    const input = i === 0 ? 'x' : `add_${i - 1}`;
    node.push({ name: `add_${i}`, op: 'AddV2', input: [input, 'one'], attr: { T: type } });
  }
  const weights = [{ name: 'one', shape: [], dtype: 'float32' }];
  const model = {
    format: 'graph-model',
    modelTopology: { node, versions: { producer: 808 } },
    weightsManifest: [{ paths: ['chain.bin'], weights }],
  };
  await writeFile(path.join(GENERATED_MODELS, 'chain.json'), JSON.stringify(model));
  await writeFile(path.join(GENERATED_MODELS, 'chain.bin'), Buffer.from(Float32Array.of(1).buffer));
}
