// SPDX-License-Identifier: Apache-2.0
import { complexes, floats, integers, positive } from '../values.mjs';

const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -2.5, 3.5, 7, -100];

const FLOAT_FUNCTIONS = `sqrt rsqrt reciprocal exp expm1 log log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh
  atanh erf isNaN isInf isFinite elu selu sigmoid softplus logSigmoid leakyRelu`.split(/\s+/);
const NUMBER_FUNCTIONS = 'abs neg sign ceil floor round square relu relu6 step'.split(' ');

/** Inputs for which TensorFlow.js is wrong, or differs from TensorFlow. */
const SKIP_SPECIAL = {
  // log(1 + exp(x)) of infinities, lost NaN, the sign of zero.
  atanh: [0, 0.5, -0.25],
  acosh: [1, 2, 30],
  asinh: [0, 0.5, -2, 30],
  selu: [0, 1, -1, 0.5, -2.5, 7, -100],
  elu: [0, 1, -1, 0.5, -2.5, 7, -100],
  logSigmoid: [0, 1, -1, 0.5, -2.5, 7, -80],
  softplus: [0, 1, -1, 0.5, -2.5, 7, -80],
  relu: [0, 1, -1, 3.5],
  relu6: [0, 1, -1, 3.5, 8],
  step: [0, 1, -1, 3.5, NaN],
  sign: [0, 1, -1, 3.5],
  expm1: [0, 1e-6, -1e-6, 1, -2],
  log1p: [0, 1e-6, 1, 7],
  sin: [0, 1, -1, 30],
  cos: [0, 1, -1, 30],
  tan: [0, 1, -1, 30],
  isNaN: SPECIAL,
};

const special = (name) => SKIP_SPECIAL[name] ?? SPECIAL;

const PAIRS = [
  ['of one shape', (tf) => [floats(tf, [2, 3]), positive(tf, [2, 3], 2)]],
  ['that broadcast', (tf) => [floats(tf, [2, 1, 3]), positive(tf, [4, 1], 2)]],
  ['of int32', (tf) => [integers(tf, [5]), tf.tensor([1, 2, -3, 4, 5], [5], 'int32')]],
  ['of int32 and float32', (tf) => [integers(tf, [2, 2]), positive(tf, [2], 2)]],
  ['of a tensor and a number', (tf) => [floats(tf, [3]), 2]],
  ['of a number and an int32 tensor', (tf) => [1.5, tf.tensor([1, 2, 3], [3], 'int32')]],
  [
    'of lists',
    () => [
      [1, 2],
      [[3], [4]],
    ],
  ],
  ['of nothing', (tf) => [tf.tensor([], [0, 2]), tf.tensor([1, 2])]],
];
const ARITHMETIC = 'add sub mul div mod maximum minimum squaredDifference'.split(' ');
const COMPARISONS = 'equal notEqual greater greaterEqual less lessEqual'.split(' ');

const ofPairs = (names) =>
  names.flatMap((name) => PAIRS.map(([what, make]) => [`${name} ${what}`, (tf) => tf[name](...make(tf))]));

export const CASES = [
  ...[...FLOAT_FUNCTIONS, ...NUMBER_FUNCTIONS].flatMap((name) => [
    [`${name} of float32`, (tf) => tf[name](positive(tf, [3, 4]))],
    [`${name} of special values`, (tf) => tf[name](special(name))],
    [`${name} of nothing`, (tf) => tf[name](tf.tensor([], [0, 3]))],
  ]),
  ...'abs neg sign square relu relu6 step'
    .split(' ')
    .map((name) => [`${name} of int32`, (tf) => tf[name](integers(tf, [7]))]),
  ['sqrt of int32', (tf) => tf.sqrt(tf.tensor([4, 9], [2], 'int32')), { expected: (tf) => tf.tensor([2, 3]) }],
  ['exp of a number', (tf) => tf.exp(1)],
  ['abs of complex64', (tf) => tf.abs(complexes(tf, [2, 2]))],
  ['leakyRelu with alpha', (tf) => tf.leakyRelu([-1, 2], 0.5)],
  ['step with alpha', (tf) => tf.step([-1, 2], 0.5)],
  ...COMPARISONS.map((name) => [`${name} of strings`, (tf) => tf[name](['a', 'b', '', 'ab'], tf.tensor(['a']))]),
  ['round of halves', (tf) => tf.round([0.5, 1.5, 2.5, -0.5, -1.5])],
  ['cast to int32', (tf) => tf.cast([1.9, -1.9, 0], 'int32')],
  ['cast to bool', (tf) => tf.cast([0, 2, -1], 'bool')],
  ['cast of bool', (tf) => tf.cast([true, false], 'float32')],
  ['cast to the same', (tf) => tf.cast([1, 2], 'float32')],
  ['cast to complex64', (tf) => tf.cast([1, 2], 'complex64')],

  ...ofPairs(ARITHMETIC),
  ...ofPairs(COMPARISONS),
  ['add of complex64', (tf) => tf.add(complexes(tf, [2]), complexes(tf, [2], 5))],
  ['add of complex64 and float32', (tf) => tf.add(complexes(tf, [2]), tf.tensor([1, 2]))],
  // TensorFlow.js gives NaN for the second number.
  [
    'add of complex64 and a number',
    (tf) => tf.add(tf.complex([1, 2], [3, 4]), 2),
    { expected: (tf) => tf.complex([3, 4], [3, 4]) },
  ],
  // For floats, TensorFlow.js's cpu backend gives int32; the others give float32.
  ['floorDiv', (tf) => tf.floorDiv([7, -7, 7.5], 2), { expected: (tf) => tf.tensor([3, -4, 3]) }],
  ['floorDiv of int32', (tf) => tf.floorDiv(tf.tensor([7, -7], [2], 'int32'), tf.tensor([2, 2], [2], 'int32'))],
  ['mul of complex64', (tf) => tf.mul(complexes(tf, [3]), complexes(tf, [3], 5))],
  ['add of bool', (tf) => tf.add([true, false], [true, true]), { expected: (tf) => tf.tensor([2, 1], [2], 'int32') }],
  ['maximum of bool', (tf) => tf.maximum([true, false], [false, false])],
  ['add of bool and int32', (tf) => tf.add([true], tf.tensor([4], [1], 'int32'))],
  ['div of int32 rounds down', (tf) => tf.div(tf.tensor([7, -7], [2], 'int32'), tf.tensor([2, 2], [2], 'int32'))],
  ['pow', (tf) => tf.pow(positive(tf, [3]), floats(tf, [3], 2))],
  ['pow of int32', (tf) => tf.pow(tf.tensor([2, -3], [2], 'int32'), tf.tensor([5, 3], [2], 'int32'))],
  ['pow of a number', (tf) => tf.pow(floats(tf, [4]), 2)],
  ['divNoNan', (tf) => tf.divNoNan([1, 2, 0], [2, 0, 0])],
  ['divNoNan of int32', (tf) => tf.divNoNan(tf.tensor([7], [1], 'int32'), tf.tensor([0], [1], 'int32'))],
  ['atan2', (tf) => tf.atan2([1, -1, 0, 2], [1, -1, -1, 0])],
  ['bitwiseAnd', (tf) => tf.bitwiseAnd(tf.tensor([5, 12], [2], 'int32'), tf.tensor([3, 10], [2], 'int32'))],
  [
    'addN',
    (tf) =>
      tf.addN([
        floats(tf, [2, 2]),
        floats(tf, [2, 2], 2),
        [
          [1, 2],
          [3, 4],
        ],
      ]),
  ],
  ['addN of one', (tf) => tf.addN([[1, 2]])],
  ['prelu', (tf) => tf.prelu(floats(tf, [2, 3]), [0.1, 0.2, 0.3])],
  ['clipByValue', (tf) => tf.clipByValue([-2, 0.5, 3, NaN], -1, 1)],
  ['clipByValue of int32', (tf) => tf.clipByValue(tf.tensor([-5, 2, 9], [3], 'int32'), 0, 3)],
  ['clipByValue to an infinity', (tf) => tf.clipByValue([-5, 2, 9], 0, Infinity)],

  ['equal of strings', (tf) => tf.equal(['a', 'b'], ['a', 'c'])],
  ['notEqual of bool', (tf) => tf.notEqual([true, false], [true, true])],
  ...'logicalAnd logicalOr'
    .split(' ')
    .map((name) => [name, (tf) => tf[name]([true, false, true], [true, true, false])]),
  ['logicalXor', (tf) => tf.logicalXor([true, false, true], [true, true, false])],
  ['logicalNot', (tf) => tf.logicalNot([true, false])],
  ['logicalAnd that broadcasts', (tf) => tf.logicalAnd([[true], [false]], [true, false])],
  ['where', (tf) => tf.where([true, false, true], [1, 2, 3], [10, 20, 30])],
  [
    'where that broadcasts',
    (tf) =>
      tf.where(
        [[true], [false]],
        [
          [1, 2],
          [3, 4],
        ],
        [
          [0, 0],
          [0, 0],
        ],
      ),
  ],
  ['where of int32 and float32', (tf) => tf.where([true, false], tf.tensor([1, 2], [2], 'int32'), [0.5, 0.5])],
  [
    'whereAsync',
    (tf) =>
      tf.whereAsync([
        [true, false],
        [false, true],
      ]),
  ],
  ['whereAsync of nothing', (tf) => tf.whereAsync([false, false])],
  [
    'booleanMaskAsync',
    (tf) =>
      tf.booleanMaskAsync(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        [true, false, true],
      ),
  ],
  [
    'booleanMaskAsync along an axis',
    (tf) =>
      tf.booleanMaskAsync(
        [
          [1, 2],
          [3, 4],
        ],
        [false, true],
        1,
      ),
  ],
  [
    'booleanMaskAsync of two dimensions',
    (tf) =>
      tf.booleanMaskAsync(
        [
          [1, 2],
          [3, 4],
        ],
        [
          [false, true],
          [true, true],
        ],
      ),
  ],
  ['complex', (tf) => tf.complex([1, 2], [3, 4])],
  ['real', (tf) => tf.real(complexes(tf, [2, 2]))],
  ['imag', (tf) => tf.imag(complexes(tf, [2, 2]))],
];

export const ERRORS = [
  ['shapes that do not broadcast', (tf) => tf.add([1, 2], [1, 2, 3]), 'E_SHAPE', /^add\(\): .*2.*3/],
  ['strings', (tf) => tf.add(['a'], [1]), 'E_DTYPE', /'a' passed to 'add'/],
  ['what is no tensor', (tf) => tf.mul(null, 1), 'E_INPUT', /'a' passed to 'mul'/],
  ['an object', (tf) => tf.sub(1, {}), 'E_INPUT', /'b' passed to 'sub'/],
  ['ragged lists', (tf) => tf.exp([[1], [2, 3]]), 'E_SHAPE', /'x' passed to 'exp'/],
  ['strings of a function', (tf) => tf.sqrt(tf.tensor(['a'])), 'E_DTYPE', /'x' passed to 'sqrt'/],
  ['numbers for booleans', (tf) => tf.logicalAnd(tf.tensor([1]), [true]), 'E_DTYPE', /'a' passed to 'logicalAnd'/],
  ['an empty range', (tf) => tf.clipByValue([1], 2, 1), 'E_INPUT', /^clipByValue\(\)/],
  ['no tensors', (tf) => tf.addN([]), 'E_INPUT', /tf.addN\(\)/],
  ['an unknown dtype', (tf) => tf.cast([1], 'float16'), 'E_DTYPE', /^cast\(\).*float16/],
  ['a mask that does not fit', (tf) => tf.booleanMaskAsync([1, 2], [true]), 'E_INPUT', /^booleanMaskAsync\(\)/],
  [
    'a disposed tensor',
    (tf) => {
      const gone = tf.tensor([1]);
      gone.dispose();
      return tf.add(gone, 1);
    },
    'E_DISPOSED',
    /^add\(\).*disposed/,
  ],
];
