// SPDX-License-Identifier: Apache-2.0
// The namespace tf.util as users see it.
import { publicFunctions } from './core/public-function.js';
import * as functions from './util.js';

const { assert, fetch, repeatedTry, ...guarded } = functions;

/**
 * Helpers for programs written for TensorFlow.js. Those that call functions of the user let their errors pass.
 *
 * @namespace
 */
export const util: typeof functions = { ...publicFunctions('util', guarded), assert, fetch, repeatedTry };
