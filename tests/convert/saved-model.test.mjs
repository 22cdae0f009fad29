// SPDX-License-Identifier: Apache-2.0
// SavedModels of TensorFlow 2, written byte by byte.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missing } from '../prerequisites.mjs';
import { affine, affineModel, affineValues, call, float, predict, restoring, scalarIn } from './affine-model.mjs';
import { checkpoint } from './checkpoint.mjs';
import { convert, fileTree, loadConverted, opsOf, weightsOf } from './convert.mjs';
import { attr, constant, functionDef, graphDef, node, placeholder } from './graph-def.mjs';
import { metaGraph, savedModel } from './saved-model.mjs';

const skip = missing('dist');

describe('SavedModels of TensorFlow 2', { skip }, () => {
  test('become graph models with the names that the official converter gives', async () => {
    const converted = await convert(affine());
    assert.deepEqual(await predict(converted, [1, 10]), [12, 50]);
    assert.deepEqual(converted.json.modelTopology.node.map(({ name, op }) => `${op} ${name}`).sort(), [
      'AddV2 StatefulPartitionedCall/add',
      'Const StatefulPartitionedCall/add/ReadVariableOp',
      'Const StatefulPartitionedCall/mul/ReadVariableOp',
      'Identity Identity',
      'Mul StatefulPartitionedCall/mul',
      'Placeholder x',
    ]);
    assert.deepEqual(converted.json.signature, {
      inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: { dim: [{ size: '-1' }] } } },
      outputs: { scores: { name: 'Identity:0', dtype: 'DT_FLOAT', tensorShape: { dim: [{ size: '-1' }] } } },
    });
    assert.equal(converted.json.generatedBy, '2.15.0');
  });

  for (const [what, options] of [
    ['compressed blocks', { compress: true }],
    ['blocks of one entry', { perBlock: 1 }],
    ['several data files', { shards: 2 }],
  ]) {
    test(`read checkpoints with ${what}`, async () => {
      assert.deepEqual(await predict(await convert(affine(affineValues, options)), [1, 10]), [12, 50]);
    });
  }

  test('read sliced variables', async () => {
    const sliced = {
      ...affineValues,
      'o/.ATTRIBUTES/VARIABLE_VALUE': {
        type: 'float32',
        dims: [2],
        slices: [
          { extents: [[1, 1]], values: [20] },
          { extents: [[0, 1]], values: [10] },
        ],
      },
    };
    assert.deepEqual(await predict(await convert(affine(sliced)), [1, 10]), [12, 50]);
  });

  test('gather from variables', async () => {
    const inner = [
      node('ids', 'Cast', ['x'], { SrcT: attr.type('float32'), DstT: attr.type('int32') }),
      node('gather', 'ResourceGather', ['s', 'ids:y:0'], {
        dtype: attr.type('float32'),
        Tindices: attr.type('int32'),
        batch_dims: attr.int(0),
      }),
      node('read', 'ReadVariableOp', ['o'], { dtype: attr.type('float32') }),
      node('add', 'AddV2', ['gather:output:0', 'read:value:0'], float),
    ];
    const converted = await convert(affine(affineValues, {}, affineModel({ inner })));
    assert.ok(opsOf(converted).includes('GatherV2'));
    assert.deepEqual(await predict(converted, [1, 0]), [13, 22]);
  });

  test('read large variables when they are written', async () => {
    const inner = [
      node('ids', 'Cast', ['x'], { SrcT: attr.type('float32'), DstT: attr.type('int32') }),
      node('gather', 'ResourceGather', ['s', 'ids:y:0'], { dtype: attr.type('float32'), Tindices: attr.type('int32') }),
      node('again', 'ResourceGather', ['s', 'ids:y:0'], { dtype: attr.type('float32'), Tindices: attr.type('int32') }),
      node('read', 'ReadVariableOp', ['o'], { dtype: attr.type('float32') }),
      node('sum', 'AddV2', ['gather:output:0', 'again:output:0'], float),
      node('add', 'AddV2', ['sum:z:0', 'read:value:0'], float),
    ];
    const values = Array.from({ length: 50_000 }, (_, i) => i / 8);
    const variables = {
      ...affineValues,
      'model/scale/.ATTRIBUTES/VARIABLE_VALUE': { type: 'float32', dims: [50_000], values },
    };
    const tree = affine(variables, {}, affineModel({ inner }));
    const reads = [];
    const data = tree['variables/variables.data-00000-of-00001'];
    const { read } = data;
    data.read = (offset, length) => {
      reads.push(length);
      return read(offset, length);
    };
    const converted = await convert(tree, { weightShardSizeBytes: 60_000 });
    // The small one at once, the large one when it is due, and once.
    assert.deepEqual(reads, [8, 200_000]);
    assert.equal(weightsOf(converted).filter(({ shape }) => shape[0] === 50_000).length, 1);
    assert.deepEqual(await predict(converted, [8, 16]), [12, 24]);
    const small = await convert(tree, { quantization: ({ shape }) => (shape[0] === 50_000 ? 'uint16' : undefined) });
    // With the two numbers of `offset` and the axis.
    assert.equal(small.summary.weightBytes, 100_000 + 8 + 4);
    const [first] = await predict(small, [49_999, 0]);
    assert.ok(Math.abs(first - (10 + (2 * 49_999) / 8)) < 0.2);
  });

  test('take conditions that are constant, and pass variables into loops', async () => {
    const loopArgs = { i: 'int32', value: 'float32', step: 'resource' };
    const functions = [
      functionDef(
        'more',
        loopArgs,
        { ok: 'bool' },
        [constant('three', 'int32', [], [3]), node('less', 'Less', ['i', 'three:output:0'], { T: attr.type('int32') })],
        { ok: 'less:z:0' },
      ),
      functionDef(
        'step_fn',
        loopArgs,
        { i_out: 'int32', value_out: 'float32', step_out: 'resource' },
        [
          constant('one', 'int32', [], [1]),
          node('next', 'AddV2', ['i', 'one:output:0'], { T: attr.type('int32') }),
          node('read', 'ReadVariableOp', ['step'], { dtype: attr.type('float32') }),
          node('sum', 'AddV2', ['value', 'read:value:0'], float),
        ],
        { i_out: 'next:z:0', value_out: 'sum:z:0', step_out: 'step' },
      ),
      functionDef('yes', { v: 'float32' }, { r: 'float32' }, [node('neg', 'Neg', ['v'], float)], { r: 'neg:y:0' }),
      functionDef('no', { v: 'float32' }, { r: 'float32' }, [node('bad', 'NoSuchOp', ['v'])], { r: 'bad:y:0' }),
    ];
    const { functions: restore, nodes } = restoring({ scale: 'model/scale/.ATTRIBUTES/VARIABLE_VALUE' });
    const types = attr.types(['int32', 'float32', 'resource']);
    const graph = graphDef(
      [
        ...nodes,
        placeholder('serve_x', 'float32', [2]),
        call('StatefulPartitionedCall', 'wrapper', ['serve_x', 'scale']),
      ],
      [
        ...restore,
        ...functions,
        functionDef(
          'wrapper',
          { x: 'float32', unknown: 'resource' },
          { identity: 'float32' },
          [
            constant('zero', 'int32', [], [0]),
            constant('training', 'bool', [], [1]),
            node('while', 'While', ['zero:output:0', 'x', 'unknown'], {
              T: types,
              cond: attr.func('more'),
              body: attr.func('step_fn'),
            }),
            node('if', 'If', ['training:output:0', 'while:output:1'], {
              then_branch: attr.func('yes'),
              else_branch: attr.func('no'),
              Tin: attr.types(['float32']),
              Tout: attr.types(['float32']),
            }),
            node('Identity', 'Identity', ['if:output:0'], float),
          ],
          { identity: 'Identity:output:0' },
        ),
      ],
    );
    const model = savedModel(
      metaGraph({
        graph,
        restoreOp: 'restore_call',
        signatures: {
          serving_default: {
            inputs: { x: { ...scalarIn, dims: [2] } },
            outputs: { y: { name: 'StatefulPartitionedCall:0', type: 'float32', dims: [2] } },
          },
        },
      }),
    );
    const converted = await convert(affine(affineValues, {}, model));
    const { tf, model: loaded } = await loadConverted(converted);
    const result = await loaded.executeAsync({ x: tf.tensor1d([1, 10]) });
    assert.deepEqual(Array.from(result.dataSync()), [-7, -19]);
    assert.deepEqual(
      weightsOf(converted)
        .map(({ name }) => name)
        .filter((name) => name.includes('read')),
      [
        weightsOf(converted)
          .map(({ name }) => name)
          .find((name) => name.includes('read')),
      ],
    );
  });

  for (const [what, change, code] of [
    [
      'a wrong checksum',
      (files) => files['variables/variables.data-00000-of-00001'].writeUInt8(7, 0),
      'E_WEIGHT_BYTES',
    ],
    ['a damaged index', (files) => files['variables/variables.index'].writeUInt8(99, 3), 'E_FILE'],
    [
      'an index that was cut off',
      (files, tree) => {
        tree['variables/variables.index'] = files['variables/variables.index'].subarray(0, 50);
      },
      'E_FILE',
    ],
    ['no data file', (_, tree) => void delete tree['variables/variables.data-00000-of-00001'], 'E_FILE'],
    [
      'no variables',
      (_, tree) => {
        for (const name of Object.keys(tree)) if (name.startsWith('variables')) delete tree[name];
      },
      'E_WEIGHT_MISSING',
    ],
  ]) {
    test(`with ${what} are refused`, async () => {
      const files = { 'saved_model.pb': affineModel(), ...checkpoint(affineValues) };
      const tree = { ...files };
      change(files, tree);
      await assert.rejects(convert(fileTree(tree)), (error) => {
        assert.equal(error.code, code, error.message);
        return true;
      });
    });
  }
});
