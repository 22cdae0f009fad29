// SPDX-License-Identifier: Apache-2.0
// SavedModels, written byte by byte.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missing } from '../prerequisites.mjs';
import { checkpoint } from './checkpoint.mjs';
import { convert, fileTree, loadConverted, opsOf, weightsOf } from './convert.mjs';
import { attr, constant, functionDef, graphDef, node, placeholder } from './graph-def.mjs';
import { metaGraph, savedModel } from './saved-model.mjs';

const skip = missing('dist');
const float = { T: attr.type('float32') };
const scalarIn = { name: 'serve_x:0', type: 'float32', dims: [-1] };

/** A variable with its key in the checkpoint, restored as TensorFlow 2 does: in a function. */
function restoring(variables) {
  const keys = Object.values(variables);
  const body = [
    constant('keys', 'string', [keys.length], keys),
    constant(
      'slices',
      'string',
      [keys.length],
      keys.map(() => ''),
    ),
    node('restore', 'RestoreV2', ['prefix', 'keys', 'slices'], { dtypes: attr.types(keys.map(() => 'float32')) }),
    ...keys.flatMap((_, index) => [
      node(`value_${index}`, 'Identity', [`restore:tensors:${index}`], float),
      node(`assign_${index}`, 'AssignVariableOp', [`v${index}`, `value_${index}:output:0`]),
    ]),
  ];
  const args = { prefix: 'string', ...Object.fromEntries(keys.map((_, index) => [`v${index}`, 'resource'])) };
  return {
    functions: [functionDef('restore_fn', args, {}, body, {})],
    nodes: [
      placeholder('prefix', 'string', []),
      ...Object.keys(variables).map((name) =>
        node(name, 'VarHandleOp', [], { dtype: attr.type('float32'), shape: attr.shape([2]) }),
      ),
      node('restore_call', 'StatefulPartitionedCall', ['prefix', ...Object.keys(variables)], {
        f: attr.func('restore_fn'),
      }),
    ],
  };
}

const call = (name, target, inputs) => node(name, 'StatefulPartitionedCall', inputs, { f: attr.func(target) });

/** A model of TensorFlow 2: y = x * scale + offset, computed by a function of a function. */
function affineModel({
  inner,
  more = [],
  variables = { scale: 'model/scale/.ATTRIBUTES/VARIABLE_VALUE', offset: 'o/.ATTRIBUTES/VARIABLE_VALUE' },
} = {}) {
  const { functions, nodes } = restoring(variables);
  const body = inner ?? [
    node('mul/ReadVariableOp', 'ReadVariableOp', ['s'], { dtype: attr.type('float32') }),
    node('mul', 'Mul', ['x', 'mul/ReadVariableOp:value:0'], float),
    node('add/ReadVariableOp', 'ReadVariableOp', ['o'], { dtype: attr.type('float32') }),
    node('add', 'AddV2', ['mul:z:0', 'add/ReadVariableOp:value:0'], float),
  ];
  const args = { x: 'float32', s: 'resource', o: 'resource' };
  const wrapperArgs = { x: 'float32', unknown: 'resource', unknown_0: 'resource' };
  const graph = graphDef(
    [
      ...nodes,
      placeholder('serve_x', 'float32', [-1]),
      call('StatefulPartitionedCall', 'wrapper', ['serve_x', 'scale', 'offset']),
    ],
    [
      ...functions,
      ...more,
      functionDef('inner', args, { r: 'float32' }, body, { r: 'add:z:0' }),
      functionDef(
        'wrapper',
        wrapperArgs,
        { identity: 'float32' },
        [
          call('StatefulPartitionedCall', 'inner', ['x', 'unknown', 'unknown_0']),
          node('Identity', 'Identity', ['StatefulPartitionedCall:output:0', '^NoOp'], float),
          node('NoOp', 'NoOp', ['^StatefulPartitionedCall']),
        ],
        { identity: 'Identity:output:0' },
      ),
    ],
  );
  const signatures = {
    serving_default: {
      inputs: { x: scalarIn },
      outputs: { scores: { name: 'StatefulPartitionedCall:0', type: 'float32', dims: [-1] } },
    },
  };
  return savedModel(metaGraph({ graph, signatures, restoreOp: 'restore_call' }));
}

const affineValues = {
  'model/scale/.ATTRIBUTES/VARIABLE_VALUE': { type: 'float32', dims: [2], values: [2, 3] },
  'o/.ATTRIBUTES/VARIABLE_VALUE': { type: 'float32', dims: [2], values: [10, 20] },
};

const affine = (values = affineValues, options = {}, model = affineModel()) =>
  fileTree({ 'saved_model.pb': model, ...checkpoint(values, options) });

async function predict(converted, ...args) {
  const { tf, model } = await loadConverted(converted);
  const result = model.predict(tf.tensor(...args));
  return Array.from(result.dataSync());
}

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

  test('with state are refused, unless it is frozen', async () => {
    const inner = [
      node('read', 'ReadVariableOp', ['s'], { dtype: attr.type('float32') }),
      node('next', 'AddV2', ['x', 'read:value:0'], float),
      node('assign', 'AssignVariableOp', ['s', 'next:z:0'], { dtype: attr.type('float32') }),
      node('other', 'ReadVariableOp', ['o', '^assign'], { dtype: attr.type('float32') }),
      node('add', 'AddV2', ['next:z:0', 'other:value:0'], float),
    ];
    const files = affine(affineValues, {}, affineModel({ inner }));
    await assert.rejects(convert(files), (error) => error.code === 'E_STATE' && /'scale'/.test(error.message));
    const converted = await convert(files, { freezeState: true });
    assert.match(converted.summary.notes.join(), /changes the variable 'scale'/);
  });

  test('may have state in branches that are never taken', async () => {
    const trains = functionDef(
      'trains',
      { x: 'float32', s: 'resource' },
      { r: 'float32' },
      [
        node('assign', 'AssignVariableOp', ['s', 'x'], { dtype: attr.type('float32') }),
        node('result', 'Identity', ['x', '^assign'], float),
      ],
      { r: 'result:output:0' },
    );
    const runs = functionDef(
      'runs',
      { x: 'float32', s: 'resource' },
      { r: 'float32' },
      [node('neg', 'Neg', ['x'], float)],
      { r: 'neg:y:0' },
    );
    const inner = [
      constant('no', 'bool', [], [0]),
      constant('yes', 'bool', [], [1]),
      node('both', 'LogicalAnd', ['no:output:0', 'yes:output:0']),
      node('if', 'If', ['both:z:0', 'x', 's'], {
        then_branch: attr.func('trains'),
        else_branch: attr.func('runs'),
        Tcond: attr.type('bool'),
        Tin: attr.types(['float32', 'resource']),
        Tout: attr.types(['float32']),
      }),
      node('read', 'ReadVariableOp', ['s'], { dtype: attr.type('float32') }),
      node('add', 'AddV2', ['if:output:0', 'read:value:0'], float),
    ];
    const model = affineModel({ inner, more: [trains, runs] });
    assert.deepEqual(await predict(await convert(affine(affineValues, {}, model)), [1, 10]), [1, -7]);
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

/** A model of TensorFlow 1: y = x * v, with a variable in the main graph. */
const graph1 = (slices = '') =>
  graphDef([
    placeholder('x', 'float32', [-1]),
    node('v', 'VariableV2', [], { dtype: attr.type('float32'), shape: attr.shape([2]) }),
    node('v/read', 'Identity', ['v'], float),
    node('y', 'Mul', ['x', 'v/read'], float),
    node('init', 'Assign', ['v', 'x'], float),
    constant('save/keys', 'string', [1], ['v']),
    constant('save/slices', 'string', [1], [slices]),
    constant('save/Const', 'string', [], ['model']),
    node('save/RestoreV2', 'RestoreV2', ['save/Const', 'save/keys', 'save/slices'], {
      dtypes: attr.types(['float32']),
    }),
    node('save/Assign', 'Assign', ['v', 'save/RestoreV2'], float),
    node('save/restore_all', 'NoOp', ['^save/Assign']),
  ]);

const signature1 = {
  inputs: { x: { name: 'x:0', type: 'float32', dims: [-1] } },
  outputs: { y: { name: 'y:0', type: 'float32', dims: [-1] } },
};

describe('SavedModels of TensorFlow 1', { skip }, () => {
  test('are frozen under their own names', async () => {
    const meta = metaGraph({
      graph: graph1(),
      signatures: { serving_default: signature1 },
      restoreOp: 'save/restore_all',
    });
    const files = {
      'saved_model.pb': savedModel(meta),
      ...checkpoint({ v: { type: 'float32', dims: [2], values: [4, 5] } }),
    };
    const converted = await convert(fileTree(files));
    assert.deepEqual(await predict(converted, [1, 10]), [4, 50]);
    assert.deepEqual(
      weightsOf(converted).map(({ name }) => name),
      ['v'],
    );
  });

  test('read large variables behind Identity nodes when they are written', async () => {
    const size = 160;
    const graph = graphDef([
      placeholder('x', 'float32', [-1, size]),
      ...['a', 'b'].flatMap((name) => [
        node(name, 'VariableV2', [], { dtype: attr.type('float32') }),
        node(`${name}/read`, 'Identity', [name], float),
      ]),
      node('first', 'MatMul', ['x', 'a/read'], float),
      node('y', 'MatMul', ['first', 'b/read'], float),
    ]);
    const identity = Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
    const variable = { type: 'float32', dims: [size, size], values: identity };
    const info = { type: 'float32', dims: [-1, size] };
    const signatures = {
      serving_default: { inputs: { x: { name: 'x:0', ...info } }, outputs: { y: { name: 'y:0', ...info } } },
    };
    const tree = fileTree({
      'saved_model.pb': savedModel(metaGraph({ graph, signatures })),
      ...checkpoint({ a: variable, b: variable }),
    });
    const steps = [];
    const data = tree['variables/variables.data-00000-of-00001'];
    const { read } = data;
    data.read = (offset, length) => {
      steps.push('read');
      return read(offset, length);
    };
    const { convertGraphModel } = await import('../../dist/convert.js');
    const options = { weightShardSizeBytes: 4 * size * size };
    await convertGraphModel(tree, options, { write: (name) => void steps.push(name) });
    assert.deepEqual(steps, ['read', 'group1-shard1of2.bin', 'read', 'group1-shard2of2.bin', 'model.json']);
    const values = Array.from({ length: size }, (_, i) => i);
    assert.deepEqual(await predict(await convert(tree), values, [1, size]), values);
  });

  test('read parts of partitioned variables', async () => {
    const meta = metaGraph({
      graph: graph1('3 1,2'),
      signatures: { serving_default: signature1 },
      restoreOp: 'save/restore_all',
    });
    const files = {
      'saved_model.pb': savedModel(meta),
      ...checkpoint({ v: { type: 'float32', dims: [3], values: [4, 5, 6] } }),
    };
    assert.deepEqual(await predict(await convert(fileTree(files)), [1, 10]), [5, 60]);
  });

  test('are cut at an input that is an inner node', async () => {
    const graph = graphDef([
      placeholder('serialized', 'string', []),
      node('parse', 'ParseExample', ['serialized']),
      node('x', 'Identity', ['parse'], float),
      node('y', 'Neg', ['x'], float),
    ]);
    const converted = await convert(
      fileTree({ 'saved_model.pb': savedModel(metaGraph({ graph, signatures: { s: signature1 } })) }),
    );
    assert.deepEqual(opsOf(converted), ['Neg', 'Placeholder']);
    assert.deepEqual(await predict(converted, [1]), [-1]);
  });

  test('name what there is if tags or the signature are missing', async () => {
    const meta = metaGraph({ graph: graph1(), signatures: { a: signature1, b: signature1 }, tags: ['gpu'] });
    const tree = fileTree({ 'saved_model.pb': savedModel(meta, meta) });
    await assert.rejects(convert(tree), { code: 'E_INPUT', message: /\[serve\]; there are: \[gpu\]/ });
    await assert.rejects(convert(tree, { tags: ['gpu'] }), { code: 'E_INPUT', message: /'a' \(x\), 'b' \(x\)/ });
    await assert.rejects(convert(tree, { tags: ['gpu'], signatureName: 'c' }), { code: 'E_INPUT', message: /'c'/ });
  });

  test('bring their tables', async () => {
    const table = {
      key_dtype: attr.type('string'),
      value_dtype: attr.type('int64'),
      shared_name: attr.text('vocabulary'),
    };
    const graph = graphDef([
      placeholder('x', 'string', [-1]),
      constant('path', 'string', [], ['/tmp/vocabulary.txt']),
      node('table', 'HashTableV2', [], table),
      node('fill', 'InitializeTableFromTextFileV2', ['table', 'path'], {
        key_index: attr.int(-2),
        value_index: attr.int(-1),
        vocab_size: attr.int(-1),
        delimiter: attr.text('\t'),
      }),
      node('main', 'NoOp', ['^fill']),
      constant('none', 'int64', [], [-1]),
      node('y', 'LookupTableFindV2', ['table', 'x', 'none'], { Tin: attr.type('string'), Tout: attr.type('int64') }),
    ]);
    const signatures = {
      serving_default: {
        inputs: { x: { name: 'x:0', type: 'string', dims: [-1] } },
        outputs: { y: { name: 'y:0', type: 'int64', dims: [-1] } },
      },
    };
    const meta = metaGraph({ graph, signatures, mainOp: 'main', assets: [{ tensor: 'path:0', name: 'words.txt' }] });
    const converted = await convert(
      fileTree({ 'saved_model.pb': savedModel(meta), 'assets/words.txt': Buffer.from('red\ngreen\nblue') }),
    );
    assert.deepEqual(await predict(converted, ['blue', 'red', 'pink']), [2, 0, -1]);
    assert.equal(converted.json.signature.outputs.y.dtype, 'DT_INT64');
  });
});

describe('graph models of TensorFlow.js', { skip }, () => {
  test('are written anew', async () => {
    const first = await convert(affine());
    const second = await convert(fileTree(Object.fromEntries(first.files)), {
      quantization: (weight) => (weight.name.endsWith('ReadVariableOp') ? 'float16' : undefined),
      metadata: { author: 'me' },
    });
    assert.deepEqual(await predict(second, [1, 10]), [12, 50]);
    assert.deepEqual(second.json.signature, first.json.signature);
    assert.deepEqual(second.json.userDefinedMetadata, { author: 'me' });
    assert.deepEqual(
      weightsOf(second).map(({ quantization }) => quantization?.dtype),
      ['float16', 'float16'],
    );
  });
});
