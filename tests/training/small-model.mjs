// SPDX-License-Identifier: Apache-2.0
// A small model for tests of training, and examples for it.
import { sequentialOf, tensorOf, tf } from './fit-models.mjs';

export const LAYERS = [
  ['dense', { units: 6, activation: 'tanh', inputShape: [4] }],
  ['dense', { units: 2 }],
];
export const values = (tensor) => Array.from(tensor.dataSync());
export const valuesOf = (tensors) => tensors.flatMap(values);

/** A small model to train, with the same weights each time. */
export function compiled(args = {}, layers = LAYERS) {
  const model = sequentialOf(tf, ...layers);
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'mse', ...args });
  return model;
}

/** 20 examples of 4 numbers, and their targets. */
export const x = () => tensorOf(tf, [20, 4], 1);
export const y = () => tensorOf(tf, [20, 2], 2);
/** Elements {xs, ys} of a dataset, from functions that make them. */
export const datasetOf = (...makers) => ({
  iterator: async () => {
    let next = 0;
    return {
      next: async () => (next < makers.length ? { value: makers[next++](), done: false } : { value: null, done: true }),
    };
  },
});
