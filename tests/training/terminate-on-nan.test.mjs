// SPDX-License-Identifier: Apache-2.0
// terminateOnNaN: takes the step back and names where the loss came from.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { skip, tf } from './fit-models.mjs';
import { compiled, valuesOf, x, y } from './small-model.mjs';

describe('a loss that is not finite, with terminateOnNaN', { skip }, () => {
  before(() => tf.ready());

  class Rooted extends tf.layers.Layer {
    static className = 'Rooted';
    call(inputs) {
      return tf.sqrt([inputs].flat()[0]);
    }
  }
  const layersOf = (...middle) => [['dense', { units: 3, inputShape: [4], name: 'first' }], ...middle];

  async function check(model, [xs, ys], message, epochs = 1) {
    const before = [];
    const onBatchBegin = () => before.push(valuesOf(model.getWeights()));
    for (const raiseError of [false, true]) {
      const warnings = [];
      const { warn } = console;
      console.warn = (text) => warnings.push(text);
      const callbacks = [tf.callbacks.terminateOnNaN({ raiseError }), new tf.CustomCallback({ onBatchBegin })];
      const run = () => model.fit(xs, ys, { batchSize: 20, epochs, callbacks });
      try {
        if (raiseError) await assert.rejects(run(), { code: 'E_INPUT', message });
        else await run();
      } finally {
        console.warn = warn;
      }
      if (!raiseError) assert.match(warnings.join(), message);
      assert.deepEqual(valuesOf(model.getWeights()), before[0]);
      assert.equal(model.optimizer.iterations, 0);
    }
  }

  test('of a layer', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 3, inputShape: [4], name: 'first' }),
        new Rooted({ name: 'rooted' }),
        tf.layers.dense({ units: 2, name: 'last' }),
      ],
    });
    model.compile({ optimizer: 'adam', loss: 'mse' });
    await check(model, [x(), y()], /the loss of batch 0 is NaN: the output of the layer rooted is the first/);
  });

  test('of an input, a target, or the loss alone', async () => {
    const nan = (shape) => tf.fill(shape, Number.NaN);
    await check(
      compiled({}, layersOf(['dense', { units: 2 }])),
      [nan([20, 4]), y()],
      /the input first_input.* is not finite/,
    );
    await check(compiled(), [x(), nan([20, 2])], /the target of .* is not finite/);
    const loss = (truth, prediction) => tf.mean(tf.log(tf.sub(-1, tf.square(tf.sub(truth, prediction)))), -1);
    await check(compiled({ loss }), [x(), y()], /the outputs of all layers are finite, but the loss/);
  });

  test('of a gradient, which breaks the weights', async () => {
    // The square root has no finite gradient at 0.
    const loss = (_, prediction) => tf.mean(tf.sqrt(tf.mul(prediction, 0)), -1);
    const model = compiled({ loss }, layersOf(['dense', { units: 2, name: 'last' }]));
    await check(
      model,
      [x(), y()],
      /in the step before, the gradient of the weight last\w*\/bias.* of the layer last/,
      2,
    );
  });
});
