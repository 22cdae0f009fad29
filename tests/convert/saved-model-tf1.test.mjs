// SPDX-License-Identifier: Apache-2.0
// SavedModels of TensorFlow 1, written byte by byte.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missing } from '../prerequisites.mjs';
import { float, predict } from './affine-model.mjs';
import { checkpoint } from './checkpoint.mjs';
import { convert, fileTree, opsOf, weightsOf } from './convert.mjs';
import { attr, constant, graphDef, node, placeholder } from './graph-def.mjs';
import { metaGraph, savedModel } from './saved-model.mjs';

const skip = missing('dist');

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
