// SPDX-License-Identifier: Apache-2.0
// Labels, predictions, and what metrics make of them.

export const LABELS = [0, 0, 1, 1, 1, 0];
export const SCORES = [0.1, 0.4, 0.35, 0.8, 0.65, 0.7];
export const ONE_HOT = [
  [0, 1, 0],
  [1, 0, 0],
  [0, 0, 1],
  [0, 1, 0],
];
export const ROWS = [
  [0.2, 0.5, 0.3],
  [0.1, 0.6, 0.3],
  [0.2, 0.2, 0.6],
  [0.5, 0.3, 0.2],
];
export const NUMBERS = [
  [[1], [2], [3], [5]],
  [[1.1], [1.8], [3.3], [4]],
];

/** Name, options, expected result, batches. From formulas with numpy, and examples of Keras's documentation. */
export const CASES = [
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
