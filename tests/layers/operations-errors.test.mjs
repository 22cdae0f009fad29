// SPDX-License-Identifier: Apache-2.0
// Errors of models with calls: functions and classes that cannot run, hostile arguments, references that lead nowhere.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { ellipsis, rejects, skip, tf, x } from './operation-cube.mjs';
import { input, keras2, keras3, kerasTensor } from './operation-models.mjs';

describe('models that call functions', { skip }, () => {
  before(() => tf.ready());

  describe('errors', () => {
    const model2 = (name, node) => keras2(name, node, [x]);
    const model3 = (name, config, args, kwargs = {}) => keras3(name, config, args, [x], { kwargs });

    test('name the function and the layer', async () => {
      await rejects(model2('linalg.svd', ['x', 0, 0, {}]), /the_call.*tf\.linalg\.svd is not supported\. Export/);
      await rejects(model3('Svd', {}, [kerasTensor('x')]), /the_call.*Svd of keras\.ops is not supported/);
      for (const name of ['constructor', '__proto__', 'toString', '', 7, null, {}]) {
        await rejects(model2(name, ['x', 0, 0, {}]), /the_call/);
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
        const json = model2('shape', ['x', 0, 0, {}]);
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
      const json = model2('shape', [['x', 0, 0, {}]]);
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
        await rejects(model2(name, ['x', 0, 0, kwargs]), /the_call/);
      }
      await rejects(model3('Diff', { n: 1e9 }, [kerasTensor('x')]), /differences/);
      await rejects(model3('Diagflat', { k: 1e9 }, [kerasTensor('x')]), /shape/);
      await rejects(model3('Linspace', { num: 1e9 }, [kerasTensor('x'), 1]), /shape/);
      await rejects(model3('MatrixPower', { n: 1e9 }, [kerasTensor('x')]), /power/);
      await rejects(model3('Quantile', {}, [kerasTensor('x'), new Array(5000).fill(0)]), /list/);
      await rejects(model3('Add', {}, [kerasTensor('x'), 1, 2]), /3 arguments are given, the most are 2/);
      await rejects(model3('Sum', { axis: { a: 1 } }, [kerasTensor('x')]), /axis/);
      await rejects(model3('Add', {}, [kerasTensor('x')], { other: 3 }), /there is no argument other/);
    });

    test('are clear for references that lead nowhere, and calls without form', async () => {
      await rejects(model2('math.add', ['x', 0, 0, { y: ['nothing', 0, 0] }]), /nothing/);
      await rejects(model2('math.add', ['x', 0, 0, { y: ['the_call', 0, 0] }]), /the_call/);
      await rejects(model2('math.add', ['x', 3, 0, { y: 1 }]), /output 0 of call 3 of 'x'/);
      await rejects(model2('math.add', ['x', -1, 0, { y: 1 }]), /'x'/);
      await rejects(model2('math.add', ['_CONSTANT_VALUE', -1, 2, { y: 1 }]), /without a tensor/);
      for (const node of [3, 'x', null, { args: 3 }, { args: [], kwargs: [] }]) {
        await rejects(model2('math.add', node), /call/);
      }
      await rejects(model3('Add', {}, [{ class_name: '__keras_tensor__' }, 1]), /keras_history/);
      await rejects(
        model3('Add', {}, [{ class_name: '__keras_tensor__', config: { keras_history: 'x' } }, 1]),
        /keras_history/,
      );
      const json = model2('math.add', ['x', 0, 0, { y: 1 }]);
      for (const entry of [null, 3, {}, { class_name: 'TFOpLambda' }, { class_name: 'TFOpLambda', config: null }]) {
        const layers = [json.config.layers[0], entry];
        await rejects({ ...json, config: { ...json.config, layers } }, /./);
      }
    });

    test('a model that is nested without end', async () => {
      const depth = 100_000;
      const text = `${'['.repeat(depth)}${']'.repeat(depth)}`;
      const deep = JSON.parse(text);
      await rejects(model2('math.add', ['x', 0, 0, { y: deep }]), /nested too deeply/);
    });

    test('values of inputs do not become sizes', async () => {
      const n = input('n', [3, 3], [2], 'int32');
      const json = keras2('reshape', ['x', 0, 0, { shape: [['n', 0, 0], 2] }], [x, n]);
      await rejects(json, /must not depend on the values of the inputs|integer|number/);
    });
  });
});
