// SPDX-License-Identifier: Apache-2.0
// Functions that return the type of the tensor.
export { clipByValue } from '../arithmetic.js';
export { onesLike, zerosLike } from '../creation.js';
export { gather, unsortedSegmentSum } from '../gather.js';
export { logicalNot } from '../logical.js';
export { localResponseNormalization, logSoftmax, softmax } from '../normalization.js';
export { mirrorPad, pad, reverse, slice, tile } from '../shape.js';
export * from '../unary.js';
