// SPDX-License-Identifier: Apache-2.0
// Functions that are also tensor methods, with the tensor as first argument. They are grouped by the type of the
// method, which cannot be derived from that of the function.
export * from './any-rank.js';
export * from './any-type.js';
export * from './images.js';
export * from './own-type.js';
export * from './same-type.js';
export * from './tensors.js';
