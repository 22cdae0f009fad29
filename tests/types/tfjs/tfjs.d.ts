// SPDX-License-Identifier: Apache-2.0
// What '@tensorflow/tfjs' exports of its core, its converter and its data package.
export * from '@tensorflow/tfjs-converter';
export * from '@tensorflow/tfjs-core';
export * as data from '@tensorflow/tfjs-data';
