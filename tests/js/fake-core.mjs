// SPDX-License-Identifier: Apache-2.0
// A CoreModule (js/core/core-module.ts) in JavaScript: real tensors on a small heap, unprocessed weights, and one model
// whose output is twice its input.
import assert from 'node:assert/strict';

import { VERSION } from '../../tools/lib/paths.mjs';

const ELEMENT_BYTES = [4, 4, 1, 0, 8];
const FLOAT32 = 0;

/** Shared by all cores, so that the garbage collection of an earlier one's tensors cannot free those of a later one. */
let lastHandle = 0;

export class FakeCore {
  HEAPU8 = new Uint8Array(1 << 16);
  /** The committed bytes of weights, in order. */
  weightBytes = [];
  models = new Set();
  graphs = new Set();
  decoders = new Map();
  /** Calls of run(), each with the feeds and fetches it was prepared for. */
  runs = [];
  profiling = false;
  #makeError;
  #tensors = new Map();
  #top = 64;
  #prepared = [];
  #profile = [];
  #fail;

  /**
   * @param makeError See CoreModuleOptions.makeError.
   * @param options.inputShape The model's input shape; null: any.
   */
  constructor(makeError, { targetBytes = 6, inputShape = [-1, 2] } = {}) {
    this.#makeError = makeError;
    this.targetBytes = targetBytes;
    this.inputShape = inputShape;
  }

  /** Makes the next call of a method throw. */
  failNext(method, error) {
    this.#fail = { method, error };
  }

  #enter(method) {
    if (this.#fail?.method !== method) return;
    const { error } = this.#fail;
    this.#fail = undefined;
    throw error;
  }

  #throw(code, message) {
    throw this.#makeError(code, message, '', '');
  }

  #get(handle) {
    const tensor = this.#tensors.get(handle);
    if (!tensor) this.#throw('E_DISPOSED', 'this tensor has been disposed');
    return tensor;
  }

  #add(tensor) {
    this.#tensors.set(++lastHandle, tensor);
    return lastHandle;
  }

  version() {
    return `tfwasm ${VERSION}`;
  }

  createTensor(dtype, _rank, ...shape) {
    this.#enter('createTensor');
    const byteLength = shape.reduce((product, size) => product * size, ELEMENT_BYTES[dtype]);
    const address = this.#top;
    this.#top += Math.ceil(byteLength / 16) * 16;
    // Growing the heap detaches the old views.
    if (this.#top > this.HEAPU8.length) {
      const grown = new Uint8Array(this.#top * 2);
      grown.set(this.HEAPU8);
      structuredClone(this.HEAPU8.buffer, { transfer: [this.HEAPU8.buffer] });
      this.HEAPU8 = grown;
    }
    return this.#add({ dtype, shape, buffer: { address, byteLength } });
  }

  createStringTensor(shape, elements) {
    return this.#add({ dtype: 3, shape, buffer: { address: 0, byteLength: 0, elements } });
  }

  describeTensor(handle) {
    this.#enter('describeTensor');
    const { dtype, shape } = this.#get(handle);
    return { dtype, shape: [...shape] };
  }

  tensorAddress(handle) {
    this.#enter('tensorAddress');
    return this.#get(handle).buffer.address;
  }

  tensorBytes(handle) {
    return this.#get(handle).buffer.byteLength;
  }

  stringElements(handle) {
    return this.#get(handle).buffer.elements;
  }

  reshapeTensor(handle, _rank, ...shape) {
    return this.#add({ ...this.#get(handle), shape });
  }

  disposeTensor(handle) {
    this.#tensors.delete(handle);
  }

  memory() {
    const buffers = new Set([...this.#tensors.values()].map(({ buffer }) => buffer));
    return {
      numTensors: this.#tensors.size,
      numDataBuffers: buffers.size,
      numBytes: [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0),
      heapBytes: this.HEAPU8.length,
    };
  }

  createWeightDecoder(specs) {
    const elementBytes = ({ quantization }) => (quantization?.dtype === 'float16' ? 2 : 4);
    const bytes = JSON.parse(specs).map((spec) =>
      spec.shape.reduce((product, size) => product * size, elementBytes(spec)),
    );
    const total = bytes.reduce((sum, length) => sum + length, 0);
    this.decoders.set(++lastHandle, { specs: JSON.parse(specs), total, left: total });
    return lastHandle;
  }

  weightStreamBytes(decoder) {
    return this.decoders.get(decoder).total;
  }

  weightTargetAddress() {
    return 8;
  }

  weightTargetBytes(decoder) {
    return Math.min(this.targetBytes, this.decoders.get(decoder).left);
  }

  commitWeights(decoder, byteLength) {
    this.#enter('commitWeights');
    this.decoders.get(decoder).left -= byteLength;
    this.weightBytes.push(...this.HEAPU8.subarray(8, 8 + byteLength));
  }

  disposeWeightDecoder(decoder) {
    this.decoders.delete(decoder);
  }

  readGraph(topology) {
    this.#enter('readGraph');
    this.topology = JSON.parse(topology);
    this.graphs.add(++lastHandle);
    return lastHandle;
  }

  disposeGraph(graph) {
    this.graphs.delete(graph);
  }

  createModel(graph, signature, _initializer, _initializerSignature, decoder) {
    this.#enter('createModel');
    assert.ok(this.graphs.has(graph));
    this.signature = signature;
    this.specs = this.decoders.get(decoder).specs;
    this.models.add(++lastHandle);
    return lastHandle;
  }

  describeModel() {
    this.#enter('describeModel');
    const endpoint = (key, node, dtype, shape) => ({ key, name: `${node}:0`, node, dtype, shape });
    return JSON.stringify({
      version: '12.3',
      inputs: [endpoint('image', 'x', 'float32', this.inputShape)],
      outputs: [endpoint('scores', 'Identity', 'float32', null), ...(this.extraOutputs ?? [])],
    });
  }

  modelWeight(_model, name) {
    const { shape } = this.specs.find((spec) => spec.name === name);
    return this.createTensor(FLOAT32, shape.length, ...shape);
  }

  prepareRun(_model, feeds, fetches) {
    return this.#prepared.push({ feeds, fetches }) - 1;
  }

  planRun() {}

  run(_model, id, inputs) {
    this.#enter('run');
    const { feeds, fetches } = this.#prepared[id];
    this.runs.push({ feeds, fetches });
    if (this.profiling) {
      this.#profile.push({
        name: 'double',
        op: 'Mul',
        milliseconds: 1.5,
        inputShapes: [[1, 2]],
        outputShapes: [[1, 2]],
        bytes: 8,
      });
    }
    return fetches.map(() => {
      const { shape, buffer } = this.#get(inputs[0]);
      const handle = this.createTensor(FLOAT32, shape.length, ...shape);
      const target = this.#get(handle).buffer;
      const view = ({ address, byteLength }) => new Float32Array(this.HEAPU8.buffer, address, byteLength / 4);
      view(target).set(view(buffer).map((value) => 2 * value));
      return handle;
    });
  }

  setProfiling(_model, enabled) {
    this.profiling = enabled;
  }

  takeProfile() {
    return this.#profile.splice(0);
  }

  disposeModel(model) {
    this.models.delete(model);
  }

  setThreadCount() {}

  threadCount() {
    return 1;
  }
}

/** Makes the sources of `importSource()` use a FakeCore. */
export function startFakeCore(tf, options) {
  const core = new FakeCore(tf.inner['core/errors'].makeCoreError, options);
  tf.inner['core/runtime'].adoptCore(core);
  return core;
}
