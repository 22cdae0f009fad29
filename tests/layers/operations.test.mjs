// SPDX-License-Identifier: Apache-2.0
// Models with calls of functions: indices, structures of arguments, both generations of Keras, hostile files.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import { assertValues, checkModel, input, keras2, keras3, kerasTensor } from './operation-models.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');

const REAL_FILE = path.join(ROOT, '../shared/models/k-tfop/tfop_0.h5');
const missingFile = existsSync(REAL_FILE) ? false : 'there is no folder shared/models beside the repository';

const cube = Array.from({ length: 24 }, (_, i) => i);
const x = input('x', cube, [2, 3, 4]);
const nested = [0, 1].map((i) => [0, 1, 2].map((j) => [0, 1, 2, 3].map((k) => 12 * i + 4 * j + k)));

const colon = { start: null, stop: null, step: null };
const range = (start, stop, step = null) => ({ start, stop, step });
const ellipsis = { class_name: '__ellipsis__' };
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

  /** A model of Keras 2 with calls [class, name, function, node] on x. */
  function withCalls(calls, output, others = []) {
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

  test('any batch size, and sizes that the model leaves open', async () => {
    const json = keras2('math.reduce_mean', ['x', 0, 0, { axis: 1 }], [x]);
    json.config.layers[0].config.batch_input_shape = [null, null, 4];
    const model = await tf.models.modelFromJSON(json);
    assert.deepEqual(model.outputs[0].shape, [null, 4]);
    for (const [batch, steps] of [
      [1, 5],
      [70, 2],
      [3, 1],
    ]) {
      assertValues(
        model.predict(tf.ones([batch, steps, 4])),
        [Array.from({ length: batch }, () => [1, 1, 1, 1])],
        'mean',
      );
    }
  });

  test('layers with weights beside calls keep their weights', async () => {
    const dense = {
      class_name: 'Dense',
      config: { name: 'dense', trainable: true, dtype: 'float32', units: 2, activation: 'linear', use_bias: true },
      name: 'dense',
      inbound_nodes: [[['twice', 0, 0, {}]]],
    };
    const json = withCalls(
      [
        ['TFOpLambda', 'twice', 'math.multiply', ['x', 0, 0, { y: 2, name: null }]],
        ['TFOpLambda', 'sum', 'math.add', ['dense', 0, 0, { y: ['dense', 0, 0], name: null }]],
      ],
      'sum',
      [dense],
    );
    const model = await tf.models.modelFromJSON(json);
    assert.deepEqual(
      model.weights.map(({ name }) => name),
      ['dense/kernel', 'dense/bias'],
    );
    model.setWeights([tf.ones([4, 2]), tf.tensor1d([1, 2])]);
    const expected = [
      [
        [18, 20],
        [18, 20],
        [18, 20],
      ],
    ];
    assertValues(model.predict(tf.ones([1, 3, 4])), [expected], 'dense');
    const artifacts = [];
    await model.save({
      save: async (saved) => {
        artifacts.push(saved);
        return { modelArtifactsInfo: {} };
      },
    });
    const loaded = await tf.loadLayersModel({ load: async () => artifacts[0] });
    assertValues(loaded.predict(tf.ones([1, 3, 4])), [expected], 'loaded');
  });

  for (const [generation, json] of [
    [2, keras2('math.multiply', ['x', 0, 0, { y: 3 }], [x])],
    [3, keras3('Multiply', {}, [kerasTensor('x'), 3], [x])],
  ]) {
    for (const format of ['keras', 'h5']) {
      test(`a .${format} file with a function of Keras ${generation}`, async () => {
        const model = await tf.models.modelFromJSON(json);
        const artifacts = [];
        await model.save(
          {
            save: async (saved) => {
              artifacts.push(saved);
              return { modelArtifactsInfo: {} };
            },
          },
          { format },
        );
        const loaded = await tf.loadLayersModel({ load: async () => artifacts[0] });
        assert.equal(loaded.toJSON(), model.toJSON());
        assert.equal(loaded.predict(tf.ones([1, 3, 4])).dataSync()[5], 3);
      });
    }
  }

  test('a model with calls inside of a Sequential', async () => {
    const inner = keras2('math.multiply', ['x', 0, 0, { y: 3 }], [x]);
    const json = { class_name: 'Sequential', config: { name: 's', layers: [inner] }, keras_version: '2.9.0' };
    const model = await tf.models.modelFromJSON(json);
    const again = await tf.models.modelFromJSON(model.toJSON());
    for (const each of [model, again]) assert.equal(each.predict(tf.ones([1, 3, 4])).dataSync()[5], 3);
  });

  test('a call that is used twice', async () => {
    const json = keras2('math.multiply', ['x', 0, 0, { y: 3 }], [x]);
    json.config.layers[1].inbound_nodes.push(['the_call', 0, 0, { y: 2 }]);
    json.config.output_layers = [['the_call', 1, 0]];
    await checkModel(tf, json, [x], [nested.map((rows) => rows.map((row) => row.map((v) => 6 * v)))], 'twice');
  });

  test('AddLoss and AddMetric give their input', async () => {
    const json = withCalls([['AddLoss', 'loss', undefined, [['x', 0, 0, {}]]]], 'loss');
    json.config.layers[1].config = { name: 'loss', trainable: true, dtype: 'float32', unconditional: true };
    await checkModel(tf, json, [x], [nested], 'AddLoss');
  });

  test('the entries of Keras 3 in .h5 files have no module', async () => {
    const json = keras3('Add', {}, [kerasTensor('x'), 2], [x]);
    const strip = ({ module: _, registered_name: _name, ...rest }) => rest;
    json.config.layers = json.config.layers.map(strip);
    await checkModel(tf, strip(json), [x], [nested.map((rows) => rows.map((row) => row.map((v) => v + 2)))], 'Add');
  });

  test('Keras 3 operations have the form of Keras 3 when saved', async () => {
    const model = await tf.models.modelFromJSON(keras3('Add', {}, [kerasTensor('x'), 2], [x]));
    const entry = JSON.parse(model.toJSON()).config.layers[1];
    assert.equal(entry.module, 'keras.src.ops.numpy');
    assert.equal(entry.registered_name, 'Add');
    const [{ args, kwargs }] = entry.inbound_nodes;
    assert.equal(args[0].class_name, '__keras_tensor__');
    assert.deepEqual(args[0].config.keras_history, ['x', 0, 0]);
    assert.equal(args[1], 2);
    assert.deepEqual(kwargs, {});
  });

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
      for (const [definition, constants, message] of [
        [node('NoSuchOp', {}), {}, /NoSuchOp/],
        [{}, {}, /node_def names no op/],
        [{ op: 'Sub', attr: 3 }, {}, /attributes/],
        ['\u0001\u0002', {}, /node_def/],
        ['\u0012\u007fSub', {}, /node_def ends too early/],
        [node('Sub', {}), { 7: 1 }, /no place 7/],
        [node('Sub', {}), { '-1': 1 }, /places of constants/],
      ]) {
        await assert.rejects(tf.models.modelFromJSON(withOp(definition, constants)), (error) => {
          assert.ok(error instanceof tf.TfwasmError, error.stack);
          assert.match(error.message, message);
          return true;
        });
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

  describe('errors', () => {
    const rejects = (json, message, code = 'E_LAYER') =>
      assert.rejects(tf.models.modelFromJSON(json), (error) => {
        assert.ok(error instanceof tf.TfwasmError, error.stack);
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        return true;
      });
    const call2 = (name, node) => keras2(name, node, [x]);
    const call3 = (name, config, args, kwargs = {}) => keras3(name, config, args, [x], { kwargs });

    test('name the function and the layer', async () => {
      await rejects(call2('linalg.svd', ['x', 0, 0, {}]), /the_call.*tf\.linalg\.svd is not supported\. Export/);
      await rejects(call3('Svd', {}, [kerasTensor('x')]), /the_call.*Svd of keras\.ops is not supported/);
      for (const name of ['constructor', '__proto__', 'toString', '', 7, null, {}]) {
        await rejects(call2(name, ['x', 0, 0, {}]), /the_call/);
      }
    });

    test('tell what to do about classes that cannot run', async () => {
      for (const class_name of [
        'Lambda',
        'TFSMLayer',
        'KerasLayer',
        'FeatureSpace',
        'ClassMethod',
        'InstanceMethod',
        'DenseFeatures',
      ]) {
        const json = call2('shape', ['x', 0, 0, {}]);
        json.config.layers[1] = { ...json.config.layers[1], class_name };
        await rejects(json, new RegExp(`the_call \\(${class_name}\\): .*(Export|Give)`));
      }
    });

    test('a program can replace a Lambda', async () => {
      class Lambda extends tf.layers.Layer {
        static className = 'Lambda';
        call(inputs) {
          return tf.mul([inputs].flat()[0], 10);
        }
      }
      const json = call2('shape', [['x', 0, 0, {}]]);
      json.config.layers[1].class_name = 'Lambda';
      const model = await tf.models.modelFromJSON(json, { Lambda });
      assert.equal(model.predict(tf.ones([1, 3, 4])).dataSync()[0], 10);
    });

    test('are clear for hostile arguments', async () => {
      const long = new Array(5000).fill(1);
      for (const [name, kwargs] of [
        ['math.add', { y: {} }],
        ['math.add', { y: { class_name: '__tensor__' } }],
        ['math.add', { y: { class_name: '__tensor__', config: { value: [[1], [1, 2]], dtype: 'float32' } } }],
        ['math.add', { y: { class_name: '__numpy__', config: { value: [1], dtype: 'resource' } } }],
        ['math.add', { y: ['a', ['b']] }],
        ['math.add', {}],
        ['math.add', { y: 1, z: 2 }],
        ['math.reduce_sum', { axis: 'last' }],
        ['math.reduce_sum', { axis: long }],
        ['math.reduce_sum', { axis: 1.5 }],
        ['reshape', { shape: long }],
        ['reshape', { shape: 'abc' }],
        ['reshape', { shape: [[1]] }],
        ['cast', { dtype: 'elephant' }],
        ['cast', { dtype: {} }],
        ['gather', { indices: {}, axis: 1 }],
        ['pad', { paddings: 'all' }],
        ['pad', { paddings: [[1, 1]], mode: 'WRAP' }],
        ['fill', { value: 1 }],
        ['broadcast_to', { shape: [1e9, 1e9, 1e9] }],
        ['one_hot', { depth: 1e12 }],
        [
          'pad',
          {
            paddings: [
              [0, 0],
              [0, 0],
              [0, 1e9],
            ],
          },
        ],
        ['tile', { multiples: [1, 1, 1e9] }],
        ['repeat', { repeats: [1e9, 1, 1], axis: 1 }],
        ['eye', { num_columns: 1e9 }],
        ['__operators__.getitem', { slice_spec: [{ start: 'a', stop: null }] }],
        ['__operators__.getitem', { slice_spec: [{ start: null, stop: null, step: 0 }] }],
        ['__operators__.getitem', { slice_spec: new Array(40).fill(0) }],
        ['__operators__.getitem', { slice_spec: ['x'] }],
        ['__operators__.getitem', { slice_spec: [ellipsis, ellipsis] }],
        ['__operators__.getitem', { slice_spec: [true] }],
        ['image.resize', { size: [2, 2], method: 'lanczos3' }],
        ['boolean_mask', { mask: [true, false] }],
        ['where', {}],
        ['repeat', { repeats: -1, axis: 1 }],
        ['roll', { shift: [1], axis: [1, 5] }],
        ['tensordot', { b: [[1]], axes: { a: 1 } }],
      ]) {
        await rejects(call2(name, ['x', 0, 0, kwargs]), /the_call/);
      }
      await rejects(call3('Diff', { n: 1e9 }, [kerasTensor('x')]), /differences/);
      await rejects(call3('Diagflat', { k: 1e9 }, [kerasTensor('x')]), /shape/);
      await rejects(call3('Linspace', { num: 1e9 }, [kerasTensor('x'), 1]), /shape/);
      await rejects(call3('MatrixPower', { n: 1e9 }, [kerasTensor('x')]), /power/);
      await rejects(call3('Quantile', {}, [kerasTensor('x'), new Array(5000).fill(0)]), /list/);
      await rejects(call3('Add', {}, [kerasTensor('x'), 1, 2]), /3 arguments are given, the most are 2/);
      await rejects(call3('Sum', { axis: { a: 1 } }, [kerasTensor('x')]), /axis/);
      await rejects(call3('Add', {}, [kerasTensor('x')], { other: 3 }), /there is no argument other/);
    });

    test('are clear for references that lead nowhere, and calls without form', async () => {
      await rejects(call2('math.add', ['x', 0, 0, { y: ['nothing', 0, 0] }]), /nothing/);
      await rejects(call2('math.add', ['x', 0, 0, { y: ['the_call', 0, 0] }]), /the_call/);
      await rejects(call2('math.add', ['x', 3, 0, { y: 1 }]), /output 0 of call 3 of 'x'/);
      await rejects(call2('math.add', ['x', -1, 0, { y: 1 }]), /'x'/);
      await rejects(call2('math.add', ['_CONSTANT_VALUE', -1, 2, { y: 1 }]), /without a tensor/);
      for (const node of [3, 'x', null, { args: 3 }, { args: [], kwargs: [] }]) {
        await rejects(call2('math.add', node), /call/);
      }
      await rejects(call3('Add', {}, [{ class_name: '__keras_tensor__' }, 1]), /keras_history/);
      await rejects(
        call3('Add', {}, [{ class_name: '__keras_tensor__', config: { keras_history: 'x' } }, 1]),
        /keras_history/,
      );
      const json = call2('math.add', ['x', 0, 0, { y: 1 }]);
      for (const entry of [null, 3, {}, { class_name: 'TFOpLambda' }, { class_name: 'TFOpLambda', config: null }]) {
        const layers = [json.config.layers[0], entry];
        await rejects({ ...json, config: { ...json.config, layers } }, /./);
      }
    });

    test('a model that is nested without end', async () => {
      const depth = 100_000;
      const text = `${'['.repeat(depth)}${']'.repeat(depth)}`;
      const deep = JSON.parse(text);
      await rejects(call2('math.add', ['x', 0, 0, { y: deep }]), /nested too deeply/);
    });

    test('values of inputs do not become sizes', async () => {
      const n = input('n', [3, 3], [2], 'int32');
      const json = keras2('reshape', ['x', 0, 0, { shape: [['n', 0, 0], 2] }], [x, n]);
      await rejects(json, /must not depend on the values of the inputs|integer|number/);
    });
  });
});

describe('operations.js', { skip }, () => {
  let folder;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-operations-'));
    for (const name of ['index.js', 'common.js', 'glue.js', 'tfwasm-simd.wasm'])
      await cp(path.join(ROOT, 'dist', name), path.join(folder, name));
  });
  after(() => rm(folder, { recursive: true }));

  test('is only loaded for models that need it', async () => {
    const copy = await import(pathToFileURL(path.join(folder, 'index.js')));
    copy.setWasmVariant?.('simd');
    const plain = {
      class_name: 'Sequential',
      config: { name: 's', layers: [{ class_name: 'Dense', config: { units: 1, batch_input_shape: [null, 2] } }] },
    };
    assert.equal((await copy.models.modelFromJSON(plain)).weights.length, 2);
    await assert.rejects(copy.models.modelFromJSON(keras2('math.add', ['x', 0, 0, { y: 1 }], [x])), (error) => {
      assert.equal(error.code, 'E_FILE');
      assert.match(error.message, /cannot load operations\.js/);
      return true;
    });
    await cp(path.join(ROOT, 'dist/operations.js'), path.join(folder, 'operations.js'));
  });
});
