// SPDX-License-Identifier: Apache-2.0
// Tensors of another copy of the library or of TensorFlow.js, and what Node.js prints for a tensor.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { inspect } from 'node:util';

import { missing } from '../prerequisites.mjs';
import { importSource } from './source.mjs';
import { startWatchedCore } from './watched-core.mjs';

const tf = await importSource();
const other = await importSource();

describe('a tensor of', { skip: missing('dist') }, () => {
  let model;

  before(async () => {
    await startWatchedCore(tf);
    const node = [{ name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' } } }];
    const artifacts = { modelTopology: { node }, weightSpecs: [], weightData: new ArrayBuffer(0) };
    model = await tf.loadGraphModel({ load: async () => artifacts });
  });

  const copy = () => other.tensor([1, 2]);
  const tensorFlow = () => ({ kept: false, dtype: 'float32', shape: [2], dataId: {}, id: 1, rankType: '1' });

  for (const [what, make, words] of [
    ['another copy', copy, /a tensor of another copy of tfwasm \(\d+\.\d+\.\d+, this one is .*import tfwasm once/],
    ['TensorFlow.js', tensorFlow, /a tensor of TensorFlow\.js/],
  ]) {
    for (const [name, use] of Object.entries({
      'add, first': (x) => tf.add(x, 1),
      'add, second': (x) => tf.add([1, 2], x),
      stack: (x) => tf.stack([x]),
      tensor: (x) => tf.tensor(x),
      keep: (x) => tf.keep(x),
      variable: (x) => tf.variable(x),
      dispose: (x) => tf.dispose(x),
      predict: (x) => model.predict(x),
      'predict, list': (x) => model.predict([x]),
      'predict, map': (x) => model.predict({ x }),
    })) {
      test(`${what} is named by its kind in ${name}`, () => {
        assert.throws(
          () => use(make()),
          (error) => {
            assert.ok(error instanceof tf.TfwasmError, error.stack);
            assert.equal(error.code, 'E_INPUT');
            assert.match(error.message, words);
            return true;
          },
        );
      });
    }
  }

  test('this copy is not foreign, nor are lists, images and maps', () => {
    for (const use of [() => tf.add(tf.tensor([1]), 1), () => tf.keep(tf.scalar(1)), () => tf.dispose({ dtype: 1 })])
      use();
  });

  test('Node.js is printed as what it is, also when it has been disposed', () => {
    const x = tf.zeros([2, 3], 'int32');
    assert.equal(inspect(x), "Tensor { dtype: 'int32', shape: [2, 3] }");
    assert.equal(inspect([tf.scalar(true)]), "[ Tensor { dtype: 'bool', shape: [] } ]");
    x.dispose();
    assert.equal(inspect({ x }), "{ x: Tensor { dtype: 'int32', shape: [2, 3], disposed } }");
    assert.match(inspect(tf.variable(tf.scalar(1))), /^Variable \{ dtype: 'float32', shape: \[\] \}$/);
  });
});
