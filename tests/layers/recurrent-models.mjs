// SPDX-License-Identifier: Apache-2.0
// What the tests of recurrent layers and of wrappers share: the library, numbers, comparisons, and a cell with its outputs
// by loops.
import assert from 'node:assert/strict';

import { missing } from '../prerequisites.mjs';
import { assertClose } from './close.mjs';

export const skip = missing('dist');
export const tf = skip ? {} : await import('../../dist/index.js');

export const numbers = (shape, seed = 1) => {
  const count = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Array.from({ length: count }, (_, i) => Math.sin(7 * i + seed)),
    shape,
  );
};

export const assertAllClose = (actual, expected) => {
  const [a, b] = [[actual].flat(), [expected].flat()];
  assert.equal(a.length, b.length);
  for (const [i, tensor] of a.entries()) {
    assert.deepEqual(tensor.shape, b[i].shape);
    assertClose(tensor, b[i]);
  }
};

export const throwsCode = (call, code, message) =>
  assert.throws(call, (error) => {
    assert.equal(error.code, code, error.stack);
    assert.match(error.message, message);
    return true;
  });

/** Gives a layer weights that differ. */
export function setWeights(layer) {
  layer.setWeights(layer.weights.map(({ shape }, i) => numbers(shape, 20 + i).mul(0.5)));
}

/** h = tanh(x W + h U + c), with a constant c if there is one. */
export class PlainCell extends (skip ? Object : tf.layers.RNNCell) {
  static className = 'PlainCellOfTests';

  constructor(config) {
    super(config);
    this.units = config.units;
    this.stateSize = config.units;
  }

  build(shape) {
    const features = (Array.isArray(shape[0]) ? shape[0] : shape).at(-1);
    this.w = this.addWeight('kernel', [features, this.units], 'float32', 'glorotUniform');
    this.u = this.addWeight('recurrent_kernel', [this.units, this.units], 'float32', 'glorotUniform');
    this.built = true;
  }

  call([x, h], { constants = [] }) {
    let sum = tf.add(tf.matMul(x, this.w.read()), tf.matMul(h, this.u.read()));
    for (const constant of constants) sum = tf.add(sum, constant);
    const y = tf.tanh(sum);
    return [y, y];
  }

  getConfig() {
    return { ...super.getConfig(), units: this.units };
  }
}

/** To run before tests. */
export async function prepare() {
  await tf.ready();
  tf.serialization.registerClass(PlainCell);
}

/** The outputs of a PlainCell, by loops. */
export function plainOutputs(x, [w, u], { mask, goBackwards = false, zeroOutput = false } = {}) {
  const values = x.arraySync();
  return values.map((sample, n) => {
    let h = new Array(u.shape[0]).fill(0);
    let last = h;
    const [kernel, recurrent] = [w.arraySync(), u.arraySync()];
    const order = sample.map((_, t) => (goBackwards ? sample.length - 1 - t : t));
    return order.map((t) => {
      if (mask && !mask[n][t]) {
        if (zeroOutput) last = h.map(() => 0);
        return last;
      }
      h = h.map((_, j) => {
        const own = sample[t].reduce((sum, value, i) => sum + value * kernel[i][j], 0);
        return Math.tanh(own + h.reduce((sum, value, i) => sum + value * recurrent[i][j], 0));
      });
      last = h;
      return h;
    });
  });
}

export const MASK = [
  [false, true, true, false],
  [true, true, false, true],
];
