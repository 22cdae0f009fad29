// SPDX-License-Identifier: Apache-2.0
// Functions whose result is a tensor of a rank that the caller knows.
export { cumprod, cumsum } from '../reduce.js';
export { batchToSpaceND, spaceToBatchND } from '../shape.js';
