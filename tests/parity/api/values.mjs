// SPDX-License-Identifier: Apache-2.0
// Values for cases.
import { randomValues } from '../../../web/common/random.js';

const length = (shape) => shape.reduce((product, size) => product * size, 1);

/** A float32 tensor of random values from -2 to 2, the same for the same seed. */
export const floats = (tf, shape, seed = 1) => tf.tensor(randomValues('float32', length(shape), [-2, 2], seed), shape);

/** A float32 tensor of random values from 0.1 to 2. */
export const positive = (tf, shape, seed = 1) =>
  tf.tensor(randomValues('float32', length(shape), [0.1, 2], seed), shape);

/** An int32 tensor of random values from -9 to 9. */
export const integers = (tf, shape, seed = 1) =>
  tf.tensor(randomValues('int32', length(shape), [-9, 9], seed), shape, 'int32');

/** A complex64 tensor. */
export const complexes = (tf, shape, seed = 1) => tf.complex(floats(tf, shape, seed), floats(tf, shape, seed + 1));
