// SPDX-License-Identifier: Apache-2.0
// Builds small graph models in JavaScript, in the format of the TensorFlow.js converter, for tests that run them in
// tfwasm and in TensorFlow.js.

const DTYPES = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL', string: 'DT_STRING' };
const tensorflowType = (dtype) => DTYPES[dtype] ?? dtype;

/** Attribute values, as in a GraphDef. */
export const attr = {
  type: (dtype) => ({ type: tensorflowType(dtype) }),
  types: (...dtypes) => ({ list: { type: dtypes.map(tensorflowType) } }),
  int: (value) => ({ i: String(value) }),
  bool: (value) => ({ b: value }),
  string: (value) => ({ s: Buffer.from(value).toString('base64') }),
  func: (name) => ({ func: { name } }),
  shape: (...sizes) => ({ shape: { dim: sizes.map((size) => ({ size: String(size) })) } }),
};

/** The main graph, or the body of a function. Strings refer to values: "node" or "node:1". */
class Nodes {
  nodes = [];

  /** @param prefix The converter's prefix for constants in functions. */
  constructor(weights, prefix = '') {
    this.weights = weights;
    this.prefix = prefix;
  }

  op(name, op, inputs = [], attrs = {}) {
    this.nodes.push({ name, op, input: inputs, attr: attrs });
    return name;
  }

  constant(name, dtype, shape, values, controls = []) {
    const full = this.prefix + name;
    this.weights.push({ name: full, dtype, shape, values: ArrayBuffer.isView(values) ? values : [values].flat() });
    const proto = { tensor: { dtype: tensorflowType(dtype), tensorShape: attr.shape(...shape).shape } };
    return this.op(full, 'Const', controls, { dtype: attr.type(dtype), value: proto });
  }
  int(name, value, controls) {
    return this.constant(name, 'int32', [], [value], controls);
  }
  ints(name, values) {
    return this.constant(name, 'int32', [values.length], values);
  }
}

export class GraphBuilder extends Nodes {
  functions = [];
  initializer = null;

  constructor() {
    super([]);
  }

  input(name, dtype, shape) {
    return this.op(name, 'Placeholder', [], { dtype: attr.type(dtype), shape: attr.shape(...shape) });
  }

  /**
   * @param args Arguments and their dtypes: {x: 'float32'}.
   * @param results Results and their dtypes.
   * @param write (body) => {result name: value}; values in bodies are "argument" or "node:output:0".
   */
  function(name, args, results, write) {
    const body = new Nodes(this.weights, `${name}/`);
    const ret = write(body);
    const describe = (list) => Object.entries(list).map(([key, dtype]) => ({ name: key, type: tensorflowType(dtype) }));
    const signature = { name, inputArg: describe(args), outputArg: describe(results) };
    this.functions.push({ signature, nodeDef: body.nodes, ret });
  }

  /** write(nodes) builds the initializer graph; `signature` is that of its outputs. */
  initialize(write, signature) {
    const nodes = new Nodes(this.weights);
    write(nodes);
    this.initializer = { node: nodes.nodes, versions: { producer: 808 } };
    this.initializerSignature = signature;
  }

  /** A handler for loadGraphModel. `outputs`: names of nodes. */
  handler(outputs, { inputs } = {}) {
    const signature = { inputs, outputs: Object.fromEntries(outputs.map((name) => [name, { name }])) };
    if (!inputs) delete signature.inputs;
    const artifacts = this.artifacts(signature);
    return { load: async () => structuredClone(artifacts) };
  }

  /** The parts of the model. */
  artifacts(signature) {
    const artifacts = {
      format: 'graph-model',
      modelTopology: {
        node: this.nodes,
        library: { function: this.functions },
        versions: { producer: 808, minConsumer: 12 },
      },
      weightSpecs: this.weights.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
      weightData: concatenate(this.weights.map(weightBytes)),
      signature,
    };
    if (this.initializer) {
      artifacts.modelInitializer = this.initializer;
      artifacts.initializerSignature = this.initializerSignature;
    }
    return artifacts;
  }
}

function weightBytes({ dtype, values }) {
  if (dtype === 'float32') return Buffer.from(Float32Array.from(values).buffer);
  if (dtype === 'int32') return Buffer.from(Int32Array.from(values).buffer);
  if (dtype === 'bool') return Buffer.from(Uint8Array.from(values));
  return Buffer.concat(
    values.map((text) => {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return Buffer.concat([length, bytes]);
    }),
  );
}

function concatenate(parts) {
  const bytes = Buffer.concat(parts);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}
