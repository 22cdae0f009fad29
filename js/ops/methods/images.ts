// SPDX-License-Identifier: Apache-2.0
// Functions of images or batches of them that return a tensor whose rank the caller specifies.
export { conv2d, conv2dTranspose, depthwiseConv2d, dilation2d, separableConv2d } from '../conv.js';
export { resizeBilinear, resizeNearestNeighbor } from '../image.js';
export { avgPool, maxPool, pool } from '../pool.js';
