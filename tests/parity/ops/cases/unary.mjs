// SPDX-License-Identifier: Apache-2.0
// Elementwise functions of one tensor.
import { attr, bool, c64, f32, f32In, forOps, i32, INT_SPECIAL, SPECIAL, str } from '../case.mjs';

const special = f32([SPECIAL.length], SPECIAL);
const integers = i32([INT_SPECIAL.length], INT_SPECIAL);

const needs = (what) => ({ code: 'E_DTYPE', message: what });

/** float32 in, float32 or bool out: shapes from a scalar to rank 6, empty tensors, all special values. */
const ofFloats = (low, high) => [
  { name: 'a scalar', inputs: [f32In([], low, high)] },
  { name: 'a matrix', inputs: [f32In([5, 7], low, high, 2)] },
  { name: 'rank 6', inputs: [f32In([2, 1, 3, 1, 2, 3], low, high, 3)] },
  { name: 'more than one SIMD register, odd', inputs: [f32In([1027], low, high, 4)] },
  { name: 'nothing', inputs: [f32([3, 0, 2])] },
  { name: 'special values', inputs: [special] },
];

const notFloat = [
  { name: 'int32', inputs: [i32([2])], throws: needs(/float32.*int32/) },
  { name: 'strings', inputs: [str([1], ['a'])], throws: needs(/float32.*string/) },
];

const notNumber = [
  { name: 'bool', inputs: [bool([2])], throws: needs(/float32 or int32.*bool/) },
  { name: 'strings', inputs: [str([1], ['a'])], throws: needs(/float32 or int32.*string/) },
];

/** For ops that TensorFlow.js lacks or gets wrong: expected values computed by `f` in double precision. */
const computed = (cases, f, source) =>
  cases.map((testCase) => {
    const [{ dtype, shape, data }] = testCase.inputs;
    const values = Array.from(data, (value) => f(value));
    const expected = dtype === 'int32' ? i32(shape, values) : f32(shape, values);
    return { ...testCase, expected: [expected], source };
  });

const ANY = [-3, 3];
const FLOAT_OPS = {
  Acos: [-1, 1],
  Acosh: [1, 9],
  Asin: [-1, 1],
  Asinh: ANY,
  Atan: ANY,
  Atanh: [-1, 1],
  Cos: ANY,
  Cosh: ANY,
  Elu: ANY,
  Erf: ANY,
  Exp: ANY,
  Expm1: ANY,
  IsFinite: ANY,
  IsInf: ANY,
  IsNan: ANY,
  Log: [0, 9],
  Log1p: [-1, 9],
  Rsqrt: [0, 9],
  Selu: ANY,
  Sigmoid: ANY,
  Sin: ANY,
  Sinh: ANY,
  Softplus: ANY,
  Sqrt: [0, 9],
  Tan: ANY,
  Tanh: ANY,
};

const floatCases = Object.entries(FLOAT_OPS).flatMap(([op, [low, high]]) =>
  forOps([op], [...ofFloats(low, high), ...notFloat]),
);

/** float32 and int32. */
const NUMBER_OPS = ['Abs', 'Neg', 'Sign', 'Round', 'Square', 'Reciprocal', 'Relu', 'Relu6'];
const numberCases = NUMBER_OPS.flatMap((op) =>
  forOps([op], [...ofFloats(...ANY), { name: 'integers', inputs: [i32([5, 9], 3)] }, ...notNumber]),
);
// TensorFlow.js refuses int32 here.
const roundingCases = forOps(['Ceil', 'Floor'], [...ofFloats(...ANY), ...notNumber]);

const INT_FUNCTIONS = {
  Abs: Math.abs,
  Neg: (x) => -x,
  Sign: Math.sign,
  Ceil: (x) => x,
  Floor: (x) => x,
  Round: (x) => x,
  Square: (x) => Math.imul(x, x),
  Reciprocal: (x) => Math.trunc(1 / x),
  Relu: (x) => Math.max(x, 0),
  Relu6: (x) => Math.min(Math.max(x, 0), 6),
};
const wrappingCases = Object.entries(INT_FUNCTIONS).flatMap(([op, f]) =>
  forOps(
    [op],
    computed(
      [{ name: 'special integers', inputs: [integers] }],
      (x) => (Number.isFinite(f(x)) ? f(x) : 0),
      'the definition, modulo 2^32, and 0 for 1 / 0',
    ),
  ),
);

const roundHalfToEven = (x) => {
  const floor = Math.floor(x);
  const isTie = x - floor === 0.5;
  return isTie ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(x);
};

export const CASES = [
  ...floatCases,
  ...roundingCases,
  ...numberCases.filter(({ op, name }) => op !== 'Sign' || name !== 'special values'),
  ...wrappingCases,
  ...forOps(
    ['Sign'],
    computed([{ name: 'special values', inputs: [special] }], Math.sign, 'TensorFlow: the sign of NaN is NaN'),
  ),
  ...forOps(['Rint'], computed(ofFloats(...ANY), roundHalfToEven, 'IEEE 754, round to nearest, ties to even')),
  ...forOps(
    ['Inv'],
    computed(ofFloats(...ANY), (x) => 1 / x, 'the definition, 1 / x'),
  ),
  ...forOps(
    ['Softsign'],
    computed(ofFloats(...ANY), (x) => x / (1 + Math.abs(x)), 'the definition, x / (1 + |x|)'),
  ),
  ...forOps(['Softsign'], notFloat),
  {
    op: 'Round',
    name: 'ties go to the even neighbour',
    inputs: [f32([7], [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 8388609])],
    expected: [f32([7], [-2, -2, -0, 0, 2, 2, 8388609])],
    source: 'IEEE 754, round to nearest, ties to even',
  },
  {
    op: 'Neg',
    name: 'complex64',
    inputs: [c64([2], [1, -2, 0, 3])],
    expected: [c64([2], [-1, 2, -0, -3])],
    source: 'the definition',
  },
  ...computed([{ op: 'Invert', name: 'integers', inputs: [integers] }], (x) => ~x, 'the definition, ~x'),
  ...computed([{ op: 'Invert', name: 'nothing', inputs: [i32([0])] }], (x) => ~x, 'the definition, ~x'),
  { op: 'Invert', name: 'float32', inputs: [f32([2])], throws: needs(/int32.*float32/) },
  ...ofFloats(...ANY).map((testCase) => ({ ...testCase, op: 'LeakyRelu', attrs: { alpha: attr.float(0.3) } })),
  { op: 'LeakyRelu', name: 'the default slope', inputs: [f32([3, 4])] },
  { op: 'LeakyRelu', name: 'a slope above 1', attrs: { alpha: attr.float(2) }, inputs: [f32([3, 4])] },
  { op: 'LeakyRelu', name: 'a negative slope', attrs: { alpha: attr.float(-1) }, inputs: [f32([3, 4])] },
  { op: 'LeakyRelu', name: 'int32', inputs: [i32([2])], throws: needs(/float32.*int32/) },
  {
    op: 'LeakyRelu',
    name: 'a slope that is no number',
    attrs: { alpha: attr.string('0.2') },
    inputs: [f32([2])],
    throws: { code: 'E_ATTR', message: /alpha/ },
  },

  // Complex numbers.
  { op: 'Real', name: 'a matrix', inputs: [c64([2, 3])] },
  { op: 'Real', name: 'nothing', inputs: [c64([0])], expected: [f32([0])], source: 'the definition' },
  { op: 'Real', name: 'float32', inputs: [f32([2])], throws: needs(/complex64.*float32/) },
  { op: 'Imag', name: 'a matrix', inputs: [c64([2, 3])] },
  { op: 'Imag', name: 'nothing', inputs: [c64([0])], expected: [f32([0])], source: 'the definition' },
  { op: 'Imag', name: 'float32', inputs: [f32([2])], throws: needs(/complex64.*float32/) },
  { op: 'ComplexAbs', name: 'a matrix', inputs: [c64([2, 3])] },
  {
    op: 'ComplexAbs',
    name: 'parts whose squares overflow',
    inputs: [c64([2], [3e30, -4e30, 3e-30, 4e-30])],
    expected: [f32([2], [5e30, 5e-30])],
    source: 'the definition, with exact squares',
    tolerance: { relative: 1e-6, absolute: 0 },
  },
  { op: 'ComplexAbs', name: 'float32', inputs: [f32([2])], throws: needs(/complex64.*float32/) },
  {
    op: 'Conj',
    name: 'complex64',
    inputs: [c64([2], [1, 2, -3, -4])],
    expected: [c64([2], [1, -2, -3, 4])],
    source: 'the definition',
  },
  {
    op: 'Conj',
    name: 'float32 as it is',
    inputs: [f32([2], [1, -2])],
    expected: [f32([2], [1, -2])],
    source: 'the definition',
  },
  { op: 'Conj', name: 'int32', inputs: [i32([2])], throws: needs(/complex64.*int32/) },
  { op: 'Complex', name: 'matrices', inputs: [f32([2, 3]), f32([2, 3], 2)] },
  {
    op: 'Complex',
    name: 'broadcasting',
    inputs: [f32([2, 1], [1, 2]), f32([2], [3, 4])],
    expected: [c64([2, 2], [1, 3, 1, 4, 2, 3, 2, 4])],
    source: 'the definition',
  },
  { op: 'Complex', name: 'int32', inputs: [i32([2]), i32([2])], throws: needs(/float32.*int32/) },
];
