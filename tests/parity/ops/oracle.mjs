// SPDX-License-Identifier: Apache-2.0
// Results of TensorFlow.js's cpu backend for a case.
import { oneNodeModel } from './one-node-model.mjs';

/** Starts TensorFlow.js. */
export async function startOracle() {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-cpu');
  const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
  await tf.setBackend('cpu');
  tf.enableProdMode();
  return new Oracle(tf, loadGraphModel);
}

class Oracle {
  #tf;
  #loadGraphModel;

  constructor(tf, loadGraphModel) {
    this.#tf = tf;
    this.#loadGraphModel = loadGraphModel;
  }

  /** The outputs of a case. Rejects if TensorFlow.js cannot run it. */
  async run(testCase) {
    const { topology, weightSpecs, weightData, feeds, fetches } = oneNodeModel(testCase, 'mixed');
    const data = weightData.buffer.slice(weightData.byteOffset, weightData.byteOffset + weightData.byteLength);
    const handler = this.#tf.io.fromMemory({ modelTopology: topology, weightSpecs, weightData: data });
    const model = await this.#loadGraphModel(handler);
    const tensors = Object.fromEntries([...feeds].map(([name, input]) => [name, this.#tensor(input)]));
    try {
      const results = [await quietly(() => model.executeAsync(tensors, fetches))].flat();
      const outputs = results.map((tensor) => ({ dtype: tensor.dtype, shape: tensor.shape, data: tensor.dataSync() }));
      this.#tf.dispose(results);
      return outputs;
    } finally {
      this.#tf.dispose(tensors);
      model.dispose();
    }
  }

  #tensor({ dtype, shape, data }) {
    if (dtype !== 'complex64') return this.#tf.tensor(data, shape, dtype);
    const part = (offset) =>
      this.#tf.tensor(
        Float32Array.from({ length: data.length / 2 }, (_, i) => data[2 * i + offset]),
        shape,
      );
    return this.#tf.complex(part(0), part(1));
  }
}

/** Suppresses TensorFlow.js's warning that a model without control flow is run asynchronously. */
async function quietly(run) {
  const { warn } = console;
  console.warn = () => {};
  try {
    return await run();
  } finally {
    console.warn = warn;
  }
}
