// SPDX-License-Identifier: Apache-2.0
// A network with random weights, from which models of several formats are written.
import { seededRandom } from '../../../web/common/random.js';
import { sizeOf } from '../../../web/common/values.js';

/**
 * @typedef {object} Value A tensor of the network.
 * @property {string} name
 * @property {number[]} shape
 * @property {'float32' | 'int32'} dtype
 * @property {Float32Array | Int32Array} [values] Only of constants.
 *
 * @typedef {object} Node
 * @property {string} op conv2d, depthwiseConv2d, dense, add, maxPool, globalAverage, softmax, gather, reshape, transpose,
 *     matMul, scale, layerNorm or gelu.
 * @property {Value[]} inputs
 * @property {Value} output
 * @property {object} options
 */

/** Normally distributed numbers by Marsaglia's polar method, "Generating a variable from the tail" (1964). */
function normalNumbers(random) {
  let spare;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    let [u, v, square] = [0, 0, 0];
    do {
      [u, v] = [2 * random() - 1, 2 * random() - 1];
      square = u * u + v * v;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    spare = v * factor;
    return u * factor;
  };
}

/**
 * Pictures have the layout NHWC and are padded as by TensorFlow's "SAME". Outputs are not pictures. Methods return the output of the node that they
 * add.
 */
export class Network {
  /** @type {Value[]} */
  inputs = [];
  /** @type {Value[]} */
  constants = [];
  /** @type {Node[]} */
  nodes = [];
  /** @type {Value[]} */
  outputs = [];
  #normal;

  constructor(seed) {
    this.#normal = normalNumbers(seededRandom(seed));
  }

  input(name, dtype, shape) {
    const value = { name, dtype, shape };
    this.inputs.push(value);
    return value;
  }

  output(value) {
    this.outputs.push(value);
  }

  /** A float32 constant with normally distributed values. */
  weight(name, shape, deviation, mean = 0) {
    const values = Float32Array.from({ length: sizeOf(shape) }, () => mean + deviation * this.#normal());
    return this.#constant(name, shape, values);
  }

  /**
   * @param {Value} x [n, h, w, c]
   * @param {{filters: number, size: number, stride?: number, activation?: string, gain?: number}} options `gain`: of the
   *     deviation of the filter, which is that of He et al. (2015) by default.
   */
  conv2d(x, { filters, size, stride = 1, activation = 'none', gain = 1 }) {
    const channels = x.shape[3];
    const filter = this.weight(this.#name('filter'), [size, size, channels, filters], he(size * size * channels, gain));
    const shape = [x.shape[0], ...strided(x, stride), filters];
    return this.#add('conv2d', [x, filter, this.#bias(filters)], shape, { stride, activation });
  }

  depthwiseConv2d(x, { size, stride = 1, activation = 'none' }) {
    const channels = x.shape[3];
    const filter = this.weight(this.#name('filter'), [size, size, channels, 1], he(size * size));
    const shape = [x.shape[0], ...strided(x, stride), channels];
    return this.#add('depthwiseConv2d', [x, filter, this.#bias(channels)], shape, { stride, activation });
  }

  /** @param {Value} x [n, inputs] */
  dense(x, units, { gain = Math.SQRT1_2, activation = 'none' } = {}) {
    const weights = this.weight(this.#name('weights'), [x.shape[1], units], he(x.shape[1], gain));
    return this.#add('dense', [x, weights, this.#bias(units)], [x.shape[0], units], { activation });
  }

  /** @param {Value} y Of the same shape as x, or a constant [1, ...]. */
  add(x, y, activation = 'none') {
    return this.#add('add', [x, y], x.shape, { activation });
  }

  maxPool(x, size, stride) {
    return this.#add('maxPool', [x], [x.shape[0], ...strided(x, stride), x.shape[3]], { size, stride });
  }

  /** The mean of each channel: [n, h, w, c] to [n, c]. */
  globalAverage(x) {
    return this.#add('globalAverage', [x], [x.shape[0], x.shape[3]]);
  }

  /** Along the last axis. */
  softmax(x) {
    return this.#add('softmax', [x], x.shape);
  }

  /** Rows of a table: [rows, columns] and [n] to [n, columns]. */
  gather(table, indices) {
    return this.#add('gather', [table, indices], [...indices.shape, table.shape[1]]);
  }

  reshape(x, shape) {
    return this.#add('reshape', [x], shape);
  }

  transpose(x, order) {
    return this.#add(
      'transpose',
      [x],
      order.map((axis) => x.shape[axis]),
      { order },
    );
  }

  /** The product of two stacks of matrices. */
  matMul(x, y) {
    return this.#add('matMul', [x, y], [...x.shape.slice(0, -1), y.shape.at(-1)]);
  }

  scale(x, factor) {
    return this.#add('scale', [x, this.#constant(this.#name('factor'), [], Float32Array.of(factor))], x.shape);
  }

  /** Along the last axis, with epsilon 1e-5. */
  layerNorm(x) {
    const size = x.shape.at(-1);
    const gamma = this.weight(this.#name('gamma'), [size], 0.1, 1);
    return this.#add('layerNorm', [x, gamma, this.#bias(size)], x.shape, { epsilon: 1e-5 });
  }

  /** x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), the approximation of Hendrycks and Gimpel (2016). */
  gelu(x) {
    return this.#add('gelu', [x], x.shape);
  }

  #bias(size) {
    return this.weight(this.#name('bias'), [size], 0.1);
  }

  #constant(name, shape, values) {
    const value = { name, dtype: 'float32', shape, values };
    this.constants.push(value);
    return value;
  }

  #add(op, inputs, shape, options = {}) {
    const output = { name: this.#name(op), dtype: 'float32', shape };
    this.nodes.push({ op, inputs, output, options });
    return output;
  }

  #name = (what) => `${what}_${this.nodes.length}`;
}

const he = (inputs, gain = 1) => gain * Math.sqrt(2 / inputs);
const strided = ({ shape: [, height, width] }, stride) => [height, width].map((size) => Math.ceil(size / stride));

/** Values in another order of axes. @param {readonly number[]} order As of transpose. */
export function transposed(values, shape, order) {
  const steps = order.map((axis) => sizeOf(shape.slice(axis + 1)));
  const result = new values.constructor(values.length);
  let next = 0;
  const visit = (depth, offset) => {
    if (depth === order.length) result[next++] = values[offset];
    else for (let i = 0; i < shape[order[depth]]; ++i) visit(depth + 1, offset + i * steps[depth]);
  };
  visit(0, 0);
  return result;
}
