// SPDX-License-Identifier: Apache-2.0
// TensorFlow.js's bundle for Node.js registers no gradients, so the expected values are the derivatives by hand.
import { floats, positive } from '../values.mjs';

const TOLERANCE = { absolute: 1e-5, relative: 1e-5 };

const cube = (tf) => (x) => tf.mul(tf.square(x), x);
const derivative = (tf, x) => tf.mul(3, tf.square(x));
/** exp(a) sqrt(b), with a and b of one shape. */
const mix = (tf) => (a, b) => tf.mul(tf.exp(a), tf.sqrt(b));
const mixDerivatives = (tf, a, b) => [mix(tf)(a, b), tf.div(tf.exp(a), tf.mul(2, tf.sqrt(b)))];
const sumOf = (tf, f) => (x) => tf.sum(f(x));
const pair = (tf) => [floats(tf, [3]), positive(tf, [3])];

export const CASES = [
  [
    'grad',
    (tf) => tf.grad(cube(tf))(floats(tf, [2, 3])),
    { expected: (tf) => derivative(tf, floats(tf, [2, 3])), tolerance: TOLERANCE },
  ],
  [
    'grad with dy',
    (tf) => tf.grad(cube(tf))(floats(tf, [4]), floats(tf, [4], 2)),
    { expected: (tf) => tf.mul(derivative(tf, floats(tf, [4])), floats(tf, [4], 2)), tolerance: TOLERANCE },
  ],
  [
    'grad of a grad',
    (tf) => tf.grad(sumOf(tf, tf.grad(sumOf(tf, cube(tf)))))(floats(tf, [3])),
    { expected: (tf) => tf.mul(6, floats(tf, [3])), tolerance: TOLERANCE },
  ],
  [
    'grads',
    (tf) => tf.grads(mix(tf))(pair(tf)),
    { expected: (tf) => mixDerivatives(tf, ...pair(tf)), tolerance: TOLERANCE },
  ],
  [
    'valueAndGrad',
    (tf) => tf.valueAndGrad(cube(tf))(floats(tf, [5])),
    {
      expected: (tf) => ({ value: cube(tf)(floats(tf, [5])), grad: derivative(tf, floats(tf, [5])) }),
      tolerance: TOLERANCE,
    },
  ],
  [
    'valueAndGrads',
    (tf) => tf.valueAndGrads(mix(tf))(pair(tf)),
    {
      expected: (tf) => ({ value: mix(tf)(...pair(tf)), grads: mixDerivatives(tf, ...pair(tf)) }),
      tolerance: TOLERANCE,
    },
  ],
  [
    'variableGrads',
    (tf) => {
      const weights = tf.variable(floats(tf, [3, 2]));
      const x = floats(tf, [4, 3], 3);
      const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(tf.matMul(x, weights))), [weights]);
      return [value, grads[weights.name]];
    },
    {
      expected: (tf) => {
        const x = floats(tf, [4, 3], 3);
        const y = tf.matMul(x, floats(tf, [3, 2]));
        return [tf.sum(tf.square(y)), tf.mul(2, tf.matMul(x, y, true))];
      },
      tolerance: TOLERANCE,
    },
  ],
  [
    'customGrad',
    (tf) => {
      const clipped = tf.customGrad((x, save) => {
        save([x]);
        return { value: tf.square(x), gradFunc: (dy, [saved]) => tf.mul(dy, tf.clipByValue(saved, -1, 1)) };
      });
      return tf.grad((x) => tf.sum(clipped(x)))(floats(tf, [6]));
    },
    { expected: (tf) => tf.clipByValue(floats(tf, [6]), -1, 1) },
  ],
];

export const ERRORS = [['grad of no function', (tf) => tf.grad(3), 'E_INPUT', /function/]];
