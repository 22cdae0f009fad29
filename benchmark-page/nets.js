// SPDX-License-Identifier: Apache-2.0
// Nets whose training is measured. Every library runs the same code, from the same values.
import { randomValues } from '../web/common/random.js';
import { sizeOf } from '../web/common/values.js';
import { flopsOf } from './flops.js';

const CLASSES = 10;

/** A net that is a sequence of layers, a batch for it, and its optimizer. Made layer by layer. */
class Net {
  #tf;
  #batch;
  #labels;
  #layers = [];
  /** The shape of the output of the last layer. */
  #shape;
  #seed = 0;
  #hasVariables = false;
  #optimizer;

  /** Floating point operations of the matrix products and convolutions: of the loss, and of a step. */
  flops = { forward: 0, step: 0 };

  /** @param {readonly number[]} shape Of the batch: random values from -1 to 1, or whole numbers below `limit`. */
  constructor(tf, shape, limit) {
    this.#tf = tf;
    this.#shape = shape;
    this.#batch = limit
      ? tf.tensor(randomValues('int32', sizeOf(shape), [0, limit - 1], ++this.#seed), shape, 'int32')
      : tf.tensor(randomValues('float32', sizeOf(shape), [-1, 1], ++this.#seed), shape);
  }

  #variable(shape, limit) {
    return this.#tf.variable(
      this.#tf.tensor(randomValues('float32', sizeOf(shape), [-limit, limit], ++this.#seed), shape),
    );
  }

  /** Weights that keep the variance of activations through a ReLU. */
  #weights(shape, fanIn) {
    return this.#variable(shape, Math.sqrt(6 / fanIn));
  }

  #filled(shape, value) {
    return this.#tf.variable(this.#tf.fill(shape, value));
  }

  /** A product has two gradients, each with as many operations; that in the batch is not computed. */
  #count(op, inputs, output, times = 1) {
    const flops = times * flopsOf(op, inputs, [output]);
    this.flops.forward += flops;
    this.flops.step += flops * (this.#hasVariables ? 3 : 2);
    this.#hasVariables = true;
  }

  #add(run, shape = this.#shape) {
    this.#layers.push(run);
    this.#shape = shape;
    return this;
  }

  dense(units) {
    const tf = this.#tf;
    const [rows, columns] = this.#shape;
    const weights = this.#weights([columns, units], columns);
    const bias = this.#filled([units], 0);
    this.#count('MatMul', [this.#shape, weights.shape], [rows, units]);
    return this.#add((x) => tf.add(tf.matMul(x, weights), bias), [rows, units]);
  }

  relu() {
    return this.#add((x) => this.#tf.relu(x));
  }

  relu6() {
    return this.#add((x) => this.#tf.relu6(x));
  }

  #window(size, stride, pad) {
    const [batch, height, width] = this.#shape;
    const outputs = (length) => Math.ceil((pad === 'same' ? length : length - size + 1) / stride);
    return [batch, outputs(height), outputs(width)];
  }

  conv2d(size, filters, { stride = 1, pad = 'same', bias = true } = {}) {
    const tf = this.#tf;
    const channels = this.#shape[3];
    const filter = this.#weights([size, size, channels, filters], size * size * channels);
    const output = [...this.#window(size, stride, pad), filters];
    this.#count('Conv2D', [this.#shape, filter.shape], output);
    this.#add((x) => tf.conv2d(x, filter, stride, pad), output);
    if (!bias) return this;
    const biases = this.#filled([filters], 0);
    return this.#add((x) => tf.add(x, biases));
  }

  depthwiseConv2d(size, stride) {
    const channels = this.#shape[3];
    const filter = this.#weights([size, size, channels, 1], size * size);
    const output = [...this.#window(size, stride, 'same'), channels];
    this.#count('DepthwiseConv2dNative', [this.#shape, filter.shape], output);
    return this.#add((x) => this.#tf.depthwiseConv2d(x, filter, stride, 'same'), output);
  }

  /** With the statistics of the batch, as in training. */
  batchNorm() {
    const tf = this.#tf;
    const channels = this.#shape[3];
    const [scale, offset] = [1, 0].map((value) => this.#filled([channels], value));
    return this.#add((x) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.batchNorm(x, mean, variance, offset, scale, 1e-3);
    });
  }

  maxPool(size) {
    const [batch, height, width, channels] = this.#shape;
    const output = [batch, Math.floor(height / size), Math.floor(width / size), channels];
    return this.#add((x) => this.#tf.maxPool(x, size, size, 'valid'), output);
  }

  meanOfPixels() {
    return this.#add((x) => this.#tf.mean(x, [1, 2]), [this.#shape[0], this.#shape[3]]);
  }

  flatten() {
    const [batch, ...rest] = this.#shape;
    const shape = [batch, sizeOf(rest)];
    return this.#add((x) => this.#tf.reshape(x, shape), shape);
  }

  embedding(words, size) {
    const table = this.#variable([words, size], 1);
    this.#hasVariables = true;
    return this.#add((x) => this.#tf.gather(table, x), [...this.#shape, size]);
  }

  /** Takes [steps, batch, size], and results in the last state. */
  lstm(units) {
    const tf = this.#tf;
    const [steps, batch, size] = this.#shape;
    const kernel = this.#weights([size, 4 * units], size + units);
    const recurrent = this.#weights([units, 4 * units], size + units);
    const bias = this.#filled([4 * units], 0);
    for (const { shape } of [kernel, recurrent]) {
      this.#count('MatMul', [[batch, shape[0]], shape], [batch, 4 * units], steps);
    }
    const zeros = tf.zeros([batch, units]);
    return this.#add(
      (x) => {
        let state = zeros;
        let cell = zeros;
        for (const input of tf.unstack(x)) {
          const sums = tf.add(tf.add(tf.matMul(input, kernel), tf.matMul(state, recurrent)), bias);
          const [inputGate, forgetGate, candidate, outputGate] = tf.split(sums, 4, 1);
          const kept = tf.mul(tf.sigmoid(forgetGate), cell);
          cell = tf.add(kept, tf.mul(tf.sigmoid(inputGate), tf.tanh(candidate)));
          state = tf.mul(tf.sigmoid(outputGate), tf.tanh(cell));
        }
        return state;
      },
      [batch, units],
    );
  }

  /** Completes the net. */
  optimizer(optimizer) {
    const classes = randomValues('int32', this.#shape[0], [0, CLASSES - 1], ++this.#seed);
    this.#labels = this.#tf.cast(this.#tf.oneHot(this.#tf.tensor1d(classes, 'int32'), CLASSES), 'float32');
    this.#optimizer = optimizer;
    return this;
  }

  #loss = () => {
    const logits = this.#layers.reduce((x, run) => run(x), this.#batch);
    return this.#tf.losses.softmaxCrossEntropy(this.#labels, logits);
  };

  /** Takes a step. Returns the loss before it. */
  step() {
    return readNumber(this.#optimizer.minimize(this.#loss, true));
  }

  /** The loss. */
  forward() {
    return readNumber(this.#tf.tidy(this.#loss));
  }
}

function readNumber(tensor) {
  const [value] = tensor.dataSync();
  tensor.dispose();
  return value;
}

/** The filters and the strides of depthwise separable convolutions. */
export const MOBILENET_BLOCKS = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
];

function makeMobilenet(tf) {
  const net = new Net(tf, [16, 96, 96, 3]);
  net.conv2d(3, 32, { stride: 2, bias: false }).batchNorm().relu6();
  for (const [filters, stride] of MOBILENET_BLOCKS) {
    net.depthwiseConv2d(3, stride).batchNorm().relu6();
    net.conv2d(1, filters, { bias: false }).batchNorm().relu6();
  }
  return net.meanOfPixels().dense(CLASSES).optimizer(tf.train.momentum(0.01, 0.9));
}

/** @type {Record<string, (tf: object) => Net>} */
export const NETS = {
  dense: (tf) =>
    new Net(tf, [128, 784]).dense(512).relu().dense(512).relu().dense(CLASSES).optimizer(tf.train.sgd(0.01)),
  conv: (tf) =>
    new Net(tf, [64, 28, 28, 1])
      .conv2d(3, 32, { pad: 'valid' })
      .relu()
      .maxPool(2)
      .conv2d(3, 64, { pad: 'valid' })
      .relu()
      .maxPool(2)
      .flatten()
      .dense(128)
      .relu()
      .dense(CLASSES)
      .optimizer(tf.train.adam(0.001)),
  lstm: (tf) =>
    new Net(tf, [100, 32], 10000).embedding(10000, 64).lstm(128).dense(CLASSES).optimizer(tf.train.adam(0.001)),
  mobilenet: makeMobilenet,
};
