// SPDX-License-Identifier: Apache-2.0
// Graphs that parse serialized examples: their features become the inputs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missing } from '../prerequisites.mjs';
import { convert, fileTree, loadConverted } from './convert.mjs';
import { attr, constant, graphDef, node, placeholder, shape } from './graph-def.mjs';
import { message } from './proto.mjs';

const skip = missing('dist');
const float = { T: attr.type('float32') };
const texts = (...values) => ['string', [values.length], values];
const text = (value) => ['string', [], [value]];
const shapes = (...list) =>
  message(
    1,
    list.map((dims) => message(7, shape(dims))),
  );

/** y = [a, 1] + b; z: the values of the sparse feature s. */
function graph(op, inputs, attrs, dense) {
  return graphDef([
    placeholder('examples', 'string', [-1]),
    ...Object.entries(inputs).map(([name, value]) => constant(name, ...value)),
    node('parsed', op, ['examples', ...Object.keys(inputs)], {
      ...attrs,
      sparse_types: attr.types(['int64']),
      Tdense: attr.types(['float32', 'float32', 'float32']),
      dense_shapes: shapes([2], [], [1]),
    }),
    node('y', 'AddV2', [`parsed:${dense}`, `parsed:${dense + 2}`], float),
    node('z', 'Identity', ['parsed:1'], { T: attr.type('int64') }),
  ]);
}

const V1 = {
  names: texts(),
  'sparse key': text('s'),
  'key a': text('a'),
  'key unused': text('unused'),
  'key b': text('b'),
  'default 0': ['float32', [0], []],
  'default 1': ['float32', [0], []],
  'default 2': ['float32', [0], []],
};
const V2 = {
  names: texts(),
  'sparse keys': texts('s'),
  'dense keys': texts('a', 'unused', 'b'),
  'ragged keys': texts(),
  'default 0': ['float32', [0], []],
  'default 1': ['float32', [0], []],
  'default 2': ['float32', [0], []],
};

describe('graphs that parse examples', { skip }, () => {
  for (const [op, inputs, attrs] of [
    ['ParseExample', V1, { Nsparse: attr.int(1), Ndense: attr.int(3) }],
    ['ParseExampleV2', V2, { num_sparse: attr.int(1) }],
  ]) {
    test(`take features instead: ${op}`, async () => {
      const files = fileTree({ 'model.pb': graph(op, inputs, attrs, 3) });
      const converted = await convert(files, { outputNodeNames: ['y', 'z'] });
      const { signature, modelTopology } = converted.json;
      assert.deepEqual(Object.keys(signature.inputs), ['s/values', 'a', 'b']);
      assert.deepEqual(signature.inputs.a, {
        name: 'a:0',
        dtype: 'DT_FLOAT',
        tensorShape: { dim: [{ size: '-1' }, { size: '2' }] },
      });
      assert.ok(!modelTopology.node.some(({ name }) => name === 'examples' || name === 'unused'));
      assert.match(converted.summary.notes.join(), /'parsed' parses serialized examples/);
      const { tf, model } = await loadConverted(converted);
      const [y, z] = model.execute(
        { a: tf.tensor2d([[1, 2]]), b: tf.tensor2d([[10]]), 's/values': tf.tensor1d([7], 'int32') },
        ['y', 'z'],
      );
      assert.deepEqual([...y.dataSync(), ...z.dataSync()], [11, 12, 7]);
    });
  }

  test('are refused if the keys are not known', async () => {
    const nodes = [
      placeholder('examples', 'string', [-1]),
      placeholder('key', 'string', []),
      constant('names', 'string', [0], []),
      constant('default', 'float32', [0], []),
      node('parsed', 'ParseExample', ['examples', 'names', 'key', 'default'], {
        Nsparse: attr.int(0),
        Ndense: attr.int(1),
        Tdense: attr.types(['float32']),
      }),
      node('y', 'Neg', ['parsed'], float),
    ];
    await assert.rejects(convert(fileTree({ 'm.pb': graphDef(nodes) })), { code: 'E_OP', message: /ParseExample/ });
  });
});
