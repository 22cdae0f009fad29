// SPDX-License-Identifier: Apache-2.0
// Measures the overhead per node with a graph of many trivial nodes.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { median } from '../../web/common/quantiles.js';
import { GENERATED_MODELS } from './browser.mjs';

const NODES = 1000;

/**
 * @param {import('./browser.mjs').BenchmarkBrowser} browser
 * @param {string[]} engines Ids.
 * @returns {Promise<{nodes: number, engines: {id: string, variant: string, nanosecondsPerNode: number}[]}>}
 */
export async function measureOverhead(browser, engines, { runs, seconds }) {
  await writeChain(NODES);
  const subject = engines.find((id) => id.startsWith('tfwasm-'));
  const peers = engines.filter((id) => id !== subject);
  // Many runs, so that the browser has tiered up the measured code.
  const settings = { model: '/generated/chain.json', runs: 10 * runs, seconds, peers, check: false, profiles: 0 };
  const result = await browser.measure(settings, { engine: subject });
  return {
    nodes: NODES,
    engines: engines.map((id) => {
      const { variant, threads, samples } = result.engines.find((engine) => engine.id === id);
      return { id, variant, threads, nanosecondsPerNode: (median(samples) * 1e6) / NODES };
    }),
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
