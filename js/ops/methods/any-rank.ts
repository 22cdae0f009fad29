// SPDX-License-Identifier: Apache-2.0
// Functions that return a tensor whose rank the caller specifies.
export { cumprod, cumsum } from '../reduce.js';
export { batchToSpaceND, spaceToBatchND } from '../shape.js';
