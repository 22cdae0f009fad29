// SPDX-License-Identifier: Apache-2.0
// The wasm core, called at its boundary (js/core/core-module.ts). The public API cannot feed complex64 values to models, nor
// run single ops by name.
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { ROOT } from '../../../tools/lib/paths.mjs';
import { inputsOf, oneNodeModel, outputCount } from './one-node-model.mjs';

const DTYPES = ['float32', 'int32', 'bool', 'string', 'complex64'];

/** Starts the core of the built package on one thread: the SIMD variant, or TFWASM_TEST_VARIANT. */
export async function startCore() {
  const { default: createCore } = await import('../../../dist/glue.js');
  const file = `dist/tfwasm-${process.env.TFWASM_TEST_VARIANT ?? 'simd'}.wasm`;
  const wasm = await WebAssembly.compile(await readFile(path.join(ROOT, file)));
  const core = await createCore({
    instantiateWasm(imports, done) {
      WebAssembly.instantiate(wasm, imports).then((instance) => done(instance, wasm));
      return {};
    },
    makeError: (code, message, op, node) => Object.assign(new Error(message), { name: 'TfwasmError', code, op, node }),
  });
  return new Core(core);
}

class Core {
  #core;

  constructor(core) {
    this.#core = core;
  }

  /** Whether an op with this name exists. */
  hasOp(name) {
    try {
      this.#core.registerOp(name, '');
      return true;
    } catch (error) {
      if (error.code === 'E_OP') return false;
      throw error;
    } finally {
      this.#core.forgetOps();
    }
  }

  /** The objects held by JavaScript. */
  memory() {
    const { numTensors, numDataBuffers, numBytes } = this.#core.memory();
    return { numTensors, numDataBuffers, numBytes };
  }

  /** The outputs of a case as a graph model, for each of `runs` runs. Frees everything. */
  runModel(testCase, kind, runs = 1) {
    const { topology, weightSpecs, weightData, feeds, fetches } = oneNodeModel(testCase, kind);
    const model = this.#createModel(topology, weightSpecs, weightData);
    const inputs = [];
    try {
      const run = this.#core.compileRun(model, [...feeds.keys()], fetches);
      for (const input of feeds.values()) inputs.push(this.#upload(input));
      return Array.from({ length: runs }, () => this.#take(this.#core.run(model, run, inputs)));
    } finally {
      this.#dispose(inputs);
      this.#core.disposeModel(model);
    }
  }

  /** The outputs of a case as an eager call, for each of `runs` calls. Frees everything. */
  runOp(testCase, runs = 1) {
    const inputs = [];
    try {
      // Only these dtypes can be passed as literals.
      const isWritten = ({ constant, dtype }) => constant && ['float32', 'int32', 'bool'].includes(dtype);
      const arguments_ = inputsOf(testCase).map((input) => {
        if (isWritten(input))
          return [0, DTYPES.indexOf(input.dtype), input.shape.length, ...input.shape, ...input.data];
        inputs.push(this.#upload(input));
        return [inputs.at(-1)];
      });
      const id = this.#core.registerOp(testCase.op, JSON.stringify(testCase.attrs ?? {}));
      return Array.from({ length: runs }, () =>
        this.#take(this.#runRegistered(id, arguments_)).slice(0, outputCount(testCase)),
      );
    } finally {
      this.#dispose(inputs);
      this.#core.forgetOps();
    }
  }

  /** Returns the handles of the outputs. */
  #runRegistered(id, inputs) {
    const numbers = inputs.flat();
    this.#frame(numbers.length).set(numbers);
    const size = this.#core.runOp(id, inputs.length);
    const outputs = this.#frame(size);
    const handles = [];
    // Each output has handle, dtype, rank and dimensions.
    for (let i = 0; i < size; i += 3 + outputs[i + 2]) handles.push(outputs[i]);
    return handles;
  }

  #frame(size) {
    const address = this.#core.opFrame(size);
    return new Float64Array(this.#core.HEAPU8.buffer, address, size);
  }

  #createModel(topology, specs, data) {
    const graph = this.#core.readGraph(JSON.stringify(topology));
    try {
      return this.#withWeights(graph, specs, data);
    } finally {
      this.#core.disposeGraph(graph);
    }
  }

  #withWeights(graph, specs, data) {
    const decoder = this.#core.createWeightDecoder(JSON.stringify(specs));
    try {
      for (let offset = 0; offset < data.length; ) {
        const part = data.subarray(offset, offset + this.#core.weightTargetBytes(decoder));
        this.#core.HEAPU8.set(part, this.#core.weightTargetAddress(decoder));
        this.#core.commitWeights(decoder, part.length);
        offset += part.length;
      }
      return this.#core.createModel(graph, '', '', '', decoder, Number.POSITIVE_INFINITY, false);
    } finally {
      this.#core.disposeWeightDecoder(decoder);
    }
  }

  #upload({ dtype, shape, data }) {
    if (dtype === 'string') {
      return this.#core.createStringTensor(
        shape,
        data.map((element) => Buffer.from(element)),
      );
    }
    const handle = this.#core.createTensor(DTYPES.indexOf(dtype), shape.length, ...shape);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#core.HEAPU8.set(bytes, this.#core.tensorAddress(handle));
    return handle;
  }

  /** The values of tensors. Frees the tensors. */
  #take(handles) {
    try {
      return handles.map((handle) => this.#read(handle));
    } finally {
      this.#dispose(handles);
    }
  }

  #read(handle) {
    const { dtype: number, shape } = this.#core.describeTensor(handle);
    const dtype = DTYPES[number];
    if (dtype === 'string') {
      const data = this.#core.stringElements(handle).map((bytes) => Buffer.from(bytes).toString());
      return { dtype, shape, data };
    }
    const address = this.#core.tensorAddress(handle);
    const bytes = this.#core.HEAPU8.slice(address, address + this.#core.tensorBytes(handle));
    if (dtype === 'bool') return { dtype, shape, data: bytes };
    const data = dtype === 'int32' ? new Int32Array(bytes.buffer) : new Float32Array(bytes.buffer);
    return { dtype, shape, data };
  }

  #dispose(handles) {
    for (const handle of handles) this.#core.disposeTensor(handle);
  }
}
