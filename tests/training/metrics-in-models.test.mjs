// SPDX-License-Identifier: Apache-2.0
// Metrics of compiled models.
import { before, describe, test } from 'node:test';

import { assertClose } from '../layers/close.mjs';
import { missing } from '../prerequisites.mjs';
import { LABELS, ONE_HOT, ROWS, SCORES } from './metric-cases.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');

describe('metrics of models', { skip }, () => {
  before(() => tf.ready());

  test('accuracy and crossentropy depend on the shapes of labels and predictions', async () => {
    const evaluate = (classes, yTrue) => {
      const model = tf.sequential({ layers: [tf.layers.activation({ activation: 'linear', inputShape: [classes] })] });
      model.compile({ loss: () => tf.scalar(0), optimizer: 'sgd', metrics: ['accuracy', 'ce'] });
      const x = classes === 1 ? tf.tensor2d([[0.9], [0.2], [0.6], [0.7]]) : tf.tensor2d(ROWS);
      return model.evaluate(x, yTrue).map((value) => value.dataSync()[0]);
    };
    const ce = -(Math.log(0.5) + Math.log(0.1) + Math.log(0.6) + Math.log(0.3)) / 4;
    assertClose(evaluate(3, tf.tensor2d(ONE_HOT)), [0, 0.5, ce]);
    assertClose(evaluate(3, tf.tensor2d([[1], [0], [2], [1]])), [0, 0.5, ce]);
    const binary = -(Math.log(0.9) + Math.log(0.8) + Math.log(0.4) + Math.log(0.7)) / 4;
    assertClose(evaluate(1, tf.tensor2d([[1], [0], [0], [1]])), [0, 0.75, binary]);
  });

  test('metrics with state, functions and losses are updated by training steps', async () => {
    const model = tf.sequential({ layers: [tf.layers.activation({ activation: 'linear', inputShape: [1] })] });
    const halves = (yTrue, yPred) => tf.mul(tf.abs(tf.sub(yTrue, yPred)), 0.5);
    const metrics = [tf.metrics.get('AUC'), 'Precision', halves, tf.metrics.binaryAccuracy, tf.losses.get('mae')];
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd', metrics });
    const x = tf.tensor2d(SCORES, [6, 1]);
    const values = model.evaluate(x, tf.tensor2d(LABELS, [6, 1]), { batchSize: 4 });
    const [, auc, precision, half, accuracy, mae] = values.map((value) => value.dataSync()[0]);
    const error = LABELS.reduce((sum, label, i) => sum + Math.abs(label - SCORES[i]), 0) / 6;
    assertClose([auc, precision, half, accuracy, mae], [2 / 3, 2 / 3, error / 2, 4 / 6, error]);
  });
});
