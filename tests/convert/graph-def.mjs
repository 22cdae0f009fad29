// SPDX-License-Identifier: Apache-2.0
// Writes binary GraphDefs for tests.
import { bytes, concat, entry, float, int, message } from './proto.mjs';

/** Numbers of DataType. */
export const TYPES = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  half: 19,
  resource: 20,
};

/** A TensorShapeProto; null: unknown rank. */
export const shape = (dims) => (dims === null ? int(3, 1) : concat(dims.map((size) => message(2, int(1, size)))));

/** Little-endian bytes of numbers of a type. */
export function elements(type, values) {
  const arrays = {
    float32: Float32Array,
    float64: Float64Array,
    int32: Int32Array,
    uint8: Uint8Array,
    bool: Uint8Array,
    bfloat16: Uint16Array,
    half: Uint16Array,
  };
  if (type === 'int64') return Buffer.from(BigInt64Array.from(values.map(BigInt)).buffer);
  return Buffer.from(arrays[type].from(values).buffer);
}

/** A TensorProto. */
export const tensor = (type, dims, values) =>
  concat(
    int(1, TYPES[type]),
    message(2, shape(dims)),
    type === 'string' ? values.map((value) => bytes(8, value)) : bytes(4, elements(type, values)),
  );

/** AttrValues. */
export const attr = {
  type: (type) => int(6, TYPES[type]),
  int: (value) => int(3, value),
  float: (value) => float(4, value),
  bool: (value) => int(5, value ? 1 : 0),
  text: (value) => bytes(2, value),
  shape: (dims) => message(7, shape(dims)),
  tensor: (type, dims, values) => message(8, tensor(type, dims, values)),
  func: (name) => message(10, bytes(1, name)),
  ints: (values) =>
    message(
      1,
      values.map((value) => int(3, value)),
    ),
  types: (types) =>
    message(
      1,
      types.map((type) => int(6, TYPES[type])),
    ),
};

/** A NodeDef. */
export const node = (name, op, inputs = [], attrs = {}) =>
  concat(
    bytes(1, name),
    bytes(2, op),
    inputs.map((input) => bytes(3, input)),
    Object.entries(attrs).map(([key, value]) => entry(5, key, value)),
  );

export const constant = (name, type, dims, values) =>
  node(name, 'Const', [], { dtype: attr.type(type), value: attr.tensor(type, dims, values) });

export const placeholder = (name, type, dims) =>
  node(name, 'Placeholder', [], { dtype: attr.type(type), shape: attr.shape(dims) });

/** A FunctionDef. `args` and `results`: types by name; `ret`: edges by result. */
export const functionDef = (name, args, results, nodes, ret, controlRet = {}) =>
  concat(
    message(
      1,
      bytes(1, name),
      Object.entries(args).map(([arg, type]) => message(2, bytes(1, arg), int(3, TYPES[type]))),
      Object.entries(results).map(([arg, type]) => message(3, bytes(1, arg), int(3, TYPES[type]))),
      Object.keys(controlRet).map((result) => bytes(20, result)),
    ),
    nodes.map((body) => message(3, body)),
    Object.entries(ret).map(([result, edge]) => entry(4, result, edge)),
    Object.entries(controlRet).map(([result, target]) => entry(6, result, target)),
  );

/** A GraphDef. */
export const graphDef = (nodes, functions = []) =>
  concat(
    nodes.map((each) => message(1, each)),
    functions.length > 0
      ? message(
          2,
          functions.map((each) => message(1, each)),
        )
      : [],
    message(4, int(1, 987)),
  );
