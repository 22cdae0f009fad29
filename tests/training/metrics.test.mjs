// SPDX-License-Identifier: Apache-2.0
// Metrics: tf.metrics.get() and custom ones, with the built core in Node.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from '../layers/close.mjs';
import { missing } from '../prerequisites.mjs';
import { CASES, LABELS, ONE_HOT, ROWS, SCORES } from './metric-cases.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');

/** The result of batches [yTrue, yPred, weights]. */
function resultOf(name, options, ...batches) {
  const metric = tf.metrics.get(name, options);
  for (const batch of batches) metric.updateState(...batch);
  const result = metric.result().arraySync();
  metric.dispose();
  return result;
}

describe('metrics', { skip }, () => {
  before(() => tf.ready());

  for (const [name, options, expected, batch] of CASES) {
    test(`${name} ${JSON.stringify(options)} of ${JSON.stringify(batch).slice(0, 40)}`, () => {
      assertClose(resultOf(name, options, batch), expected, 1e-6, 1e-6);
    });
  }

  test('batches of any size add up, and a reset forgets them', () => {
    for (const [name, options, expected, [yTrue, yPred, weights]] of CASES) {
      const metric = tf.metrics.get(name, options);
      metric.updateState(yTrue, yPred);
      metric.resetStates();
      for (const [from, to] of [
        [0, 1],
        [1, yTrue.length],
      ]) {
        const part = (list) => list?.slice(from, to);
        if (from < yTrue.length) metric.updateState(part(yTrue), part(yPred), part(weights));
      }
      assertClose(metric.result().arraySync(), expected, 1e-6, 1e-6);
      metric.dispose();
    }
  });

  /** Areas by columns, from the definitions. */
  function areas(thresholds, labels, scores, curve, method) {
    const points = thresholds.map((threshold) => {
      const count = (label) => scores.filter((score, i) => labels[i] === label && score > threshold).length;
      const [tp, fp] = [count(1), count(0)];
      const [p, n] = [1, 0].map((label) => labels.filter((one) => one === label).length);
      const gain = (errors, none) => (tp === 0 ? none : 1 - ((p / n) * errors) / tp);
      if (curve === 'ROC') return [fp / n, tp / p];
      if (curve === 'PR') return [tp / p, tp + fp === 0 ? 0 : tp / (tp + fp)];
      return [Math.max(gain(p - tp, 0), 0), gain(fp, 1)];
    });
    const height = { interpolation: (a, b) => (a + b) / 2, majoring: Math.max, minoring: Math.min }[method];
    return points.slice(1).reduce((sum, [x, y], i) => sum + (points[i][0] - x) * height(points[i][1], y), 0);
  }

  for (const curve of ['ROC', 'PR', 'PRGAIN']) {
    for (const summationMethod of ['interpolation', 'majoring', 'minoring']) {
      if (curve === 'PR' && summationMethod === 'interpolation') continue;
      test(`AUC of ${curve} by ${summationMethod}, for all labels or each`, () => {
        const columns = [LABELS, [1, 0, 0, 1, 1, 0]];
        const scores = [SCORES, [0.3, 0.2, 0.55, 0.9, 0.25, 0.6]];
        const rows = (list) => list[0].map((_, i) => list.map((column) => column[i]));
        const thresholds = [-1e-7, ...[...Array(9).keys()].map((i) => (i + 1) / 10), 1 + 1e-7];
        const options = { curve, summationMethod, numThresholds: 11 };
        const each = columns.map((labels, i) => areas(thresholds, labels, scores[i], curve, summationMethod));
        const batch = [rows(columns), rows(scores)];
        const all = areas(thresholds, columns.flat(), scores.flat(), curve, summationMethod);
        assertClose(resultOf('AUC', options, batch), all);
        assertClose(resultOf('AUC', { ...options, multiLabel: true }, batch), (each[0] + each[1]) / 2);
        const weighted = { ...options, multiLabel: true, labelWeights: [3, 1] };
        assertClose(resultOf('AUC', weighted, batch), (3 * each[0] + each[1]) / 4);
      });
    }
  }

  test('AUC takes logits', () => {
    const logits = SCORES.map((score) => Math.log(score / (1 - score)));
    assertClose(resultOf('AUC', { fromLogits: true }, [LABELS, logits]), 2 / 3);
  });

  test('R2Score aggregates columns', () => {
    const yTrue = [
      [1, 10],
      [2, 20],
      [3, 60],
    ];
    const yPred = [
      [1, 12],
      [2.5, 24],
      [3, 50],
    ];
    const [a, b] = [1 - 0.25 / 2, 1 - (4 + 16 + 100) / 1400];
    assertClose(resultOf('R2Score', { classAggregation: null }, [yTrue, yPred]), [a, b]);
    assertClose(resultOf('R2Score', {}, [yTrue, yPred]), (a + b) / 2);
    const weighted = { classAggregation: 'variance_weighted_average' };
    assertClose(resultOf('R2Score', weighted, [yTrue, yPred]), (2 * a + 1400 * b) / 1402);
  });

  test('labels that are no class make an intersection over union NaN', () => {
    assert.ok(
      Number.isNaN(
        resultOf('MeanIoU', { numClasses: 2 }, [
          [0, 2],
          [0, 1],
        ]),
      ),
    );
  });

  test('all names lead to metrics', () => {
    for (const name of [
      'auc',
      'AUC',
      'f1_score',
      'iou',
      'MeanIoU',
      'rmse',
      'mse',
      'MAE',
      'binaryCrossentropy',
      'huber',
    ]) {
      const options = /iou/i.test(name) ? { numClasses: 2, targetClassIds: [0] } : {};
      if (name === 'MeanIoU') delete options.targetClassIds;
      assert.ok(tf.metrics.get(name, options) instanceof tf.metrics.Metric, name);
    }
    assert.equal(tf.metrics.get('AUC').name, 'auc');
    assert.equal(tf.metrics.get('AUC', { name: 'area' }).name, 'area');
    assert.equal(tf.metrics.get('true_positives').getClassName(), 'TruePositives');
    assert.deepEqual(tf.metrics.get('Precision', { topK: 2 }).getConfig(), { topK: 2, name: 'precision' });
  });

  test('nothing is left over', () => {
    const before = tf.memory().numTensors;
    const metric = tf.metrics.get('AUC');
    for (let i = 0; i < 2; ++i) metric.updateState(LABELS, SCORES);
    assert.equal(tf.memory().numTensors, before + 1);
    metric.resetState();
    metric.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  test('a custom metric has a state of its own', () => {
    class Positives extends tf.metrics.Metric {
      static className = 'TestPositives';
      constructor(args) {
        super(args);
        this.count = this.addWeight('count', [], 'ones');
      }
      updateState(_, yPred) {
        this.assign(this.count, tf.add(this.count.read(), tf.sum(tf.cast(tf.greater(yPred, 0.5), 'float32'))));
      }
      result() {
        return this.count.read().clone();
      }
    }
    tf.serialization.registerClass(Positives);
    const metric = tf.metrics.get('TestPositives');
    metric.updateState(null, tf.tensor1d([0.2, 0.7, 0.9]));
    assert.equal(metric.result().dataSync()[0], 3);
    assert.deepEqual(
      metric.weights.map(({ shape }) => shape),
      [[]],
    );
    metric.resetState();
    assert.equal(metric.result().dataSync()[0], 1);
  });

  describe('refuse', () => {
    const throws = (code, message, f) =>
      assert.throws(f, (e) => e.name === 'TfwasmError' && e.code === code && message.test(e.message));
    const fails = (code, message, name, options, batch = [LABELS, SCORES]) =>
      throws(code, message, () => resultOf(name, options, batch));

    test('unknown names and options', () => {
      throws('E_LAYER', /unknown metric 'nope'/, () => tf.metrics.get('nope'));
      throws('E_LAYER', /expected a metric/, () => tf.metrics.get({}));
      throws('E_LAYER', /AUC has no option 'curv'/, () => tf.metrics.get('AUC', { curv: 'PR' }));
      throws('E_LAYER', /'curve': expected ROC, PR or PRGAIN/, () => tf.metrics.get('AUC', { curve: 'X' }));
      throws('E_LAYER', /num_thresholds/, () => tf.metrics.get('AUC', { numThresholds: 1e9 }));
      throws('E_LAYER', /num_classes/, () => tf.metrics.get('MeanIoU'));
      throws('E_LAYER', /num_classes/, () => tf.metrics.get('MeanIoU', { numClasses: 1e6 }));
      throws('E_LAYER', /target_class_ids/, () => tf.metrics.get('IoU', { numClasses: 2, targetClassIds: [2] }));
      throws('E_LAYER', /specificity/, () => tf.metrics.get('SensitivityAtSpecificity', { specificity: 2 }));
      throws('E_LAYER', /thresholds/, () => tf.metrics.get('Precision', { thresholds: [] }));
      throws('E_LAYER', /top_k/, () => tf.metrics.get('Precision', { topK: 0 }));
      throws('E_LAYER', /beta/, () => tf.metrics.get('FBetaScore', { beta: -1 }));
      throws('E_LAYER', /average/, () => tf.metrics.get('F1Score', { average: 'all' }));
    });

    test('shapes that do not fit', () => {
      fails('E_SHAPE', /the labels are \[6\], but the predictions \[2\]/, 'AUC', {}, [LABELS, [0, 1]]);
      fails('E_SHAPE', /there is no class 7 in/, 'Precision', { classId: 7 }, [ONE_HOT, ROWS]);
      fails('E_SHAPE', /label_weights/, 'AUC', { multiLabel: true, labelWeights: [1] }, [ONE_HOT, ROWS]);
      fails('E_SHAPE', /do not fit to values/, 'AUC', {}, [LABELS, SCORES, [1, 2]]);
      fails('E_SHAPE', /the labels are/, 'MeanIoU', { numClasses: 2 }, [
        [0, 1],
        [0, 1, 1],
      ]);
    });

    test('strings', () => {
      fails('E_DTYPE', /yTrue/, 'AUC', {}, [['a'], [1]]);
    });
  });
});
