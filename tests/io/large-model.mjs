// SPDX-License-Identifier: Apache-2.0
// Saves and loads a model of any size and measures the peak memory.
//
//   node tests/io/large-model.mjs                     1,500 MB to file:// and opfs://
//   node tests/io/large-model.mjs --megabytes 256 --only file
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

import { isMain } from '../../tools/lib/main.mjs';
import { tinyModel } from '../tiny-model.mjs';
import { startStorageBrowser } from './storage-browser.mjs';

const MB = 1_000_000;

/** The tiny model with `megabytes` of additional weights, generated while they are read. Also runs in pages. */
function largeArtifacts({ modelTopology, weightsManifest }, megabytes) {
  const padding = { name: 'padding', shape: [megabytes, 250_000], dtype: 'float32' };
  function getWeightStream() {
    let chunks = -1;
    return new ReadableStream({
      pull(controller) {
        if (++chunks === 0) controller.enqueue(new Float32Array([1, 2, -3, 4, 5, -6, 0.5, -20, 100]));
        else if (chunks <= megabytes) controller.enqueue(new Float32Array(250_000).fill(chunks));
        else controller.close();
      },
    });
  }
  return { modelTopology, weightSpecs: [...weightsManifest[0].weights, padding], getWeightStream };
}

/** Reads all weights without keeping them, and checks some in every chunk. */
async function checkWeights({ getWeightStream }, megabytes) {
  let bytes = 0;
  const reader = getWeightStream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const { buffer, byteOffset, byteLength } = part.value;
    const view = new DataView(buffer, byteOffset, byteLength);
    const start = Math.max(36 - bytes, -bytes & 3);
    for (let at = start; at + 4 <= byteLength; at += 4000) {
      const megabyte = Math.floor((bytes + at - 36) / 1_000_000);
      if (view.getFloat32(at, true) !== megabyte + 1) throw new Error(`wrong at ${bytes + at}`);
    }
    bytes += byteLength;
  }
  if (bytes !== megabytes * 1_000_000 + 36) throw new Error(`${bytes} bytes`);
}

/** The measured steps, each run in its own process. Their sources also run in pages. */
const STEPS = {
  nothing: async ({ tf }) => tf.ready(),
  save: ({ tf, url, artifacts }) => tf.io.getSaveHandlers(url)[0].save(artifacts),
  read: async ({ tf, url, check, megabytes }) =>
    check(await tf.io.getLoadHandlers(url, { streamWeights: true })[0].load(), megabytes),
  load: async ({ tf, url }) => {
    const model = await tf.loadGraphModel(url);
    const answer = Array.from(await model.predict(tf.tensor2d([[1, 2]])).data());
    if (String(answer) !== '9.5,0,85') throw new Error(`the model answers ${answer}`);
  },
};

async function runStep(step, url, megabytes) {
  const tf = await import('../../dist/index.js');
  const artifacts = largeArtifacts(tinyModel(), megabytes);
  const start = performance.now();
  await STEPS[step]({ tf, url, artifacts, check: checkWeights, megabytes });
  const { maxRSS } = process.resourceUsage();
  console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000, peak: (maxRSS * 1024) / MB }));
}

/**
 * @returns {Promise<Record<string, {seconds: number, peak: number}>>} By step; peaks of the process's memory, in MB.
 */
export async function measureFiles(megabytes) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-large-'));
  try {
    const results = {};
    for (const step of Object.keys(STEPS)) {
      const parameters = [fileURLToPath(import.meta.url), '--step', step, '--url', `file://${folder}/model`];
      const child = promisify(execFile)(process.execPath, [...parameters, '--megabytes', String(megabytes)]);
      results[step] = JSON.parse((await child).stdout);
    }
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The same with opfs://, in pages or workers of a browser. */
export async function measureOpfs(megabytes, where = 'run') {
  const browser = await startStorageBrowser();
  try {
    const results = {};
    for (const [step, script] of Object.entries(STEPS)) {
      const page = await browser.open({ tfjs: false });
      const source = `async ({model, megabytes}) => {
        const largeArtifacts = ${largeArtifacts};
        const check = ${checkWeights};
        const start = performance.now();
        const artifacts = largeArtifacts(model, megabytes);
        await (${script})({ tf: tools.tfwasm, url: 'opfs://large', artifacts, check, megabytes });
        return (performance.now() - start) / 1000;
      }`;
      const run =
        where === 'run' ? (text, argument) => page.run(`(${text})(${JSON.stringify(argument)})`) : page[where];
      const seconds = await run(source, { model: tinyModel(), megabytes });
      results[step] = { seconds, peak: Math.max(...rendererPeaks()) };
      await page.close();
    }
    return results;
  } finally {
    await browser.close();
  }
}

/** The peak memory, in MB, of the renderers started by this process. */
function rendererPeaks() {
  const processes = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      processes.set(Number(pid), { parent: field('PPid'), peak: (field('VmHWM') * 1024) / MB, command });
    } catch {
      // It has ended in the meantime.
    }
  }
  const isOurs = (pid) => pid === process.pid || (processes.has(pid) && isOurs(processes.get(pid).parent));
  return [...processes].flatMap(([pid, { peak, command }]) =>
    command.includes('--type=renderer') && isOurs(pid) ? [peak] : [],
  );
}

async function main() {
  const { values } = parseArgs({
    options: {
      megabytes: { type: 'string', default: '1500' },
      only: { type: 'string' },
      step: { type: 'string' },
      url: { type: 'string' },
    },
  });
  const megabytes = Number(values.megabytes);
  if (values.step) return runStep(values.step, values.url, megabytes);
  const media = {
    'file://': () => measureFiles(megabytes),
    'opfs:// (page)': () => measureOpfs(megabytes),
    'opfs:// (worker)': () => measureOpfs(megabytes, 'runInWorker'),
  };
  for (const [name, measure] of Object.entries(media)) {
    if (values.only && !name.startsWith(values.only)) continue;
    for (const [step, { seconds, peak }] of Object.entries(await measure())) {
      console.log(`${name.padEnd(16)} ${step.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s ${Math.round(peak)} MB`);
    }
  }
}

if (isMain(import.meta.url)) await main();
