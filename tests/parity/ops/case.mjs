// SPDX-License-Identifier: Apache-2.0
// The format of the tables in cases/. A table is a list of
//
//   {
//     op: 'Conv3D',                       // a TensorFlow op name
//     name: 'strides of 2',               // what is tested; unique within the op
//     attrs: { strides: { list: { i: ['1', '2', '2', '2', '1'] } } }, // as in a GraphDef
//     inputs: [f32([1, 4, 4, 4, 2]), constant(i32([2], [0, 1]))],
//     // Optional. Without `expected`, TensorFlow.js's cpu backend computes it.
//     expected: [f32([1], [3])], source: 'the definition of ...', // why these values
//     throws: { code: 'E_SHAPE', message: /rank/ },  // instead of outputs; the message names op and argument
//     outputs: 2,                         // how many are compared; default 1
//     tolerance: { relative: 1e-4, absolute: 1e-5 },
//     check: (outputs) => undefined,      // returns an error message; for outputs without fixed values,
//                                         // such as random numbers
//   }
//
// A case for an op that needs other ops specifies all nodes. Its inputs are x0, x1, ...:
//
//   {
//     op: 'TensorListLength', covers: ['TensorListFromTensor'], name: '...', inputs: [...],
//     nodes: [{ name: 'list', op: 'TensorListFromTensor', input: ['x0', 'x1'], attr: { ... } }, ...],
//     fetches: ['length'],                // names of the compared outputs
//     library: { function: [...] },       // of the GraphDef
//   }
//
// An input is fed at run time, unless it is wrapped in constant(), which makes it a Const node. Real models specify
// axes, shapes, sizes and filters that way.
import { randomValues } from '../../../web/common/random.js';

const length = (shape) => shape.reduce((product, size) => product * size, 1);

/** A tensor of a case. complex64 values alternate real and imaginary parts. */
const tensor = (dtype, shape, data) => ({ dtype, shape, data });

/** float32: the given values, or random ones from -2 to 2 for a seed. */
export function f32(shape, values = 1) {
  const data = typeof values === 'number' ? randomValues('float32', length(shape), [-2, 2], values) : values;
  return tensor('float32', shape, Float32Array.from(data));
}

/** int32: the given values, or random ones from -9 to 9 for a seed. */
export function i32(shape, values = 1) {
  const data = typeof values === 'number' ? randomValues('int32', length(shape), [-9, 9], values) : values;
  return tensor('int32', shape, Int32Array.from(data));
}

/** bool: the given values, or random ones for a seed. */
export function bool(shape, values = 1) {
  const data = typeof values === 'number' ? randomValues('int32', length(shape), [0, 1], values) : values;
  return tensor('bool', shape, Uint8Array.from(data));
}

/** string: a list of JavaScript strings. */
export const str = (shape, values) => tensor('string', shape, values);

/** complex64: re, im, re, im, ... or random parts from -2 to 2 for a seed. */
export function c64(shape, values = 1) {
  const data = typeof values === 'number' ? randomValues('float32', 2 * length(shape), [-2, 2], values) : values;
  return tensor('complex64', shape, Float32Array.from(data));
}

/** float32: random values from `low` to `high`. */
export const f32In = (shape, low, high, seed = 1) =>
  f32(shape, randomValues('float32', length(shape), [low, high], seed));

/** int32: random values from `low` to `high`. */
export const i32In = (shape, low, high, seed = 1) =>
  i32(shape, randomValues('int32', length(shape), [low, high], seed));

/** Special values: NaN, infinities, zeros of both signs, values that overflow and underflow. */
export const SPECIAL = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  1e-38,
  1e30,
  -1e30,
  100,
  -100,
];

/** The limits of int32, and values around zero. */
export const INT_SPECIAL = [-2147483648, 2147483647, -2147483647, 65536, -65536, 46341, -7, -1, 0, 1, 7];

/** The input as a Const node of the graph. */
export const constant = (input) => ({ ...input, constant: true });

/** The same cases for several ops. */
export const forOps = (ops, cases) => ops.flatMap((op) => cases.map((testCase) => ({ ...testCase, op })));

/** The source of expected values that TensorFlow.js does not give. */
export const DEFINITION = 'the definition';

/** A constant vector of int32, such as a shape or axes. */
export const ints = (...values) => constant(i32([values.length], values));

/** A constant of int32, such as an axis. */
export const scalar = (value) => constant(i32([], [value]));

/** The expected error of a case. */
export const bad = (code, message) => ({ code, message });

/** A constant of int32 with two columns, such as paddings. */
export const matrix = (values) => constant(i32([values.length, 2], values.flat()));

export const abc = str([2, 3], ['a', 'b', 'c', 'd', 'é', '']);

/** One case per dtype that TensorFlow.js supports; `inputs` makes the inputs from the tensor. */
export const dtypes = (inputs, shape = [2, 3]) =>
  [f32(shape), i32(shape), bool(shape)].map((tensor) => ({ name: tensor.dtype, inputs: inputs(tensor) }));

export const zeroSize = 'of no elements';

/** Attributes, as in a GraphDef. */
export const attr = {
  int: (value) => ({ i: String(value) }),
  ints: (...values) => ({ list: { i: values.map(String) } }),
  // JSON has no NaN and infinities: protobuf writes them as strings.
  float: (value) => ({ f: Number.isFinite(value) ? value : String(value) }),
  bool: (value) => ({ b: value }),
  string: (text) => ({ s: Buffer.from(text).toString('base64') }),
  strings: (...texts) => ({ list: { s: texts.map((text) => Buffer.from(text).toString('base64')) } }),
  type: (name) => ({ type: name }), // 'DT_FLOAT'
  shape: (...sizes) => ({ shape: { dim: sizes.map((size) => ({ size: String(size) })) } }),
};
