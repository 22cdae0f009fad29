// SPDX-License-Identifier: Apache-2.0
// TensorFlowOpLayer: a node of a graph as a layer of TensorFlow 2.2 and older.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { nested, rejects, skip, tf, x } from './operation-cube.mjs';
import { assertValues, checkModel, keras2 } from './operation-models.mjs';

const REAL_FILE = path.join(ROOT, '../shared/models/k-tfop/tfop_0.h5');
const missingFile = existsSync(REAL_FILE) ? false : 'there is no folder shared/models beside the repository';

describe('models that call functions', { skip }, () => {
  before(() => tf.ready());

  describe('TensorFlowOpLayer', () => {
    /** A model with one op on x. */
    function withOp(node_def, constants, inputs = [['x', 0, 0, {}]]) {
      const json = keras2('shape', ['x', 0, 0, {}], [x]);
      json.config.layers[1] = {
        class_name: 'TensorFlowOpLayer',
        config: { name: 'Op', trainable: true, dtype: 'float32', node_def, constants },
        name: 'tf_op_layer_Op',
        inbound_nodes: [inputs],
      };
      json.config.output_layers = [['tf_op_layer_Op', 0, 0]];
      json.keras_version = '2.3.0-tf';
      return json;
    }
    const float = { type: 'DT_FLOAT' };
    const node = (op, attr) => ({ name: 'Op', op, input: ['x', 'Op/c'], attr: { T: float, ...attr } });

    test('a constant is inserted at its place', () =>
      checkModel(
        tf,
        withOp(node('Reshape', { Tshape: { type: 'DT_INT32' } }), { 1: [-1, 12] }),
        [x],
        [nested.map((rows) => rows.flat())],
        'Reshape',
      ));
    test('a constant may come first, and be whole although it is a float', () =>
      checkModel(
        tf,
        withOp(node('Sub', {}), { 0: 1 }),
        [x],
        [nested.map((rows) => rows.map((row) => row.map((v) => 1 - v)))],
        'Sub',
      ));
    test('attributes', () =>
      checkModel(
        tf,
        withOp(node('Mean', { Tidx: { type: 'DT_INT32' }, keep_dims: { b: true } }), { 1: 2 }),
        [x],
        [nested.map((rows) => rows.map((row) => [row.reduce((a, b) => a + b) / 4]))],
        'Mean',
      ));
    test('several inputs', () =>
      checkModel(
        tf,
        withOp(node('ConcatV2', { N: { i: '2' }, Tidx: { type: 'DT_INT32' } }), { 2: -1 }, [
          ['x', 0, 0, {}],
          ['x', 0, 0, {}],
        ]),
        [x],
        [nested.map((rows) => rows.map((row) => [...row, ...row]))],
        'ConcatV2',
      ));
    test('the bytes of a node as a text', () => {
      const bytes = (...parts) => String.fromCharCode(...parts.flat());
      const field = (number, text) => bytes(number * 8 + 2, text.length) + text;
      const attr = (name, value) => field(5, field(1, name) + field(2, value));
      const text =
        field(1, 'Op') +
        field(2, 'Sum') +
        field(3, 'x') +
        attr('T', bytes(6 * 8, 1)) +
        attr('Tidx', bytes(6 * 8, 3)) +
        attr('keep_dims', bytes(5 * 8, 1));
      const expected = nested.map((rows) => rows.map((row) => [row.reduce((a, b) => a + b)]));
      return checkModel(tf, withOp(text, { 1: [-1] }), [x], [expected], 'Sum');
    });
    test('refuses ops that are unknown, and nodes that are malformed', async () => {
      for (const [definition, constants, message, code] of [
        [node('NoSuchOp', {}), {}, /NoSuchOp/, 'E_OP'],
        [{}, {}, /node_def names no op/],
        [{ op: 'Sub', attr: 3 }, {}, /attributes/],
        ['\u0001\u0002', {}, /node_def/],
        ['\u0012\u007fSub', {}, /node_def ends too early/],
        [node('Sub', {}), { 7: 1 }, /no place 7/],
        [node('Sub', {}), { '-1': 1 }, /places of constants/],
      ]) {
        await rejects(withOp(definition, constants), message, code);
      }
    });
  });

  test('a file of TensorFlow 2.2 with a TensorFlowOpLayer', { skip: missingFile }, async () => {
    const { readKerasFile } = await import('../../dist/keras-files.js');
    const { modelConfig, layers } = await readKerasFile(await readFile(REAL_FILE));
    const model = await tf.models.modelFromJSON(modelConfig);
    const arrays = layers.flatMap(({ weights }) => weights.map(({ array }) => array));
    const [kernel, bias] = arrays.map((array) => tf.tensor(array.readFloats(), array.shape));
    model.setWeights([kernel, bias]);
    const given = tf.randomUniform([3, 2, 3], -1, 1, 'float32', 7);
    const expected = tf.add(tf.matMul(given.reshape([3, 6]), kernel), bias);
    assertValues(model.predict(given), [expected.arraySync()], 'dense');
  });
});
