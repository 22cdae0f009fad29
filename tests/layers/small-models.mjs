// SPDX-License-Identifier: Apache-2.0
// What the tests of models made of layers share: the library, and small models.
import { missing } from '../prerequisites.mjs';

export const skip = missing('dist');
export const tf = skip ? {} : await import('../../dist/index.js');

export const numbers = (count, scale = 1) => Array.from({ length: count }, (_, i) => scale * Math.sin(i + 1));
export const listOf = (outputs) => [outputs].flat().map((tensor) => tensor.arraySync());

/** Two outputs, a layer that is called twice. */
export function makeFunctional() {
  const x = tf.input({ shape: [4] });
  const hidden = tf.layers.dense({ units: 8, activation: 'tanh', name: 'hidden' }).apply(x);
  const shared = tf.layers.dense({ units: 8, useBias: false, name: 'shared' });
  const outputs = [shared.apply(hidden), shared.apply(shared.apply(hidden))];
  return tf.model({ inputs: x, outputs, name: 'functional' });
}

export function makeChain() {
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 5, inputShape: [3], activation: 'relu', biasInitializer: 'randomNormal' }),
      tf.layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
}
