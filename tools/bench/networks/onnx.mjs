// SPDX-License-Identifier: Apache-2.0
// Writes a network in the format of ONNX: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { writeFile } from 'node:fs/promises';

import protobuf from 'protobufjs';

import { transposed } from './network.mjs';

/** The messages and fields that a network needs. */
const SCHEMA = `
  syntax = "proto2";
  message AttributeProto {
    optional string name = 1;
    optional float f = 2;
    optional int64 i = 3;
    optional bytes s = 4;
    repeated int64 ints = 8;
    optional int32 type = 20;
  }
  message NodeProto {
    repeated string input = 1;
    repeated string output = 2;
    optional string name = 3;
    optional string op_type = 4;
    repeated AttributeProto attribute = 5;
  }
  message TensorProto {
    repeated int64 dims = 1;
    optional int32 data_type = 2;
    optional string name = 8;
    optional bytes raw_data = 9;
  }
  message Dimension { optional int64 dim_value = 1; }
  message TensorShapeProto { repeated Dimension dim = 1; }
  message TensorType { optional int32 elem_type = 1; optional TensorShapeProto shape = 2; }
  message TypeProto { optional TensorType tensor_type = 1; }
  message ValueInfoProto { optional string name = 1; optional TypeProto type = 2; }
  message GraphProto {
    repeated NodeProto node = 1;
    optional string name = 2;
    repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11;
    repeated ValueInfoProto output = 12;
  }
  message OperatorSetId { optional string domain = 1; optional int64 version = 2; }
  message ModelProto {
    optional int64 ir_version = 1;
    optional GraphProto graph = 7;
    repeated OperatorSetId opset_import = 8;
  }
`;
const IR_VERSION = 9;
/** The first that has Gelu. */
const OPSET_VERSION = 20;
const TYPES = { float32: 1, int32: 6, int64: 7 };
/** AttributeProto.type of each field. */
const ATTRIBUTE_TYPES = { f: 1, i: 2, s: 3, ints: 7 };

const NHWC_TO_NCHW = [0, 3, 1, 2];

/** Pictures have the layout NCHW inside; the input is transposed, as in models that come from TensorFlow. */
class Writer {
  nodes = [];
  initializers = [];
  #names = new Map();

  /** @param {import('./network.mjs').Value} value */
  input({ name, dtype, shape }) {
    const isPicture = shape.length === 4;
    this.#names.set(name, isPicture ? this.#op('Transpose', [name], `${name}/nchw`, perm(NHWC_TO_NCHW)) : name);
    return { name, type: typeOf(dtype, shape) };
  }

  /** @param {import('./network.mjs').Node} node */
  write(node) {
    this[node.op](node);
  }

  conv2d(node) {
    this.#convolution(node, [3, 2, 0, 1], 1);
  }

  depthwiseConv2d(node) {
    this.#convolution(node, [2, 3, 0, 1], node.inputs[0].shape[3]);
  }

  dense(node) {
    this.#activated('Gemm', node);
  }

  add(node) {
    this.#activated('Add', node);
  }

  maxPool(node) {
    const { size, stride } = node.options;
    this.#simple('MaxPool', node, { ...SAME, ...pair('kernel_shape', size), ...pair('strides', stride) });
  }

  globalAverage({ inputs, output: { name } }) {
    this.#op('Flatten', [this.#op('GlobalAveragePool', this.#namesOf(inputs), `${name}/mean`)], name);
  }

  softmax(node) {
    this.#simple('Softmax', node, { axis: { i: -1 } });
  }

  gather(node) {
    this.#simple('Gather', node);
  }

  reshape({ inputs, output: { name, shape } }) {
    const dims = this.#constant(`${name}/shape`, [shape.length], 'int64', BigInt64Array.from(shape, BigInt));
    this.#op('Reshape', [...this.#namesOf(inputs), dims], name);
  }

  transpose(node) {
    this.#simple('Transpose', node, perm(node.options.order));
  }

  matMul(node) {
    this.#simple('MatMul', node);
  }

  scale(node) {
    this.#simple('Mul', node);
  }

  layerNorm(node) {
    this.#simple('LayerNormalization', node, { epsilon: { f: node.options.epsilon } });
  }

  gelu(node) {
    this.#simple('Gelu', node, { approximate: text('tanh') });
  }

  #op(type, input, output, attributes = {}) {
    const attribute = Object.entries(attributes).map(([name, value]) => {
      const [kind] = Object.keys(value);
      return { name, ...value, type: ATTRIBUTE_TYPES[kind] };
    });
    this.nodes.push({ opType: type, name: output, input, output: [output], attribute });
    return output;
  }

  #simple(type, { inputs, output }, attributes) {
    this.#op(type, this.#namesOf(inputs), output.name, attributes);
  }

  #constant(name, dims, dtype, values) {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.initializers.push({ name, dims, dataType: TYPES[dtype], rawData });
    return name;
  }

  /** Constants are written when they are used first. */
  #namesOf(values) {
    return values.map(({ name, shape, dtype, values: data }) => {
      if (data && !this.#names.has(name)) this.#names.set(name, this.#constant(name, shape, dtype, data));
      return this.#names.get(name) ?? name;
    });
  }

  #activated(type, { inputs, output: { name }, options: { activation } }, attributes) {
    const args = this.#namesOf(inputs);
    if (activation === 'none') return this.#op(type, args, name, attributes);
    const linear = this.#op(type, args, `${name}/linear`, attributes);
    if (activation === 'relu') return this.#op('Relu', [linear], name);
    const limits = [0, 6].map((limit) => this.#constant(`${name}/${limit}`, [], 'float32', Float32Array.of(limit)));
    return this.#op('Clip', [linear, ...limits], name);
  }

  /** @param {number[]} order The axes of the filter in the order of ONNX: output, input, height, width. */
  #convolution(node, order, group) {
    const [x, { shape, values, ...filter }, bias] = node.inputs;
    const dims = order.map((axis) => shape[axis]);
    const ordered = { ...filter, shape: dims, values: transposed(values, shape, order) };
    const attributes = { ...SAME, ...pair('strides', node.options.stride), group: { i: group } };
    this.#activated('Conv', { ...node, inputs: [x, ordered, bias] }, attributes);
  }
}

const perm = (ints) => ({ perm: { ints } });
const pair = (name, value) => ({ [name]: { ints: [value, value] } });
const text = (value) => ({ s: Buffer.from(value) });
const SAME = { auto_pad: text('SAME_UPPER') };

const typeOf = (dtype, shape) => ({
  tensorType: { elemType: TYPES[dtype], shape: { dim: shape.map((dimValue) => ({ dimValue })) } },
});

/**
 * @param {import('./network.mjs').Network} network
 * @param {string} file
 */
export async function writeOnnx(network, file) {
  const ModelProto = protobuf.parse(SCHEMA).root.lookupType('ModelProto');
  const writer = new Writer();
  const input = network.inputs.map((value) => writer.input(value));
  for (const node of network.nodes) writer.write(node);
  const output = network.outputs.map(({ name, dtype, shape }) => ({ name, type: typeOf(dtype, shape) }));
  const graph = { node: writer.nodes, name: 'network', initializer: writer.initializers, input, output };
  const model = { irVersion: IR_VERSION, graph, opsetImport: [{ domain: '', version: OPSET_VERSION }] };
  await writeFile(file, ModelProto.encode(model).finish());
}
