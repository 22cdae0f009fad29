// SPDX-License-Identifier: Apache-2.0
// A program for browsers: all declarations are checked, and the types of Node.js are missing.
import * as tf from '../../../dist/index.js';
import type * as inference from '../../../dist/inference.js';
import * as parts from '../../../dist/static.js';

export const image: tf.Tensor<tf.Rank.R3> = tf.browser.fromPixels(document.createElement('canvas'));
export const same: inference.Tensor3D = image;
export const compiled = (module: WebAssembly.Module): void => parts.setWasmPaths({ 'tfwasm-simd.wasm': module });
