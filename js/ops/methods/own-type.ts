// SPDX-License-Identifier: Apache-2.0
// Functions whose methods have types of their own: js/ops/chained.ts has these.
export { variable } from '../../tensor/variable.js';
export { conv1d } from '../conv.js';
export { oneHot } from '../creation.js';
export { topk, unique } from '../gather.js';
export { split, unstack } from '../join.js';
export { batchNorm } from '../normalization.js';
export { broadcastTo, depthToSpace, transpose } from '../shape.js';
