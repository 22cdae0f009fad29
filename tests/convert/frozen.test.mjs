// SPDX-License-Identifier: Apache-2.0
// Frozen graphs, written byte by byte.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missing } from '../prerequisites.mjs';
import { convert, fileTree, handlerOf, loadConverted, opsOf } from './convert.mjs';
import { attr, constant, functionDef, graphDef, node, placeholder } from './graph-def.mjs';
import { bytes, concat, int, message, varint } from './proto.mjs';

const skip = missing('dist');

const frozen = (nodes, functions) => fileTree({ 'model.pb': graphDef(nodes, functions) });

/** y = relu(x * w + b) */
const dense = [
  placeholder('x', 'float32', [-1, 2]),
  constant('w', 'float32', [2, 2], [1, 2, 3, 4]),
  constant('b', 'float32', [2], [0.5, -10]),
  node('product', 'MatMul', ['x', 'w'], { T: attr.type('float32'), transpose_a: attr.bool(false) }),
  node('sum', 'BiasAdd', ['product', 'b'], { T: attr.type('float32') }),
  node('y', 'Relu', ['sum'], { T: attr.type('float32') }),
];

describe('frozen graphs', { skip }, () => {
  test('become model.json and weight files that run', async () => {
    const converted = await convert(frozen(dense));
    const { tf, model } = await loadConverted(converted);
    const y = model.predict(tf.tensor2d([[1, 1]]));
    assert.deepEqual(Array.from(y.dataSync()), [4.5, 0]);
    assert.deepEqual([...converted.files.keys()], ['group1-shard1of1.bin', 'model.json']);
    assert.deepEqual(Object.keys(converted.json.signature.inputs), ['x']);
    assert.deepEqual(converted.json.signature.inputs.x, {
      name: 'x:0',
      dtype: 'DT_FLOAT',
      tensorShape: { dim: [{ size: '-1' }, { size: '2' }] },
    });
    assert.equal(converted.json.signature.outputs.y.name, 'y:0');
  });

  test('are fused to ops that TensorFlow.js knows, under the name of the last node', async () => {
    const converted = await convert(frozen(dense));
    assert.deepEqual(opsOf(converted), ['Const', 'Const', 'Placeholder', '_FusedMatMul']);
    const fused = converted.json.modelTopology.node.find(({ op }) => op === '_FusedMatMul');
    assert.equal(fused.name, 'y');
    assert.deepEqual(
      fused.attr.fused_ops.list.s.map((text) => Buffer.from(text, 'base64').toString()),
      ['BiasAdd', 'Relu'],
    );
  });

  test('may be text', async () => {
    const text = `
      # A comment.
      node { name: "x" op: 'Placeholder' attr { key: "dtype" value { type: DT_FLOAT } }
             attr { key: "shape" value < shape { dim { size: -1 } } > } }
      node { name: "c" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } }
             attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 0x2 } } float_val: [1.5, -2e0f] } } } }
      node { name: "s" op: "Const" attr { key: "value" value { tensor {
             dtype: DT_STRING tensor_shape { } string_val: "a\\101\\x42" '\\n' } } } }
      node { name: "y" op: "Mul" input: "x"; input: "c", attr { key: "T" value { type: DT_FLOAT } } unknown { a: [1, 2] } }
      node { name: "t" op: "Identity" input: "s" }
      versions { producer: 12 }`;
    const converted = await convert(fileTree({ 'model.pbtxt': Buffer.from(text) }));
    const { tf, model } = await loadConverted(converted);
    const [y, t] = model.execute({ x: tf.tensor1d([2, 4]) }, ['y', 't']);
    assert.deepEqual([...y.dataSync(), ...t.dataSync()], [3, -8, 'aAB\n']);
    assert.equal(converted.json.modelTopology.versions.producer, 12);
    for (const [wrong, line] of [
      ['node { name: "x', 1],
      ['node {\n name: "x"\n', 3],
      ['node {\n name: x }', 2],
    ]) {
      await assert.rejects(convert(fileTree({ 'm.pbtxt': Buffer.from(wrong) })), {
        code: 'E_PROTO',
        message: new RegExp(`^line ${line}: `),
      });
    }
  });

  test('keep activations apart that TensorFlow.js cannot fuse', async () => {
    const nodes = [
      ...dense.slice(0, 3),
      node('product', 'MatMul', ['x', 'w'], { T: attr.type('float32') }),
      node('y', 'Relu', ['product'], { T: attr.type('float32') }),
      node('sum', 'BiasAdd', ['y', 'b'], { T: attr.type('float32') }),
      node('z', 'Tanh', ['sum'], { T: attr.type('float32') }),
    ];
    const converted = await convert(frozen(nodes));
    assert.deepEqual(opsOf(converted), ['BiasAdd', 'Const', 'Const', 'MatMul', 'Placeholder', 'Relu', 'Tanh']);
  });

  test('give the outputs that were asked for', async () => {
    const converted = await convert(frozen(dense), { outputNodeNames: ['sum:0', 'product'] });
    assert.deepEqual(
      Object.values(converted.json.signature.outputs).map(({ name }) => name),
      ['sum:0', 'product:0'],
    );
    const { tf, model } = await loadConverted(converted);
    const [sum, product] = model.predict(tf.tensor2d([[1, 1]]));
    assert.deepEqual([...sum.dataSync(), ...product.dataSync()], [4.5, -4, 4, 6]);
  });

  test('read every way to write a constant', async () => {
    const splat = concat(
      int(1, 1),
      message(2, message(2, int(1, 3))),
      bytes(5, Buffer.from(Float32Array.of(2.5).buffer)),
    );
    const bfloat = concat(int(1, 14), message(2, message(2, int(1, 2))), int(13, 0x3f80), int(13, 0x4000));
    const half = concat(int(1, 19), message(2, message(2, int(1, 1))), int(13, 0x3800));
    const value = (proto) => node('c', 'Const', [], { dtype: int(6, 1), value: message(8, proto) });
    for (const [proto, expected] of [
      [splat, [2.5, 2.5, 2.5]],
      [bfloat, [1, 2]],
      [half, [0.5]],
      [
        concat(int(1, 2), message(2, message(2, int(1, 1))), bytes(4, Buffer.from(Float64Array.of(0.25).buffer))),
        [0.25],
      ],
      [concat(int(1, 1), message(2, message(2, int(1, 2)))), [0, 0]],
    ]) {
      const nodes = [
        value(proto),
        placeholder('x', 'float32', []),
        node('y', 'AddV2', ['c', 'x'], { T: attr.type('float32') }),
      ];
      const { tf, model } = await loadConverted(await convert(frozen(nodes)));
      assert.deepEqual(Array.from(model.predict(tf.scalar(0)).dataSync()), expected);
    }
  });

  test('of several shards and weight types decode to the same', async () => {
    const nodes = [
      constant('text', 'string', [2], ['a', 'bcd']),
      constant('flags', 'bool', [3], [1, 0, 1]),
      constant('big', 'float32', [5], [1, 2, 3, 4, 5]),
      constant('ints', 'int64', [2], [7, -8]),
      ...['text', 'flags', 'big', 'ints'].map((name) => node(`${name}_out`, 'Identity', [name])),
    ];
    const converted = await convert(frozen(nodes), { weightShardSizeBytes: 7 });
    const sizes = [...converted.files].filter(([name]) => name.endsWith('.bin')).map(([, data]) => data.length);
    assert.deepEqual(new Set(sizes.slice(0, -1)), new Set([7]));
    const tf = await import('../../dist/index.js');
    const model = await tf.loadGraphModel(handlerOf(converted));
    const outputs = model.execute({}, ['text_out', 'flags_out', 'big_out', 'ints_out']);
    assert.deepEqual(
      outputs.map((tensor) => Array.from(tensor.dataSync())),
      [
        ['a', 'bcd'],
        [1, 0, 1],
        [1, 2, 3, 4, 5],
        [7, -8],
      ],
    );
  });

  test('with unsupported ops are refused with a list of all, before anything is written', async () => {
    const nodes = [
      placeholder('x', 'float32', []),
      node('a', 'Bessel', ['x']),
      node('b', 'Bessel', ['a']),
      node('c', 'DecodeJpeg', ['b']),
    ];
    const written = [];
    const { convertGraphModel } = await import('../../dist/convert.js');
    await assert.rejects(
      convertGraphModel(frozen(nodes), {}, { write: (name) => void written.push(name) }),
      (error) =>
        error.code === 'E_OP' &&
        /Bessel \(2x, e\.g\. '[ab]'\)/.test(error.message) &&
        /DecodeJpeg \(1x, e\.g\. 'c'; it decodes images/.test(error.message),
    );
    assert.deepEqual(written, []);
    const { summary } = await convert(frozen(nodes), { skipOpCheck: true });
    assert.deepEqual(
      summary.unsupportedOps.map(({ op, count }) => [op, count]),
      [
        ['Bessel', 2],
        ['DecodeJpeg', 1],
      ],
    );
  });

  test('lose arithmetic that is not needed', async () => {
    const nodes = [
      placeholder('x', 'float32', [2, 3]),
      constant('two', 'float32', [], [2]),
      constant('swap', 'int32', [2], [1, 0]),
      constant('w', 'float32', [3], [1, 2, 3]),
      node('power', 'Pow', ['x', 'two'], { T: attr.type('float32') }),
      node('turned', 'Transpose', ['power', 'swap'], { T: attr.type('float32'), Tperm: attr.type('int32') }),
      node('back', 'Transpose', ['turned', 'swap'], { T: attr.type('float32'), Tperm: attr.type('int32') }),
      node('difference', 'Sub', ['back', 'w'], { T: attr.type('float32') }),
      node('squared', 'Mul', ['difference', 'difference'], { T: attr.type('float32') }),
      node('again', 'Transpose', ['squared', 'swap'], { T: attr.type('float32'), Tperm: attr.type('int32') }),
      node('y', 'MatMul', ['again', 'squared'], { T: attr.type('float32') }),
    ];
    const converted = await convert(frozen(nodes));
    assert.deepEqual(opsOf(converted), ['Const', 'MatMul', 'Placeholder', 'Square', 'SquaredDifference']);
    const product = converted.json.modelTopology.node.find(({ op }) => op === 'MatMul');
    assert.deepEqual([product.attr.transpose_a, product.attr.transpose_b], [{ b: true }, undefined]);
    const { tf, model } = await loadConverted(converted);
    const x = [1, 2, 3, 4, 5, 6];
    const d = x.map((value, i) => (value ** 2 - [1, 2, 3][i % 3]) ** 2);
    const expected = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => d[i] * d[j] + d[3 + i] * d[3 + j]));
    assert.deepEqual(Array.from(model.predict(tf.tensor2d(x, [2, 3])).dataSync()), expected);
  });

  test('inline functions and drop checks', async () => {
    const double = functionDef(
      'double',
      { v: 'float32' },
      { r: 'float32' },
      [node('twice', 'AddV2', ['v', 'v'], { T: attr.type('float32') })],
      { r: 'twice:z:0' },
    );
    const nodes = [
      placeholder('x', 'float32', [2]),
      node('checked', 'CheckNumerics', ['x'], { T: attr.type('float32') }),
      node('call', 'PartitionedCall', ['checked'], { f: attr.func('double') }),
      node('y', 'Square', ['call:0'], { T: attr.type('float32') }),
    ];
    const converted = await convert(frozen(nodes, [double]));
    assert.deepEqual(
      converted.json.modelTopology.node.map(({ name }) => name),
      ['x', 'call/twice', 'y'],
    );
    const { tf, model } = await loadConverted(converted);
    assert.deepEqual(Array.from(model.predict(tf.tensor1d([1, 2])).dataSync()), [4, 16]);
  });

  for (const [what, files, code] of [
    ['cut off', { 'm.pb': graphDef(dense).subarray(0, 60) }, 'E_PROTO'],
    ['with a field of 2^31 bytes', { 'm.pb': concat(varint((9 << 3) | 2), varint(2 ** 31), 'abc') }, 'E_PROTO'],
    ['with a name of 2^32 - 1 bytes', { 'm.pb': concat(varint((1 << 3) | 2), varint(2 ** 32 - 1), 'abc') }, 'E_PROTO'],
    ['of text', { 'm.pb': Buffer.from('hello, world') }, 'E_PROTO'],
    ['with an unknown input', { 'm.pb': graphDef([node('y', 'Relu', ['none'])]) }, 'E_EDGE'],
    ['with two nodes of one name', { 'm.pb': graphDef([dense[0], dense[0]]) }, 'E_DUPLICATE'],
    ['with variables', { 'm.pb': graphDef([node('v', 'VariableV2'), node('y', 'Identity', ['v'])]) }, 'E_STATE'],
    [
      'with one value for 2^32 elements',
      {
        'm.pb': graphDef([
          node('c', 'Const', [], {
            value: message(8, int(1, 1), message(2, message(2, int(1, 2 ** 31))), bytes(5, Buffer.alloc(4))),
          }),
          node('y', 'Identity', ['c']),
        ]),
      },
      'E_LIMIT',
    ],
    [
      'with a function that calls itself',
      {
        'm.pb': graphDef(
          [node('y', 'PartitionedCall', [], { f: attr.func('f') })],
          [
            functionDef('f', {}, { r: 'float32' }, [node('again', 'PartitionedCall', [], { f: attr.func('f') })], {
              r: 'again:output:0',
            }),
          ],
        ),
      },
      'E_LIMIT',
    ],
  ]) {
    test(`${what} are refused`, async () => {
      await assert.rejects(convert(fileTree(files)), (error) => {
        assert.equal(error.code, code, error.message);
        return true;
      });
    });
  }
});
