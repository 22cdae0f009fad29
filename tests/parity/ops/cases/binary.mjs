// SPDX-License-Identifier: Apache-2.0
// Binary arithmetic, with broadcasting.
import { attr, bool, c64, constant, f32, f32In, forOps, i32, i32In, INT_SPECIAL, SPECIAL, str } from '../case.mjs';

/** Every special value with every other. */
const allPairs = (make, values) => [make([values.length, 1], values), make([1, values.length], values)];

/** Shapes that broadcast in all possible ways. `make` makes the values. */
const shapes = (make) => [
  { name: 'one shape', inputs: [make([3, 5], 1), make([3, 5], 2)] },
  { name: 'scalars', inputs: [make([], 1), make([], 2)] },
  { name: 'a scalar on the left', inputs: [make([], 1), make([4, 33], 2)] },
  { name: 'a scalar on the right', inputs: [make([4, 33], 1), constant(make([], 2))] },
  { name: 'a row', inputs: [make([2, 3, 5], 1), constant(make([5], 2))] },
  { name: 'a column', inputs: [make([2, 3, 5], 1), make([3, 1], 2)] },
  { name: 'both sides', inputs: [make([3, 1, 4], 1), make([2, 1, 5, 1], 2)] },
  { name: 'rank 6', inputs: [make([2, 1, 3, 1, 2, 1], 1), make([1, 2, 1, 3, 1, 2], 2)] },
  { name: 'nothing', inputs: [make([0, 3], 1), make([1, 3], 2)] },
  { name: 'nothing, broadcast', inputs: [make([2, 1], 1), make([0], 2)] },
];

const faults = (make) => [
  {
    name: 'shapes that do not broadcast',
    inputs: [make([2, 3], 1), make([2], 2)],
    throws: { code: 'E_SHAPE', message: /\[2, ?3\].*\[2\].*broadcast/ },
  },
  {
    name: 'strings',
    inputs: [str([1], ['a']), str([1], ['b'])],
    throws: { code: 'E_DTYPE', message: /expected .*got string/ },
  },
  {
    name: 'two dtypes',
    inputs: [make([2], 1), bool([2])],
    throws: { code: 'E_DTYPE', message: /one dtype.*bool/ },
  },
];

const floats = (low, high) => [
  ...shapes((shape, seed) => f32In(shape, low, high, seed)),
  ...faults((shape, seed) => f32In(shape, low, high, seed)),
];
const floatPairs = { name: 'all pairs of special values', inputs: allPairs(f32, SPECIAL) };
const intPairs = { name: 'all pairs of special integers', inputs: allPairs(i32, INT_SPECIAL) };
const integers = [
  { name: 'integers', inputs: [i32In([7, 9], -99, 99), i32In([7, 9], 1, 9, 2)] },
  { name: 'integers, a scalar', inputs: [i32In([7, 9], -99, 99), constant(i32([], [-4]))] },
  { name: 'no integers', inputs: [i32([0]), i32([0])] },
];

/** The same cases, with expected values computed by `f`. */
function computed(cases, f, source) {
  return cases.map((testCase) =>
    testCase.throws ? testCase : { ...testCase, expected: [broadcast(testCase.inputs, f)], source },
  );
}

function broadcast([a, b], f) {
  const rank = Math.max(a.shape.length, b.shape.length);
  const pad = (shape) => [...Array(rank - shape.length).fill(1), ...shape];
  const [left, right] = [pad(a.shape), pad(b.shape)];
  const shape = left.map((size, axis) => (size === 1 ? right[axis] : size));
  const count = shape.reduce((product, size) => product * size, 1);
  const at = (dims, index) => {
    let rest = index;
    let place = 0;
    let stride = 1;
    for (let axis = rank - 1; axis >= 0; --axis) {
      const coordinate = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
      if (dims[axis] > 1) place += coordinate * stride;
      stride *= dims[axis];
    }
    return place;
  };
  const values = Array.from({ length: count }, (_, i) => f(a.data[at(left, i)], b.data[at(right, i)]));
  return a.dtype === 'int32' ? i32(shape, values) : f32(shape, values);
}

const WRAPPING = 'arithmetic modulo 2^32, as in TensorFlow';
const DEFINITION = 'the definition of the op in TensorFlow';
const wrap = (f) => (a, b) => Number(BigInt.asIntN(32, f(BigInt(a), BigInt(b))));
const power = (a, b) => {
  if (b < 0n) return a === 1n ? 1n : a === -1n ? (b % 2n === 0n ? 1n : -1n) : 0n;
  let result = 1n;
  for (let [base, rest] = [a, b]; rest > 0n; rest >>= 1n, base = BigInt.asIntN(32, base * base)) {
    if (rest & 1n) result = BigInt.asIntN(32, result * base);
  }
  return result;
};
const floorDiv = (a, b) => {
  const quotient = a / b;
  return quotient * b !== a && a < 0n !== b < 0n ? quotient - 1n : quotient;
};
const floorMod = (a, b) => a - floorDiv(a, b) * b;

export const CASES = [
  ...forOps(['Add', 'AddV2', 'Sub', 'Mul', 'SquaredDifference'], [...floats(-3, 3), floatPairs, ...integers]),
  ...forOps(['Maximum', 'Minimum'], [...floats(-3, 3), floatPairs, ...integers, intPairs]),
  ...forOps(
    ['Add', 'AddV2'],
    computed(
      [intPairs],
      wrap((a, b) => a + b),
      WRAPPING,
    ),
  ),
  ...forOps(
    ['Sub'],
    computed(
      [intPairs],
      wrap((a, b) => a - b),
      WRAPPING,
    ),
  ),
  ...forOps(
    ['Mul'],
    computed(
      [intPairs],
      wrap((a, b) => a * b),
      WRAPPING,
    ),
  ),
  ...forOps(
    ['SquaredDifference'],
    computed(
      [intPairs],
      wrap((a, b) => (a - b) * (a - b)),
      WRAPPING,
    ),
  ),
  ...forOps(
    ['Add', 'AddV2', 'Sub', 'Mul'],
    [
      { name: 'complex64', inputs: [c64([2, 3]), c64([2, 3], 2)] },
      { name: 'complex64, broadcasting', inputs: [c64([2, 3]), c64([2, 1], 2)] },
    ],
  ),

  // Quotients.
  ...forOps(['RealDiv', 'Div'], [...floats(0.5, 3), floatPairs]),
  ...forOps(
    ['Div'],
    computed([...integers, intPairs], wrap(orZero((a, b) => a / b)), 'TensorFlow: rounds towards zero'),
  ),
  ...forOps(
    ['RealDiv'],
    computed([...integers, intPairs], wrap(orZero(floorDiv)), 'as TensorFlow.js, which floors; wraps'),
  ),
  {
    op: 'RealDiv',
    name: 'complex64',
    inputs: [c64([2], [1, 2, 4, 0]), c64([2], [3, -1, 0, 2])],
    expected: [c64([2], [0.1, 0.7, 0, -2])],
    source: 'the definition',
  },
  ...forOps(['DivNoNan'], floats(0.5, 3)),
  ...forOps(
    ['DivNoNan'],
    computed([floatPairs], (a, b) => (b === 0 ? 0 : a / b), DEFINITION),
  ),
  ...forOps(['TruncateDiv'], computed([...integers, intPairs], wrap(orZero((a, b) => a / b)), DEFINITION)),
  {
    op: 'TruncateDiv',
    name: 'float32',
    inputs: [f32([1]), f32([1])],
    throws: { code: 'E_DTYPE', message: /int32.*float32/ },
  },
  ...forOps(['FloorDiv'], integers),
  // TensorFlow.js converts float32 to int32 here.
  ...forOps(
    ['FloorDiv'],
    computed([...floats(0.5, 3), floatPairs], (a, b) => Math.floor(Math.fround(a / b)), DEFINITION),
  ),
  ...forOps(['FloorDiv'], computed([intPairs], wrap(orZero(floorDiv)), DEFINITION)),
  ...forOps(['FloorMod'], [...floats(0.5, 3), ...integers]),
  ...forOps(['FloorMod'], computed([intPairs], wrap(orZero(floorMod)), DEFINITION)),
  {
    op: 'FloorMod',
    name: 'signs',
    inputs: [f32([8], [5, -5, 5, -5, 5.5, -5.5, 0, 1]), f32([8], [3, 3, -3, -3, 2, 2, 3, 0])],
    expected: [f32([8], [2, 1, -1, -2, 1.5, 0.5, 0, Number.NaN])],
    source: DEFINITION,
  },
  ...forOps(
    ['Mod', 'TruncateMod'],
    computed([...floats(0.5, 3), floatPairs], (a, b) => a % b, 'fmod of C'),
  ),
  ...forOps(['Mod', 'TruncateMod'], computed([...integers, intPairs], wrap(orZero((a, b) => a % b)), DEFINITION)),

  // Powers and others.
  ...forOps(['Pow'], [...floats(0.5, 3), ...[2, 3, 0.5, 0, -1].map(powerOf)]),
  ...forOps(['Pow'], computed([floatPairs], powf, 'pow of C')),
  ...forOps(
    ['Pow'],
    computed(
      [intPairs, { name: 'integers', inputs: [i32In([6, 6], -9, 9), i32In([6, 6], 0, 9, 2)] }],
      wrap(power),
      WRAPPING,
    ),
  ),
  ...forOps(['Atan2'], [...floats(-3, 3), floatPairs]),
  ...forOps(
    ['MulNoNan'],
    computed([...floats(-3, 3), floatPairs], (a, b) => (b === 0 ? 0 : a * b), DEFINITION),
  ),
  ...forOps(
    ['Xdivy'],
    computed([...floats(0.5, 3), floatPairs], (a, b) => (a === 0 ? 0 : a / b), DEFINITION),
  ),
  ...forOps(
    ['Xlogy'],
    computed([...floats(0.5, 3), floatPairs], (a, b) => (a === 0 ? 0 : a * Math.log(b)), DEFINITION),
  ),
  ...forOps(
    ['AddRelu'],
    computed([...floats(-3, 3), floatPairs], (a, b) => Math.max(a + b, 0), 'Relu of Add'),
  ),
  ...forOps(
    ['AddRelu'],
    computed(
      [intPairs],
      wrap((a, b) => (BigInt.asIntN(32, a + b) < 0n ? 0n : a + b)),
      'Relu of Add',
    ),
  ),

  // Bits.
  ...forOps(
    ['BitwiseAnd'],
    computed([...integers, intPairs], (a, b) => a & b, DEFINITION),
  ),
  ...forOps(
    ['BitwiseOr'],
    computed([...integers, intPairs], (a, b) => a | b, DEFINITION),
  ),
  ...forOps(
    ['BitwiseXor'],
    computed([...integers, intPairs], (a, b) => a ^ b, DEFINITION),
  ),
  ...forOps(
    ['BitwiseAnd', 'BitwiseOr', 'BitwiseXor'],
    [{ name: 'float32', inputs: [f32([1]), f32([1])], throws: { code: 'E_DTYPE', message: /int32.*float32/ } }],
  ),

  // Any number of tensors.
  { op: 'AddN', name: 'one', inputs: [f32([2, 3])] },
  { op: 'AddN', name: 'five', inputs: [1, 2, 3, 4, 5].map((seed) => f32([17, 3], seed)) },
  { op: 'AddN', name: 'one tensor twice is still two', inputs: [f32([4]), constant(f32([4])), f32([4])] },
  { op: 'AddN', name: 'nothing', inputs: [f32([0, 2]), f32([0, 2])] },
  {
    op: 'AddN',
    name: 'integers that wrap',
    inputs: [i32([2], [2147483647, -5]), i32([2], [1, 2]), i32([2], [0, 9])],
    expected: [i32([2], [-2147483648, 6])],
    source: WRAPPING,
  },
  {
    op: 'AddN',
    name: 'complex64',
    inputs: [c64([3]), c64([3], 2)],
    expected: [sumOf(c64([3]), c64([3], 2))],
    source: 'the definition',
  },
  {
    op: 'AddN',
    name: 'shapes that would broadcast',
    inputs: [f32([2]), f32([1])],
    throws: { code: 'E_SHAPE', message: /\[2\].*\[1\]/ },
  },
  {
    op: 'AddN',
    name: 'two dtypes',
    inputs: [f32([2]), i32([2])],
    throws: { code: 'E_DTYPE', message: /float32.*int32/ },
  },

  // Biases.
  ...forOps(
    ['BiasAdd'],
    [
      { name: 'channels last', inputs: [f32([2, 3, 4, 5]), constant(f32([5], 2))] },
      { name: 'a matrix', inputs: [f32([7, 33]), f32([33], 2)] },
      { name: 'rank 5', inputs: [f32([2, 1, 2, 3, 3]), constant(f32([3], 2))] },
      { name: 'no rows', inputs: [f32([0, 3]), f32([3], 2)] },
      { name: 'integers', inputs: [i32([2, 3]), i32([3], 2)] },
      {
        name: 'channels first',
        attrs: { data_format: attr.string('NCHW') },
        inputs: [f32([1, 2, 1, 2], [1, 2, 3, 4]), f32([2], [10, 20])],
        expected: [f32([1, 2, 1, 2], [11, 12, 23, 24])],
        source: DEFINITION,
      },
      {
        name: 'too many biases',
        inputs: [f32([2, 3]), f32([4])],
        throws: { code: 'E_SHAPE', message: /\[2, ?3\].*\[4\]/ },
      },
      { name: 'two dtypes', inputs: [f32([2, 3]), i32([3])], throws: { code: 'E_DTYPE', message: /float32.*int32/ } },
    ],
  ),
  ...forOps(
    ['BiasAddV1'],
    [
      {
        name: 'a matrix',
        inputs: [f32([1, 2], [1, 2]), f32([2], [3, 4])],
        expected: [f32([1, 2], [4, 6])],
        source: DEFINITION,
      },
      { name: 'nothing', inputs: [f32([0, 2]), f32([2])], expected: [f32([0, 2])], source: DEFINITION },
      { name: 'strings', inputs: [str([1], ['a']), str([1], ['a'])], throws: { code: 'E_DTYPE', message: /string/ } },
    ],
  ),
  { op: 'Prelu', name: 'a slope a channel', inputs: [f32([2, 3, 4]), constant(f32([4], 2))] },
  { op: 'Prelu', name: 'one slope', inputs: [f32([2, 3, 4]), f32([], 2)] },
  { op: 'Prelu', name: 'a slope an element', inputs: [f32([5, 7]), f32([5, 7], 2)] },
  { op: 'Prelu', name: 'shared axes', inputs: [f32([2, 3, 4, 5]), constant(f32([3, 1, 5], 2))] },
  { op: 'Prelu', name: 'special values', inputs: [f32([SPECIAL.length], SPECIAL), f32([], [0.5])] },
  { op: 'Prelu', name: 'nothing', inputs: [f32([0, 3]), f32([3], 2)] },
  {
    op: 'Prelu',
    name: 'slopes that do not fit',
    inputs: [f32([2, 3]), f32([2])],
    throws: { code: 'E_SHAPE', message: /\[2, ?3\].*\[2\]|\[2\].*\[2, ?3\]/ },
  },
  { op: 'Prelu', name: 'int32', inputs: [i32([2]), i32([2])], throws: { code: 'E_DTYPE', message: /float32.*int32/ } },
];

/** TensorFlow reports an error for integer division by zero; TensorFlow.js returns 0. */
function orZero(f) {
  return (a, b) => (b === 0n ? 0n : f(a, b));
}

function powerOf(exponent) {
  return { name: `to the power of ${exponent}`, inputs: [f32In([3, 11], 0.1, 3), constant(f32([], [exponent]))] };
}

/** Like C's pow. JavaScript's ** gives NaN in cases where C gives 1. */
function powf(a, b) {
  if (a === 1 || b === 0) return 1;
  if (a === -1 && Math.abs(b) === Infinity) return 1;
  return a ** b;
}

function sumOf(a, b) {
  return { ...a, data: a.data.map((value, i) => value + b.data[i]) };
}
