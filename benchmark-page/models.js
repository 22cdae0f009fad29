// SPDX-License-Identifier: Apache-2.0
// The public models that are measured and tested, all from the npm package @vladmandic/human.

/**
 * `range`: the lowest and highest value that a real application feeds; `what`: for people.
 *
 * @type {Record<string, {range: readonly [number, number], what: string}>}
 */
export const PUBLIC_MODELS = {
  faceres: { range: [0, 255], what: 'age, gender and descriptor of a face' },
  'movenet-lightning': { range: [0, 255], what: 'joints of a body' },
  blazeface: { range: [-1, 1], what: 'faces in a picture' },
  facemesh: { range: [0, 1], what: '478 points of a face' },
  iris: { range: [0, 1], what: 'points of an eye' },
  'handlandmark-lite': { range: [0, 1], what: 'points of a hand' },
  centernet: { range: [0, 255], what: 'objects in a picture' },
  emotion: { range: [0, 1], what: 'expression of a face' },
  antispoof: { range: [0, 1], what: 'whether a face is real' },
  liveness: { range: [0, 1], what: 'whether a face is live; the smallest' },
};
