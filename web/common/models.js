// SPDX-License-Identifier: Apache-2.0
// The public models for benchmarks and tests, from the npm package @vladmandic/human.

/**
 * `range`: the lowest and highest value that real applications feed.
 *
 * @type {Record<string, {range: readonly [number, number]}>}
 */
export const PUBLIC_MODELS = {
  faceres: { range: [0, 255] },
  'movenet-lightning': { range: [0, 255] },
  blazeface: { range: [-1, 1] },
  facemesh: { range: [0, 1] },
  iris: { range: [0, 1] },
  'handlandmark-lite': { range: [0, 1] },
  centernet: { range: [0, 255] },
  emotion: { range: [0, 1] },
  antispoof: { range: [0, 1] },
  liveness: { range: [0, 1] },
};
