// SPDX-License-Identifier: Apache-2.0
// Runs test scripts in a worker.
importScripts('/tfjs/tfjs-core/dist/tf-core.min.js');
importScripts('/tfjs/tfjs-backend-cpu/dist/tf-backend-cpu.min.js');
importScripts('/tfjs/tfjs-converter/dist/tf-converter.min.js');

// biome-ignore lint/security/noGlobalEval: the source is a function of the test
const run = (source, argument) => globalThis.eval(`(${source})`)(argument);

addEventListener('message', async ({ data: { source, argument } }) => {
  try {
    await import('/io/tools.js');
    postMessage({ value: await run(source, argument) });
  } catch (error) {
    postMessage({ error: error.stack ?? String(error) });
  }
});
