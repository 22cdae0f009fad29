// SPDX-License-Identifier: Apache-2.0
// Helpers for the scripts of the storage tests, in pages and workers: `tools`, and `tf`, which is TensorFlow.js.
const tfwasm = await import('/dist/index.js');
tfwasm.setThreadsCount(1);

/** The tiny model with any bias, and with everything that a handler has to keep. */
async function artifacts(bias = [0.5, -20, 100], padding = 0) {
  const { modelTopology, format, weightsManifest } = await (await fetch('/tiny/model.json')).json();
  return {
    modelTopology,
    format,
    generatedBy: '2.15.0',
    convertedBy: null,
    weightSpecs: [...weightsManifest[0].weights, { name: 'padding', shape: [padding], dtype: 'bool' }],
    weightData: await new Blob([Float32Array.of(1, 2, -3, 4, 5, -6, ...bias), noise(padding)]).arrayBuffer(),
    signature: { inputs: { x: { name: 'x:0' } }, outputs: { y: { name: 'y:0' } } },
    userDefinedMetadata: { author: 'Žofie 你好', nested: { list: [1, null, 'two'] } },
    modelInitializer: { node: [] },
    initializerSignature: { outputs: {} },
    trainingConfig: {
      loss: 'mean_squared_error',
      metrics: ['acc'],
      optimizer_config: { class_name: 'SGD', config: {} },
    },
  };
}

/** Incompressible bytes. */
function noise(length) {
  const bytes = new Uint8Array(length);
  for (let start = 0; start < length; start += 0x10000) {
    crypto.getRandomValues(bytes.subarray(start, start + 0x10000));
  }
  return bytes;
}

/** Artifacts as plain values; weights as an array of bytes. */
async function plain({ weightData, getWeightStream, ...rest }) {
  const body = getWeightStream ? new Response(getWeightStream()) : new Blob([weightData].flat());
  return { ...JSON.parse(JSON.stringify(rest)), weights: [...new Uint8Array(await body.arrayBuffer())] };
}

/** The prediction for [1, 2] when `library` loads the model. */
async function predict(library, source) {
  const model = await library.loadGraphModel(source);
  const x = library.tensor2d([[1, 2]]);
  const y = model.predict(x);
  const values = Array.from(await y.data());
  for (const part of [x, y, model]) part.dispose();
  return values;
}

const save = (library, url, parts) => library.io.getSaveHandlers(url)[0].save(parts);
const load = (library, url) => library.io.getLoadHandlers(url)[0].load();

/** The error of a call, as plain values. */
async function failure(call) {
  try {
    return { value: await call() };
  } catch ({ name, code, message, cause }) {
    return { name, code, message, cause: cause?.name };
  }
}

/** Blocks this tab forever at the k-th call of the given methods, so that it can be killed there. */
function haltAt(k, ...prototypesAndNames) {
  let calls = 0;
  for (const [prototype, ...names] of prototypesAndNames) {
    for (const name of names) {
      const original = prototype?.[name];
      // Some methods do not exist in workers.
      if (!original) continue;
      prototype[name] = function (...parameters) {
        if (++calls === k) {
          const request = new XMLHttpRequest();
          request.open('GET', '/halt', false);
          request.send();
        }
        return original.apply(this, parameters);
      };
    }
  }
}

globalThis.tools = { tfwasm, artifacts, plain, predict, save, load, failure, haltAt };
