// SPDX-License-Identifier: Apache-2.0
// Libraries that load other files: ONNX Runtime Web and LiteRT.js. They read the model.onnx and model.tflite beside a
// model.json, and get the part of TensorFlow.js's interface that a realm uses.

/** Where `npm run bench` serves the libraries. */
const FOLDER = new URL('../peers/', import.meta.url).href;

/** A result, in the form of a tensor. */
class Output {
  constructor(shape, dtype, values) {
    Object.assign(this, { shape, dtype });
    this.dataSync = () => values;
  }
}

async function fetchModel(source, file, options) {
  const url = String(source).replace(/[^/]*$/, file);
  const response = await fetch(url, options.requestInit);
  if (!response.ok) throw new Error(`there is no ${url}.`);
  return new Uint8Array(await response.arrayBuffer());
}

class OnnxModel {
  constructor(session) {
    this.session = session;
    this.outputs = session.outputNames.map((name) => ({ name }));
  }

  async executeAsync(inputs) {
    const { session } = this;
    const [input] = session.inputNames;
    const results = await session.run(input in inputs ? inputs : { [input]: inputs });
    return session.outputNames.map((name) => {
      const { dims, type, data } = results[name];
      return new Output(dims, type, data);
    });
  }
}

/** @returns An engine of engines.js. */
export async function startOnnxRuntime({ id, threads }) {
  const ort = await import(`${FOLDER}onnxruntime-web/ort.wasm.min.mjs`);
  ort.env.wasm.wasmPaths = `${FOLDER}onnxruntime-web/`;
  ort.env.wasm.numThreads = threads;
  // The first model starts the engine, which is not to be timed with it.
  await ort.InferenceSession.create(new Uint8Array()).catch(() => {});
  return {
    ...{ id, library: `onnxruntime-web ${ort.env.versions.web}`, variant: 'simd', threads: ort.env.wasm.numThreads },
    tf: {
      loadGraphModel: async (url, options) =>
        new OnnxModel(await ort.InferenceSession.create(await fetchModel(url, 'model.onnx', options))),
      tensor: (values, shape, dtype) => new ort.Tensor(dtype, values, shape),
      dispose: () => {},
      memory: () => ({ numTensors: 0 }),
    },
    isAsync: true,
    heapBytes: () => null,
  };
}

class LiteRtModel {
  constructor(model) {
    this.model = model;
    this.outputs = model.getOutputDetails();
  }

  async executeAsync(inputs) {
    const results = await this.model.run(inputs);
    return this.outputs.map(({ name, shape, dtype }, index) => {
      const result = results[Array.isArray(results) ? index : name];
      const values = result.toTypedArray().slice();
      result.delete();
      return new Output([...shape], dtype, values);
    });
  }
}

/**
 * LiteRT.js loads its script by importScripts(), which module workers do not have, and lets the script look for its other
 * files beside the worker's.
 */
function adaptWorker(folder) {
  globalThis.importScripts = (url) => {
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    request.send();
    // biome-ignore lint/security/noGlobalEval: the script defines a global, as in a classic worker.
    globalThis.eval(request.responseText);
    globalThis.Module.mainScriptUrlOrBlob = url;
  };
  globalThis.Module = { locateFile: (file) => folder + file };
}

/** @returns An engine of engines.js. */
export async function startLiteRt({ id, threads }) {
  const { loadLiteRt, loadAndCompile, supportsFeature, Tensor, version } = await import(`${FOLDER}litert.js`);
  const folder = `${FOLDER}litert-wasm/`;
  if (globalThis.document === undefined) adaptWorker(folder);
  await loadLiteRt(folder, { threads: threads > 1 });
  const variant = (await supportsFeature('relaxedSimd')) ? 'relaxed' : 'simd';
  const options = { accelerator: 'wasm', cpuOptions: { numThreads: threads } };
  return {
    ...{ id, library: `@litertjs/core ${version}`, variant, threads },
    tf: {
      loadGraphModel: async (url, loadOptions) =>
        new LiteRtModel(await loadAndCompile(await fetchModel(url, 'model.tflite', loadOptions), options)),
      tensor: (values, shape) => new Tensor(values, shape),
      dispose: () => {},
      memory: () => ({ numTensors: 0 }),
    },
    isAsync: true,
    heapBytes: () => null,
  };
}
