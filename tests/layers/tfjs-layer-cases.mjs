// SPDX-License-Identifier: Apache-2.0
// One call of each layer that TensorFlow.js has: [factory, arguments, shapes of the inputs without the batch, options].
//
// Options: `integers`: inputs are 0 up to this; `makeLayers`: arguments that are layers, from the functions of the library;
// `masked`: some steps of the inputs are masked; `isRandom`: training draws numbers; `fixed`: nothing can be trained;
// `differs`: what TensorFlow.js computes otherwise, or cannot do: "everything", "gradient", "shape", "saving", "variance".

const image = [6, 6, 3];
const volume = [4, 4, 4, 2];
const sequence = [5, 3];
/** TensorFlow.js needs chained ops for the usual one. */
const recurrentInitializer = 'glorotUniform';
const conv = { filters: 4, kernelSize: 3 };

export const CASES = [
  ['activation', { activation: 'tanh' }, [4]],
  ['activation', { activation: 'softmax' }, [4]],
  ['add', {}, [4], { inputs: 2 }],
  ['alphaDropout', { rate: 0.5 }, [4], { isRandom: true }],
  ['average', {}, [4], { inputs: 3 }],
  ['averagePooling1d', { poolSize: 2, strides: 2 }, sequence],
  ['averagePooling2d', { poolSize: 2, padding: 'same', strides: 3 }, image],
  ['averagePooling3d', { poolSize: 2, strides: 1 }, volume],
  ['avgPool1d', { poolSize: 2 }, sequence],
  ['avgPool2d', { poolSize: [2, 3], strides: [1, 2] }, image],
  ['avgPool3d', {}, volume],
  // In its gradient, windows at the border are as large as others.
  ['avgPooling1d', { poolSize: 3, padding: 'same', strides: 1 }, sequence, { differs: 'gradient' }],
  ['avgPooling2d', { poolSize: 2 }, image],
  ['avgPooling3d', { poolSize: 2, padding: 'same', strides: 1 }, volume, { differs: 'gradient' }],
  // The moving variance of Keras 2 is corrected for the number of elements.
  ['batchNormalization', {}, image, { differs: 'variance' }],
  ['batchNormalization', {}, [4]],
  // It scales along the last axis.
  ['batchNormalization', { axis: 1, center: false }, sequence, { differs: 'everything' }],
  [
    'bidirectional',
    { mergeMode: 'concat' },
    sequence,
    { makeLayers: ({ lstm }) => ({ layer: lstm({ recurrentInitializer, units: 2 }) }) },
  ],
  [
    'bidirectional',
    { mergeMode: 'sum' },
    sequence,
    {
      makeLayers: ({ simpleRNN }) => ({ layer: simpleRNN({ recurrentInitializer, units: 2, returnSequences: true }) }),
    },
  ],
  // It changes the shape of the input of the model.
  [
    'categoryEncoding',
    { numTokens: 5, outputMode: 'multiHot' },
    [3],
    { integers: 5, fixed: true, differs: 'everything' },
  ],
  ['centerCrop', { height: 2, width: 4 }, image, { differs: 'everything' }],
  ['concatenate', { axis: 1 }, sequence, { inputs: 2 }],
  ['conv1d', { ...conv, padding: 'causal', dilationRate: 2 }, sequence, { differs: 'everything' }],
  ['conv1d', { ...conv, padding: 'same' }, sequence],
  ['conv2d', { ...conv, strides: 2, padding: 'same', activation: 'relu' }, image],
  ['conv2d', { ...conv, dataFormat: 'channelsFirst', useBias: false }, [3, 6, 6]],
  ['conv2dTranspose', { ...conv, strides: 2, padding: 'same' }, image],
  ['conv2dTranspose', { ...conv, strides: 2 }, image],
  ['conv3d', { ...conv, kernelSize: 2 }, volume],
  ['conv3dTranspose', { ...conv, kernelSize: 2, strides: 2, padding: 'same' }, volume, { differs: 'gradient' }],
  [
    'convLstm2d',
    { recurrentInitializer, filters: 2, kernelSize: 3, padding: 'same', returnSequences: true },
    [2, 4, 4, 2],
  ],
  [
    'rnn',
    { returnSequences: false },
    [2, 4, 4, 2],
    {
      makeLayers: ({ convLstm2dCell }) => ({
        cell: convLstm2dCell({ recurrentInitializer, filters: 2, kernelSize: 3 }),
      }),
      differs: 'everything',
    },
  ],
  [
    'cropping2D',
    {
      cropping: [
        [1, 2],
        [0, 1],
      ],
    },
    image,
  ],
  [
    'dense',
    { units: 3, activation: 'sigmoid', kernelRegularizer: { className: 'L1L2', config: { l1: 0, l2: 0.1 } } },
    [4],
  ],
  ['dense', { units: 3 }, sequence],
  ['depthwiseConv2d', { kernelSize: 3, depthMultiplier: 2, strides: 2 }, image],
  ['dot', { axes: 1 }, [4], { inputs: 2 }],
  ['dropout', { rate: 0.5 }, [4], { isRandom: true }],
  ['elu', {}, [4]],
  ['embedding', { inputDim: 7, outputDim: 3 }, [4], { integers: 7 }],
  ['flatten', {}, image],
  ['flatten', { dataFormat: 'channelsFirst' }, [3, 2, 2]],
  ['gaussianDropout', { rate: 0.5 }, [4], { isRandom: true }],
  ['gaussianNoise', { stddev: 0.5 }, [4], { isRandom: true }],
  ['globalAveragePooling1d', {}, sequence],
  ['globalAveragePooling2d', {}, image],
  ['globalMaxPool1d', {}, sequence],
  ['globalMaxPool2d', { dataFormat: 'channelsFirst' }, [3, 4, 4]],
  ['globalMaxPooling1d', {}, sequence],
  ['globalMaxPooling2d', {}, image],
  ['gru', { recurrentInitializer, units: 3, returnSequences: true }, sequence],
  ['gru', { recurrentInitializer, units: 3, goBackwards: true }, sequence, { masked: true }],
  ['rnn', {}, sequence, { makeLayers: ({ gruCell }) => ({ cell: gruCell({ recurrentInitializer, units: 3 }) }) }],
  ['layerNormalization', { axis: [1, 2] }, sequence],
  ['leakyReLU', { alpha: 0.2 }, [4]],
  ['lstm', { recurrentInitializer, units: 3 }, sequence, { masked: true }],
  ['lstm', { recurrentInitializer, units: 3, recurrentActivation: 'sigmoid', unitForgetBias: false }, sequence],
  ['rnn', {}, sequence, { makeLayers: ({ lstmCell }) => ({ cell: lstmCell({ recurrentInitializer, units: 3 }) }) }],
  ['masking', { maskValue: 0 }, sequence, { differs: 'gradient' }],
  ['maxPool1d', { poolSize: 2 }, sequence],
  ['maxPool2d', { poolSize: 2, strides: 1 }, image],
  ['maxPooling1d', { poolSize: 2, padding: 'same' }, sequence],
  ['maxPooling2d', { poolSize: 3, strides: 2, padding: 'same' }, image],
  ['maxPooling3d', { poolSize: 2 }, volume],
  ['maximum', {}, [4], { inputs: 2 }],
  ['minimum', {}, [4], { inputs: 3 }],
  ['multiply', {}, [4], { inputs: 2 }],
  ['permute', { dims: [2, 1] }, sequence],
  ['prelu', { alphaInitializer: 'ones', sharedAxes: [1] }, sequence],
  ['randomWidth', { factor: 0.5, seed: 3 }, image, { isRandom: true, differs: 'everything' }],
  ['reLU', { maxValue: 0.5 }, [4]],
  ['repeatVector', { n: 3 }, [4]],
  ['rescaling', { scale: 0.5, offset: 1 }, image],
  ['reshape', { targetShape: [2, -1] }, [4, 3], { differs: 'shape' }],
  ['resizing', { height: 3, width: 12, interpolation: 'nearest' }, image, { differs: 'everything' }],
  ['separableConv2d', { ...conv, padding: 'same' }, image],
  ['separableConv2d', { ...conv, depthMultiplier: 2 }, image, { differs: 'saving' }],
  ['simpleRNN', { recurrentInitializer, units: 3 }, sequence, { masked: true }],
  [
    'rnn',
    {},
    sequence,
    { makeLayers: ({ simpleRNNCell }) => ({ cell: simpleRNNCell({ recurrentInitializer, units: 3 }) }) },
  ],
  ['softmax', {}, [4]],
  ['softmax', { axis: 1 }, sequence, { differs: 'everything' }],
  ['spatialDropout1d', { rate: 0.5 }, sequence, { isRandom: true }],
  [
    'rnn',
    { returnSequences: true },
    sequence,
    {
      makeLayers: ({ stackedRNNCells, gruCell, lstmCell }) => ({
        cell: stackedRNNCells({
          cells: [gruCell({ recurrentInitializer, units: 2 }), lstmCell({ recurrentInitializer, units: 3 })],
        }),
      }),
    },
  ],
  ['thresholdedReLU', { theta: 0.3 }, [4], { differs: 'gradient' }],
  ['timeDistributed', {}, sequence, { makeLayers: ({ dense }) => ({ layer: dense({ units: 2 }) }) }],
  ['upSampling2d', { size: [2, 3] }, image, { differs: 'gradient' }],
  [
    'zeroPadding2d',
    {
      padding: [
        [1, 0],
        [2, 1],
      ],
    },
    image,
  ],
];
