// SPDX-License-Identifier: Apache-2.0
// Creation functions. For random ones, cases check statistical properties.
import { floats, integers } from '../values.mjs';

/** Approximate mean and standard deviation, and whether a second call gives the same values. */
async function statistics(make) {
  const [first, second] = [make(), make()].map((tensor) => tensor.dataSync());
  const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
  const variance = first.reduce((sum, value) => sum + (value - mean) ** 2, 0) / first.length;
  return {
    mean,
    deviation: Math.sqrt(variance),
    least: Math.min(...first),
    most: Math.max(...first),
    same: String(first) === String(second),
  };
}

const COUNT = [4000];
const SEED = 5;

/** A case that passes if `holds` is true for the statistics. */
const random = (name, make, holds) => [
  name,
  async (tf) => {
    const facts = await statistics(() => make(tf));
    return holds(facts) || facts;
  },
  { expected: () => true },
];
const near = (value, expected, tolerance = 0.1) => Math.abs(value - expected) < tolerance;

export const CASES = [
  ...'tensor tensor1d'.split(' ').map((name) => [name, (tf) => tf[name]([1, 2, 3])]),
  [
    'tensor2d',
    (tf) =>
      tf.tensor2d([
        [1, 2],
        [3, 4],
      ]),
  ],
  ['tensor3d', (tf) => tf.tensor3d([1, 2, 3, 4], [1, 2, 2])],
  ['tensor4d', (tf) => tf.tensor4d([1, 2, 3, 4], [1, 1, 2, 2], 'int32')],
  ['tensor5d', (tf) => tf.tensor5d([[[[[1], [2]]]]])],
  ['tensor6d', (tf) => tf.tensor6d([1, 2], [1, 1, 1, 1, 2, 1])],
  ['scalar', (tf) => tf.scalar(3, 'int32')],
  ['zeros', (tf) => tf.zeros([2, 2], 'bool')],
  ['ones', (tf) => tf.ones([2, 2], 'int32')],
  ['fill', (tf) => tf.fill([2], 'a')],
  ['zerosLike', (tf) => tf.zerosLike(integers(tf, [2, 3]))],
  ['zerosLike of a list', (tf) => tf.zerosLike([1, 2])],
  ['onesLike', (tf) => tf.onesLike(floats(tf, [2, 3]))],
  ['eye', (tf) => tf.eye(3)],
  ['eye that is not square', (tf) => tf.eye(3, 2)],
  ['eye in a batch', (tf) => tf.eye(2, 3, [2, 2], 'int32')],
  ['linspace', (tf) => tf.linspace(0, 9, 10)],
  ['linspace downwards', (tf) => tf.linspace(1, -1, 4)],
  ['linspace of one', (tf) => tf.linspace(5, 9, 1)],
  ['range', (tf) => tf.range(0, 9, 2)],
  ['range downwards', (tf) => tf.range(3, 0)],
  ['range of int32', (tf) => tf.range(0, 4, 1, 'int32')],
  ['range of fractions', (tf) => tf.range(0, 1, 0.3)],
  ['range of nothing', (tf) => tf.range(2, 2)],
  ['range that leads away', (tf) => tf.range(0, 5, -1)],
  ['oneHot', (tf) => tf.oneHot(tf.tensor1d([0, 2, 5, -1], 'int32'), 3)],
  [
    'oneHot with values',
    (tf) =>
      tf.oneHot(
        tf.tensor2d(
          [
            [0, 1],
            [2, 1],
          ],
          [2, 2],
          'int32',
        ),
        3,
        2.5,
        -1,
        'float32',
      ),
  ],
  ['diag', (tf) => tf.diag([1, 2, 3])],
  [
    'diag of a matrix',
    (tf) =>
      tf.diag([
        [1, 2],
        [3, 4],
      ]),
  ],
  ['meshgrid', (tf) => tf.meshgrid([1, 2, 3], [4, 5])],
  ['meshgrid ij', (tf) => tf.meshgrid([1, 2, 3], [4, 5], { indexing: 'ij' })],
  ['meshgrid of one', (tf) => tf.meshgrid([1, 2])],
  ['meshgrid of none', (tf) => tf.meshgrid()],
  [
    'buffer',
    (tf) => {
      const values = tf.buffer([2, 2], 'int32');
      values.set(5, 1, 0);
      return [values.toTensor(), values.get(1, 0), values.locToIndex([1, 1]), values.indexToLoc(2)];
    },
  ],

  random(
    'randomUniform',
    (tf) => tf.randomUniform(COUNT),
    ({ mean, least, most, same }) => near(mean, 0.5) && least >= 0 && most < 1 && !same,
  ),
  random(
    'randomUniform with a seed',
    (tf) => tf.randomUniform(COUNT, -2, 4, 'float32', SEED),
    ({ mean, least, most, same }) => near(mean, 1, 0.2) && least >= -2 && most < 4 && same,
  ),
  random(
    'randomUniform of int32',
    (tf) => tf.randomUniform(COUNT, 0, 3, 'int32', SEED),
    ({ mean, least, most }) => near(mean, 1) && least === 0 && most === 2,
  ),
  random(
    'randomUniform of bool',
    (tf) => tf.randomUniform(COUNT, 0, 2, 'bool', SEED),
    ({ mean, least, most }) => near(mean, 0.5) && least === 0 && most === 1,
  ),
  random(
    'randomUniformInt',
    (tf) => tf.randomUniformInt(COUNT, -3, 3, SEED),
    ({ mean, least, most, same }) => near(mean, -0.5, 0.2) && least === -3 && most === 2 && same,
  ),
  random(
    'randomNormal',
    (tf) => tf.randomNormal(COUNT, 3, 2),
    ({ mean, deviation, same }) => near(mean, 3, 0.2) && near(deviation, 2, 0.2) && !same,
  ),
  random(
    'randomNormal of int32, rounded',
    (tf) => tf.randomNormal(COUNT, 5, 2, 'int32', SEED),
    ({ mean, deviation, same }) => near(mean, 5, 0.2) && near(deviation, 2, 0.2) && same,
  ),
  random(
    'truncatedNormal of int32, rounded',
    (tf) => tf.truncatedNormal(COUNT, 5, 2, 'int32', SEED),
    ({ mean, least, most }) => near(mean, 5, 0.2) && least === 1 && most === 9,
  ),
  random(
    'randomStandardNormal',
    (tf) => tf.randomStandardNormal(COUNT, 'float32', SEED),
    ({ mean, deviation, same }) => near(mean, 0) && near(deviation, 1) && same,
  ),
  random(
    'truncatedNormal',
    (tf) => tf.truncatedNormal(COUNT, 1, 0.5, 'float32', SEED),
    ({ mean, least, most }) => near(mean, 1) && least >= 0 && most <= 2,
  ),
  random(
    'randomGamma',
    (tf) => tf.randomGamma(COUNT, 4, 2, 'float32', SEED),
    ({ mean, deviation, same }) => near(mean, 2, 0.2) && near(deviation, 1, 0.2) && same,
  ),
  random(
    'randomGamma of a small alpha',
    (tf) => tf.randomGamma(COUNT, 0.5, 1, 'float32', SEED),
    ({ mean, least }) => near(mean, 0.5) && least >= 0,
  ),
  random(
    'multinomial',
    (tf) => tf.multinomial([Math.log(0.75), Math.log(0.25)], 2000, SEED),
    ({ mean, same }) => near(mean, 0.25) && same,
  ),
  random(
    'multinomial of probabilities',
    (tf) => tf.multinomial([[0, 1]], 10, SEED, true),
    ({ mean }) => mean === 1,
  ),
  ['rand', (tf) => tf.rand([2, 2], () => 1.7, 'int32')],
];

export const ERRORS = [
  ['a range without end', (tf) => tf.range(0, Infinity), 'E_INPUT', /^range\(\)/],
  ['a matrix beyond memory', (tf) => tf.eye(1e5, 1e5), 'E_SHAPE', /^eye\(\)/],
  ['a step of 0', (tf) => tf.range(0, 1, 0), 'E_INPUT', /^range\(\)/],
  ['no values', (tf) => tf.linspace(0, 1, 0), 'E_INPUT', /^linspace\(\)/],
  ['a negative depth', (tf) => tf.oneHot([0], -1), 'E_INPUT', /^oneHot\(\)/],
  ['another indexing', (tf) => tf.meshgrid([1], [2], { indexing: 'ab' }), 'E_INPUT', /^meshgrid\(\)/],
  ['parts of other shapes', (tf) => tf.complex([1, 2, 3], [1, 2]), 'E_SHAPE', /tf.complex\(\)/],
  ['an empty range of integers', (tf) => tf.randomUniformInt([2], 3, 3), 'E_INPUT', /^randomUniformInt\(\)/],
  ['a negative alpha', (tf) => tf.randomGamma([2], -1), 'E_INPUT', /^randomGamma\(\)/],
  ['a negative dimension', (tf) => tf.randomNormal([-2]), 'E_SHAPE', /^randomNormal\(\)/],
  ['booleans', (tf) => tf.randomNormal([2], 0, 1, 'bool'), 'E_DTYPE', /^randomNormal\(\)/],
];
