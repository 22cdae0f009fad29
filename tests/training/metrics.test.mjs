// SPDX-License-Identifier: Apache-2.0
// Metrics: tf.metrics.get(), custom ones, and the functions of TensorFlow.js, with the built core in Node.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from '../layers/close.mjs';
import { loadTfjsLayers } from '../layers/tfjs.mjs';
import { missing } from '../prerequisites.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');
const tfjs = skip ? null : loadTfjsLayers();

/** The result of batches [yTrue, yPred, weights]. */
function resultOf(name, options, ...batches) {
  const metric = tf.metrics.get(name, options);
  for (const batch of batches) metric.updateState(...batch);
  const result = metric.result().arraySync();
  metric.dispose();
  return result;
}

const LABELS = [0, 0, 1, 1, 1, 0];
const SCORES = [0.1, 0.4, 0.35, 0.8, 0.65, 0.7];
const ONE_HOT = [
  [0, 1, 0],
  [1, 0, 0],
  [0, 0, 1],
  [0, 1, 0],
];
const ROWS = [
  [0.2, 0.5, 0.3],
  [0.1, 0.6, 0.3],
  [0.2, 0.2, 0.6],
  [0.5, 0.3, 0.2],
];
const NUMBERS = [
  [[1], [2], [3], [5]],
  [[1.1], [1.8], [3.3], [4]],
];

/** Name, options, expected result, batches. From formulas with numpy, and examples of Keras's documentation. */
const CASES = [
  ['AUC', {}, 2 / 3, [LABELS, SCORES]],
  ['AUC', { curve: 'PR' }, 0.7160825964, [LABELS, SCORES]],
  [
    'AUC',
    { numThresholds: 3 },
    0.75,
    [
      [0, 0, 1, 1],
      [0, 0.5, 0.3, 0.9],
    ],
  ],
  [
    'AUC',
    { numThresholds: 3 },
    1,
    [
      [0, 0, 1, 1],
      [0, 0.5, 0.3, 0.9],
      [1, 0, 0, 1],
    ],
  ],
  [
    'AUC',
    { thresholds: [0.5] },
    0.75,
    [
      [0, 0, 1, 1],
      [0, 0.5, 0.3, 0.9],
    ],
  ],
  ['Precision', {}, 2 / 3, [LABELS, SCORES]],
  ['Recall', {}, 2 / 3, [LABELS, SCORES]],
  ['Precision', { thresholds: [0.75, 0.05, 0.5] }, [1, 0.5, 2 / 3], [LABELS, SCORES]],
  ['Recall', { thresholds: [0.75, 0.05, 0.5] }, [1 / 3, 1, 2 / 3], [LABELS, SCORES]],
  ['Precision', { topK: 1 }, 0.5, [ONE_HOT, ROWS]],
  ['Recall', { topK: 2, classId: 1 }, 1, [ONE_HOT, ROWS]],
  ['Precision', { classId: 1, thresholds: 0.25 }, 2 / 3, [ONE_HOT, ROWS]],
  ['TruePositives', {}, 2, [LABELS, SCORES]],
  ['FalsePositives', {}, 1, [LABELS, SCORES]],
  ['TrueNegatives', { thresholds: [0.5] }, [2], [LABELS, SCORES]],
  ['FalseNegatives', {}, 0.25, [LABELS, SCORES, [1, 1, 0.25, 1, 1, 1]]],
  [
    'SensitivityAtSpecificity',
    { specificity: 0.5 },
    0.5,
    [
      [0, 0, 0, 1, 1],
      [0, 0.3, 0.8, 0.3, 0.8],
    ],
  ],
  [
    'SpecificityAtSensitivity',
    { sensitivity: 0.5 },
    2 / 3,
    [
      [0, 0, 0, 1, 1],
      [0, 0.3, 0.8, 0.3, 0.8],
    ],
  ],
  [
    'PrecisionAtRecall',
    { recall: 0.5 },
    0.5,
    [
      [0, 0, 0, 1, 1],
      [0, 0.3, 0.8, 0.3, 0.8],
    ],
  ],
  [
    'RecallAtPrecision',
    { precision: 0.8 },
    0.5,
    [
      [0, 0, 1, 1],
      [0, 0.5, 0.3, 0.9],
    ],
  ],
  [
    'RecallAtPrecision',
    { precision: 0.8, numThresholds: 1 },
    0.5,
    [
      [0, 0, 1, 1],
      [0, 0.5, 0.3, 0.9],
    ],
  ],
  ['F1Score', {}, [0, 0.5, 1], [ONE_HOT, ROWS]],
  ['F1Score', { average: 'macro' }, 0.5, [ONE_HOT, ROWS]],
  ['F1Score', { average: 'weighted' }, 0.5, [ONE_HOT, ROWS]],
  ['F1Score', { average: 'micro' }, 0.5, [ONE_HOT, ROWS]],
  [
    'FBetaScore',
    { beta: 2, threshold: 0.5 },
    [0.3846154, 0.9090909, 0.8333333],
    [
      [
        [1, 1, 1],
        [1, 0, 0],
        [1, 1, 0],
      ],
      [
        [0.2, 0.6, 0.7],
        [0.2, 0.6, 0.6],
        [0.6, 0.8, 0],
      ],
    ],
  ],
  [
    'IoU',
    { numClasses: 3, targetClassIds: [1] },
    1 / 3,
    [
      [0, 1, 2, 1, 0],
      [0, 2, 2, 1, 1],
    ],
  ],
  [
    'MeanIoU',
    { numClasses: 3 },
    0.4444444,
    [
      [0, 1, 2, 1, 0],
      [0, 2, 2, 1, 1],
    ],
  ],
  [
    'MeanIoU',
    { numClasses: 3, ignoreClass: 1 },
    0.5833333,
    [
      [0, 1, 2, 1, 2, 0],
      [0, 2, 2, 1, 2, 2],
    ],
  ],
  [
    'BinaryIoU',
    { threshold: 0.3 },
    1 / 3,
    [
      [0, 1, 0, 1],
      [0.1, 0.2, 0.4, 0.7],
    ],
  ],
  [
    'BinaryIoU',
    { threshold: 0.3, targetClassIds: [0, 1] },
    0.1736111,
    [
      [0, 1, 0, 1],
      [0.1, 0.2, 0.4, 0.7],
      [0.2, 0.3, 0.4, 0.1],
    ],
  ],
  ['OneHotIoU', { numClasses: 3, targetClassIds: [0, 2] }, 0.5, [ONE_HOT, ROWS]],
  ['OneHotMeanIoU', { numClasses: 3 }, (0 + 1 / 3 + 1) / 3, [ONE_HOT, ROWS]],
  ['R2Score', {}, 0.8697142857, NUMBERS],
  ['R2Score', { numRegressors: 1 }, 1 - (1 - 0.8697142857) * 1.5, NUMBERS],
  ['RootMeanSquaredError', {}, 0.5338539126, NUMBERS],
  ['MeanSquaredError', {}, 0.5338539126 ** 2, NUMBERS],
  ['MeanRelativeError', { normalizer: [1, 3] }, 0.5, [[[1, 3]], [[2, 3]]]],
  [
    'PearsonCorrelation',
    {},
    0.9966996,
    [
      [
        [0, 1, 0.5],
        [1, 1, 0.2],
      ],
      [
        [0.1, 0.9, 0.5],
        [1, 0.9, 0.2],
      ],
    ],
  ],
  [
    'ConcordanceCorrelation',
    {},
    0.981632,
    [
      [
        [0, 1, 0.5],
        [1, 1, 0.2],
      ],
      [
        [0.1, 0.9, 0.5],
        [1, 0.9, 0.2],
      ],
    ],
  ],
  [
    'CosineSimilarity',
    {},
    0.5,
    [
      [
        [0, 1],
        [1, 1],
      ],
      [
        [1, 0],
        [1, 1],
      ],
    ],
  ],
  [
    'cosine_proximity',
    {},
    -0.5,
    [
      [
        [0, 1],
        [1, 1],
      ],
      [
        [1, 0],
        [1, 1],
      ],
    ],
  ],
  [
    'Accuracy',
    {},
    0.75,
    [
      [1, 2, 3, 4],
      [0, 2, 3, 4],
    ],
  ],
  [
    'Accuracy',
    {},
    0.5,
    [
      [1, 2, 3, 4],
      [0, 2, 3, 4],
      [1, 1, 0, 0],
    ],
  ],
  [
    'BinaryAccuracy',
    {},
    0.75,
    [
      [[1], [1], [0], [0]],
      [[0.98], [1], [0], [0.6]],
    ],
  ],
  [
    'BinaryAccuracy',
    { threshold: 0.7 },
    1,
    [
      [[1], [1], [0], [0]],
      [[0.98], [1], [0], [0.6]],
    ],
  ],
  ['CategoricalAccuracy', {}, 0.5, [ONE_HOT, ROWS]],
  ['SparseCategoricalAccuracy', {}, 0.5, [[1, 0, 2, 1], ROWS]],
  ['TopKCategoricalAccuracy', { k: 2 }, 0.75, [ONE_HOT, ROWS]],
  ['SparseTopKCategoricalAccuracy', { k: 2 }, 0.75, [[[1], [0], [2], [1]], ROWS]],
  [
    'SparseTopKCategoricalAccuracy',
    { k: 1 },
    0.5,
    [
      [0, 1],
      [
        [1, 1],
        [Number.NaN, Number.NaN],
      ],
    ],
  ],
  [
    'Mean',
    {},
    4,
    [
      [1, 3, 5, 7],
      [1, 3, 5, 7],
    ],
  ],
  [
    'Mean',
    {},
    2,
    [
      [1, 3, 5, 7],
      [1, 3, 5, 7],
      [1, 1, 0, 0],
    ],
  ],
  [
    'Sum',
    {},
    4,
    [
      [1, 3, 5, 7],
      [1, 3, 5, 7],
      [1, 1, 0, 0],
    ],
  ],
  [
    'SparseCategoricalCrossentropy',
    { ignoreClass: 2 },
    Math.log(2),
    [
      [0, 2],
      [
        [0.5, 0.3, 0.2],
        [0.1, 0.1, 0.8],
      ],
    ],
  ],
  [
    'LogCoshError',
    {},
    0.2168904,
    [
      [
        [0, 1],
        [0, 0],
      ],
      [
        [1, 1],
        [0, 1],
      ],
    ],
  ],
];

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
