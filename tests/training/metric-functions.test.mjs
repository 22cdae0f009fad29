// SPDX-License-Identifier: Apache-2.0
// The functions of tf.metrics, which TensorFlow.js has, too.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from '../layers/close.mjs';
import { loadTfjsLayers } from '../layers/tfjs.mjs';
import { missing } from '../prerequisites.mjs';
import { ONE_HOT, ROWS } from './metric-cases.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');
const tfjs = skip ? null : loadTfjsLayers();

describe('functions of tf.metrics', { skip: skip || (tfjs ? false : 'TensorFlow.js is not installed') }, () => {
  before(() => tf.ready());

  const rounded = [
    [0, 1, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, 0, 0],
  ];
  const inputs = {
    sparseCategoricalAccuracy: [[[1], [0], [2], [1]], ROWS],
    precision: [ONE_HOT, rounded],
    recall: [ONE_HOT, rounded],
  };
  for (const name of [
    'binaryAccuracy',
    'binaryCrossentropy',
    'categoricalAccuracy',
    'categoricalCrossentropy',
    'cosineProximity',
    'meanAbsoluteError',
    'meanAbsolutePercentageError',
    'MAPE',
    'mape',
    'meanSquaredError',
    'MSE',
    'mse',
    'precision',
    'recall',
    'sparseCategoricalAccuracy',
  ]) {
    test(`${name} is the same as in TensorFlow.js`, () => {
      const given = inputs[name] ?? [ONE_HOT, ROWS];
      const expected = tfjs.layers.metrics[name](...given.map((values) => tfjs.core.tensor(values)));
      const actual = tf.metrics[name](...given.map((values) => tf.tensor(values)));
      assert.deepEqual(actual.shape, expected.shape);
      assertClose(actual, [...expected.dataSync()], 1e-5, 1e-5);
    });
  }

  test('r2Score is of all elements together', () => {
    // Mean 2, squared distances 4 + 1 + 1 + 4, squared errors 36 + 64.
    const score = tf.metrics.r2Score(
      tf.tensor2d([
        [0, 1],
        [3, 4],
      ]),
      tf.tensor2d([
        [0, 1],
        [-3, -4],
      ]),
    );
    assert.deepEqual(score.shape, []);
    assertClose(score, 1 - 100 / 10);
  });
});
