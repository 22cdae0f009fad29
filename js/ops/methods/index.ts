// SPDX-License-Identifier: Apache-2.0
// Functions that are methods of tensors too: the tensor is their first argument. The files tell what the
// types of the methods are, which cannot be had from those of the functions.
export * from './any-rank.js';
export * from './any-type.js';
export * from './images.js';
export * from './own-type.js';
export * from './same-type.js';
export * from './tensors.js';
