// SPDX-License-Identifier: Apache-2.0
// The nets of nets.js as models of layers, which fit() trains. Every library runs the same code, from the same values.
import { randomValues } from '../web/common/random.js';
import { sizeOf } from '../web/common/values.js';
import { MOBILENET_BLOCKS } from './nets.js';

const CLASSES = 10;
const WORDS = 10000;

const classifier = (tf) => tf.layers.dense({ units: CLASSES, activation: 'softmax' });

const dense = (tf) => [
  tf.layers.dense({ inputShape: [784], units: 512, activation: 'relu' }),
  tf.layers.dense({ units: 512, activation: 'relu' }),
  classifier(tf),
];

const conv = (tf) => [
  tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
  tf.layers.maxPooling2d({ poolSize: 2 }),
  tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
  tf.layers.maxPooling2d({ poolSize: 2 }),
  tf.layers.flatten(),
  tf.layers.dense({ units: 128, activation: 'relu' }),
  classifier(tf),
];

const lstm = (tf) => [
  tf.layers.embedding({ inputShape: [100], inputDim: WORDS, outputDim: 64 }),
  tf.layers.lstm({ units: 128, recurrentActivation: 'sigmoid' }),
  classifier(tf),
];

function mobilenet(tf) {
  const common = { padding: 'same', useBias: false };
  const normed = (layer) => [layer, tf.layers.batchNormalization({ epsilon: 1e-3 }), tf.layers.reLU({ maxValue: 6 })];
  const blocks = MOBILENET_BLOCKS.map(([filters, strides]) => [
    normed(tf.layers.depthwiseConv2d({ ...common, kernelSize: 3, strides })),
    normed(tf.layers.conv2d({ ...common, filters, kernelSize: 1 })),
  ]);
  return [
    ...normed(tf.layers.conv2d({ ...common, inputShape: [96, 96, 3], filters: 32, kernelSize: 3, strides: 2 })),
    ...blocks.flat(2),
    tf.layers.globalAveragePooling2d({}),
    classifier(tf),
  ];
}

const MODELS = {
  dense: { layers: dense, batch: 128, optimizer: (tf) => tf.train.sgd(0.01) },
  conv: { layers: conv, batch: 64, optimizer: (tf) => tf.train.adam(0.001) },
  lstm: { layers: lstm, batch: 32, optimizer: (tf) => tf.train.adam(0.001), limit: WORDS - 1 },
  mobilenet: { layers: mobilenet, batch: 16, optimizer: (tf) => tf.train.momentum(0.01, 0.9) },
};

/** Values that keep the variance of activations through a ReLU. Biases and the like stay as they are. */
function seededWeight(tf, weight, layer, seed) {
  const { shape } = weight;
  if (shape.length < 2) return weight;
  const fanIn = layer.getClassName() === 'DepthwiseConv2D' ? shape[0] * shape[1] : sizeOf(shape.slice(0, -1));
  const limit = layer.getClassName() === 'Embedding' ? 1 : Math.sqrt(6 / fanIn);
  return tf.tensor(randomValues('float32', sizeOf(shape), [-limit, limit], seed), shape);
}

function seedWeights(tf, model) {
  let seed = 0;
  tf.tidy(() => {
    for (const layer of model.layers) {
      layer.setWeights(layer.getWeights().map((weight) => seededWeight(tf, weight, layer, ++seed)));
    }
  });
}

/** A compiled model of a net, with examples. */
export class FitNet {
  #tf;
  #model;
  #net;
  #examples;

  /** @param {keyof typeof MODELS} name */
  constructor(tf, name) {
    this.#tf = tf;
    this.#net = MODELS[name];
    this.#model = tf.sequential({ layers: this.#net.layers(tf) });
    seedWeights(tf, this.#model);
    const optimizer = this.#net.optimizer(tf);
    this.#model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    this.makeBatches(1);
  }

  /** Replaces the examples by so many batches. */
  makeBatches(count) {
    const tf = this.#tf;
    const { batch, limit } = this.#net;
    const shape = [batch * count, ...this.#model.inputs[0].shape.slice(1)];
    const classes = randomValues('int32', shape[0], [0, CLASSES - 1], 2);
    const [dtype, range] = limit ? ['int32', [0, limit]] : ['float32', [-1, 1]];
    tf.dispose(this.#examples);
    this.#examples = tf.tidy(() => [
      tf.tensor(randomValues(dtype, sizeOf(shape), range, 1), shape, dtype),
      tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), CLASSES), 'float32'),
    ]);
  }

  /** Trains for an epoch. Returns the mean loss. */
  async fit() {
    const { history } = await this.#model.fit(...this.#examples, { batchSize: this.#net.batch, epochs: 1 });
    return history.loss[0];
  }
}
