// SPDX-License-Identifier: Apache-2.0
// Writes a network as a graph model, with the ops to which the TensorFlow.js converter fuses such networks.
import path from 'node:path';

import { attr, GraphBuilder } from '../../../tests/graph-builder.mjs';

const FUSED = { relu: 'Relu', relu6: 'Relu6' };
const T = attr.type('float32');
const LAYOUT = { data_format: attr.string('NHWC'), padding: attr.string('SAME') };
const list = (...values) => ({ list: { i: values.map(String) } });

function fusedAttributes({ activation }) {
  const ops = ['BiasAdd', ...(activation === 'none' ? [] : [FUSED[activation]])];
  return {
    T,
    num_args: attr.int(1),
    fused_ops: { list: { s: ops.map((op) => Buffer.from(op).toString('base64')) } },
    epsilon: { f: 0 },
  };
}

class Writer extends GraphBuilder {
  /** A node for each node of the network, and others where TensorFlow has no such op. */
  write({ op, inputs, output, options }) {
    this[op](
      output.name,
      inputs.map(({ name }) => name),
      options,
      { inputs, output },
    );
  }

  /** @param op 'Conv2D' or 'DepthwiseConv2dNative'. */
  #convolution(name, inputs, fusedOp, options) {
    const strides = list(1, options.stride, options.stride, 1);
    const dilations = list(1, 1, 1, 1);
    this.op(name, fusedOp, inputs, { ...fusedAttributes(options), ...LAYOUT, strides, dilations });
  }

  conv2d(name, inputs, options) {
    this.#convolution(name, inputs, '_FusedConv2D', options);
  }

  depthwiseConv2d(name, inputs, options) {
    this.#convolution(name, inputs, 'FusedDepthwiseConv2dNative', options);
  }

  dense(name, inputs, options) {
    const transposed = { transpose_a: attr.bool(false), transpose_b: attr.bool(false) };
    this.op(name, '_FusedMatMul', inputs, { ...fusedAttributes(options), ...transposed });
  }

  add(name, inputs, { activation }) {
    if (activation === 'none') return this.op(name, 'AddV2', inputs, { T });
    return this.op(name, FUSED[activation], [this.op(`${name}/sum`, 'AddV2', inputs, { T })], { T });
  }

  maxPool(name, inputs, { size, stride }) {
    this.op(name, 'MaxPool', inputs, {
      ...{ T, ...LAYOUT },
      ...{ ksize: list(1, size, size, 1), strides: list(1, stride, stride, 1) },
    });
  }

  globalAverage(name, [x]) {
    this.#mean(name, x, [1, 2], false);
  }

  softmax(name, inputs) {
    this.op(name, 'Softmax', inputs, { T });
  }

  gather(name, [table, indices]) {
    const types = { Tparams: T, Tindices: attr.type('int32'), Taxis: attr.type('int32') };
    const batch = { batch_dims: attr.int(0) };
    this.op(name, 'GatherV2', [table, indices, this.int(`${name}/axis`, 0)], { ...types, ...batch });
  }

  reshape(name, [x], _, { output: { shape } }) {
    this.op(name, 'Reshape', [x, this.ints(`${name}/shape`, shape)], { T, Tshape: attr.type('int32') });
  }

  transpose(name, [x], { order }) {
    this.op(name, 'Transpose', [x, this.ints(`${name}/perm`, order)], { T, Tperm: attr.type('int32') });
  }

  matMul(name, inputs) {
    this.op(name, 'BatchMatMulV2', inputs, { T, adj_x: attr.bool(false), adj_y: attr.bool(false) });
  }

  scale(name, inputs) {
    this.op(name, 'Mul', inputs, { T });
  }

  layerNorm(name, [x, gamma, beta], { epsilon }) {
    const inner = (what, op, inputs) => this.op(`${name}/${what}`, op, inputs, { T });
    const mean = this.#mean(`${name}/mean`, x, [-1], true);
    const variance = this.#mean(`${name}/variance`, inner('square', 'SquaredDifference', [x, mean]), [-1], true);
    const shifted = inner('shifted', 'AddV2', [variance, this.constant(`${name}/epsilon`, 'float32', [], epsilon)]);
    const factor = inner('factor', 'Mul', [inner('rsqrt', 'Rsqrt', [shifted]), gamma]);
    const offset = inner('offset', 'Sub', [beta, inner('center', 'Mul', [mean, factor])]);
    this.op(name, 'AddV2', [inner('scaled', 'Mul', [x, factor]), offset], { T });
  }

  gelu(name, [x]) {
    const number = (what, value) => this.constant(`${name}/${what}`, 'float32', [], value);
    const inner = (what, op, inputs) => this.op(`${name}/${what}`, op, inputs, { T });
    const cube = inner('cube', 'Pow', [x, number('three', 3)]);
    const sum = inner('sum', 'AddV2', [x, inner('term', 'Mul', [number('small', 0.044715), cube])]);
    const tanh = inner('tanh', 'Tanh', [inner('argument', 'Mul', [number('root', Math.sqrt(2 / Math.PI)), sum])]);
    const gate = inner('gate', 'Mul', [number('half', 0.5), inner('shifted', 'AddV2', [number('one', 1), tanh])]);
    this.op(name, 'Mul', [x, gate], { T });
  }

  #mean(name, x, axes, keepDims) {
    const attributes = { T, Tidx: attr.type('int32'), keep_dims: attr.bool(keepDims) };
    return this.op(name, 'Mean', [x, this.ints(`${name}/axes`, axes)], attributes);
  }
}

/**
 * @param {import('./network.mjs').Network} network
 * @param {string} file The path of model.json; the weights are beside it.
 */
export async function writeGraphModel(network, file) {
  const tf = await import('../../../dist/index.js');
  const writer = new Writer();
  for (const { name, dtype, shape } of network.inputs) writer.input(name, dtype, shape);
  for (const { name, dtype, shape, values } of network.constants) writer.constant(name, dtype, shape, values);
  for (const node of network.nodes) writer.write(node);
  const outputs = Object.fromEntries(network.outputs.map(({ name }) => [name, { name }]));
  const [handler] = tf.io.getSaveHandlers(`file://${path.dirname(file)}`);
  await handler.save(writer.artifacts({ outputs }));
}
