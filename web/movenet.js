// SPDX-License-Identifier: Apache-2.0
// What the numbers of the MoveNet single-pose models mean. No DOM: used by the page, by the
// command-line demo and by tests.

/** Side of the square image that the lightning model reads, in pixels. */
export const MODEL_SIDE = 192;

/** The joints in the order of the model's output (the COCO keypoints). */
export const KEYPOINT_NAMES = [
  'nose',
  'left eye',
  'right eye',
  'left ear',
  'right ear',
  'left shoulder',
  'right shoulder',
  'left elbow',
  'right elbow',
  'left wrist',
  'right wrist',
  'left hip',
  'right hip',
  'left knee',
  'right knee',
  'left ankle',
  'right ankle',
];

/** Pairs of keypoint indices that a skeleton joins by a line. */
export const BONES = [
  [0, 1],
  [0, 2],
  [1, 3],
  [2, 4],
  [5, 6],
  [5, 7],
  [7, 9],
  [6, 8],
  [8, 10],
  [5, 11],
  [6, 12],
  [11, 12],
  [11, 13],
  [13, 15],
  [12, 14],
  [14, 16],
];

/** Below this score a keypoint is a guess, most often outside the picture. */
export const MINIMUM_SCORE = 0.3;

/**
 * Names the model's output, [1, 1, 17, 3] values (y, x, score), all between 0 and 1.
 *
 * @param {ArrayLike<number>} values
 * @returns {{name: string, x: number, y: number, score: number}[]} x and y as fractions of the
 *     model's square image, from its top left corner.
 */
export function readKeypoints(values) {
  const expected = KEYPOINT_NAMES.length * 3;
  if (values.length !== expected) {
    throw new Error(`Expected ${expected} values from the model, got ${values.length}.`);
  }
  return KEYPOINT_NAMES.map((name, index) => ({
    name,
    y: values[3 * index],
    x: values[3 * index + 1],
    score: values[3 * index + 2],
  }));
}

/** Takes keypoints from fractions of the model's square to fractions of the fitted picture. */
export function mapToPicture(keypoints, fit, side = MODEL_SIDE) {
  return keypoints.map((point) => ({
    ...point,
    x: (point.x * side - fit.left) / fit.width,
    y: (point.y * side - fit.top) / fit.height,
  }));
}
