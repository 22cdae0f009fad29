// SPDX-License-Identifier: Apache-2.0
// Gradients of layers and models, by tf.variableGrads and optimizers.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from './close.mjs';
import { makeChain, numbers, skip, tf } from './small-models.mjs';

describe('gradients of layers', { skip }, () => {
  before(() => tf.ready());

  test('reach the weights', () => {
    const layer = tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones' });
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    layer.apply(x);
    const variables = layer.weights.map((weight) => weight.read());
    const { grads } = tf.variableGrads(() => tf.sum(tf.square(layer.apply(x))), variables);
    // dL/dW = 2 X^T (X W), dL/db = 2 sum(X W)
    assertClose(grads[variables[0].name].arraySync(), [[2 * (3 + 21)], [2 * (6 + 28)]]);
    assertClose(grads[variables[1].name].arraySync(), [20]);
  });
});

describe('training by gradients', { skip }, () => {
  before(() => tf.ready());

  test('starts with weights that nothing has used', () => {
    const model = makeChain();
    const x = tf.tensor2d(numbers(12), [4, 3]);
    const loss = () => tf.mean(tf.square(tf.sub(model.apply(x), 0.25)));
    const optimizer = tf.train.sgd(0.5);
    const first = optimizer.minimize(loss, true).dataSync()[0];
    for (let i = 0; i < 50; ++i) optimizer.minimize(loss);
    assert.ok(loss().dataSync()[0] < first);
    model.dispose();
  });

  test('goes through predict()', () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones' })],
    });
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    model.predict(x);
    const { grads } = tf.variableGrads(() => tf.sum(model.predict(x)));
    const [kernel, bias] = model.weights.map((weight) => grads[weight.name].arraySync());
    assertClose(kernel, [[4], [6]]);
    assertClose(bias, [2]);
    model.dispose();
  });

  test('leaves frozen layers alone, frozen before or after they are used', () => {
    const model = makeChain();
    const [first, second] = model.layers;
    const x = tf.ones([1, 3]);
    const names = () => Object.keys(tf.variableGrads(() => tf.sum(tf.square(model.apply(x)))).grads).sort();
    const namesOf = (layers) => layers.flatMap((layer) => layer.weights.map(({ name }) => name)).sort();
    first.trainable = false;
    assert.deepEqual(names(), namesOf([second]));
    first.trainable = true;
    second.trainable = false;
    assert.deepEqual(names(), namesOf([first]));
    model.trainable = true;
    assert.deepEqual(names(), namesOf([first, second]));
    model.dispose();
  });
});
