// SPDX-License-Identifier: Apache-2.0
// Calls of x[...]: each kind of index, in both generations of Keras.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { ellipsis, nested, skip, tf, withCalls, x } from './operation-cube.mjs';
import { checkModel, input, keras2, keras3, kerasTensor } from './operation-models.mjs';

const colon = { start: null, stop: null, step: null };
const range = (start, stop, step = null) => ({ start, stop, step });
const slice3 = ({ start, stop, step }) => ({ class_name: '__slice__', config: { start, stop, step } });

/** What Python gives for an index: an int, a slice of [start, stop, step], 'new', 'all' or a list. */
const GET_ITEM = [
  ['x[:, 1]', [colon, 1], nested.map((rows) => rows[1])],
  ['x[:, -1]', [colon, -1], nested.map((rows) => rows[2])],
  ['x[..., 0]', [ellipsis, 0], nested.map((rows) => rows.map((row) => row[0]))],
  ['x[..., -1:]', [ellipsis, range(-1, null)], nested.map((rows) => rows.map((row) => row.slice(-1)))],
  [
    'x[:, 1:, ::2]',
    [colon, range(1, null), range(null, null, 2)],
    nested.map((rows) => rows.slice(1).map((row) => [row[0], row[2]])),
  ],
  ['x[:, ::-1]', [colon, range(null, null, -1)], nested.map((rows) => [...rows].reverse())],
  ['x[:, :, 3:0:-2]', [colon, colon, range(3, 0, -2)], nested.map((rows) => rows.map((row) => [row[3], row[1]]))],
  ['x[:, None]', [colon, null], nested.map((rows) => [rows])],
  ['x[..., None]', [ellipsis, null], nested.map((rows) => rows.map((row) => row.map((v) => [v])))],
  ['x[:, None, 1, ..., 2]', [colon, null, 1, ellipsis, 2], nested.map((rows) => [rows[1][2]])],
  ['x[0]', 0, nested[0]],
  ['x[:1]', range(null, 1), [nested[0]]],
];

describe('models that call functions', { skip }, () => {
  before(() => tf.ready());

  describe('x[...]', () => {
    for (const [label, key, expected] of GET_ITEM) {
      test(`${label} of Keras 2`, () =>
        checkModel(tf, keras2('__operators__.getitem', ['x', 0, 0, { slice_spec: key }], [x]), [x], [expected], label));
      test(`${label} of Keras 3`, () => {
        const convert = (item) => (item !== null && typeof item === 'object' && 'start' in item ? slice3(item) : item);
        const key3 = Array.isArray(key) ? key.map(convert) : convert(key);
        return checkModel(tf, keras3('GetItem', {}, [kerasTensor('x'), key3], [x]), [x], [expected], label);
      });
    }
    test('a list of indices in a tuple', () => {
      const json = keras3('GetItem', {}, [kerasTensor('x'), [slice3(colon), [2, 0]]], [x]);
      return checkModel(tf, json, [x], [nested.map((rows) => [rows[2], rows[0]])], 'list');
    });
    test('an index that is a tensor', () => {
      const i = input('i', [1, 1], [2], 'int32');
      const json = keras2('__operators__.getitem', ['x', 0, 0, { slice_spec: [colon, ['i', 0, 0]] }], [x, i]);
      return checkModel(tf, json, [x, i], [nested.map((rows) => [rows[1], rows[1]])], 'tensor');
    });
    test('an index of a shape', async () => {
      const layers = [
        ['TFOpLambda', 'shape', 'shape', ['x', 0, 0, {}]],
        ['SlicingOpLambda', 'batch', '__operators__.getitem', ['shape', 0, 0, { slice_spec: 0 }]],
        ['TFOpLambda', 'reshaped', 'reshape', ['x', 0, 0, { shape: [['batch', 0, 0], 12] }]],
      ];
      const json = withCalls(layers, 'reshaped');
      await checkModel(tf, json, [x], [nested.map((rows) => rows.flat())], 'shape');
      const model = await tf.models.modelFromJSON(json);
      assert.deepEqual(model.outputs[0].shape, [null, 12]);
      assert.deepEqual(model.predict(tf.ones([5, 3, 4])).shape, [5, 12]);
    });
  });
});
