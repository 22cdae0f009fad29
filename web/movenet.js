// SPDX-License-Identifier: Apache-2.0
// The output format of MoveNet single-pose models. No DOM: shared by the page, the command-line demo and tests.

/** The side of the lightning model's square input, in pixels. */
export const MODEL_SIDE = 192;

/** The joints in output order (COCO keypoints). */
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

/** Pairs of keypoint indices that are connected in the skeleton. */
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

/** Keypoints with lower scores are unreliable, mostly outside of the picture. */
export const MINIMUM_SCORE = 0.3;

/**
 * Converts the model's output, [1, 1, 17, 3] values (y, x, score) between 0 and 1.
 *
 * @param {ArrayLike<number>} values
 * @returns {{name: string, x: number, y: number, score: number}[]} x and y are relative to the model's square input.
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

/** Converts keypoints from the model's square input to the fitted picture. */
export function mapToPicture(keypoints, fit, side = MODEL_SIDE) {
  return keypoints.map((point) => ({
    ...point,
    x: (point.x * side - fit.left) / fit.width,
    y: (point.y * side - fit.top) / fit.height,
  }));
}
