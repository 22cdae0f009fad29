// SPDX-License-Identifier: Apache-2.0
// Writes a network in the format of LiteRT (TensorFlow Lite).
// The numbers of fields, ops and options are those of
// https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs
import { writeFile } from 'node:fs/promises';

import { Builder } from 'flatbuffers';

import { transposed } from './network.mjs';

const SCHEMA_VERSION = 3;
/** The old field for an op's number has a byte only. This value there refers to the new field. */
const PLACEHOLDER_CODE = 127;
const TENSOR_TYPES = { float32: 0, int32: 2 };
const SAME = 0;
const ACTIVATIONS = { none: 0, relu: 1, relu6: 3 };
const BUFFER_ALIGNMENT = 16;

/** BuiltinOperator. */
const OPS = {
  ...{ ADD: 0, CONV_2D: 3, DEPTHWISE_CONV_2D: 4, FULLY_CONNECTED: 9, MAX_POOL_2D: 17, MUL: 18, RESHAPE: 22 },
  ...{ SOFTMAX: 25, GATHER: 36, TRANSPOSE: 39, MEAN: 40, SUB: 41, RSQRT: 76, SQUARED_DIFFERENCE: 99 },
  ...{ BATCH_MATMUL: 126, GELU: 150 },
};

const STRIDED = { padding: [0, 'Int8'], strideW: [1, 'Int32'], strideH: [2, 'Int32'] };
/** BuiltinOptions: the number of each op's table, and the slot and type of its fields. All of them are 0 by default. */
const OPTIONS = {
  CONV_2D: [1, { ...STRIDED, activation: [3, 'Int8'], dilationW: [4, 'Int32'], dilationH: [5, 'Int32'] }],
  DEPTHWISE_CONV_2D: [
    2,
    {
      ...{ ...STRIDED, multiplier: [3, 'Int32'], activation: [4, 'Int8'] },
      ...{ dilationW: [5, 'Int32'], dilationH: [6, 'Int32'] },
    },
  ],
  MAX_POOL_2D: [5, { ...STRIDED, width: [3, 'Int32'], height: [4, 'Int32'] }],
  FULLY_CONNECTED: [8, { activation: [0, 'Int8'] }],
  SOFTMAX: [9, { beta: [0, 'Float32'] }],
  ADD: [11, { activation: [0, 'Int8'] }],
  MEAN: [27, { keepDims: [0, 'Int8'] }],
  GELU: [116, { approximate: [0, 'Int8'] }],
};

/** Fields of a table: [slot, type, value]. */
function writeTable(builder, fields) {
  builder.startObject(Math.max(-1, ...fields.map(([slot]) => slot)) + 1);
  for (const [slot, type, value] of fields) builder[`addField${type}`](slot, value, 0);
  return builder.endObject();
}

function writeVector(builder, elementBytes, values, add) {
  builder.startVector(elementBytes, values.length, elementBytes);
  for (const value of [...values].reverse()) add(value);
  return builder.endVector();
}

const writeInts = (builder, values) => writeVector(builder, 4, values, (value) => builder.addInt32(value));
const writeOffsets = (builder, offsets) => writeVector(builder, 4, offsets, (offset) => builder.addOffset(offset));

const strides = (stride) => ({ strideW: stride, strideH: stride });
const DILATION = { dilationW: 1, dilationH: 1 };

/** Lists what the file contains; offsets are made at the end. */
class Writer {
  operators = [];
  tensors = [];
  codes = [];
  #indices = new Map();

  /** The index of the value's tensor. */
  tensor(value) {
    const known = this.#indices.get(value.name);
    if (known !== undefined) return known;
    this.#indices.set(value.name, this.tensors.length);
    return this.tensors.push(value) - 1;
  }

  /** @param {import('./network.mjs').Node} node */
  write(node) {
    this[node.op](node);
  }

  conv2d({ inputs: [x, filter, bias], output, options: { stride, activation } }) {
    const options = { padding: SAME, ...strides(stride), activation: ACTIVATIONS[activation], ...DILATION };
    this.#op('CONV_2D', [x, reordered(filter, [3, 0, 1, 2]), bias], output, options);
  }

  depthwiseConv2d({ inputs: [x, filter, bias], output, options: { stride, activation } }) {
    const common = { padding: SAME, ...strides(stride), activation: ACTIVATIONS[activation], ...DILATION };
    this.#op('DEPTHWISE_CONV_2D', [x, reordered(filter, [3, 0, 1, 2]), bias], output, { ...common, multiplier: 1 });
  }

  dense({ inputs: [x, weights, bias], output, options }) {
    const activation = ACTIVATIONS[options.activation];
    this.#op('FULLY_CONNECTED', [x, reordered(weights, [1, 0]), bias], output, { activation });
  }

  add({ inputs, output, options }) {
    this.#op('ADD', inputs, output, { activation: ACTIVATIONS[options.activation] });
  }

  maxPool({ inputs, output, options: { size, stride } }) {
    this.#op('MAX_POOL_2D', inputs, output, { padding: SAME, ...strides(stride), width: size, height: size });
  }

  globalAverage({ inputs: [x], output }) {
    this.#mean(x, [1, 2], output, 0);
  }

  softmax({ inputs, output }) {
    this.#op('SOFTMAX', inputs, output, { beta: 1 });
  }

  gather({ inputs, output }) {
    this.#op('GATHER', inputs, output);
  }

  reshape({ inputs: [x], output }) {
    this.#op('RESHAPE', [x, ints(`${output.name}/shape`, output.shape)], output);
  }

  transpose({ inputs: [x], output, options: { order } }) {
    this.#op('TRANSPOSE', [x, ints(`${output.name}/order`, order)], output);
  }

  matMul({ inputs, output }) {
    this.#op('BATCH_MATMUL', inputs, output);
  }

  scale({ inputs, output }) {
    this.#op('MUL', inputs, output);
  }

  layerNorm({ inputs: [x, gamma, beta], output, options: { epsilon } }) {
    const { name, shape } = output;
    const column = [...shape.slice(0, -1), 1];
    const inner = (what, op, inputs, size = shape) =>
      this.#op(op, inputs, { name: `${name}/${what}`, dtype: 'float32', shape: size });
    const mean = this.#mean(x, [x.shape.length - 1], { name: `${name}/mean`, dtype: 'float32', shape: column }, 1);
    const square = inner('square', 'SQUARED_DIFFERENCE', [x, mean]);
    const variance = { name: `${name}/variance`, dtype: 'float32', shape: column };
    this.#mean(square, [x.shape.length - 1], variance, 1);
    const small = { name: `${name}/epsilon`, dtype: 'float32', shape: [], values: Float32Array.of(epsilon) };
    const factor = inner('rsqrt', 'RSQRT', [inner('shifted', 'ADD', [variance, small], column)], column);
    const normal = inner('normal', 'MUL', [inner('centered', 'SUB', [x, mean]), factor]);
    this.#op('ADD', [inner('scaled', 'MUL', [normal, gamma]), beta], output);
  }

  gelu({ inputs, output }) {
    this.#op('GELU', inputs, output, { approximate: 1 });
  }

  #op(op, inputs, output, options = {}) {
    if (!this.codes.includes(op)) this.codes.push(op);
    const code = this.codes.indexOf(op);
    const [input, result] = [inputs, [output]].map((values) => values.map((value) => this.tensor(value)));
    this.operators.push({ op, code, inputs: input, outputs: result, options });
    return output;
  }

  #mean(x, axes, output, keepDims) {
    return this.#op('MEAN', [x, ints(`${output.name}/axes`, axes)], output, { keepDims });
  }
}

const ints = (name, values) => ({ name, dtype: 'int32', shape: [values.length], values: Int32Array.from(values) });

function reordered({ name, dtype, shape, values }, order) {
  return { name, dtype, shape: order.map((axis) => shape[axis]), values: transposed(values, shape, order) };
}

/** Buffer 0 is that of tensors without values. */
function writeBuffers(builder, tensors) {
  const offsets = [writeTable(builder, [])];
  for (const { values } of tensors.filter((tensor) => tensor.values)) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    builder.startVector(1, bytes.length, BUFFER_ALIGNMENT);
    builder.space -= bytes.length;
    builder.bb.setPosition(builder.space);
    builder.bb.bytes().set(bytes, builder.space);
    offsets.push(writeTable(builder, [[0, 'Offset', builder.endVector()]]));
  }
  return writeOffsets(builder, offsets);
}

function writeTensors(builder, tensors) {
  let buffers = 0;
  const offsets = tensors.map(({ name, dtype, shape, values }) => {
    const [dims, text] = [writeInts(builder, shape), builder.createString(name)];
    return writeTable(builder, [
      [0, 'Offset', dims],
      [1, 'Int8', TENSOR_TYPES[dtype]],
      [2, 'Int32', values ? ++buffers : 0],
      [3, 'Offset', text],
    ]);
  });
  return writeOffsets(builder, offsets);
}

function writeOperator(builder, { op, code, inputs, outputs, options }) {
  const [input, output] = [writeInts(builder, inputs), writeInts(builder, outputs)];
  const fields = [
    [0, 'Int32', code],
    [1, 'Offset', input],
    [2, 'Offset', output],
  ];
  if (op in OPTIONS) {
    const [type, slots] = OPTIONS[op];
    const values = Object.entries(options).map(([key, value]) => [...slots[key], value]);
    fields.push([4, 'Offset', writeTable(builder, values)], [3, 'Int8', type]);
  }
  return writeTable(builder, fields);
}

const writeCode = (builder, op) =>
  writeTable(builder, [
    [0, 'Int8', Math.min(OPS[op], PLACEHOLDER_CODE)],
    [2, 'Int32', 1],
    [3, 'Int32', OPS[op]],
  ]);

/**
 * @param {import('./network.mjs').Network} network
 * @param {string} file
 */
export async function writeTflite(network, file) {
  const writer = new Writer();
  const [inputs, outputs] = [network.inputs, network.outputs].map((values) => values.map((v) => writer.tensor(v)));
  for (const node of network.nodes) writer.write(node);
  const builder = new Builder(1 << 20);
  const buffers = writeBuffers(builder, writer.tensors);
  const graph = [
    [0, 'Offset', writeTensors(builder, writer.tensors)],
    [1, 'Offset', writeInts(builder, inputs)],
    [2, 'Offset', writeInts(builder, outputs)],
    [
      3,
      'Offset',
      writeOffsets(
        builder,
        writer.operators.map((operator) => writeOperator(builder, operator)),
      ),
    ],
  ];
  const graphs = writeOffsets(builder, [writeTable(builder, graph)]);
  const codes = writeOffsets(
    builder,
    writer.codes.map((op) => writeCode(builder, op)),
  );
  const model = writeTable(builder, [
    [0, 'Int32', SCHEMA_VERSION],
    [1, 'Offset', codes],
    [2, 'Offset', graphs],
    [4, 'Offset', buffers],
  ]);
  builder.finish(model, 'TFL3');
  await writeFile(file, builder.asUint8Array());
}
