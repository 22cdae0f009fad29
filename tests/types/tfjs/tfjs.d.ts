// SPDX-License-Identifier: Apache-2.0
// What '@tensorflow/tfjs' exports of its core and its converter.
export * from '@tensorflow/tfjs-converter';
export * from '@tensorflow/tfjs-core';
