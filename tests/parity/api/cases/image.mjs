// SPDX-License-Identifier: Apache-2.0
import { floats, positive } from '../values.mjs';

const BOXES = [
  [0, 0, 1, 1],
  [0, 0.1, 1, 1.1],
  [0, -0.1, 1, 0.9],
  [0, 10, 1, 11],
  [0, 10.1, 1, 11.1],
  [0, 100, 1, 101],
];
const SCORES = [0.9, 0.75, 0.6, 0.95, 0.5, 0.3];

const NMS = ['', 'WithScore', 'Padded'].flatMap((kind) => [
  `nonMaxSuppression${kind}`,
  `nonMaxSuppression${kind}Async`,
]);

/** Red, green and blue from 0 to 255. */
const picture = (tf, channels) =>
  tf.tensor(
    Array.from({ length: 16 * channels }, (_, i) => (i * 37) % 256),
    [4, 4, channels],
  );

export const CASES = [
  ['image.resizeBilinear', (tf) => tf.image.resizeBilinear(floats(tf, [1, 3, 4, 2]), [6, 5])],
  ['image.resizeBilinear with corners aligned', (tf) => tf.image.resizeBilinear(floats(tf, [3, 4, 2]), [6, 5], true)],
  [
    'image.resizeBilinear with half pixels',
    (tf) => tf.image.resizeBilinear(floats(tf, [3, 4, 2]), [2, 2], false, true),
  ],
  [
    'image.resizeBilinear of int32',
    (tf) => tf.image.resizeBilinear(tf.tensor([1, 2, 3, 4], [2, 2, 1], 'int32'), [3, 3]),
  ],
  ['image.resizeNearestNeighbor', (tf) => tf.image.resizeNearestNeighbor(floats(tf, [1, 3, 4, 2]), [6, 5])],
  [
    'image.resizeNearestNeighbor with corners aligned',
    (tf) => tf.image.resizeNearestNeighbor(floats(tf, [3, 4, 2]), [2, 5], true),
  ],
  [
    'image.cropAndResize',
    (tf) =>
      tf.image.cropAndResize(
        positive(tf, [2, 4, 4, 2]),
        [
          [0, 0, 1, 1],
          [0.2, 0.1, 0.8, 0.9],
        ],
        tf.tensor1d([1, 0], 'int32'),
        [3, 3],
      ),
  ],
  [
    'image.cropAndResize nearest, beyond the image',
    (tf) =>
      tf.image.cropAndResize(
        positive(tf, [1, 4, 4, 1]),
        [[-0.5, 0, 1.5, 1]],
        tf.tensor1d([0], 'int32'),
        [4, 3],
        'nearest',
        7,
      ),
  ],
  ['image.flipLeftRight', (tf) => tf.image.flipLeftRight(floats(tf, [1, 2, 3, 2]))],
  ['image.grayscaleToRGB', (tf) => tf.image.grayscaleToRGB(floats(tf, [2, 2, 1]))],
  ['image.rgbToGrayscale', (tf) => tf.image.rgbToGrayscale(positive(tf, [2, 2, 3]))],
  ['image.rgbToGrayscale of int32', (tf) => tf.image.rgbToGrayscale(tf.tensor([10, 200, 30], [1, 1, 3], 'int32'))],
  ['image.rotateWithOffset', (tf) => tf.image.rotateWithOffset(positive(tf, [1, 4, 4, 3]), 0.5)],
  [
    'image.rotateWithOffset with a color and a center',
    (tf) => tf.image.rotateWithOffset(positive(tf, [1, 4, 5, 3]), -1, [1, 2, 3], [0.25, 0.75]),
  ],
  ['image.threshold', (tf) => tf.image.threshold(picture(tf, 3))],
  ['image.threshold inverted', (tf) => tf.image.threshold(picture(tf, 1), 'binary', true, 0.3)],
  ['image.threshold otsu', (tf) => tf.image.threshold(picture(tf, 1), 'otsu')],
  ['image.threshold otsu of colors', (tf) => tf.image.threshold(picture(tf, 3), 'otsu', true)],
  [
    'image.transform',
    (tf) => tf.image.transform(positive(tf, [1, 4, 4, 1]), [[1, 0.25, -0.875, 0.125, 0.875, 0.3125, 0, 0]]),
  ],
  [
    'image.transform bilinear to another size',
    (tf) =>
      tf.image.transform(positive(tf, [1, 4, 4, 2]), [[0.5, 0, 1, 0, 0.5, 0, 0, 0]], 'bilinear', 'nearest', 0, [3, 6]),
  ],
  // TensorFlow.js applies a single transform only to the first image.
  [
    'image.transform of a batch',
    (tf) =>
      tf.image.transform(tf.tensor([1, 2, 3, 4], [2, 1, 2, 1]), [[1, 0, 1, 0, 1, 0, 0, 0]], 'nearest', 'constant', 9),
    { expected: (tf) => tf.tensor([2, 9, 4, 9], [2, 1, 2, 1]) },
  ],
  ...NMS.flatMap((name) => [
    [`image.${name}`, (tf) => tf.image[name](BOXES, SCORES, 4)],
    [`image.${name} with thresholds`, (tf) => tf.image[name](tf.tensor2d(BOXES), tf.tensor1d(SCORES), 5, 0.3, 0.55)],
  ]),
  [
    'image.nonMaxSuppressionWithScore that lowers scores',
    (tf) => tf.image.nonMaxSuppressionWithScore(BOXES, SCORES, 6, 0.5, 0.1, 0.5),
  ],
  ['image.nonMaxSuppressionPadded filled up', (tf) => tf.image.nonMaxSuppressionPadded(BOXES, SCORES, 5, 0.5, 0, true)],
];

export const ERRORS = [
  [
    'other channels',
    (tf) => tf.image.grayscaleToRGB(tf.zeros([2, 2, 3])),
    'E_SHAPE',
    /in grayscaleToRGB: last dimension/,
  ],
  [
    'one image',
    (tf) => tf.image.flipLeftRight(tf.zeros([2, 2, 3])),
    'E_SHAPE',
    /in flipLeftRight: image must be rank 4/,
  ],
  [
    'both flags',
    (tf) => tf.image.resizeBilinear(tf.zeros([2, 2, 3]), [1, 1], true, true),
    'E_ATTR',
    /^resizeBilinear\(\)/,
  ],
  ['another method', (tf) => tf.image.threshold(tf.zeros([2, 2, 1]), 'mean'), 'E_INPUT', /^threshold\(\)/],
  [
    'a threshold out of range',
    (tf) => tf.image.nonMaxSuppression(BOXES, SCORES, 2, 1.5),
    'E_INPUT',
    /^nonMaxSuppression\(\)/,
  ],
  [
    'boxes of three numbers',
    (tf) => tf.image.nonMaxSuppression([[1, 2, 3]], [1], 2),
    'E_SHAPE',
    /^nonMaxSuppression\(\)/,
  ],
];
