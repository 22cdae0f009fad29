// SPDX-License-Identifier: Apache-2.0
// Losses that were computed with numpy in float64, from the formulas of Keras: values per sample, their mean if it is not
// the plain one, and its gradient by finite differences.

const T0 = { shape: [2, 2], data: [1, 2, 0.5, -1] };
const T1 = { shape: [2, 2], data: [1.5, 1, 0, 2] };
const T2 = { shape: [2, 2], data: [1, 2, 0.5, 3] };
const T3 = { shape: [2, 2], data: [1.5, 1, 0.1, 2] };
const T4 = { shape: [2, 2], data: [1, 0, 0, 1] };
const T5 = { shape: [2, 2], data: [0.8, 0.3, -0.5, 1.2] };
const T6 = { shape: [2, 3], data: [0, 1, 0, 1, 0, 0] };
const T7 = { shape: [2, 3], data: [0.2, 1.1, -0.4, 0.9, 1, 0.3] };
const T8 = { shape: [2, 3], data: [0.2494752, 0.6136099, 0.1369149, 0.3767922, 0.4164198, 0.206788] };
const T9 = { shape: [2, 3], data: [0.1247376, 0.306805, 0.06845744, 0.1883961, 0.2082099, 0.103394] };
const T10 = { shape: [2], data: [1, 0] };
const T11 = { shape: [3], data: [1, -1, 2] };
const T12 = { shape: [3, 3], data: [0.2, 1.1, -0.4, 0.9, 1, 0.3, 0, 0.5, 0.25] };
const T13 = { shape: [2, 2], data: [0.5986877, 0.2314752, 0.8807971, 0.5744425] };
const T14 = { shape: [2, 2], data: [0.4, -1.2, 2, 0.3] };
const T15 = { shape: [2, 2], data: [0.3, 0.7, 0, 1] };
const T16 = { shape: [2, 2], data: [0.4, 0.6, 0.2, 0.8] };
const T17 = { shape: [4], data: [0, 0, 1, 1] };
const T18 = {
  shape: [4, 2],
  data: [0.9805807, 0.1961161, 0.9138115, 0.4061385, -0.2873479, 0.9578263, 0.1104315, 0.9938837],
};
const T19 = { shape: [2, 3], data: [1, 2, 0, 3, 3, 0] };
const T20 = {
  shape: [2, 5, 4],
  data: [
    0.102, 0.416, -0.418, 0.022, 0.786, 0.793, -0.749, -0.586, -0.897, -0.118, -0.94, -0.086, 0.298, -0.443, 0.353,
    0.182, -0.952, 0.118, -0.481, -0.17, -0.433, 0.386, -0.119, -0.686, 0.089, 0.561, -0.387, -0.556, -0.224, 0.873,
    0.952, 0.345, 0.806, 0.692, -0.244, -0.816, 0.307, 0.116, -0.277, -0.55,
  ],
};

export const LOSS_CASES = [
  {
    loss: 'meanSquaredError',
    options: {},
    yTrue: T0,
    yPred: T1,
    values: [0.625, 4.625],
    gradient: [0.25, -0.5, -0.25, 1.5],
  },
  {
    loss: 'meanAbsoluteError',
    options: {},
    yTrue: T0,
    yPred: T1,
    values: [0.75, 1.75],
    gradient: [0.25, -0.25, -0.25, 0.25],
  },
  {
    loss: 'meanAbsolutePercentageError',
    options: {},
    yTrue: T0,
    yPred: T1,
    values: [50, 200],
    gradient: [25, -12.5, -50, 25],
  },
  {
    loss: 'meanSquaredLogarithmicError',
    options: {},
    yTrue: T2,
    yPred: T3,
    values: [0.1070975, 0.08947853],
    gradient: [0.0446287, -0.1013663, -0.1409795, -0.047947],
  },
  {
    loss: 'huber',
    options: { delta: 0.3 },
    yTrue: T0,
    yPred: T1,
    values: [0.18, 0.48],
    gradient: [0.075, -0.075, -0.075, 0.075],
  },
  {
    loss: 'logCosh',
    options: {},
    yTrue: T0,
    yPred: T1,
    values: [0.2769477, 1.214722],
    gradient: [0.1155293, -0.1903985, -0.1155293, 0.2487637],
  },
  {
    loss: 'poisson',
    options: {},
    yTrue: T2,
    yPred: T3,
    values: [1.047267, 0.5859252],
    gradient: [0.0833333, -0.2499999, -0.9999988, -0.125],
  },
  {
    loss: 'cosineSimilarity',
    options: { axis: -1 },
    yTrue: T0,
    yPred: T1,
    values: [-0.8682431, 0.8944272],
    gradient: [0.0763291, -0.1144936, -0.1118034, 0],
  },
  { loss: 'hinge', options: {}, yTrue: T4, yPred: T5, values: [0.75, 0.25], gradient: [-0.25, 0.25, 0.25, 0] },
  { loss: 'squaredHinge', options: {}, yTrue: T4, yPred: T5, values: [0.865, 0.125], gradient: [-0.1, 0.65, 0.25, 0] },
  {
    loss: 'categoricalHinge',
    options: {},
    yTrue: T6,
    yPred: T7,
    values: [0.1, 1.1],
    gradient: [0.5, -0.5, 0, -0.5, 0.5, 0],
  },
  {
    loss: 'categoricalCrossentropy',
    options: { fromLogits: false },
    yTrue: T6,
    yPred: T8,
    values: [0.4883958, 0.9760614],
    gradient: [0.5, -0.3148499, 0.5, -0.8269913, 0.5, 0.5],
  },
  {
    loss: 'categoricalCrossentropy',
    options: { fromLogits: false },
    yTrue: T6,
    yPred: T9,
    values: [0.4883958, 0.9760614],
    gradient: [1, -0.6296998, 1, -1.653983, 1, 1],
  },
  {
    loss: 'categoricalCrossentropy',
    options: { fromLogits: true },
    yTrue: T6,
    yPred: T7,
    values: [0.4883958, 0.9760614],
    gradient: [0.1247376, -0.193195, 0.0684574, -0.3116039, 0.2082099, 0.103394],
  },
  {
    loss: 'categoricalCrossentropy',
    options: { fromLogits: true, labelSmoothing: 0.1 },
    yTrue: T6,
    yPred: T7,
    values: [0.5683958, 0.992728],
    gradient: [0.1080709, -0.1598617, 0.0517908, -0.2782706, 0.1915432, 0.0867273],
  },
  {
    loss: 'sparseCategoricalCrossentropy',
    options: { fromLogits: true },
    yTrue: T10,
    yPred: T7,
    values: [0.4883958, 0.9760614],
    gradient: [0.1247376, -0.193195, 0.0684574, -0.3116039, 0.2082099, 0.103394],
  },
  {
    loss: 'sparseCategoricalCrossentropy',
    options: { fromLogits: false },
    yTrue: T10,
    yPred: T9,
    values: [0.4883958, 0.9760614],
    gradient: [1, -0.6296998, 1, -1.653983, 1, 1],
  },
  {
    loss: 'sparseCategoricalCrossentropy',
    options: { fromLogits: true, ignoreClass: -1 },
    yTrue: T11,
    yPred: T12,
    values: [0.4883958, 0, 1.119338],
    mean: 0.803867,
  },
  {
    loss: 'binaryCrossentropy',
    options: { fromLogits: false },
    yTrue: T4,
    yPred: T13,
    values: [0.3881489, 1.340642],
    gradient: [-0.41758, 0.3252986, 2.097264, -0.4352046],
  },
  {
    loss: 'binaryCrossentropy',
    options: { fromLogits: true },
    yTrue: T4,
    yPred: T14,
    values: [0.3881489, 1.340642],
    gradient: [-0.1003281, 0.0578688, 0.2201993, -0.1063894],
  },
  {
    loss: 'binaryCrossentropy',
    options: { fromLogits: true, labelSmoothing: 0.2 },
    yTrue: T4,
    yPred: T14,
    values: [0.4681489, 1.255642],
    gradient: [-0.0753281, 0.0328688, 0.1951993, -0.0813894],
  },
  {
    loss: 'binaryFocalCrossentropy',
    options: { gamma: 2.0, applyClassBalancing: false },
    yTrue: T4,
    yPred: T13,
    values: [0.0483644, 0.8752357],
    gradient: [-0.1701916, 0.0479014, 2.563761, -0.1967702],
  },
  {
    loss: 'binaryFocalCrossentropy',
    options: { gamma: 2.0, alpha: 0.25, applyClassBalancing: true },
    yTrue: T4,
    yPred: T13,
    values: [0.01561782, 0.6313285],
    gradient: [-0.0425479, 0.0359261, 1.922821, -0.0491926],
  },
  {
    loss: 'categoricalFocalCrossentropy',
    options: { alpha: 0.25, gamma: 2.0 },
    yTrue: T6,
    yPred: T8,
    values: [0.01822904, 0.09477261],
    gradient: [0.0476109, -0.0299806, 0.0476109, -0.175071, 0.1058481, 0.1058481],
  },
  {
    loss: 'klDivergence',
    options: {},
    yTrue: T15,
    yPred: T16,
    values: [0.02160085, 0.2231421],
    gradient: [-0.375, -0.5833333, -3e-7, -0.625],
  },
  {
    loss: 'dice',
    options: { axis: null },
    yTrue: T6,
    yPred: T8,
    values: [0.5047989],
    gradient: [0.1238003, -0.3761997, 0.1238003, -0.3761997, 0.1238003, 0.1238003],
  },
  { loss: 'tversky', options: { alpha: 0.3, beta: 0.7, axis: null }, yTrue: T6, yPred: T8, values: [0.5047989] },
  {
    loss: 'categoricalGeneralizedCrossEntropy',
    options: { q: 0.5 },
    yTrue: T10,
    yPred: T8,
    values: [0.4333348, 0.7723319],
  },
  {
    loss: 'circle',
    options: { gamma: 80.0, margin: 0.4, removeDiagonal: true },
    yTrue: T17,
    yPred: T18,
    values: [1.250756e-8, 0.005580346, 7.122699e-11, 0.008841283],
  },
  { loss: 'ctc', options: {}, yTrue: T19, yPred: T20, values: [3.147168, 5.648123] },
];
