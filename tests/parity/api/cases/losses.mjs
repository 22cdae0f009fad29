// SPDX-License-Identifier: Apache-2.0
import { floats, positive } from '../values.mjs';

const REDUCTIONS = ['NONE', 'MEAN', 'SUM', 'SUM_BY_NONZERO_WEIGHTS'];
const LOSSES = {
  absoluteDifference: [],
  cosineDistance: [1],
  hingeLoss: [],
  huberLoss: [],
  logLoss: [],
  meanSquaredError: [],
  sigmoidCrossEntropy: [],
  softmaxCrossEntropy: [],
};

/** The arguments after labels and predictions. */
const rest = (name, weights, middle, reduction) =>
  ['huberLoss', 'logLoss', 'sigmoidCrossEntropy', 'softmaxCrossEntropy'].includes(name)
    ? [...LOSSES[name], weights, middle, reduction]
    : [...LOSSES[name], weights, reduction];

const weightsFor = (tf, name) => tf.tensor(name === 'softmaxCrossEntropy' ? [0, 2] : [[0], [2]]);

export const CASES = [
  ...Object.keys(LOSSES).flatMap((name) => [
    [`losses.${name}`, (tf) => tf.losses[name](positive(tf, [2, 3]), positive(tf, [2, 3], 2), ...LOSSES[name])],
    ...REDUCTIONS.map((reduction) => [
      `losses.${name} with weights, ${reduction}`,
      (tf) =>
        tf.losses[name](
          positive(tf, [2, 3]),
          positive(tf, [2, 3], 2),
          ...rest(name, weightsFor(tf, name), undefined, tf.Reduction[reduction]),
        ),
    ]),
  ]),
  ['losses.huberLoss with delta', (tf) => tf.losses.huberLoss(floats(tf, [4]), floats(tf, [4], 2), undefined, 0.3)],
  ['losses.logLoss with epsilon', (tf) => tf.losses.logLoss([0, 1], [0, 0.5], undefined, 0.01)],
  ['losses.sigmoidCrossEntropy smoothed', (tf) => tf.losses.sigmoidCrossEntropy([0, 1], [2, -3], undefined, 0.2)],
  ['losses.softmaxCrossEntropy smoothed', (tf) => tf.losses.softmaxCrossEntropy([[0, 1]], [[2, -3]], undefined, 0.2)],
  ...REDUCTIONS.flatMap((reduction) => [
    [
      `losses.computeWeightedLoss ${reduction}`,
      (tf) => tf.losses.computeWeightedLoss([1, 2, 3], undefined, tf.Reduction[reduction]),
    ],
    [
      `losses.computeWeightedLoss with weights ${reduction}`,
      (tf) =>
        tf.losses.computeWeightedLoss(
          [
            [1, 2],
            [3, 4],
          ],
          [[0], [2]],
          tf.Reduction[reduction],
        ),
    ],
    [
      `losses.computeWeightedLoss with a scalar weight ${reduction}`,
      (tf) => tf.losses.computeWeightedLoss([1, 2], tf.scalar(3), tf.Reduction[reduction]),
    ],
  ]),
];

export const ERRORS = [
  [
    'a reduction that there is not',
    (tf) => tf.losses.computeWeightedLoss([1], undefined, 7),
    'E_INPUT',
    /reduction: 7/,
  ],
  ['other shapes', (tf) => tf.losses.meanSquaredError([1, 2], [1, 2, 3]), 'E_SHAPE', /in meanSquaredError: .*labels/],
  ['weights that do not fit', (tf) => tf.losses.huberLoss([1, 2], [1, 2], [1, 2, 3]), 'E_SHAPE', /^huberLoss\(\)/],
];
