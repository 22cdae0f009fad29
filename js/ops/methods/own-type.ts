// SPDX-License-Identifier: Apache-2.0
// Functions whose methods have individual types, declared in js/ops/chained.ts.
export { variable } from '../../tensor/variable.js';
export { conv1d } from '../conv.js';
export { oneHot } from '../creation.js';
export { topk, unique } from '../gather.js';
export { split, unstack } from '../join.js';
export { batchNorm } from '../normalization.js';
export { broadcastTo, depthToSpace, transpose } from '../shape.js';
