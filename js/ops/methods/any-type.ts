// SPDX-License-Identifier: Apache-2.0
// Functions that return a tensor whose type the caller specifies.
export {
  add,
  atan2,
  div,
  divNoNan,
  floorDiv,
  maximum,
  minimum,
  mod,
  mul,
  pow,
  prelu,
  squaredDifference,
  sub,
} from '../arithmetic.js';
export { cast } from '../cast.js';
export {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalOr,
  logicalXor,
  notEqual,
} from '../logical.js';
export { all, any, argMax, argMin, euclideanNorm, logSumExp, max, mean, min, prod, sum } from '../reduce.js';
export { expandDims, squeeze } from '../shape.js';
