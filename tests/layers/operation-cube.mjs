// SPDX-License-Identifier: Apache-2.0
// What the tests of models with calls share: the library, an input of shape [2, 3, 4], models of several calls on it, and
// their errors.
import assert from 'node:assert/strict';

import { missing } from '../prerequisites.mjs';
import { input, keras2 } from './operation-models.mjs';

export const skip = missing('dist');
export const tf = skip ? {} : await import('../../dist/index.js');

/** The values of x. */
export const nested = [0, 1].map((i) => [0, 1, 2].map((j) => [0, 1, 2, 3].map((k) => 12 * i + 4 * j + k)));
export const x = input('x', nested.flat(2), [2, 3, 4]);

export const ellipsis = { class_name: '__ellipsis__' };

/** A model of Keras 2 with calls [class, name, function, node] on x. */
export function withCalls(calls, output, others = []) {
  const json = keras2('shape', ['x', 0, 0, {}], [x]);
  json.config.layers = [
    json.config.layers[0],
    ...others,
    ...calls.map(([class_name, name, functionName, node]) => ({
      class_name,
      config: { name, trainable: true, dtype: 'float32', function: functionName },
      name,
      inbound_nodes: [node],
    })),
  ];
  json.config.output_layers = [[output, 0, 0]];
  return json;
}

/** Asserts that a model cannot be made from `json`, and with which error. */
export const rejects = (json, message, code = 'E_LAYER') =>
  assert.rejects(tf.models.modelFromJSON(json), (error) => {
    assert.ok(error instanceof tf.TfwasmError, error.stack);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });
